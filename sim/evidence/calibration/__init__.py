"""Calibration: parameters fitted to what was known by some year, by history matching and then by approximate Bayesian
computation."""

from sim.evidence.calibration.course import Calibration, Options, calibrate
from sim.evidence.calibration.identification import identification
from sim.evidence.calibration.twin import twins
from sim.evidence.calibration.variants import refitted

__all__ = ["Calibration", "Options", "calibrate", "identification", "refitted", "twins"]
