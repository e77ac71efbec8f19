"""Many runs: `ensemble`, `compare`, `sweep`, and the tables they leave."""

from sim.runs.compare import Effect, achieved_correlation, compare, effects
from sim.runs.course import carry_out
from sim.runs.ensemble import ensemble
from sim.runs.merge import merge
from sim.runs.plan import Options, Plan, Progress, parse_seeds
from sim.runs.results import Results
from sim.runs.sweep import sweep

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
