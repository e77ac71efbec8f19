"""Numbers that are assumed once and are no parameters, because no study varies them, each with its reason."""

# What is offered
SECOND_LINE = 0.5  # brand weight of each of two lines in the host: they share the brand's weight equally
LEAST_PLANT = 0.5  # sales of the smallest plant that pays, over the region's market per firm: 200,000 cars a year
WEAR = 0.02  # of a base's capacity a quarter: plants last some twelve years

# What a review and a search reckon with
EXPECTED_EQUITY = 0.5  # of what a shorter lag earns a venture, the multinational counts half: its equity is still open
LEAST_LINE = 0.1  # of the market per firm: the profit a quarter that a newcomer to the host reckons with there
EXPORTER = 0.5  # of the friction of entering alone: an exporter needs agents, not land and licences
CANDIDATES = 5  # Chinese firms that a multinational compares in a search
PLANT_KNOWHOW = 0.02  # cost advantage that a bought plant brings, log
SAME = 1e-9  # of the market per firm: less is no loss

# What is learnt
ADOPTION_DISTANCE = 1.5  # log distance to the frontier that halves the chance to take up a generation
BASE_PRESENCE, HUB_PRESENCE = (
    0.5,
    0.5,
)  # a base counts half towards spillovers across origins, and wholly once it is a hub
SLOW_MONTHS = 45.0  # to develop a mass-market product in the country of 1979; McKinsey via series.csv
SETTLING = 12  # quarters in which market shares form at the start, before they make anybody known
CALM = 1.0 / 6.0  # how much slower perceived hazard falls than it rises
CAUTION = 0.05  # hazard a quarter that full over-compliance at home suggests

# Firms at the start
FOREIGN_SPREAD, CHINESE_SPREAD = 0.10, 0.15  # s.d. of log technology at the start
LEAST_KNOWN, MORE_KNOWN = 0.7, 0.6  # multinationals' pull abroad at the start over its mean: from 0.7 to 1.3
