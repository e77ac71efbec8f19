"""Every quantity of the model's state, declared once: name, type, unit, meaning, bounds.

Columns are NamedTuples of arrays. From the declarations come allocation, the Mesa agents' live attributes, validation
of world files, invariant checks and the tables of the documents; what a run writes down stands in `sim/model/records.py`.
Technology is in natural logs (0.10 is about 10 % better), money in the unit of the sectors' markets, shares and
probabilities in [0, 1].
"""

from enum import IntEnum
from typing import Annotated, NamedTuple

from sim.machine.declare import Column, Field

SCHEMA = 1  # version of scenario files and records
FIRST_YEAR = 1979  # quarter 0 is 1979Q1
REPORT_YEAR = 1990


class Kind(IntEnum):
    multinational = 0
    chinese = 1


class Ownership(IntEnum):
    state = 0
    private = 1
    foreign = 2


class Type(IntEnum):
    """Partnership types and, as `none`, `hub` and `wholly_owned`, what a multinational does alone in the host."""

    none = 0
    market_access = 1
    co_innovation = 2
    globalize = 3
    hub = 4
    wholly_owned = 5


HOST_TYPES = (Type.market_access, Type.co_innovation)  # of ventures in the host


class Mode(IntEnum):
    """How a multinational serves the host without a partner."""

    absent = 0
    export = 1
    wholly_owned = 2


class Route(IntEnum):
    """`sell`: the Chinese brand through the partner's access; `power`: the partner's brand on Chinese technology."""

    none = 0
    sell = 1
    power = 2


class Way(IntEnum):
    """How an offer reaches a region: made there, shipped from the owner's home or from the host, alone or with a local
    partner, or sent as parts, which a local partner makes into goods.
    """

    local = 0
    from_home = 1
    from_host = 2
    as_parts = 3
    with_partner = 4


class Basis(IntEnum):  # by what a ceiling counts imports: where they are made, or who owns their maker
    made = 0
    owner = 1


class Term(IntEnum):  # whose price of licences: of ceilings in force, or of announced ones
    now = 0
    soon = 1


class Bound(IntEnum):
    """Whose a line's offer is: the firm's own, with all its access or with some lent; or a contract's."""

    own = 0
    lent = 1
    given = 2
    powered = 3


class SubForm(IntEnum):
    none = 0
    equity_jv = 1
    licence = 2
    contract_manufacturing = 3
    supply = 4
    minority_stake = 5
    rd_alliance = 6
    distribution = 7
    acquisition = 8


class Happening(IntEnum):
    """Kinds of event."""

    formation = 0
    renegotiation = 1
    conversion = 2
    buyout_multinational = 3
    buyout_chinese = 4
    dissolution = 5
    screening_refusal = 6
    severance = 7
    flip = 8
    generation_adoption = 9
    entry = 10
    bankruptcy = 11
    product_flip = 12
    access_flip = 13
    own_plant = 14


class Trigger(IntEnum):
    """Why a review, an end or a formation came about."""

    none = 0
    scheduled = 1
    policy = 2
    search = 3
    surplus = 4
    exogenous = 5
    listing = 6
    firm_exit = 7


class Cause(IntEnum):
    """Why a partnership ended. Who bought its plant, if anybody did, is told by the kind of the event."""

    none = 0
    chance = 1
    lost_surplus = 2
    failed_talks = 3
    policy = 4
    listing = 5
    bankruptcy_multinational = 6
    bankruptcy_chinese = 7


