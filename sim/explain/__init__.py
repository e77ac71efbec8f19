"""Why firms do what they do, in words: the options of both sides, and the story of a partnership."""

from sim.explain.options import Candidate, Option, candidates, firm_name, firm_names, options
from sim.explain.story import story

__all__ = ["Candidate", "Option", "candidates", "firm_name", "firm_names", "options", "story"]
