"""History: how well the model foretells what happened after the years it was fitted to."""

from sim.history.backtest import UNTIL, Evidence, Outcome, backtest, leave_out, read
from sim.history.worlds import Ensemble, run_worlds

__all__ = ["UNTIL", "Ensemble", "Evidence", "Outcome", "backtest", "leave_out", "read", "run_worlds"]