class Firms(NamedTuple):
    """State of firms; rows sorted by sector, multinationals first, with empty rows kept for entrants."""

    id: Annotated[Column, Field("id", "stable identity: sector's key and order, or quarter of entry", "firm", dtype="u8")]
    sector: Annotated[Column, Field("index", "sector", "firm", 0, dtype="i4")]
    kind: Annotated[Column, Field("kind", "multinational or Chinese firm", "firm", 0, 1, dtype="i1")]
    home: Annotated[Column, Field("index", "home region", "firm", 0, dtype="i1")]
    ownership: Annotated[Column, Field("ownership", "state, private or foreign", "firm", 0, 2, dtype="i1")]
    access_holder: Annotated[Column, Field("flag", "has access abroad and no technology of its own", "firm", 0, 1, dtype="i1")]
    active: Annotated[Column, Field("flag", "1 while the firm lives", "firm", 0, 1, dtype="i1")]
    cost_scale: Annotated[Column, Field("ratio", "multiplier of the firm's fixed costs", "firm", 0)]
    technology: Annotated[Column, Field("log", "product technology of each generation", "firm generation", -30, 30)]
    adopted: Annotated[Column, Field("flag", "whether the firm makes the generation", "firm generation", 0, 1, dtype="i1")]
    effort: Annotated[Column, Field("share", "share of R&D given to each generation", "firm generation", 0, 1)]
    operations: Annotated[Column, Field("log", "cost advantage from learning by doing", "firm", -5, 5)]
    output: Annotated[Column, Field("ratio", "cumulated output, in market shares of a year", "firm", 0, default=1.0)]
    customers: Annotated[Column, Field("ratio", "customer capital in each region, over a firm of normal size", "firm region", 0)]
    pull: Annotated[Column, Field("ratio", "weight of the brand in each region that its customers give it", "firm region", 0)]
    months: Annotated[Column, Field("months", "development time of a product", "firm", 1, 120)]
    plant: Annotated[Column, Field("quarter", "first quarter the plant in a region works, -1 if none", "firm region", -1, dtype="i2")]
    share: Annotated[Column, Field("share", "market share of each line", "firm line", 0, 1)]
    contract: Annotated[Column, Field("row", "partnership that shapes the line's offer, -1 if none", "firm line", -1, dtype="i4")]
    ventures: Annotated[Column, Field("count", "a Chinese firm's partnerships in the host", "firm", 0, dtype="i2")]
    supplies: Annotated[Column, Field("count", "a Chinese firm's partnerships that power others", "firm", 0, dtype="i2")]
    mode: Annotated[Column, Field("mode", "what the multinational does alone in the host", "firm", 0, 2, dtype="i1")]
    orientation: Annotated[Column, Field("flag", "1 if the China base works for the world", "firm", 0, 1, dtype="i1")]
    hub: Annotated[Column, Field("share", "share of R&D and lead products at the China base", "firm", 0, 1)]
    capacity: Annotated[Column, Field("ratio", "capacity of the China base over what its owner sells elsewhere", "firm", 0)]
    hub_quarters: Annotated[Column, Field("quarters", "quarters in a row that the base serves mainly the world", "firm", 0, dtype="i2")]
    is_hub: Annotated[Column, Field("flag", "1 once the base has become a hub", "firm", 0, 1, dtype="i1")]
    worth: Annotated[Column, Field("money", "net worth", "firm")]
    distress: Annotated[Column, Field("quarters", "quarters in a row with negative worth or no sales", "firm", 0, dtype="i4")]
    hazard: Annotated[Column, Field("probability", "perceived chance a quarter of being cut off", "firm", 0, 1)]
    hedge: Annotated[Column, Field("share", "dependence covered by an in-house alternative", "firm", 0, 1)]
    revenue: Annotated[Column, Field("money", "sales under the own brand this quarter", "firm", 0)]
    host_revenue: Annotated[Column, Field("money", "sales in the host this quarter", "firm", 0)]
    exports: Annotated[Column, Field("money", "multinational's sales abroad made in the host", "firm", 0)]
    borrowed: Annotated[Column, Field("money", "sales that run on a partner's technology", "firm", 0)]
    venture_income: Annotated[Column, Field("money", "income from partnerships this quarter", "firm")]
    profit: Annotated[Column, Field("money", "profit this quarter, after R&D and fixed costs", "firm")]
    rd: Annotated[Column, Field("money", "R&D spending this quarter", "firm", 0)]
    listed: Annotated[Column, Field("flag", "on the entity list of each region", "firm region", 0, 1, dtype="i1")]


