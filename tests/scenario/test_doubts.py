"""What `check` asks about, what it says of duties, and that it says all that is wrong at once."""

import pytest

from sim import load
from sim.errors import ScenarioError
from sim.scenario.doubts import doubts
from sim.scenario.duty import duties

HEAD = "name: odd\ntitle: Would a ban on battery technology reach cars?\nextends: baseline\nshocks:\n"
DUTY = "kind: tariff, origin: china, destination: [eu], start: 2027Q1"


def asked(tmp_path, *shocks, title=None):
    path = tmp_path / "odd.yaml"
    lines = "".join(f"  - {{{shock}}}\n" for shock in shocks)
    path.write_text(
        (HEAD if title is None else HEAD.replace("Would a ban on battery technology reach cars?", title)) + lines
    )
    return load(path)


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        (f"id: a, sectors: [cars], rate: 450%, {DUTY}", "a: rate is 450 %; is it meant? A tenth is 45 %"),
        (
            f"id: a, sectors: [cars], rate: 0.45%, {DUTY}",
            "a: rate is 0.45 %; is it meant? A hundred times that is 45 %",
        ),
        (f"id: a, sectors: [cars], rate: .45%, {DUTY}", "a: rate is 0.45 %; is it meant?"),
        (f"id: a, sectors: [cars, {{}}], rate: 20%, {DUTY}", "it does not act on {}"),
        ("id: a, kind: ownership_cap, sectors: [cars], destination: [us], max_foreign_equity: 100%, start: 2027Q1", ""),
    ],
)
def test_a_size_or_an_instrument_that_may_be_a_slip_is_asked_about(tmp_path, shock, said):
    world = load("baseline").world.sectors
    service = next(name for name, sector in world.items() if not sector.tradable)
    found = doubts(asked(tmp_path, shock.format(service)))
    assert (said.format(service) in " ".join(found)) if said else not found


def test_a_policy_that_changes_nothing_in_force_is_told(tmp_path):
    strict = (
        "id: strict, kind: ownership_cap, sectors: [cars], destination: [china], max_foreign_equity: 20%, start: 2027Q1"
    )
    loose = (
        "id: loose, kind: ownership_cap, sectors: [cars], destination: [china], max_foreign_equity: 80%, start: 2027Q1"
    )
    found = doubts(asked(tmp_path, strict, loose))
    assert found == ["loose: changes nothing: what is in force in its sectors, places and years is the same without it"]


def test_a_sector_that_the_question_names_and_nothing_acts_in_is_told(tmp_path):
    control = "id: ban, kind: export_control, sectors: [batteries], origin: china, coverage: 80%, start: 2027Q1"
    (found,) = doubts(asked(tmp_path, control))
    assert "names cars, in which no shock of the file acts; they act in batteries" in found
    assert not doubts(asked(tmp_path, control, title="A ban on technology of batteries"))


def test_the_whole_duty_in_force_is_what_the_run_reads(tmp_path):
    from sim.scenario.build import build, labels

    scenario = asked(tmp_path, f"id: a, sectors: [cars], generation: electric, rate: 45%, {DUTY}")
    (line,) = duties(scenario)
    known, t = labels(scenario), (2027 - 1979) * 4
    s = known.sectors.index("cars")
    places = [known.regions.index(name) for name in ("china", "eu")]
    total = build(scenario, 1).in_force.tariff[t, s, known.generations[s].index("electric"), places[0], places[1]]
    assert f"a: {total * 100:.6g} % in force in 2027Q1, 45 % of it by this: cars (electric), china to eu" == line
    assert total > 0.45  # the EU's own duties stay


def test_shipped_scenarios_raise_no_doubt(root):
    for path in sorted((root / "scenarios").glob("*.yaml")):
        assert doubts(load(path)) == [], path.name


def test_a_name_that_is_nobodys_is_sought_wherever_names_are_looked_up(tmp_path, monkeypatch):
    """Beside the file and among the shipped ones; where nothing is near, the message says where names are looked up."""
    (tmp_path / "mine.yaml").write_text("extends: baselin\n")
    monkeypatch.chdir(tmp_path)
    for name, said in (
        ("mine.yaml", "did you mean 'baseline'"),
        ("min", "did you mean 'mine'"),
        ("xyz", "folder `scenarios`"),
    ):
        with pytest.raises(ScenarioError, match=said):
            load(name)


def test_all_problems_are_told_at_once_whatever_stands_before_them(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "extends: nothing_like_it\nparameters: {horizn: 3, discount: 7}\nshocks:\n"
        "  - {id: a, kind: tarif, sectors: [carz], origin: china, destination: [eu], rate: 45%, strt: 1, start: 2027}\n"
        "  - {id: b, kind: tariff, sectors: [carz], origin: chyna, destination: [eu], rate: 45%, start: 2027Q9}\n"
        "  - {id: c, kind: tariff, sectors: [cars], origin: china, destination: [eu], rate: x, start: 2099Q1}\n"
        "start: 2050\nend: 2040\n"
    )
    with pytest.raises(ScenarioError) as told:
        load(path)
    keys = ["extends", "horizn", "discount", "a.kind", "a.strt", "a.sectors", "b.sectors", "b.origin", "b.start"]
    found = [problem.key for problem in told.value.problems]
    for key in [*keys, "c.rate", "c.start", "start"]:
        assert any(each.endswith(key) for each in found), (key, found)
