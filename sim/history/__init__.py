"""History: how well the model foretells what happened after the years it was fitted to."""

from sim.history.backtest import UNTIL, Evidence, Outcome, backtest, leave_out, read
from sim.history.origins import rolling, stop
from sim.history.refit import Refits, largest, refitted, shifts
from sim.history.standing import Standing, standing
from sim.history.worlds import Ensemble, run_worlds

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
