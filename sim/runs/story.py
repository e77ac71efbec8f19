"""`verify --story`: does the default run reproduce history, and the flip? Claims with a number and a range.

S1 to S21 are the source test: what the default world must show, each with the sentence of its sources that it stands
for. S14 and the exports of S17 are nearly inputs, the later half of S10, S18 and S20 are forecasts. H1 to H9 are
further claims about history. A range is what it says.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from sim.measures.dates import quarter_of
from sim.runs.bearing import Bearing, about
from sim.runs.claim import ACCESS, ENDS, GLOBAL, JOINT, LAGGARDS, LEAD, OPEN, OWNED, Claim, part_of, ratio
from sim.runs.engines import default_workers
from sim.runs.followed import Followed, followed, imposed
from sim.runs.further import further
from sim.runs.recorded import TYPES, Record, gather

FRONTIER = (("cars", 1), ("batteries", None), ("solar", None), ("telecom", None))
LIFT = "experiments/flip"  # the file of the experiment that lifts Chinese partners in 2008


def verify(seeds: Sequence[int] = range(1, 101), workers: int | None = None) -> list[Claim]:
    """The story of the default world, claim by claim; four times as many runs as seeds."""
    chosen, hands = list(seeds), workers or default_workers()
    record = gather("baseline", chosen, hands)
    after = followed(record.runs)
    return [
        *_kinds(record),
        *_technology(record),
        *_laggards(record),
        *_after_flips(after),
        *_imposed(record, gather(LIFT, chosen, hands, {"shocks.lift.lead": 0.3})),
        *_hazards(record),
        *_growth(record),
        *_hubs(record),
        *_shares(record),
        *_duty(record, gather("eu_car_duty", chosen, hands)),
        *_controls(record, gather("tight_controls", chosen, hands)),
        *_entry(record),
        *_sectors(record),
        *further(record, after),
    ]


def _kinds(record: Record) -> Iterator[Claim]:
    share = part_of(record.adoptions(1979, 1995), "market_access")
    yield Claim(
        "S1",
        "market access among adoptions to 1994",
        "joint ventures were the way in",
        share,
        0.90,
        1.0,
        about(f"{ACCESS} adoptions_market_access"),
    )


def _technology(record: Record) -> Iterator[Claim]:
    for sector, generation in FRONTIER:
        name = "electric cars" if generation is not None else sector
        part = float((record.flips(sector, generation) < 2026).mean())
        sentence = "Chinese firms bring technology, speed and supply chains"
        yield Claim(
            "S2",
            f"{name}: at the frontier by the end of 2025, share of runs",
            sentence,
            part,
            0.8,
            1.0,
            about(LEAD, sector),
        )
    for sector in LAGGARDS:
        part = float((record.flips(sector) < 2027).mean())
        sentence = "traditional joint ventures still exist where China lags"
        yield Claim(
            "S3", f"{sector}: flipped by the end of 2026, share of runs", sentence, part, 0.0, 0.1, about(LEAD, sector)
        )


def _laggards(record: Record) -> Iterator[Claim]:
    sentence = "traditional joint ventures still exist in chips and aerospace"
    for sector in ("aerospace", "machine_tools"):
        access, joint = (record.at(f"active_{kind}", 2026, sector) for kind in TYPES[:2])
        part = ratio(access, access + joint)
        yield Claim(
            "S4",
            f"{sector}: market access among host partnerships, end of 2026",
            sentence,
            part,
            0.5,
            1.0,
            about(f"{ACCESS} {JOINT}", sector),
        )
        yield Claim(
            "S4",
            f"{sector}: ventures for market access in force, end of 2026",
            sentence,
            access,
            1.0,
            OPEN,
            about(ACCESS, sector),
        )
    chips = record.at("active_market_access", 2026, "semiconductors")
    yield Claim(
        "S5",
        "chips: ventures for market access in force, end of 2026",
        sentence,
        chips,
        0.5,
        OPEN,
        about(ACCESS, "semiconductors"),
    )
    names = tuple(name for name, _ in FRONTIER)
    stock = record.mean("active_market_access", names)
    left = ratio(stock[quarter_of(2025) + 3], stock.max())
    sentence = "partnerships move from market access to co-innovation"
    yield Claim(
        "S6",
        "cars, batteries, solar, telecom: market access in force 2025 over its peak",
        sentence,
        left,
        0.02,
        0.45,
        about(ACCESS, names),
    )


def _after_flips(found: Followed) -> Iterator[Claim]:
    sentence = "contribution logic flips, and partners renegotiate or exit"
    often = ratio(found.after.anything, found.beside.anything)
    yield Claim(
        "S7",
        "anything happens within five years of a product's flip, over unflipped",
        sentence,
        often,
        1.4,
        OPEN,
        about(f"conversions renegotiations {ENDS}"),
    )
    gains = ratio(found.after.chinese_gains, found.beside.chinese_gains)
    yield Claim(
        "S7",
        "the Chinese side gains within five years, over unflipped",
        sentence,
        gains,
        1.5,
        OPEN,
        about("gains_chinese renegotiations buyouts_chinese conversions"),
    )


def _imposed(record: Record, lifted: Record) -> Iterator[Claim]:
    without, with_it = imposed(record), imposed(lifted)
    sentence = "who leads in technology renegotiates, buys or leaves"
    ends = ratio(with_it.ended, without.ended)
    yield Claim(
        "S8", "ends within five years of an imposed lead, with over without", sentence, ends, 2.5, 6.0, about(ENDS)
    )
    turned = ratio(with_it.converted, without.converted)
    yield Claim(
        "S8", "conversions within five years, with over without", sentence, turned, 3.0, OPEN, about("conversions")
    )


def _hazards(record: Record) -> Iterator[Claim]:
    sentence = "carmakers' ventures ended three to five times as often from 2018 on"
    before, after = record.hazard("cars", 1990, 2018), record.hazard("cars", 2018, 2026)
    yield Claim(
        "S9",
        "car ventures ended a year, 2018-25 over before",
        sentence,
        ratio(after, before),
        2.0,
        6.0,
        about(ENDS, "cars"),
    )
    yield Claim("S9", "car ventures ended a year, before 2018", sentence, before, 0.0, 0.03, about(ENDS, "cars"))


def _growth(record: Record) -> Iterator[Claim]:
    sentence = "co-innovation in China grows"
    joint = [float(record.at("active_co_innovation", year)) for year in (2020, 2030)]
    yield Claim(
        "S10", "co-innovation in force, 2030 over 2020", sentence, ratio(joint[1], joint[0]), 1.0, OPEN, about(JOINT)
    )
    years = range(2026, 2036)
    part = np.mean([record.at("active_co_innovation", year) / record.relations(year) for year in years])
    yield Claim("S10", "co-innovation among relations, 2026-35", sentence, float(part), 0.10, 1.0, about(JOINT))
    sentence = "multinationals globalise Chinese technology"
    counts = [record.adoptions(*span)[2] for span in ((2010, 2016), (2020, 2026))]
    yield Claim(
        "S11",
        "globalising adoptions, 2020-25 over 2010-15",
        sentence,
        ratio(counts[1], counts[0]),
        2.0,
        OPEN,
        about(f"{GLOBAL} adoptions_globalize"),
    )
    wide = [sum(record.at("active_globalize", year, name) >= 1 for name in record.sectors) for year in (2015, 2035)]
    yield Claim(
        "S11",
        "sectors with globalising in force, 2035 less 2015",
        sentence,
        wide[1] - wide[0],
        1.0,
        OPEN,
        about(GLOBAL),
    )
    yield Claim("S11", "sectors with globalising in force, 2035", sentence, wide[1], 9.0, OPEN, about(GLOBAL))


def _hubs(record: Record) -> Iterator[Claim]:
    sentence = "in China for global, where the ecosystem is"
    for sector in ("auto_components", *LAGGARDS):
        hubs = record.at("hub_share", 2026, sector, by="firms_multinational") / record.relations(2026, sector)
        low, high = (0.4, 1.0) if sector == "auto_components" else (0.0, 0.1)
        yield Claim(
            "S12",
            f"{sector}: hubs among relations, end of 2026",
            sentence,
            float(hubs),
            low,
            high,
            about("hub_share", sector),
        )
    sentence = "China bases export"
    made = {year: record.from_china("auto_components", year) for year in (2015, 2026)}
    rise = ratio(made[2026], made[2015])
    claim = "auto components: goods made in China among multinationals' sales abroad, 2026 over 2015"
    yield Claim(
        "S13", claim, sentence, rise, 1.5, OPEN, about("reverse_export_ratio china_base_abroad", "auto_components")
    )
    for sector in ("pharma", "aerospace"):
        claim = f"{sector}: goods made in China among multinationals' sales abroad, 2025"
        yield Claim(
            "S13",
            claim,
            sentence,
            record.from_china(sector, 2025),
            0.0,
            0.3,
            about("reverse_export_ratio china_base_abroad", sector),
        )
    months = record.at("development_months", 2025, "cars") / record.chinese_months(2025)
    yield Claim(
        "S14",
        "cars: months of development 2025, multinational over Chinese",
        "China speed",
        months,
        1.6,
        2.2,
        about("development_months", "cars"),
    )


def _shares(record: Record) -> Iterator[Claim]:
    sentence = "national champions lead the world"
    for sector, year, low, high in (("telecom", 2020, 0.2, 0.4), ("batteries", 2025, 0.25, 0.45)):
        largest = record.at("largest_chinese", year, sector)
        yield Claim(
            "S15",
            f"{sector}: largest Chinese firm's share of the world {year}",
            sentence,
            largest,
            low,
            high,
            about("largest_chinese chinese_share chinese_share_abroad", sector),
        )
    for year, low, high in ((2020, 0.0, 0.03), (2025, 0.03, 0.10)):
        share = record.region("chinese_share", "cars", "eu", year)
        yield Claim(
            "S16",
            f"cars: Chinese brands in Europe {year}",
            "foreign partners bring markets",
            share,
            low,
            high,
            about("chinese_share chinese_share_abroad", "cars", "eu"),
        )
    for year, observed in ((2012, 0.42), (2020, 0.38), (2025, 0.69)):
        share = record.region("chinese_share", "cars", "china", year)
        low, high = observed - 0.06, observed + 0.06
        yield Claim(
            "S16",
            f"cars: Chinese brands at home {year}",
            "electric cars turned the market",
            share,
            low,
            high,
            about("chinese_share chinese_share_home", "cars", "china"),
        )


def _duty(record: Record, duty: Record) -> Iterator[Claim]:
    def change(metric: str) -> float:
        pair = [each.region(metric, "cars", "eu", 2031) for each in (record, duty)]
        return ratio(pair[1], pair[0]) - 1.0

    def bears(outcomes: str) -> Bearing:
        return about(outcomes, "cars", "eu", "tariff", nothing=0.0)

    sentence = "tariffs turn exports into local production"
    exports = change("imports_home_made")
    yield Claim(
        "S17",
        "EU duty of 45 % on cars: Chinese exports five years after, change",
        sentence,
        exports,
        -0.70,
        -0.40,
        bears("imports_home_made chinese_exports_abroad"),
    )
    brands = change("chinese_share")
    yield Claim(
        "S17",
        "EU duty of 45 % on cars: Chinese brands' share, change",
        sentence,
        brands,
        -0.50,
        -0.15,
        bears("chinese_share chinese_share_abroad"),
    )
    local = change("local_chinese")
    yield Claim(
        "S17",
        "EU duty of 45 % on cars: Chinese brands made in Europe, change",
        sentence,
        local,
        1e-9,
        OPEN,
        bears("local_chinese chinese_plants_abroad"),
    )


def _controls(record: Record, tight: Record) -> Iterator[Claim]:
    def bears(outcomes: str, nothing: float | None = None) -> Bearing:
        return about(outcomes, "semiconductors", kinds="export_control", nothing=nothing)

    sentence = "controls widen the gap and breed substitutes"
    wider = [
        tight.at("frontier_gap", year, "semiconductors") - record.at("frontier_gap", year, "semiconductors")
        for year in (2030, 2038)
    ]
    yield Claim(
        "S18",
        "tighter controls: chips' gap after four years, change",
        sentence,
        wider[0],
        1e-9,
        OPEN,
        bears("frontier_gap technology_gap", 0.0),
    )
    claim = "tighter controls: chips' gap after twelve years over that after four"
    yield Claim("S18", claim, sentence, ratio(wider[1], wider[0]), -OPEN, 0.95, bears("frontier_gap technology_gap"))
    tools = [each.at("local_suppliers", 2038, "semiconductors") for each in (record, tight)]
    yield Claim(
        "S18",
        "tighter controls: own tools after twelve years, change",
        sentence,
        tools[1] - tools[0],
        1e-9,
        OPEN,
        bears("local_suppliers technology_gap", 0.0),
    )


def _entry(record: Record) -> Iterator[Claim]:
    sentence = "after accession to the WTO newcomers came alone"
    part = record.first_entries_alone(2005, 2010)
    claim = "wholly owned among first entries where no cap binds, 2005-09"
    yield Claim("S19", claim, sentence, part, 0.3, 1.0, about(OWNED))
    late = part_of(record.adoptions(2020, 2026), "wholly_owned")
    yield Claim("S19", "wholly owned among adoptions, 2020-25", "partnerships come back", late, 0.0, 0.12, about(OWNED))


def _sectors(record: Record) -> Iterator[Claim]:
    sentence = "services globalise, too"
    for sector in ("consumer", "digital_services"):
        found = record.at("active_globalize", 2030, sector)
        yield Claim("S20", f"{sector}: globalising in force 2030", sentence, found, 1.0, OPEN, about(GLOBAL, sector))
    outside = max(record.outside_good(2040, name) for name in record.sectors)
    yield Claim(
        "S21",
        "outside good's share at home 2040, largest of all sectors",
        "a flip ends no sector",
        outside,
        0.0,
        0.25,
        about("chinese_share_home", regions="china"),
    )