class Partnerships(NamedTuple):
    """State of partnerships; each sector has rows of its own, and a row is free when `active` is 0."""

    id: Annotated[Column, Field("id", "stable identity: the two firms, line and quarter of signing", "partnership", dtype="u8")]
    active: Annotated[Column, Field("flag", "1 while in force", "partnership", 0, 1, dtype="i1")]
    multinational: Annotated[Column, Field("row", "the multinational", "partnership", -1, dtype="i4")]
    chinese: Annotated[Column, Field("row", "the Chinese firm", "partnership", -1, dtype="i4")]
    sector: Annotated[Column, Field("index", "sector", "partnership", 0, dtype="i4")]
    type: Annotated[Column, Field("type", "market access, co-innovation or globalize", "partnership", 0, 3, dtype="i1")]
    type_first: Annotated[Column, Field("type", "type at signing", "partnership", 0, 3, dtype="i1")]
    route: Annotated[Column, Field("route", "sell or power, when globalizing", "partnership", 0, 2, dtype="i1")]
    sub_form: Annotated[Column, Field("form", "legal form", "partnership", 0, 8, dtype="i1")]
    region: Annotated[Column, Field("index", "where the offer is sold", "partnership", 0, dtype="i1")]
    line: Annotated[Column, Field("index", "line of the brand's owner", "partnership", 0, dtype="i1")]
    place: Annotated[Column, Field("index", "where the offer is made", "partnership", 0, dtype="i1")]
    equity: Annotated[Column, Field("share", "multinational's share of profit after royalty", "partnership", 0, 1)]
    royalty: Annotated[Column, Field("share", "share of sales paid to the side that gives technology", "partnership", 0, 1)]
    openness: Annotated[Column, Field("share", "knowledge opened by contract", "partnership", 0, 1)]
    autonomy: Annotated[Column, Field("share", "decisions left to the venture", "partnership", 0, 1)]
    trust: Annotated[Column, Field("share", "trust", "partnership", 0, 1)]
    start: Annotated[Column, Field("quarter", "quarter of signing", "partnership", -1, dtype="i2")]
    ends: Annotated[Column, Field("quarter", "quarter in which notice runs out, -1 if none given", "partnership", -1, dtype="i2")]
    end_kind: Annotated[Column, Field("kind", "event that will end it", "partnership", -1, 11, dtype="i1")]
    end_trigger: Annotated[Column, Field("trigger", "cause of the end", "partnership", 0, 7, dtype="i1")]
    end_cause: Annotated[Column, Field("cause", "why it will end", "partnership", 0, 7, dtype="i1")]
    next_mode: Annotated[Column, Field("mode", "what the multinational does alone afterwards", "partnership", 0, 3, dtype="i1")]
    technology_balance: Annotated[Column, Field("share", "Chinese part of the technology brought", "partnership", 0, 1)]
    access_balance: Annotated[Column, Field("share", "Chinese part of the access brought", "partnership", 0, 1)]
    reversed: Annotated[Column, Field("quarters", "quarters in a row with technology balance above one half", "partnership", 0, dtype="i2")]
    flipped: Annotated[Column, Field("quarter", "quarter of the flip, -1 if none", "partnership", -1, dtype="i2")]
    product_lead: Annotated[Column, Field("log", "lead of a host venture's product over what the partner sells alone, in technology", "partnership")]
    lead_start: Annotated[Column, Field("log", "its product lead in the first quarter of sales", "partnership")]
    behind: Annotated[Column, Field("quarters", "quarters in a row with a negative product lead", "partnership", 0, dtype="i2")]
    product_flipped: Annotated[Column, Field("quarter", "quarter of the product's flip, -1 if none", "partnership", -1, dtype="i2")]
    access_side: Annotated[Column, Field("code", "who brought more access in the first quarter: 1 the Chinese side, -1 the multinational", "partnership", -1, 1, dtype="i1")]
    access_turned: Annotated[Column, Field("quarters", "quarters in a row in which the other side has brought more", "partnership", 0, dtype="i2")]
    access_flipped: Annotated[Column, Field("quarter", "quarter of the access flip, -1 if none", "partnership", -1, dtype="i2")]
    gap_start: Annotated[Column, Field("log", "multinational's technology less the Chinese firm's at signing", "partnership")]
    equity_start: Annotated[Column, Field("share", "multinational's equity at signing", "partnership", 0, 1)]
    flow_to_chinese: Annotated[Column, Field("log", "technology learnt by the Chinese firm", "partnership", 0)]
    flow_to_multinational: Annotated[Column, Field("log", "technology learnt by the multinational", "partnership", 0)]
    sales: Annotated[Column, Field("money", "sales of the offer this quarter", "partnership", 0)]
    pot: Annotated[Column, Field("money", "profit of the offer this quarter, to be shared", "partnership")]
    pay_multinational: Annotated[Column, Field("money", "expected value a quarter to the multinational", "partnership")]
    pay_chinese: Annotated[Column, Field("money", "expected value a quarter to the Chinese firm", "partnership")]
    promise_multinational: Annotated[Column, Field("money", "its value when terms were last set", "partnership")]
    promise_chinese: Annotated[Column, Field("money", "its value when terms were last set", "partnership")]


