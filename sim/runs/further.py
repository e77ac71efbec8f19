"""H1 to H9 of the story: further claims about history."""

from collections.abc import Iterator

import numpy as np

from sim.measures.hazards import mantel_haenszel
from sim.runs.bearing import about
from sim.runs.claim import ACCESS, ENDS, GLOBAL, JOINT, LAGGARDS, LEAD, OPEN, OWNED, Claim, part_of, ratio
from sim.runs.followed import Followed
from sim.runs.recorded import Record

LEADERS, EARLY = ("cars", "batteries", "solar"), ("batteries", "solar", "telecom")
# A ledger of news records a base of one's own less often than a partnership: odds of the trial, one for all periods.
RECORDED = np.array([1.0, 1.0, 1.0, 0.5, 0.5])


def further(record: Record, found: Followed) -> Iterator[Claim]:
    sentence = "two thirds of partnerships were for market access, then fewer"
    for span, low, high in (((2000, 2015), 0.57, 0.76), ((2020, 2026), 0.0, 0.40)):
        adopted = record.adoptions(*span) * RECORDED
        claim = f"market access among adoptions {span[0]}-{span[1] - 1}, as a ledger records them"
        yield Claim(
            "H1",
            claim,
            sentence,
            part_of(adopted, "market_access"),
            low,
            high,
            about(f"{ACCESS} adoptions_market_access"),
        )
    for sector in LEADERS:
        adopted = record.adoptions(2020, 2026, (sector,))
        new = sum(part_of(adopted, kind) for kind in ("co_innovation", "globalize", "hub"))
        yield Claim(
            "H2",
            f"{sector}: globalising, co-innovation and hubs among adoptions 2020-25",
            "they lead",
            new,
            0.5,
            1.0,
            about(f"{JOINT} {GLOBAL} hub_share", sector),
        )
    lasting = [
        part_of(record.adoptions(2015, 2026, group), "market_access") for group in (LAGGARDS, record.but(LAGGARDS))
    ]
    claim = "market access 2015-25 in chips, aerospace, machine tools less elsewhere"
    yield Claim("H3", claim, "it lasts longest there", lasting[0] - lasting[1], 1e-9, 1.0, about(ACCESS, LAGGARDS))
    cars = float(np.median(record.flips("cars", 1)))
    for sector in EARLY:
        years = cars - float(np.median(record.flips(sector)))
        yield Claim(
            "H4",
            f"years from the flip of {sector} to that of electric cars",
            "the order of flips",
            years,
            0.25,
            OPEN,
            about(LEAD, ("cars", sector)),
        )
    yield from _ends(record)
    yield from _plateau(record)
    yield Claim(
        "H9",
        "the Chinese side gains, by new terms or by another form, over unflipped",
        "contribution logic flips, and partners renegotiate",
        ratio(found.after.raised, found.beside.raised),
        1.5,
        OPEN,
        about("gains_chinese renegotiations conversions"),
    )


def _ends(record: Record) -> Iterator[Claim]:
    for first, last in ((1990, 2000), (2000, 2015), (2015, 2026)):
        rate = record.ends(first, last)
        yield Claim(
            "H5", f"partnerships ended a year, {first}-{last - 1}", "ventures last", rate, 0.03, 0.08, about(ENDS)
        )
    odds = mantel_haenszel(*record.around_flips())
    claim = "ends of host ventures after a product's flip over before, each sector within itself"
    yield Claim("H6", claim, "who is overtaken is left", odds.ratio, 1.0, OPEN, about(ENDS))
    overtakes = record.owned_overtakes()
    claim = "year in which wholly owned entry overtakes ventures where no cap binds"
    yield Claim("H7", claim, "by 2000 most came alone", overtakes, 1997, 2000, about(OWNED))


def _plateau(record: Record) -> Iterator[Claim]:
    plateau = [record.region("chinese_share", "cars", "china", year) for year in range(2010, 2020)]
    yield Claim(
        "H8",
        "cars: Chinese brands at home in the 2010s, lowest",
        "a plateau near .40",
        min(plateau),
        0.33,
        1.0,
        about("chinese_share chinese_share_home", "cars", "china"),
    )
    yield Claim(
        "H8",
        "cars: Chinese brands at home in the 2010s, highest",
        "a plateau near .40",
        max(plateau),
        0.0,
        0.47,
        about("chinese_share chinese_share_home", "cars", "china"),
    )
