"""Scenarios: files in, a validated scenario out, and from it the arrays that a run reads."""

from sim.scenario.listing import catalogue, check
from sim.scenario.resolve import Scenario, draws, load
from sim.scenario.schema import json_schema
from sim.scenario.sets import earliest, fitted_sets, newest, read_set
from sim.scenario.template import template
from sim.scenario.words import diff, show

__all__ = [
    "Scenario",
    "catalogue",
    "check",
    "diff",
    "draws",
    "earliest",
    "fitted_sets",
    "json_schema",
    "load",
    "newest",
    "read_set",
    "show",
    "template",
]
