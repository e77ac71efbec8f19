"""`docs/verification.md`, made from the declarations: `python -m sim.verify.page > docs/verification.md`."""

from importlib import import_module

from sim.verify import ABSENT, TOPICS, Check, checks

HEAD = """# Verification: is the code the model?

`python run.py verify` carries out the {count} checks below and prints what was expected, what was found, and whether it
holds; the exit code is 6 if one does not. `verify market`, `verify T14` or `verify tariff` run a part, `--json` prints
numbers for other programs, `--all` also lists what does not apply. `pytest tests/verification` runs the same checks;
the slow ones, marked † here, only with `-m verification`.

A check calls the model's own rules or runs the compiled model, in a small world of 3 sectors or on a bench of two or
three firms on which every mechanism is off but those in question. What it expects comes from elsewhere: a closed form
by hand or from a textbook, an optimum or a root that SciPy finds, or the same run told in other units or another order.
Where luck is involved seeds are fixed, and so is the tolerance, mostly three standard errors. A check that finds
nothing to check fails.

T numbers are those of the list of closed forms that the project was planned with; K are customers, R reserved demand,
E the ecosystem, L links between sectors, B bargaining, U what partners are spared, Q ceilings on imports, P the
propositions that the model is built to say, X extreme conditions, C accounts and bounds, V invariances. Of T1 to T42,
{covered} are checked in whole or in part; what the model as built has no place for stands at the end with the reason.
Whether the default run tells history as it went is another question: `verify --story`.

This page is made by `python -m sim.verify.page` from the declarations in `sim/verify/`; a test holds it fresh.
"""


def cell(text: str) -> str:
    """Text that stands in a table."""
    return text.replace("|", "\\|").replace("*", "\\*")


def row(check: Check) -> str:
    """One check as a line of a table."""
    mark = " †" if check.slow else ""
    return f"| {check.id}{mark} | {cell(check.statement)} | {cell(check.text)} | {cell(check.source)} |"


def page() -> str:
    """The whole page."""
    declared = checks()
    covered = len({each.item for each in declared if each.item.startswith("T")})
    parts = [HEAD.format(count=len(declared), covered=covered)]
    for topic in TOPICS:
        title = (import_module(f"sim.verify.{topic}").__doc__ or "").strip().rstrip(".")
        rows = [row(each) for each in declared if each.topic == topic]
        parts.append(
            f"## {title}\n\n| id | what must hold | how it is checked | source |\n|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    rows = [f"| {each.id} | {cell(each.statement)} | {cell(each.reason)} |" for each in ABSENT]
    parts.append(
        "## What does not apply, and why\n\n| id | statement | reason |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
