"""A partnership's story as plain text, from its account."""

from sim.explain.account import Account, Moment, Signing, account
from sim.explain.options import money, percent
from sim.scenario import Scenario


def story(
    scenario: Scenario, seed: int, partnership: str, quarter: str | None = None, base: Scenario | None = None
) -> str:
    """Tells what became of a partnership and why, as plain text of at most 110 columns or so.

    Arguments and errors as `account` has them; with `quarter` only that one is told.
    """
    told = account(scenario, seed, partnership, quarter, base)
    return as_text(told, whole=quarter is None)


def as_text(told: Account, whole: bool = True) -> str:
    """An account as text; `whole` is False for that of one quarter."""
    lines = [
        f"{told.partnership} in {told.scenario}, seed {told.seed}",
        f"{told.parties}:",
        f"{told.outcome}.",
        f"Values are present values over {told.horizon:.0f} quarters, in the unit of the markets.",
    ]
    if whole or not told.moments:
        lines += ["", *_signed(told.signing)]
    lines += [f"  {line}" for line in (told.hopes, told.fears) if line and whole]
    for moment in told.moments:
        lines += ["", *_moment(moment)]
    if whole:
        lines += ["", told.balance, *(told.without.lines if told.without else [])]
    return "\n".join(lines)


def _signed(signing: Signing) -> list[str]:
    """What was on the table, the two firms, what each brought, and the terms."""
    rows = [
        (" ", each.form, *map(money, (each.multinational, each.chinese, each.surplus)),
         f"apart {money(each.outside_multinational)} and {money(each.outside_chinese)}; {each.reason}")
        for each in signing.offers
    ]  # fmt: skip
    said = signing.terms
    free = f", autonomy {percent(said.autonomy)}" if said.autonomy else ""
    return [
        f"{signing.quarter}  signed",
        f"  The multinational looked for a partner ({signing.looked}). On the table, before taste:",
        *_table(rows),
        "  What each brought:",
        *(
            f"    {each.side:<14} technology {percent(each.technology)} of the best foreign firm's; pull in "
            f"{signing.place} {percent(each.pull)} of a normal brand's; cost advantage {percent(each.cost)}"
            for each in signing.brought
        ),
        f"    The Chinese side's part: technology {percent(signing.technology)}, access {percent(signing.access)}.",
        f"  Signed: {said.form} as {said.legal}; equity {percent(said.equity)}, royalty {percent(said.royalty)}, "
        f"openness {percent(said.openness)}{free}; trust {signing.trust:.2f}.",
    ]


def _moment(moment: Moment) -> list[str]:
    """One quarter, or some without a change."""
    when = moment.quarter if moment.quarter == moment.until else f"{moment.quarter} to {moment.until}"
    lines = [f"{when}  {moment.title}"]
    lines += [f"  {moment.reason}"] if moment.reason else []
    lines += [f"  Policy: {change}" for change in moment.policy]
    lines += _table([
        (">" if each.chosen and moment.decided else " ", each.choice,
         *map(money, (each.multinational, each.chinese, each.surplus)), each.reason)
        for each in moment.options
    ]) if moment.options else []  # fmt: skip
    return [*lines, *(f"  {line}" for line in (moment.bargain, moment.talks, moment.change, *moment.remarks) if line)]


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Choices with what each side would have; `>` marks what was chosen."""
    heads = ("", "", "multinational", "Chinese firm", "surplus", "")
    wide = [max(len(row[n]) for row in (*rows, heads)) for n in range(5)]
    lines = []
    for row in (heads, *rows):
        words = [row[n].ljust(wide[n]) if n < 2 else row[n].rjust(wide[n] + 1) for n in range(5)]
        lines.append("  " + " ".join([*words, "", row[5]]).rstrip())
    return lines
