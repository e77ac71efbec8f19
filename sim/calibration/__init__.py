"""Calibration: parameters fitted to what was known by some year, by history matching and then by approximate Bayesian
computation."""

from sim.calibration.course import Calibration, Options, calibrate
from sim.calibration.identification import identification
from sim.calibration.twin import twins
from sim.calibration.variants import refitted

__all__ = ["Calibration", "Options", "calibrate", "identification", "refitted", "twins"]
