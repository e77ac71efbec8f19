"""Fuzzing of every reader of files: whatever stands in them, a documented exit code and no traceback."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.errors import ContraflowError
from sim.files import LEDGER
from sim.runs import Results
from sim.runs.design import read_points
from sim.runs.plan import parse_seeds
from sim.runs.store import MANIFEST, Receipt
from sim.scenario import load
from sim.scenario.reader import parse
from tests.runs.test_ensemble import study

CODES = {0, 2, 3, 4, 5, 6, 73, 74}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TREES = st.recursive(SCALARS, lambda t: st.lists(t, max_size=4) | st.dictionaries(st.text(max_size=12), t, max_size=4))
KEYS = st.sampled_from(
    ["extends", "title", "host", "regions", "sectors", "shocks", "parameters", "firms", "start", "end"]
)


def readable(data: bytes, tmp_path) -> None:
    node, problems = parse(data, "fuzz.yaml")
    assert node is not None or problems
    assert all(len(str(problem)) < 3000 and "\x1b" not in str(problem) for problem in problems)


def scenario(tree, tmp_path) -> None:
    path = tmp_path / "fuzz.yaml"
    path.write_text(json.dumps({"extends": "baseline", **tree}), encoding="utf-8")
    try:
        load(path)
    except ContraflowError as error:
        assert error.code == 4


def points(data: bytes, tmp_path) -> None:
    (tmp_path / "p.csv").write_bytes(data)
    try:
        read_points(tmp_path / "p.csv", most=1000)
    except ContraflowError as error:
        assert error.code in (2, 4)


def seeds(text: str, tmp_path) -> None:
    try:
        parse_seeds(text)
    except ContraflowError as error:
        assert error.code == 2


def receipt(data: bytes, tmp_path) -> None:
    """A receipt is believed only whole: `ValueError` and its kin are what `store` catches."""
    (tmp_path / "c.json").write_bytes(data)
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        Receipt.read(tmp_path / "c.json")


CASES = [
    (readable, st.binary(max_size=300) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass"))),
    (scenario, st.dictionaries(KEYS, TREES, max_size=3)),
    (points, st.binary(max_size=200) | st.text("abc,.\n\"0123e-+;'", max_size=80).map(str.encode)),
    (seeds, st.text(max_size=30) | st.text("0123456789:", max_size=30)),
    (receipt, st.binary(max_size=200) | TREES.map(lambda t: json.dumps(t).encode())),
]
NAMES = [reader.__name__ for reader, _ in CASES]


def fuzz(reader, given_, tmp_path, chosen) -> None:
    chosen(given(given_)(lambda value: reader(value, tmp_path)))()


@pytest.mark.parametrize(("reader", "values"), CASES, ids=NAMES)
def test_any_input_is_read_or_refused(reader, values, tmp_path):
    fuzz(reader, values, tmp_path, FEW)


@pytest.mark.hostile
@pytest.mark.parametrize(("reader", "values"), CASES, ids=NAMES)
def test_any_input_is_read_or_refused_for_long(reader, values, tmp_path):
    fuzz(reader, values, tmp_path, MANY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return study(tmp_path_factory.mktemp("f") / "r", seeds=1).folder


@FEW
@given(
    tree=st.dictionaries(st.sampled_from(["schema", "status", "chunks", "counts", "seeds", "scenarios", "keep"]), TREES)
)
@example(tree={"schema": 2})
@example(tree={"chunks": ["../../x"]})
def test_a_manifest_of_anything_is_refused_signed_or_not(folder, tmp_path_factory, tree):
    place = tmp_path_factory.mktemp("m") / "r"
    shutil.copytree(folder, place)
    told = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps({**told, **tree}))
    if tree and {**told, **tree} != told:
        with pytest.raises(ContraflowError) as caught:
            Results.open(place).table("yearly")
        assert caught.value.code in (5, 74) and MANIFEST in caught.value.message
    shutil.rmtree(place)


@pytest.mark.parametrize("words", [("status",), ("status", "--hashes"), ("show",), ("export",), ("plot",)])
@pytest.mark.parametrize("damage", ["manifest", "ledger", "receipt", "design", "all"])
def test_commands_on_damaged_folders_end_with_a_documented_code(folder, tmp_path, capsys, words, damage):
    """Believed or not (`--no-verify`): never a traceback, never exit code 1."""
    shutil.copytree(folder, tmp_path / "r")
    paths = {
        "manifest": [tmp_path / "r" / MANIFEST],
        "ledger": [tmp_path / "r" / LEDGER],
        "receipt": list((tmp_path / "r" / ".chunks").iterdir()),
        "design": [tmp_path / "r" / "summary.csv", tmp_path / "r" / "runs.parquet"],
        "all": [path for path in (tmp_path / "r").rglob("*") if path.is_file()],
    }[damage]
    for data in (b"", b"{}", b"[1]", b"\x00\xff"):
        for path in paths:
            path.write_bytes(data)
        for more in ((), ("--no-verify",)):
            code = main([*more, words[0], str(tmp_path / "r"), *words[1:]])
            told = capsys.readouterr().err
            assert code in CODES and "Traceback" not in told, (data, more, told)
