"""What a run writes down, declared once: metrics of sectors, markets and generations, events, partnerships' lives.

Each field is a column of a table of the results folder. `pool` of a metric says how sectors combine in the row `all`.
"""

from typing import Annotated, NamedTuple

from sim.machine.declare import INF, Field


def _metric(unit: str, text: str, formula: str, pool: str = "sum", low: float = -INF, high: float = INF) -> Field:
    return Field(unit, text, low=low, high=high, pool=pool, formula=formula)


class Outcome(NamedTuple):
    """Metrics of a sector in a quarter: table `trajectories`."""

    active_market_access: Annotated[float, _metric("count", "Market-access partnerships in force", "live partnerships of the type", low=0)]
    active_co_innovation: Annotated[float, _metric("count", "Co-innovation partnerships in force", "live partnerships of the type", low=0)]
    active_globalize: Annotated[float, _metric("count", "Globalising partnerships in force", "live partnerships of the type", low=0)]
    hub_share: Annotated[float, _metric("share", "Multinationals whose China base is a hub", "hubs / multinationals", "firms_multinational", 0, 1)]
    wholly_owned_share: Annotated[float, _metric("share", "Multinationals wholly owned in the host", "wholly owned, hubs included / multinationals", "firms_multinational", 0, 1)]
    adoptions_market_access: Annotated[float, _metric("count", "Adoptions of market access", "formations and conversions to the type", low=0)]
    adoptions_co_innovation: Annotated[float, _metric("count", "Adoptions of co-innovation", "formations and conversions to the type", low=0)]
    adoptions_globalize: Annotated[float, _metric("count", "Adoptions of globalising", "formations and conversions to the type", low=0)]
    adoptions_hub: Annotated[float, _metric("count", "Adoptions of a hub", "bases that become hubs", low=0)]
    adoptions_wholly_owned: Annotated[float, _metric("count", "Adoptions of full ownership", "entries and conversions to full ownership", low=0)]
    formations: Annotated[float, _metric("count", "Partnerships signed", "formation events of partnerships", low=0)]
    renegotiations: Annotated[float, _metric("count", "Partnerships renegotiated", "events", low=0)]
    conversions: Annotated[float, _metric("count", "Partnerships converted", "events in which a partnership changes type", low=0)]
    buyouts: Annotated[float, _metric("count", "Buy-outs", "events, by either side", low=0)]
    dissolutions: Annotated[float, _metric("count", "Dissolutions", "events", low=0)]
    severances: Annotated[float, _metric("count", "Partnerships severed by listing or bankruptcy", "events", low=0)]
    exits: Annotated[float, _metric("count", "Partnerships ended", "buy-outs, dissolutions and severances", low=0)]
    inefficient_exits: Annotated[float, _metric("count", "Ends that destroy value", "ends with V > d_M + d_C", low=0)]
    refusals: Annotated[float, _metric("count", "Deals refused by screening", "events", low=0)]
    flips: Annotated[float, _metric("count", "Partnerships that flip", "technology balance above one half for 4 quarters", low=0)]
    product_flips: Annotated[float, _metric("count", "Ventures whose product flips", "product lead above zero at signing, below for 4 quarters", low=0)]
    access_flips: Annotated[float, _metric("count", "Partnerships whose access flips", "the side that brought less access at signing has brought more for 4 quarters", low=0)]
    gains_multinational: Annotated[float, _metric("count", "Renegotiations that multinationals gain by", "renegotiations with a higher value to the multinational than under the old terms", low=0)]
    gains_chinese: Annotated[float, _metric("count", "Renegotiations that Chinese firms gain by", "renegotiations with a higher value to the Chinese firm than under the old terms", low=0)]
    buyouts_chinese: Annotated[float, _metric("count", "Buy-outs by Chinese firms", "events", low=0)]
    ends_chance: Annotated[float, _metric("count", "Ends by chance", "ends by cause", low=0)]
    ends_lost_surplus: Annotated[float, _metric("count", "Ends for lack of surplus", "ends by cause", low=0)]
    ends_failed_talks: Annotated[float, _metric("count", "Ends by failed talks", "ends by cause", low=0)]
    ends_policy: Annotated[float, _metric("count", "Ends by a change of policy", "ends by cause", low=0)]
    ends_listing: Annotated[float, _metric("count", "Ends by an entity listing", "ends by cause", low=0)]
    ends_bankruptcy_multinational: Annotated[float, _metric("count", "Ends by the multinational's bankruptcy", "ends by cause", low=0)]
    ends_bankruptcy_chinese: Annotated[float, _metric("count", "Ends by the Chinese firm's bankruptcy", "ends by cause", low=0)]
    technology_multinational: Annotated[float, _metric("log", "Technology of multinationals", "mean product technology of multinationals with technology", "firms_multinational")]
    technology_chinese: Annotated[float, _metric("log", "Technology of Chinese firms", "mean product technology of Chinese firms", "firms_chinese")]
    technology_gap: Annotated[float, _metric("log", "Technology gap", "mean multinational minus mean Chinese", "firms_chinese")]
    frontier_gap: Annotated[float, _metric("log", "Gap of the best", "best multinational minus best Chinese", "firms_chinese")]
    technology_level: Annotated[float, _metric("ratio", "Chinese technology over the frontier", "exp(sales-weighted mean of the top three Chinese firms - the same of foreign firms)", "firms_chinese", 0)]
    technology_balance: Annotated[float, _metric("share", "Technology contributed by the Chinese side", "mean over live partnerships of 1 / (1 + exp(gap / h))", "active", 0, 1)]
    access_balance: Annotated[float, _metric("share", "Access contributed by the Chinese side", "mean over live partnerships", "active", 0, 1)]
    new_generation_share: Annotated[float, _metric("share", "Demand for the newest generation", "expenditure on the last generation in the host / expenditure there", "firms_chinese", 0, 1)]
    chinese_share_home: Annotated[float, _metric("share", "Chinese brands' share at home", "sales of Chinese brands in the host / sales there", "market_home", 0, 1)]
    chinese_share_abroad: Annotated[float, _metric("share", "Chinese brands' share abroad", "sales of Chinese brands abroad / sales there", "market_abroad", 0, 1)]
    chinese_content_abroad: Annotated[float, _metric("share", "Sales abroad on Chinese technology", "sales of Chinese brands and of offers powered by them abroad / sales there", "market_abroad", 0, 1)]
    chinese_exports_abroad: Annotated[float, _metric("share", "Chinese brands abroad, exported", "sales abroad of Chinese brands made in the host / sales there", "market_abroad", 0, 1)]
    chinese_plants_abroad: Annotated[float, _metric("share", "Chinese brands abroad, from own plants", "sales of Chinese brands made in own plants abroad / sales there", "market_abroad", 0, 1)]
    chinese_partners_abroad: Annotated[float, _metric("share", "Chinese brands abroad, made by partners", "sales of Chinese brands made abroad under contract / sales there", "market_abroad", 0, 1)]
    lead_plants_abroad: Annotated[float, _metric("share", "Multinationals' brands abroad, from lead plants", "sales abroad of multinationals made outside the host / sales there", "market_abroad", 0, 1)]
    china_base_abroad: Annotated[float, _metric("share", "Multinationals' brands abroad, made in the host", "sales abroad of multinationals made in the host / sales there", "market_abroad", 0, 1)]
    market_home: Annotated[float, _metric("money", "Expenditure in the host", "a quarter's expenditure", low=0)]
    market_abroad: Annotated[float, _metric("money", "Expenditure abroad", "a quarter's expenditure", low=0)]
    host_sales: Annotated[float, _metric("money", "Multinationals' sales in the host", "ventures included", low=0)]
    reverse_exports: Annotated[float, _metric("money", "Multinationals' exports from the host", "sales abroad made in the host", low=0)]
    reverse_export_ratio: Annotated[float, _metric("ratio", "Reverse-export ratio", "multinationals' exports from the host / their sales in the host", "host_sales", 0)]
    knowledge_to_chinese: Annotated[float, _metric("log", "Knowledge from multinationals to Chinese firms", "technology learnt a quarter, partnership and ambient", low=0)]
    knowledge_to_multinational: Annotated[float, _metric("log", "Knowledge from Chinese firms to multinationals", "technology learnt a quarter, partnership, base and ambient", low=0)]
    reverse_knowledge_ratio: Annotated[float, _metric("ratio", "Reverse-knowledge ratio", "knowledge to multinationals / knowledge to Chinese firms", "knowledge_to_chinese", 0)]
    profit_multinational: Annotated[float, _metric("money", "Profit of multinationals", "after R&D and fixed costs")]
    profit_chinese: Annotated[float, _metric("money", "Profit of Chinese firms", "after R&D and fixed costs")]
    rd_multinational: Annotated[float, _metric("money", "R&D of multinationals", "spending", low=0)]
    rd_chinese: Annotated[float, _metric("money", "R&D of Chinese firms", "spending, floor and subsidy included", low=0)]
    public_outlays: Annotated[float, _metric("money", "Public outlays", "R&D floors and subsidies", low=0)]
    tariff_revenue: Annotated[float, _metric("money", "Tariff revenue", "t / (1 + t) of import spending", low=0)]
    consumer_surplus: Annotated[float, _metric("money", "Consumer surplus", "sum over regions of E / alpha_s x sluggish log-sum", )]
    welfare: Annotated[float, _metric("money", "World welfare", "consumer surplus + tariff revenue + profits - 1.2 x public outlays")]
    dependence: Annotated[float, _metric("share", "Dependence on a partner's technology", "sales on borrowed technology not hedged / sales", "host_sales", 0, 1)]
    hedge: Annotated[float, _metric("share", "Hedged dependence", "mean in-house alternative of multinationals and Chinese firms", "firms_chinese", 0, 1)]
    hazard: Annotated[float, _metric("probability", "Perceived chance of being cut off", "mean over firms, a quarter", "firms_chinese", 0, 1)]
    trust: Annotated[float, _metric("share", "Trust", "mean over live partnerships", "active", 0, 1)]
    openness: Annotated[float, _metric("share", "Openness of contracts", "mean over live partnerships", "active", 0, 1)]
    autonomy: Annotated[float, _metric("share", "Autonomy of ventures", "mean over live partnerships", "active", 0, 1)]
    equity_multinational: Annotated[float, _metric("share", "Multinationals' equity", "mean over live partnerships", "active", 0, 1)]
    value_share_chinese: Annotated[float, _metric("share", "Chinese side's share of value", "mean over live partnerships of its part of the profit, held within -1 and 2", "active", -5, 5)]
    development_months: Annotated[float, _metric("months", "Development time of multinationals", "mean", "firms_multinational", 0)]
    firms_multinational: Annotated[float, _metric("count", "Multinationals", "active firms", low=0)]
    firms_chinese: Annotated[float, _metric("count", "Chinese firms", "active firms", low=0)]
    entries: Annotated[float, _metric("count", "Entrants", "events", low=0)]
    bankruptcies: Annotated[float, _metric("count", "Bankruptcies", "events", low=0)]
    local_suppliers: Annotated[float, _metric("share", "Inputs that the host's suppliers make", "suppliers of frontier products' inputs / inputs that a host without suppliers imports", "firms_chinese", 0, 1)]
    largest_chinese: Annotated[float, _metric("share", "Largest Chinese firm's share of the world", "sales of the Chinese firm that sells most / expenditure in all regions", "firms_chinese", 0, 1)]
    concentration: Annotated[float, _metric("index", "Concentration in the host", "sum of squared shares of firms", "market_home", 0, 1)]
    active: Annotated[float, _metric("count", "Partnerships in force", "all types", low=0)]


