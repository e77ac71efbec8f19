"""Parameter sets: layers, draws by seed, drawn take-offs, and what is wrong with a file."""

from pathlib import Path

import numpy as np
import pytest

from sim.errors import NotEnough, ScenarioError
from sim.evidence.calibration.targets import targets_of
from sim.scenario import draws, load, newest, read_set
from sim.scenario.build import _ground, _takeoffs, build
from sim.scenario.vary import vary
from sim.simulate import simulate
from tests.scenario.conftest import WORLD

ONE = "schema: 1\nuntil: 2010\nparameters: {horizon: 30, discount: 0.95}\nworld: {sectors: {cars: {absorption: 0.2}}}\n"
PRIORS = "priors: {ambient: {low: 0.1, high: 0.5}, quality_scale: {low: 0.5, high: 2, scale: log}}\n"
CSV = "draw,quality_scale,ambient\n1,1.1,0.21\n2,1.2,0.22\n3,1.3,0.23\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small world on a set of three draws."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "world.yaml").write_text(WORLD.replace("host: china", "host: china\nposterior: {set: one, draw: 2}"))
    (tmp_path / "base.yaml").write_text("extends: world\nparameters: {discount: 0.96}\n")
    (tmp_path / "sets" / "one.yaml").write_text(ONE + PRIORS)
    (tmp_path / "sets" / "one.csv").write_text(CSV)
    (tmp_path / "sets" / "two.yaml").write_text("schema: 1\nuntil: 2015\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["all2025", "fit2014", "fit2018", "lean2014"])
def test_the_draws_of_a_shipped_set_are_different_worlds(root: Path, name: str) -> None:
    lines = (root / "scenarios" / "sets" / f"{name}.csv").read_text().splitlines()[1:]
    assert len({line.partition(",")[2] for line in lines}) == len(lines) == 100


def test_layers_lie_in_order(folder: Path) -> None:
    """Defaults < set < draw < files that extend the world < --set."""
    world, base = load("world"), load("base")
    assert world.parameters["horizon"] == 30  # the set lies over the world's own value, 28
    assert world.parameters["discount"] == 0.95 and base.parameters["discount"] == 0.96
    assert (base.parameters["ambient"], base.parameters["quality_scale"]) == (0.22, 1.2)
    assert base.world.sectors["cars"].absorption == 0.2
    assert base.origins["parameters.ambient"] == f"{folder.name}/sets/one.csv:3"
    assert base.origins["sectors.cars.absorption"].startswith(f"{folder.name}/sets/one.yaml:")
    assert base.changed_parameters == {"discount": 0.96}
    told = load("base", {"parameters.ambient": 0.3, "posterior.draw": 3})
    assert (told.parameters["ambient"], told.parameters["quality_scale"]) == (0.3, 1.3)
    assert load("base", posterior={"draw": 0}).parameters["ambient"] == 0.28  # declared
    other = load("base", {"posterior.set": "two", "posterior.draw": 0})
    assert other.parameters["horizon"] == 28 and other.world.sectors["cars"].absorption == 0.1
    (folder / "third.yaml").write_text("extends: base\nposterior: {draw: 3}\n")
    assert load("third").parameters["ambient"] == 0.23


def test_before_data_what_is_fitted_is_at_work(folder: Path) -> None:
    """Draw 0: a mechanism that is off by default, and in the world, could not be fitted as it is; a fixed one stays."""
    path = folder / "sets" / "one.yaml"
    path.write_text(path.read_text().replace("priors: {", "priors: {rd_floor: {low: 0.2, high: 1.4}, "))
    (folder / "world.yaml").write_text((folder / "world.yaml").read_text().replace("horizon: 28", "rd_floor: 0"))
    before = load("base", {"posterior.draw": 0})
    assert (before.parameters["rd_floor"], before.parameters["quality_scale"]) == (1.2, 1.0)
    assert before.origins["parameters.rd_floor"].startswith(f"{folder.name}/sets/one.yaml:5")
    path.write_text(path.read_text().replace("horizon: 30", "rd_floor: 0"))
    assert load("base", {"posterior.draw": 0}).parameters["rd_floor"] == 0.0


def test_draws_are_taken_in_turn_by_the_seeds(folder: Path) -> None:
    several = load("base", posterior={"draws": 2})
    single = draws("one", scenario="base")
    assert [each.parameters["ambient"] for each in single] == [0.21, 0.22, 0.23]
    assert [build(several, seed).parameters.ambient for seed in (1, 2, 3)] == [0.21, 0.22, 0.21]
    assert build(several, 2).parameters.discount == 0.96
    run, same = simulate(several, 2), simulate(single[1], 2)
    assert run.outcome.tobytes() == same.outcome.tobytes() and run.events.tobytes() == same.events.tobytes()
    assert several.hash != load("base").hash != load("base", posterior={"draw": 3}).hash


def test_what_is_set_is_not_drawn(folder: Path) -> None:
    told = load("base", {"posterior.draws": 3, "parameters.ambient": 0.4})
    assert told.draws == {"quality_scale": (1.1, 1.2, 1.3)}
    varied = vary(load("base", posterior={"draws": 3}), {"parameters.ambient": 0.4})
    assert varied.draws == told.draws and build(varied, 3).parameters.ambient == 0.4
    near = vary(told, {"parameters.horizon": 20})
    assert near.draws == told.draws and near.parameters["horizon"] == 20
    with pytest.raises(ScenarioError, match="--posterior N"):
        vary(told, {"posterior.draw": 2})


def test_a_resolved_file_needs_no_set(folder: Path) -> None:
    told = load("base", {"posterior.draws": 3, "parameters.ambient": 0.4})
    (folder / "copy.yaml").write_text(told.text, encoding="utf-8")
    (folder / "sets" / "one.csv").unlink()
    again = load(folder / "copy.yaml")
    assert again.hash == told.hash and again.draws == told.draws and again.parameters == told.parameters
    with pytest.raises(ScenarioError, match="resolved values"):
        load(folder / "copy.yaml", {"posterior.draws": 2})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"posterior.set": "onee"}, "did you mean 'one'"),
        ({"posterior.draw": 4}, "4; one has 3 draws"),
        ({"posterior.draws": 9}, "9; one has 3 draws"),
        ({"posterior.set": "two"}, "no draws yet"),
        ({"posterior.drawn": 1}, "unknown key"),
        ({"posterior.draw": -1}, "must be between 0"),
    ],
)
def test_wrong_choices_are_told(folder: Path, settings: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError) as told:
        load("base", settings)
    assert said in str(told.value) and ("--set" in str(told.value) or "world.yaml:5" in str(told.value))


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("ambient:", "ambeint:", "5:", "did you mean 'ambient'"),
        ("ambient:", "horizon:", "5:", "not declared as fitted"),
        ("{low: 0.1, high: 0.5}", "{low: 0.5, high: 0.1}", "5:", "must rise"),
        ("{low: 0.1, high: 0.5}", "{low: 0.1, high: 50}", "5:", "must rise within 0 to 1"),
        ("low: 0.5, high: 2", "low: 0, high: 2", "5:", "above zero"),
        ("horizon: 30", "horizont: 30", "3:", "did you mean 'horizon'"),
        ("horizon: 30", "horizon: 999", "3:", "horizon"),
        ("absorption", "absorbtion", "4:", "unknown key"),
        ("world: {", "world: {shocks: [], ", "4:", "does not belong"),
        ("until: 2010", "untill: 2010", "2:", "unknown key"),
    ],
)
def test_problems_of_a_set_stand_at_their_line(folder: Path, old: str, new: str, where: str, said: str) -> None:
    path = folder / "sets" / "one.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ScenarioError) as told:
        load("base")
    assert f"sets/one.yaml:{where}" in str(told.value) and said in str(told.value)