class Sectors(NamedTuple):
    """What distinguishes sectors: data, never dummies. Fields with `given` come from the world file."""

    key: Annotated[Column, Field("id", "stable key of the sector's name", "sector", dtype="u8")]
    first: Annotated[Column, Field("row", "first row of the sector's multinationals", "sector", 0, dtype="i8")]
    middle: Annotated[Column, Field("row", "first row of its Chinese firms", "sector", 0, dtype="i8")]
    last: Annotated[Column, Field("row", "one past its last row", "sector", 0, dtype="i8")]
    multinationals: Annotated[Column, Field("count", "multinationals at the start", "sector", 0)]
    chinese: Annotated[Column, Field("count", "Chinese firms at the start", "sector", 0)]
    generations: Annotated[Column, Field("count", "generations declared", "sector", 1, dtype="i8")]
    tradable: Annotated[Column, Field("flag", "goods that are shipped and taxed at the border", "sector", 0, 1, given=True, default=1)]
    quality_sensitivity: Annotated[Column, Field("1", "alpha_q: response of demand to log technology", "sector", 0.5, 6, given=True, default=2)]
    price_elasticity: Annotated[Column, Field("1", "alpha_s: response of demand to log price", "sector", 0.5, 12, given=True, default=3)]
    innovation: Annotated[Column, Field("log/year", "technology gained a year at reference R&D", "sector", 0, 0.3, given=True, default=None)]
    absorption: Annotated[Column, Field("1/year", "rate at which a Chinese firm closes the gap to the frontier, before R&D and controls", "sector", 0, 1, given=True, default=None)]
    rd_intensity: Annotated[Column, Field("share", "R&D over sales", "sector", 0, 0.6, given=True, default=None)]
    start_level: Annotated[Column, Field("ratio", "technology of Chinese firms over the frontier in 1979", "sector", 0.001, 2, given=True, default=None)]
    floor: Annotated[Column, Field("ratio", "state and market-based R&D floor, relative to the national path", "sector", 0, 5, given=True, default=1)]
    cost_advantage: Annotated[Column, Field("ratio", "Chinese cost advantage, relative to the national path", "sector", 0, 3, given=True, default=1)]
    transport: Annotated[Column, Field("log", "cost of shipping between regions", "sector", 0, 2, given=True, default=0.08)]
    access_holders: Annotated[Column, Field("share", "multinationals with access and no technology of their own", "sector", 0, 1, given=True, default=0)]
    entry_rate: Annotated[Column, Field("1/year", "Chinese entrants a year over Chinese firms, without window or support", "sector", 0, 2, given=True, default=0.002)]
    foreign_inputs: Annotated[Column, Field("share", "cost of a product at the frontier that a host without suppliers has to import", "sector", 0, 1, given=True, default=0.3)]
    reserved_demand: Annotated[Column, Field("share", "host demand by state buyers who prefer local owners and ventures", "sector", 0, 1, given=True, default=0)]
    customer_turnover: Annotated[Column, Field("1/year", "buyers who choose anew: one over their replacement or contract cycle", "sector", 0, 1, given=True, default=0.12)]
    learning_rate: Annotated[Column, Field("1", "cost elasticity of cumulated output", "sector", 0, 1, given=True, default=0.05)]


class World(NamedTuple):
    """Dated conditions that nobody in the model decides."""

    market: Annotated[Column, Field("money/year", "expenditure", "quarter sector region", 0)]
    weight: Annotated[Column, Field("share", "share of demand for each generation", "quarter sector generation region", 0, 1)]
    arrived: Annotated[Column, Field("flag", "generation can be made", "quarter sector generation", 0, 1)]
    advantage: Annotated[Column, Field("log", "Chinese cost advantage", "quarter")]
    floor: Annotated[Column, Field("ratio", "national R&D floor over reference R&D", "quarter")]
    speed: Annotated[Column, Field("ratio", "Chinese firms' speed of development over 1979", "quarter", 0)]
    rights: Annotated[Column, Field("share", "how far foreigners may distribute what they import in the host", "quarter", 0, 1)]


