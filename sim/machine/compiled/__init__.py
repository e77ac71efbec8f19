"""How rules and stages are compiled: the only package that knows Numba."""

from sim.machine.compiled import loaded as loaded  # first, before anything loads Numba

# isort: split
from sim.machine.compiled.bundles import Bundle, bundle, take_over
from sim.machine.compiled.functions import lane, precompile, rule, stage, step
from sim.machine.compiled.making import INTERPRETED
from sim.machine.sources import kernel_hash  # for all who run a kernel

__all__ = [
    "INTERPRETED",
    "Bundle",
    "bundle",
    "kernel_hash",
    "lane",
    "precompile",
    "rule",
    "stage",
    "step",
    "take_over",
]
