"""Scenarios: files in, a validated scenario out, and from it the arrays that a run reads."""

from sim.scenario.resolve import Scenario, catalogue, check, load
from sim.scenario.schema import json_schema
from sim.scenario.template import template
from sim.scenario.words import diff, show

__all__ = ["Scenario", "catalogue", "check", "diff", "json_schema", "load", "show", "template"]
