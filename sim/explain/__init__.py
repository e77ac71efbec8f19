"""Why firms do what they do, in words: the options of both sides, and the story of a partnership."""

from sim.explain.account import Account, account
from sim.explain.options import Candidate, Option, candidates, firm_name, firm_names, options
from sim.explain.past import without_shocks
from sim.explain.replay import Reading
from sim.explain.story import as_text, story

__all__ = [
    "Account",
    "Candidate",
    "Option",
    "Reading",
    "account",
    "as_text",
    "candidates",
    "firm_name",
    "firm_names",
    "options",
    "story",
    "without_shocks",
]