def test_what_a_set_fixes_is_not_drawn(folder: Path) -> None:
    """A mechanism that is off keeps its prior, for the world that has it; draws from before are refused."""
    path = folder / "sets" / "one.yaml"
    path.write_text(path.read_text().replace("horizon: 30", "ambient: 0"))
    with pytest.raises(ScenarioError, match=r"one\.csv:1.*has the columns draw, .*ambient"):
        load("base")
    assert load("base", {"posterior.draw": 0}).parameters["ambient"] == 0.0  # what `calibrate` begins with
    (folder / "sets" / "one.csv").write_text("draw,quality_scale\n1,1.5\n")
    told = load("base", {"posterior.draw": 1})
    assert told.parameters["ambient"] == 0.0 and told.parameters["quality_scale"] == 1.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("draw,ambient\n1,0.2\n", ":1:1 has the columns draw, ambient"),
        ("draw,quality_scale,ambient\n", "holds no draws"),
        (CSV.replace("0.22", "x"), "one.csv:3:3 ambient: 'x' is no number"),
        (CSV.replace("\n3,", "\n5,"), "one.csv:4:1 draw: '5'; draws count"),
        (CSV.replace("0.22", "9"), "one.csv:3:1 parameters.ambient"),
    ],
)
def test_problems_of_draws_stand_at_their_line(folder: Path, text: str, said: str) -> None:
    (folder / "sets" / "one.csv").write_text(text)
    with pytest.raises(ScenarioError) as told:
        load("base")
    assert said in str(told.value)


