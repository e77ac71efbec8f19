"""The page of faults numbers them all, and names only tests that exist."""

import re

CODES = {*map(str, (0, 2, 3, 4, 5, 73, 74, 129, 130, 143)), "–"}


def test_every_fault_has_tests_that_exist(root):
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in (root / "docs" / "reliability.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \d+ \|", line)
    ]
    assert [int(number) for number, *_ in rows] == list(range(1, len(rows) + 1)) and len(rows) >= 56
    written = "\n".join(path.read_text(encoding="utf-8") for path in (root / "tests").rglob("test_*.py"))
    known = set(re.findall(r"^def (test_\w+)\(", written, re.M))
    for number, _, _, codes, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named and set(named) <= known, (number, set(named) - known)
        assert set(codes.split(", ")) <= CODES
