"""The policy laboratory: pre-registered experiments, their effects, attribution and robustness."""

from sim.sweeps.experiments.conduct import conduct, read_findings, write_tables
from sim.sweeps.experiments.definition import Definition, open_definition, shipped
from sim.sweeps.experiments.evidence import Evidence
from sim.sweeps.experiments.layout import Layout, lay_out

__all__ = [
    "Definition",
    "Evidence",
    "Layout",
    "conduct",
    "lay_out",
    "open_definition",
    "read_findings",
    "shipped",
    "write_tables",
]
