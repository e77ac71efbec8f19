"""Many runs: `ensemble`, `compare`, and the tables they leave."""

from sim.study.compare import Effect, achieved_correlation, compare, effects
from sim.study.ensemble import Options, Plan, Progress, carry_out, ensemble, parse_seeds
from sim.study.results import Results

__all__ = [
    "Effect",
    "Options",
    "Plan",
    "Progress",
    "Results",
    "achieved_correlation",
    "carry_out",
    "compare",
    "effects",
    "ensemble",
    "parse_seeds",
]
