"""Calibration: parameters fitted to what was known by some year, by history matching and then by approximate Bayesian
computation."""

from sim.calibration.course import Calibration, Options, calibrate


__all__ = ["Calibration", "Options", "calibrate"]
