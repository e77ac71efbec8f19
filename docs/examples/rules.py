"""Other rules, for `--rules docs/examples/rules.py`: each function stands for the rule of its name in sim/model/rules.

A rule is arithmetic on its arguments, which must be those of the shipped rule in their order. The file may hold
constants, helpers (names that begin with _), and imports from math, sim.machine.arithmetic and sim.model.rules.
"""

from sim.machine.arithmetic import exp
from sim.model.rules.governance import autonomy as shipped

PATIENCE = 0.5


def _softened(share: float) -> float:
    """Between the shipped share and a half: partners do not go all the way to either end."""
    return 0.5 + PATIENCE * (share - 0.5)


def autonomy(gain: float, exposure: float, hold_up: float) -> float:
    """Autonomy that never is complete on either side."""
    return _softened(shipped(gain, exposure, hold_up))


def governance_cost(base: float, trust_end: float, trust: float) -> float:
    """Cost that falls exponentially with trust and never vanishes, instead of a line to `trust_end`."""
    return base * trust_end * exp(-2.0 * trust)