class Market(NamedTuple):
    """A sector's market in a region and quarter: table `markets`."""

    expenditure: Annotated[float, _metric("money", "Expenditure", "a quarter's expenditure", low=0)]
    chinese_share: Annotated[float, _metric("share", "Chinese brands' share", "sales of Chinese brands / sales", "expenditure", 0, 1)]
    chinese_content: Annotated[float, _metric("share", "Share that runs on Chinese technology", "Chinese brands and offers powered by them / sales", "expenditure", 0, 1)]
    imports_china: Annotated[float, _metric("share", "Share made in the host", "sales of goods made in the host / sales", "expenditure", 0, 1)]
    imports_home_made: Annotated[float, _metric("share", "Chinese brands made in the host", "sales of Chinese brands made in the host / sales", "expenditure", 0, 1)]
    local_chinese: Annotated[float, _metric("share", "Chinese brands made in the region", "sales of Chinese brands with a plant or partner there / sales", "expenditure", 0, 1)]
    partner_made: Annotated[float, _metric("share", "Chinese brands made by partners in the region", "sales of Chinese brands made there under contract / sales", "expenditure", 0, 1)]
    multinational_share: Annotated[float, _metric("share", "Multinationals' share", "sales of multinationals, ventures included / sales", "expenditure", 0, 1)]
    tariff_revenue: Annotated[float, _metric("money", "Tariff revenue", "t / (1 + t) of import spending", low=0)]
    consumer_surplus: Annotated[float, _metric("money", "Consumer surplus", "E / alpha_s x sluggish log-sum")]
    profit_owners: Annotated[float, _metric("money", "Profit of firms owned here", "by home of the owner")]
    public_outlays: Annotated[float, _metric("money", "Public outlays", "floors and subsidies paid here", low=0)]
    welfare: Annotated[float, _metric("money", "Welfare", "consumer surplus + tariff revenue + profit of owners - 1.2 x public outlays")]
    partnerships: Annotated[float, _metric("count", "Partnerships that sell here", "live", low=0)]


