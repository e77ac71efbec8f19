"""What is said of the time that is left."""

from sim.cli.progress import EVERY, Display
from sim.runs.plan import Progress


def test_a_stage_with_a_clock_of_its_own_is_timed_anew(capsys, monkeypatch) -> None:
    """Ten runs of the second stage took ten seconds, whatever the first took: 90 more take 90 seconds."""
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    display = Display("calibrate", quiet=False)
    for told in (
        Progress(20, 1, 0, 0, 100.0),
        Progress(20, 20, 0, 0, 2000.0),
        Progress(101, 1, 0, 0, 1.0),
        Progress(101, 11, 0, 0, 11.0),
    ):
        now += EVERY
        display(told)
    assert capsys.readouterr().err.splitlines()[-1] == "calibrate: 11/101 runs, 1.0 runs/s, 1 min 30 s left"
