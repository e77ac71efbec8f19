"""History: how well the model foretells what happened after the years it was fitted to."""

from sim.evidence.history.backtest import UNTIL, Evidence, Outcome, backtest, leave_out, read
from sim.evidence.history.origins import rolling, stop
from sim.evidence.history.refit import Refits, largest, refitted, shifts
from sim.evidence.history.standing import Standing, standing
from sim.evidence.history.worlds import Ensemble, run_worlds

__all__ = [
    "UNTIL",
    "Ensemble",
    "Evidence",
    "Outcome",
    "Refits",
    "Standing",
    "backtest",
    "largest",
    "leave_out",
    "read",
    "refitted",
    "rolling",
    "run_worlds",
    "shifts",
    "standing",
    "stop",
]
