"""Many runs: `ensemble`, `compare`, `sweep`, and the tables they leave."""

from sim.study.compare import Effect, achieved_correlation, compare, effects
from sim.study.course import carry_out
from sim.study.ensemble import ensemble
from sim.study.merge import merge
from sim.study.plan import Options, Plan, Progress, parse_seeds
from sim.study.results import Results
from sim.study.sweep import sweep

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
    "merge",
    "parse_seeds",
    "sweep",
]
