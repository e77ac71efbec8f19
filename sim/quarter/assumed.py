"""Numbers that are assumed once and are no parameters, because no study varies them, each with its reason."""

# What is offered
BESIDE = 0.5  # brand weight of a host line beside another: the two share the brand's weight equally

# What a review and a search reckon with
PART_COUNTED = 0.5  # of what a shorter lag earns a venture, the multinational counts half: its equity is still open
LEAST_EARNED = 0.1  # of the market per firm: the profit a quarter that a newcomer to the host reckons with there
PLANT_PRICE = 0.5  # of its sales a quarter: what a venture's plant is bought for, which is about what it cost
PLANT_FIT = 0.5  # how fast a plant built for a better product empties: by half of what buyers would pay less
PLANT_KNOWHOW = 0.02  # cost advantage that a bought plant brings, log

# What is learnt by presence
GUEST_PACE = 0.5  # access grows half as fast in market access, where the partner meets the customers
BASE_PRESENCE, HUB_PRESENCE = 0.5, 0.5  # a base counts half towards local spillovers, and wholly once it is a hub
SLOW_MONTHS = 45.0  # to develop a mass-market product in the country of 1979; McKinsey via series.csv
CAUTION = 0.05  # hazard a quarter that full over-compliance at home suggests

# Firms at the start
FOREIGN_SPREAD, CHINESE_SPREAD = 0.10, 0.15  # s.d. of log technology at the start
LEAST_ACCESS, MORE_ACCESS = 0.7, 0.6  # multinationals' access abroad at the start over its mean: from 0.7 to 1.3