class Policy(NamedTuple):
    """Policy fields by quarter. Two instances exist: `in_force`, and `announced` (what is known to come, at full size).

    origin: where goods are made, technology or an investor comes from; destination: whose border, market or law it is.
    """

    tariff: Annotated[Column, Field("share", "ad valorem, by place of production", "quarter sector generation origin destination", 0, 20)]
    owner_tariff: Annotated[Column, Field("share", "ad valorem on imports, by home of the owner", "quarter sector generation origin destination", 0, 20)]
    spared: Annotated[Column, Field("share", "part of the tariff on what the host makes that local partners' goods do not pay", "quarter sector generation destination", 0, 20)]
    price_floor: Annotated[Column, Field("share", "lowest price of goods at the border, above what their seller asks free of duty, by place of production", "quarter sector generation origin destination", 0, 20)]
    quota: Annotated[Column, Field("share", "largest part of the region's market that goods made in the origin may have; those of all generations below 1 count together", "quarter sector generation origin destination", 0, 1, default=1.0)]
    owner_quota: Annotated[Column, Field("share", "largest part of the region's market that imports of the origin's firms may have; generations as for `quota`", "quarter sector generation origin destination", 0, 1, default=1.0)]
    auctioned: Annotated[Column, Field("share", "part of the licences under a ceiling that the destination sells", "quarter sector origin destination", 0, 1)]
    exempt: Annotated[Column, Field("share", "part of local partners' goods from the host that needs no licence", "quarter sector destination", 0, 1)]
    control: Annotated[Column, Field("share", "export control: share of technology flow stopped", "quarter sector generation origin destination", 0, 1)]
    over_compliance: Annotated[Column, Field("share", "flow stopped beyond what is controlled", "quarter sector origin destination", 0, 1)]
    listing: Annotated[Column, Field("count", "most central firms of the origin listed by the destination", "quarter sector origin destination", 0, 1000)]
    block: Annotated[Column, Field("probability", "screening refuses a deal", "quarter sector origin destination", 0, 1)]
    delay: Annotated[Column, Field("quarters", "screening takes", "quarter sector origin destination", 0, 40)]
    threshold: Annotated[Column, Field("share", "equity above which deals are screened", "quarter sector origin destination", 0, 1)]
    waived: Annotated[Column, Field("share", "part of screening's chance and time that deals with a local partner are spared", "quarter sector origin destination", 0, 1)]
    cap: Annotated[Column, Field("share", "largest foreign equity allowed", "quarter sector generation origin destination", 0, 1, default=1.0)]
    mandate: Annotated[Column, Field("share", "openness that a local partner is promised by law", "quarter sector origin destination", 0, 1)]
    sole_entry_friction: Annotated[Column, Field("share", "yearly cost of entering without a partner, of market per firm", "quarter sector destination", 0, 10)]
    ip: Annotated[Column, Field("share", "protection of intellectual property", "quarter sector destination", 0, 1)]
    localisation_cost: Annotated[Column, Field("share", "cost of keeping data and R&D apart, of market per firm", "quarter sector destination", 0, 10)]
    subsidy_rd: Annotated[Column, Field("ratio", "R&D subsidy over reference R&D", "quarter sector origin", 0, 10)]
    subsidy_production: Annotated[Column, Field("share", "production subsidy over cost", "quarter sector generation origin", 0, 0.9)]
    perception: Annotated[Column, Field("log", "shift of demand by owner's home", "quarter sector origin destination", -20, 5)]
    compliance: Annotated[Column, Field("share", "cost of compliance over sales of foreign owners", "quarter sector origin destination", 0, 1)]
    local_content: Annotated[Column, Field("share", "content that must be local", "quarter sector generation destination", 0, 1)]
    demand: Annotated[Column, Field("ratio", "factor on expenditure", "quarter sector generation destination", 0, 10, default=1.0)]
    supply: Annotated[Column, Field("ratio", "factor on what plants can deliver", "quarter sector generation origin", 0, 10, default=1.0)]
    lift: Annotated[Column, Field("log", "lead over the multinational that Chinese partners in the host are lifted to at once", "quarter sector generation", 0, 5)]
    changed: Annotated[Column, Field("flag", "a field of the sector changed this quarter, by region concerned", "quarter sector region", 0, 1)]


