"""Closed forms of the list that the model as built has no place for, and parts of others."""

from typing import NamedTuple


class Absent(NamedTuple):
    """An item of the list, or the part of it that does not apply, and why."""

    id: str
    statement: str
    reason: str


ABSENT = (
    Absent("T25", "leakage lowers the stock of innovation",
           "research is a fixed share of sales: leakage closes contracts (T24) and leaves own research alone"),
    Absent("T26", "learning race of Khanna, Gulati and Nohria: efforts that answer each other",
           "partners choose no hazard of having learnt: it follows from openness, trust and absorptive capacity"),
    Absent("T31", "real options: a band of inaction between gain and cost",
           "decisions are by present value over the horizon; nobody values waiting"),
    Absent("T33", "deferred acceptance: no blocking pair",
           "one proposal a firm and quarter: a refused firm tries again later, so pairs that block may wait"),
    Absent("T8, part", "adoption never comes under full lock-in without demand",
           "lock-in lowers what a firm starts a generation with (T9), not its chance to take it up"),
    Absent("T9, part", "adopt iff (1 - phi) rent > q / theta",
           "adoption is a chance that falls with distance to the frontier, not an investment test"),
    Absent("T10, part", "protection slows catching up where windows are large",
           "adoption and effort do not depend on sales in the old generation, so protection cannot lock firms in"),
    Absent("T6, part", "no research, no learning from firms of one's own origin, or from bases next door",
           "imitation within an origin and leakage from bases take no absorptive capacity (model.md, S1.3)"),
    Absent("T18, part", "the tariff at which a plant pays falls with market size",
           "a plant costs so many years of what it sells: market size decides nothing (V1)"),
    Absent("T23, part", "a binding cap lowers openness",
           "openness reckons with a part of one half (decision 0006): a cap moves equity, royalty, consent"),
    Absent("T24, part", "openness rises with the multinational's equity and with market size",
           "equity as T23; a larger market scales gain and loss alike"),
    Absent("T35, part", "shared vetoes lose once their delay is longer than what speed gains",
           "nobody vetoes: autonomy costs hold-up only"),
    Absent("T38, part", "a policy that starts after the last year changes nothing",
           "the reader of scenario files refuses it"),
    Absent("T39, part", "quarters or years as the unit of time",
           "the quarter is built in: yearly rates are divided by four"),
    Absent("X3, part", "zero sales, not nearly zero",
           "appeals are powers of prices: a tariff of 1000 % leaves 1 in 1331 of an offer's appeal"),
)  # fmt: skip