class Vintage(NamedTuple):
    """Technology of a sector's generation in a quarter: table `generations`."""

    technology_multinational: Annotated[float, _metric("log", "Technology of multinationals", "mean of adopters")]
    technology_chinese: Annotated[float, _metric("log", "Technology of Chinese firms", "mean of adopters")]
    technology_level: Annotated[float, _metric("ratio", "Chinese technology over the frontier", "exp(mean of the top three Chinese adopters - the same of foreign adopters)", low=0)]
    adopters_multinational: Annotated[float, _metric("count", "Multinationals that make it", "adopters", low=0)]
    adopters_chinese: Annotated[float, _metric("count", "Chinese firms that make it", "adopters", low=0)]
    weight_home: Annotated[float, _metric("share", "Share of demand in the host", "input", low=0, high=1)]


class Event(NamedTuple):
    """One event, as the kernel writes it; `sim.runs.tables` names firms, sectors and kinds."""

    quarter: Annotated[float, Field("quarter", "when", dtype="i8")]
    sector: Annotated[float, Field("index", "sector", dtype="i8")]
    region: Annotated[float, Field("index", "region, -1 if none", dtype="i8")]
    generation: Annotated[float, Field("index", "generation, -1 if none", dtype="i8")]
    kind: Annotated[float, Field("kind", "what happened", dtype="i8")]
    partnership: Annotated[float, Field("id", "partnership, 0 if none", dtype="u8")]
    multinational: Annotated[float, Field("row", "multinational, -1 if none", dtype="i8")]
    chinese: Annotated[float, Field("row", "Chinese firm, -1 if none", dtype="i8")]
    type_before: Annotated[float, Field("type", "before", dtype="i8")]
    type_after: Annotated[float, Field("type", "after", dtype="i8")]
    sub_form: Annotated[float, Field("form", "legal form", dtype="i8")]
    technology_gap: Annotated[float, Field("log", "multinational's technology less the Chinese firm's")]
    trigger: Annotated[float, Field("trigger", "why", dtype="i8")]
    cause: Annotated[float, Field("cause", "of an end: why", dtype="i8")]
    product_lead: Annotated[float, Field("log", "of a host venture: lead of its product over what the partner sells alone")]
    gain_multinational: Annotated[float, Field("money", "of new terms: value a quarter to the multinational, less that of the old")]
    gain_chinese: Annotated[float, Field("money", "of new terms: value a quarter to the Chinese firm, less that of the old")]
    equity_change: Annotated[float, Field("share", "of new terms: change of the multinational's equity")]
    royalty_change: Annotated[float, Field("share", "of new terms: change of the royalty, of sales")]