class Scratch(NamedTuple):
    """Working numbers of a quarter; what lasts of them belongs to sectors and partnerships.

    A seat is a firm's row here. A run takes one group of sectors after the other, so that it needs no more seats than
    the largest has firms; whoever looks at all sectors between quarters gives every firm its own. In a quarter no seat
    is read before it is written.
    """

    reference: Annotated[Column, Field("log", "exogenous technology trend that appeals are relative to", "sector")]
    start_front: Annotated[Column, Field("log", "frontier of the generation before when this one arrived", "sector generation")]
    logsum: Annotated[Column, Field("log", "sluggish log-sum of appeals", "sector region")]
    quality: Annotated[Column, Field("1", "appeal of the firm's technology", "seat generation", 0)]
    demanded: Annotated[Column, Field("1", "appeal of its technology over generations, by the host's demand", "seat", 0)]
    composite: Annotated[Column, Field("log", "technology over generations, by the host's demand", "seat")]
    base_wage: Annotated[Column, Field("ratio", "appeal that production in the host has for a multinational that uses local suppliers", "seat", 0)]
    lifted: Annotated[Column, Field("ratio", "appeal of joint technology used in products abroad", "seat", 1, default=1.0)]
    demand_weight: Annotated[Column, Field("share", "share of demand by generation, after demand shocks", "sector generation region", 0, 1)]
    weight_read: Annotated[Column, Field("share", "the same as the world has it, when it was last read", "sector generation region", 0, 1)]
    demand_factor: Annotated[Column, Field("ratio", "what demand shocks make of expenditure", "sector region", 0)]
    world_weight: Annotated[Column, Field("share", "the same for the world", "sector generation", 0, 1)]
    expenditure: Annotated[Column, Field("money", "a quarter's expenditure", "sector region", 0)]
    unit: Annotated[Column, Field("money", "a quarter's world market per firm", "sector", 0)]
    rd_reference: Annotated[Column, Field("money", "a quarter's R&D of a representative multinational", "sector", 0)]
    operated: Annotated[Column, Field("ratio", "appeal of the firm's operations", "seat", 0)]
    trade: Annotated[Column, Field("ratio", "appeal kept across a border", "sector generation origin destination", 0)]
    trade_ahead: Annotated[Column, Field("ratio", "the same as announced", "sector generation origin destination", 0)]
    shared: Annotated[Column, Field("ratio", "appeal that local partners' goods from the host keep across a border", "sector generation destination", 0)]
    shared_ahead: Annotated[Column, Field("ratio", "the same as announced", "sector generation destination", 0)]
    sparing: Annotated[Column, Field("flag", "somebody is spared a tariff, or will be", "sector", 0, 1)]
    parts: Annotated[Column, Field("ratio", "appeal that parts from the host keep across a border", "sector generation destination", 0)]
    parts_ahead: Annotated[Column, Field("ratio", "the same as announced", "sector generation destination", 0)]
    supplied: Annotated[Column, Field("log", "what a unit of money buys of a sector's goods, relative to its trend", "sector region")]
    supplied_then: Annotated[Column, Field("log", "the same when sectors began to feel it", "sector region")]
    fed: Annotated[Column, Field("ratio", "appeal that the price of what suppliers sell there gives to goods made there", "sector generation region", 0, default=1.0)]
    brand: Annotated[Column, Field("ratio", "appeal by owner's home", "sector generation origin destination", 0)]
    brand_import: Annotated[Column, Field("ratio", "the same when made elsewhere", "sector generation origin destination", 0)]
    sold: Annotated[Column, Field("ratio", "what demand, borders and the owner's home make of a unit of quality, by way of supply", "sector way home region generation", 0)]
    sold_ahead: Annotated[Column, Field("ratio", "the same as announced", "sector way home region generation", 0)]
    taxed: Annotated[Column, Field("share", "tariffs paid, of sales at consumers' prices, by way of supply", "sector way home region generation", 0, 1)]
    dutied: Annotated[Column, Field("flag", "somebody pays a tariff on sales there", "sector region", 0, 1)]
    rented: Annotated[Column, Field("share", "rent of a minimum price or of licences, of sales at consumers' prices, by way of supply", "sector way home region generation", 0, 1)]
    floored: Annotated[Column, Field("flag", "somebody earns such a rent there", "sector region", 0, 1)]
    limiting: Annotated[Column, Field("flag", "a ceiling on imports of the sector's goods is in force or announced somewhere", "sector", 0, 1)]
    limited: Annotated[Column, Field("flag", "the same in the region", "sector region", 0, 1)]
    foreseen: Annotated[Column, Field("flag", "ceilings announced there differ from those in force", "sector region", 0, 1)]
    licensed: Annotated[Column, Field("ratio", "appeal that imports keep at the price of a licence", "sector term basis origin destination", 0, 1, default=1.0)]
    crossing: Annotated[Column, Field("1", "appeals that would need a licence, free of its price, in the region just gone through", "way home generation", 0)]
    crossed: Annotated[Column, Field("share", "sales that needed one", "way home generation", 0, 1)]
    passing: Annotated[Column, Field("ratio", "appeal that passes a border under licences; then what has become of it", "way home generation", 0)]
    compliance: Annotated[Column, Field("share", "cost of compliance over sales, none at home", "sector home region", 0, 1)]
    habit: Annotated[Column, Field("1", "elasticity of a brand's pull to its customers, this year", "sector region", 0, 1)]
    supported: Annotated[Column, Field("flag", "production of the sector is subsidised there", "sector origin", 0, 1)]
    cost_worth: Annotated[Column, Field("log", "appeal of Chinese cost", "sector")]
    wage: Annotated[Column, Field("ratio", "its exponential", "sector", 0)]
    wage_content: Annotated[Column, Field("ratio", "the part that Chinese content keeps abroad", "sector", 0)]
    advantage: Annotated[Column, Field("log", "Chinese cost advantage", "sector")]
    sensitivity: Annotated[Column, Field("1", "alpha_q times its scale", "sector", 0)]
    frontier: Annotated[Column, Field("log", "best firm of the world", "sector generation")]
    frontier_foreign: Annotated[Column, Field("log", "best multinational", "sector generation")]
    frontier_chinese: Annotated[Column, Field("log", "best Chinese firm", "sector generation")]
    best_foreign: Annotated[Column, Field("log", "best multinational over generations", "sector")]
    best_chinese: Annotated[Column, Field("log", "best Chinese firm over generations", "sector")]
    suppliers: Annotated[Column, Field("share", "inputs that the host's suppliers make", "sector", 0, 1)]
    usable: Annotated[Column, Field("share", "the part of them that products at the frontier can use", "sector", 0, 1)]
    imported: Annotated[Column, Field("share", "cost of a product at the frontier that is imported all the same", "sector", 0, 1)]
    inward: Annotated[Column, Field("log", "appeal that inputs from an owner's home lose on their way into the host", "sector home")]
    kits: Annotated[Column, Field("ratio", "appeal that assembling imported inputs in the host has", "sector home", 0)]
    cut: Annotated[Column, Field("share", "inputs that are neither made locally nor let in", "sector generation", 0, 1)]
    cut_before: Annotated[Column, Field("share", "the same the quarter before", "sector generation", 0, 1)]
    origins: Annotated[Column, Field("count", "active multinationals with technology, by home", "sector region", 0)]
    inflow: Annotated[Column, Field("share", "foreign technology flow to the host that no control stops", "sector generation", 0, 1)]
    peers: Annotated[Column, Field("count", "active firms by origin, who share its pool of variety", "sector kind", 0)]
    pool: Annotated[Column, Field("share", "weight of a brand of normal pull: one over the firms that the origin began with", "sector kind", 0, 1)]
    credited: Annotated[Column, Field("share", "sales that make a firm known in each region", "seat region", 0)]
    reach: Annotated[Column, Field("ratio", "what reserved demand makes of an offer's appeal in the host: of a foreigner alone, of local owners and ventures", "sector kind", 0, default=1.0)]
    turn: Annotated[Column, Field("1", "the quarter's draw for decisions to invest", "seat", 0, 1)]
    presence: Annotated[Column, Field("share", "wholly owned bases over multinationals", "sector", 0)]
    appeal: Annotated[Column, Field("1", "appeal of each line", "seat line", 0)]
    kept: Annotated[Column, Field("share", "appeal left after its higher markup, in the region just cleared", "seat", 0, 1)]
    denominator: Annotated[Column, Field("1", "sum of appeals, outside good included", "sector region", 0)]
    per_appeal: Annotated[Column, Field("share", "market share that a unit of appeal tends to: one over the denominator", "sector region", 0)]
    target: Annotated[Column, Field("share", "market share that each line tends to", "seat line", 0, 1)]
    host_made: Annotated[Column, Field("share", "part of the line that is made in the host", "seat line", 0, 1)]
    shipped: Annotated[Column, Field("share", "part of a multinational's own offer, beside what its hub makes, that comes from home", "seat line", 0, 1)]
    earned: Annotated[Column, Field("money", "profit of each line at its target share", "seat line", 0)]
    bound: Annotated[Column, Field("code", "whose a line's offer is: the firm's own, or a contract's (Bound)", "seat line", 0, 3, dtype="i1")]
    weighed: Annotated[Column, Field("1", "appeals of a line that may cross a border", "seat", 0)]
    charged: Annotated[Column, Field("1", "the part of them that is paid as tariff", "seat", 0)]
    duty: Annotated[Column, Field("money", "tariff paid on each line's sales this quarter", "seat line", 0)]
    rent: Annotated[Column, Field("money", "rent of a minimum price or of licences in each line's sales this quarter; written where there is one", "seat line", 0)]
    gain: Annotated[Column, Field("money/log", "what a log point of technology earns the firm a quarter", "seat", 0)]
    gain_abroad: Annotated[Column, Field("money/log", "the same outside the host", "seat", 0)]
    exposed: Annotated[Column, Field("money/log", "what a log point of all Chinese firms costs it a quarter", "seat", 0)]
    support: Annotated[Column, Field("money", "public support for its R&D this quarter", "seat", 0)]
    cost: Annotated[Column, Field("money", "overheads and the cost of what it does alone this quarter", "seat", 0)]
    rd_own: Annotated[Column, Field("money", "own sales that feed R&D", "seat", 0)]
    rd_venture: Annotated[Column, Field("money", "venture sales that feed R&D", "seat", 0)]
    chinese_share: Annotated[Column, Field("share", "Chinese brands' share", "sector region", 0, 1)]
    firm_share: Annotated[Column, Field("share", "share of a firm in each region, all lines", "seat region", 0, 1)]
    rate: Annotated[Column, Field("share", "its margin in each region", "seat region", 0, 1)]
    left: Annotated[Column, Field("share", "R&D that newer generations have not taken", "seat", 0, 1)]
    absorbs: Annotated[Column, Field("ratio", "absorptive capacity", "seat", 0)]
    pace: Annotated[Column, Field("ratio", "speed of innovation from speed of development", "seat", 0)]
    spilled: Annotated[Column, Field("log", "technology that spilled over this quarter", "seat generation", 0)]
    finds: Annotated[Column, Field("ratio", "what it finds, over what reference R&D finds", "seat generation", 0)]
    chance: Annotated[Column, Field("ratio", "luck of the quarter in innovation", "seat", 0)]
    lesson: Annotated[Column, Field("log", "best partner's lesson this quarter", "seat generation", 0)]
    change: Annotated[Column, Field("log", "change of technology this quarter", "seat generation")]
    expected_pot: Annotated[Column, Field("money", "profit of the offer at target share, before its fixed cost", "partnership")]
    slot: Annotated[Column, Field("index", "its place among the multinational's: the line, or the other in the host if that was taken", "partnership", 0, dtype="i1")]
    proposed_to: Annotated[Column, Field("row", "partner a multinational proposes to, -1 if none", "seat", -1, dtype="i4")]
    proposed_type: Annotated[Column, Field("type", "type proposed", "seat", 0, dtype="i1")]
    proposed_route: Annotated[Column, Field("route", "route proposed", "seat", 0, dtype="i1")]
    proposed_region: Annotated[Column, Field("index", "region proposed", "seat", 0, dtype="i1")]
    proposed_line: Annotated[Column, Field("index", "line proposed", "seat", 0, dtype="i1")]
    best_proposer: Annotated[Column, Field("row", "multinational whose proposal is worth most to a Chinese firm, -1 if none", "seat", -1, dtype="i4")]
    proposed_value: Annotated[Column, Field("money", "gain of the partner, present value", "seat")]
    tariff_revenue: Annotated[Column, Field("money", "tariffs paid this quarter", "sector region", 0)]
    made_in_host: Annotated[Column, Field("money", "sales made in the host", "sector region", 0)]
    chinese_made_host: Annotated[Column, Field("money", "Chinese brands made in the host", "sector region", 0)]
    chinese_local: Annotated[Column, Field("money", "Chinese brands made in the region abroad", "sector region", 0)]
    powered: Annotated[Column, Field("money", "other brands on Chinese technology", "sector region", 0)]
    foreign_sales: Annotated[Column, Field("money", "multinationals' sales", "sector region", 0)]
    partner_made: Annotated[Column, Field("money", "Chinese brands made by a partner abroad", "sector region", 0)]
    outlays: Annotated[Column, Field("money", "public outlays by region", "sector region", 0)]
    first_row: Annotated[Column, Field("row", "the sector's first partnership row", "sector", 0, dtype="i8")]
    taken: Annotated[Column, Field("count", "rows that are in force, or were when they were listed", "sector", 0, dtype="i8")]
    made: Annotated[Column, Field("count", "generations that have arrived: of later ones no firm makes any", "sector", 0, dtype="i8")]
    used: Annotated[Column, Field("row", "one past the sector's last row that a firm has ever had", "sector", 0, dtype="i8")]
    living: Annotated[Column, Field("row", "each sector's rows, from its first on: those in force by firm and slot, then free ones", "partnership", 0, dtype="i4")]
    live: Annotated[Column, Field("count", "partnerships in force", "sector", 0, dtype="i8")]
    counts: Annotated[Column, Field("count", "events and lives written, the time (quarter and stage), contracts for which there was no row", "counter", dtype="i8")]
