"""Each measure once: what counts as a flip, an end, a gain, an interval. Pure functions of arrays.

flips      when a sector's technology, a venture's product or access flips
terms      who gained by new terms, and what moved
ends       ends of partnerships by cause, and who bought
sales      what is sold abroad: exported, from own plants, by partners; from lead plants, from the Chinese base
survival   cumulative incidence with competing risks (Aalen and Johansen), survival (Kaplan and Meier)
hazards    ratios of rates over strata (Mantel and Haenszel), time exposed before and after a turn
intervals  means, spreads, quantiles and confidence intervals over runs

They know no run, table or figure: whoever has an array may ask them.
"""