class Life(NamedTuple):
    """One partnership from signing to end, as the kernel writes it."""

    id: Annotated[float, Field("id", "partnership", dtype="u8")]
    sector: Annotated[float, Field("index", "sector", dtype="i8")]
    region: Annotated[float, Field("index", "region", dtype="i8")]
    line: Annotated[float, Field("index", "line", dtype="i8")]
    multinational: Annotated[float, Field("row", "multinational", dtype="i8")]
    chinese: Annotated[float, Field("row", "Chinese firm", dtype="i8")]
    type_first: Annotated[float, Field("type", "type at signing", dtype="i8")]
    type_last: Annotated[float, Field("type", "type at the end", dtype="i8")]
    route: Annotated[float, Field("route", "sell or power", dtype="i8")]
    sub_form: Annotated[float, Field("form", "legal form", dtype="i8")]
    start: Annotated[float, Field("quarter", "signing", dtype="i8")]
    end: Annotated[float, Field("quarter", "end, -1 if alive", dtype="i8")]
    end_kind: Annotated[float, Field("kind", "event that ended it, -1 if alive", dtype="i8")]
    technology_gap_start: Annotated[float, Field("log", "gap at signing")]
    technology_gap_end: Annotated[float, Field("log", "gap at the end")]
    equity_start: Annotated[float, Field("share", "multinational's equity at signing")]
    equity_end: Annotated[float, Field("share", "multinational's equity at the end")]
    flow_to_chinese: Annotated[float, Field("log", "technology learnt by the Chinese firm")]
    flow_to_multinational: Annotated[float, Field("log", "technology learnt by the multinational")]
    flipped: Annotated[float, Field("quarter", "quarter in which the technology balance had been above one half for four, -1 if none", dtype="i8")]
    cause: Annotated[float, Field("cause", "why it ended", dtype="i8")]
    product_lead_start: Annotated[float, Field("log", "product lead of a host venture in its first quarter of sales")]
    product_lead_end: Annotated[float, Field("log", "product lead in the last")]
    product_flipped: Annotated[float, Field("quarter", "quarter of the product's flip, -1 if none", dtype="i8")]
    access_flipped: Annotated[float, Field("quarter", "quarter of the access flip, -1 if none", dtype="i8")]