def test_the_newest_set_that_may_be_used(folder: Path) -> None:
    assert newest(2012, folder).name == "one"
    assert newest(2017, folder).name == "fit2014"  # the shipped one is newer, and `two` has no draws
    assert newest(2020, folder).name == "fit2018"
    with pytest.raises(NotEnough, match="up to 2009"):
        newest(2009, folder / "sets")


def test_targets_that_a_set_cannot_use_are_told(home: Path) -> None:
    path = home / "sets" / "tiny.yaml"
    path.write_text(path.read_text().replace("[ends, cars]", "[ends, cras]").replace("until: 1990", "until: 1985"))
    with pytest.raises(ScenarioError) as told:
        targets_of(read_set("tiny"))
    assert "did you mean 'cars'" in str(told.value) and "needs data of 1989" in str(told.value)


def test_take_offs_are_drawn_per_seed_and_never_known_before() -> None:
    scenario = load("baseline", posterior={"set": "fit2014", "draw": 0})
    ground = _ground(scenario)
    found = [_takeoffs(ground, seed) for seed in range(1, 801)]
    assert found[:9] == [_takeoffs(ground, seed) for seed in range(1, 10)]
    file = scenario.world
    for name, generation in found[0]:
        waits = np.array([each[name, generation] for each in found]) - 2015.0
        mean = file.takeoffs.pace * file.sectors[name].cycle
        assert waits.min() >= 0.0
        assert waits.mean() == pytest.approx(mean, rel=4 / np.sqrt(800)) and waits.std() == pytest.approx(mean, rel=0.2)
    known, drawn = load("baseline"), [build(scenario, seed).world.weight for seed in (1, 2)]
    names = list(file.sectors)
    differ = {names[s] for s in range(len(names)) if not np.array_equal(drawn[0][:, s], drawn[1][:, s])}
    assert differ == {name for name, _ in found[0]} == {"pharma", "consumer", "batteries"}
    assert np.array_equal(build(known, 1).world.weight, build(known, 2).world.weight)


def test_drawn_take_offs_need_a_pace_and_a_cycle(folder: Path) -> None:
    path = folder / "sets" / "one.yaml"
    drawn = "world: {sectors: {cars: {generations: [{name: electric, midpoint: drawn}]}}}\n"
    path.write_text(ONE.split("world:")[0] + drawn + PRIORS)
    with pytest.raises(ScenarioError, match="nothing says how"):
        load("base")
    path.write_text(path.read_text().replace("world: {", "world: {takeoffs: {after: 2014, pace: 2}, "))
    with pytest.raises(ScenarioError, match=r"sectors\.cars.*cycle"):
        load("base")
