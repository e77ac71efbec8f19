"""Numbers that are assumed once and are no parameters, because no study varies them, each with its reason."""

# What is offered
SECOND_LINE = 0.5  # brand weight of each of two lines in the host: they share the brand's weight equally
LEAST_PLANT = 0.5  # sales of the smallest plant that pays, over the region's market per firm: 200,000 cars a year
PLANT_LEAD = 8  # quarters from the decision to build a plant to its first output; two years
WEAR = 0.02  # of a base's capacity a quarter: plants last some twelve years
LENDING_DISTANCE = 7.0  # fall, per log point, of the customers lent to a brand whose lender leads; fits are flat in it
OPENNESS_IN_LAG = 0.4  # part of the lag of a transferred technology that a first unit of openness removes

# What a contract says, and how many a firm can bear
USUAL_ROYALTY = 0.03  # of a venture's sales, while equity is free to settle the split
HIGHEST_ROYALTY = 0.08  # of sales
NOTICE = 4  # quarters between the decision to end a partnership and its end, during which terms stay
HOST_CAPACITY = 2  # host partnerships of a Chinese firm, as SAIC and FAW have for cars
SUPPLY_CAPACITY = 10  # multinationals that a Chinese firm powers: a bound that hardly ever binds
CONTRIBUTION_BAND = 0.15  # log gap at which the side behind brings 27 % of technology: a measure, decides nothing

# What a review and a search reckon with
EXPECTED_EQUITY = 0.5  # of what a shorter lag earns a venture, the multinational counts half: its equity is still open
LEAST_LINE = 0.1  # of the market per firm: the profit a quarter that a newcomer to the host reckons with there
EXPORTER = 0.5  # of the friction of entering alone: an exporter needs agents, not land and licences
CANDIDATES = 5  # Chinese firms that a multinational compares in a search
PLANT_KNOWHOW = 0.02  # cost advantage that a bought plant brings, log
SAME = 1e-9  # of the market per firm: less is no loss

# What is learnt
ABSORPTION_HALF = 0.05  # R&D over the reference at half absorptive capacity: who does any absorbs (CohenLevinthal1990)
LEAKAGE_SPREAD = 0.5  # part of what a partner learns that reaches other Chinese firms, as the multinational reckons
ADOPTION_DISTANCE = 1.5  # log distance to the frontier that halves the chance to take up a generation
BASE_PRESENCE, HUB_PRESENCE = (
    0.5,
    0.5,
)  # a base counts half towards spillovers across origins, and wholly once it is a hub
SLOW_MONTHS = 45.0  # to develop a mass-market product in the country of 1979; McKinsey via series.csv
SETTLING = 12  # quarters in which market shares form at the start, before they make anybody known
CALM = 1.0 / 6.0  # how much slower perceived hazard falls than it rises
LISTING_SHOCK = 0.3  # of trust in a sector, were all its partnerships listed at once
CAUTION = 0.05  # hazard a quarter that full over-compliance at home suggests

# Firms that begin
ENTRANT_DISTANCE = 0.3  # mean log distance of an entrant to the best Chinese firm: it imitates
FOREIGN_SPREAD, CHINESE_SPREAD = 0.10, 0.15  # s.d. of log technology at the start
KNOWN_ABROAD = 0.6  # pull of multinationals in each other's markets at the start, over that at home
LEAST_KNOWN, MORE_KNOWN = 0.7, 0.6  # of a multinational over that mean: from 0.7 to 1.3

# Welfare
PUBLIC_FUNDS = 1.2  # cost of a unit of public outlay to taxpayers: what raising it distorts; a convention
