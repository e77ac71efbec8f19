"""Every parameter of the model, declared once: default, range, unit, meaning, source, confidence, mechanism.

`Parameters` goes into compiled rules by value. Costs named "of market per firm" are shares of the sector's world
market over its number of firms, so that doubling markets or firms changes no decision. Rates are annual unless the unit
says otherwise. Sources name a key of `docs/bibliography.md`, the project's data, or "assumed".
"""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints


@dataclass(frozen=True)
class Parameter:
    """Metadata of one parameter; `off` is the value that reproduces the model without the mechanism, if there is one.

    `on`: the value with it, where the default is without it. `choices`: names of the values of a
    switch, in order; files give the name. `fitted`: one of the at most twelve that calibration may move.
    """

    symbol: str
    unit: str
    text: str
    default: float
    low: float
    high: float
    source: str
    confidence: str
    mechanism: str
    fitted: bool = False
    off: float | None = None
    on: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def at_work(self) -> float:
        """The value with the mechanism: the default, unless that is without it."""
        return self.default if self.on is None else self.on

    def written(self, value: float) -> float | str:
        """A value as files have it: a switch by the name of its choice."""
        return self.choices[int(value)] if self.choices else value

    def shown(self, value: float) -> str:
        """A value as tables have it."""
        return self.choices[int(value)] if self.choices else f"{value:g}"


P = Parameter


class Parameters(NamedTuple):
    """Assumptions about how the world works; a scenario's `parameters:` changes them by these names."""
    # innovation and learning (M2, M3)
    rd_elasticity: Annotated[float, P("gamma", "1", "elasticity of innovation to R&D", 0.3, 0.0, 0.9, "Blundell2002", "medium", "M2")]
    research: Annotated[float, P("chi_R", "switch", "what R&D follows: a share of sales, or what another unit of it would earn", 0, 0, 1, "structure", "medium", "M2", choices=("sales", "chosen"))]
    rd_floor: Annotated[float, P("phi_F", "ratio", "scale of the national R&D floor", 1.2, 0.0, 4.0, "fitted; GERD path in series.csv", "medium", "M2", fitted=True, off=0.0)]
    innovation_noise: Annotated[float, P("sigma", "1", "idiosyncratic s.d. of innovation", 0.35, 0.0, 0.8, "assumed", "low", "M2", off=0.0)]
    room: Annotated[float, P("C", "log", "distance from a generation's first frontier to its ceiling", 4.0, 0.5, 20.0, "Foster1986", "low", "M2")]
    ambient: Annotated[float, P("lambda_A", "1", "scale of ambient spillover to Chinese firms", 0.28, 0.0, 1.0, "fitted; prior Bai2025", "medium", "M3", fitted=True, off=0.0)]
    spillover: Annotated[float, P("lambda", "1/year", "catch-up to the best firm of the same origin", 0.06, 0.0, 0.3, "trial", "medium", "M3", off=0.0)]
    spillover_distance: Annotated[float, P("delta_O", "share", "part of a spillover that crosses between origins without presence", 0.4, 0.0, 1.0, "assumed; Jiang2018 for its size", "low", "M14", off=0.0)]
    partner_learning: Annotated[float, P("lambda_P", "1/quarter", "learning from a partner at full openness and trust", 0.014, 0.0, 0.05, "Bai2025", "medium", "M3", fitted=True, off=0.0)]
    # generations (M4)
    adoption_rate: Annotated[float, P("pi_0", "1/quarter", "adoption of a new generation at the frontier", 0.25, 0.01, 1.0, "Landini2017", "low", "M4")]
    start_drop: Annotated[float, P("Delta_B", "log", "how far a generation starts below the old frontier", 1.1, 0.0, 3.0, "trial", "low", "M4")]
    start_reach: Annotated[float, P("Delta_S", "log", "old technology that can carry over", 2.0, 0.0, 4.0, "trial", "low", "M4")]
    lock_in_incumbent: Annotated[float, P("phi_m", "share", "old technology lost by incumbents", 0.75, 0.0, 1.0, "Landini2017", "medium", "M4")]
    lock_in_latecomer: Annotated[float, P("phi_c", "share", "old technology lost by latecomers", 0.40, 0.0, 1.0, "Landini2017", "medium", "M4")]
    latecomer_start: Annotated[float, P("iota_0", "share", "latecomers' effort on a new generation before demand", 0.10, 0.0, 0.5, "trial", "low", "M4")]
    inertia: Annotated[float, P("iota", "1/quarter", "largest move of R&D between generations", 0.08, 0.005, 1.0, "assumed", "low", "M4", off=1.0)]
    windows: Annotated[float, P("W", "switch", "whether new generations open windows of opportunity", 1, 0, 1, "structure", "high", "M4", off=0.0, choices=("off", "on"))]
    # demand and costs (M5, M6)
    quality_scale: Annotated[float, P("a_q", "ratio", "scale of sectors' sensitivity to quality", 1.0, 0.3, 2.0, "fitted; shares in series.csv", "medium", "M5", fitted=True)]
    outside_share: Annotated[float, P("s_0", "share", "outside good's share at the start", 0.05, 0.0, 0.5, "assumed", "low", "M5")]
    share_speed: Annotated[float, P("kappa_s", "1/quarter", "adjustment of market shares", 0.15, 0.01, 1.0, "replacement cycle of 3-7 years", "medium", "M5", off=1.0)]
    habit: Annotated[float, P("theta", "1", "elasticity of a brand's pull to its customers, were no buyer to choose anew", 0.7, 0.0, 0.95, "fitted; prior Foster2016, Bronnenberg2012", "medium", "M13", fitted=True, off=0.0)]
    learnable_access: Annotated[float, P("chi", "share", "a venture's buyers who become customers of the multinational; the rest are its partner's", 0.15, 0.0, 1.0, "assumed", "low", "M13", off=0.0)]
    shared_customers: Annotated[float, P("l", "share", "a partner's customers whom a venture's product reaches", 0.35, 0.0, 1.0, "assumed", "low", "M7")]
    newcomer: Annotated[float, P("b_M", "share", "least pull of a multinational in the host, once foreigners may distribute there", 0.25, 0.0, 1.0, "assumed", "low", "M14")]
    newcomer_abroad: Annotated[float, P("b_C", "share", "least pull of a Chinese brand abroad, over its pull at home", 0.05, 0.0, 1.0, "fitted; shares in series.csv", "medium", "M13", fitted=True)]
    procurement_margin: Annotated[float, P("m_R", "log", "price margin that reserved demand gives local owners and ventures", 0.22, 0.0, 1.0, "Guobanfa2025", "medium", "M15", off=0.0)]
    content_cost: Annotated[float, P("c_L", "log", "cost of missing a full local-content rule", 0.25, 0.0, 2.0, "assumed", "low", "M15")]
    # partnerships: attributes (M7, M12)
    transfer_lag: Annotated[float, P("ell", "log", "technology lag between partners without trust", 0.20, 0.0, 1.0, "trial", "low", "M7")]
    trust_end: Annotated[float, P("ell_T", "1", "trust at which lags and governance costs vanish", 1.3, 1.0, 3.0, "trial", "low", "M7")]
    complementarity: Annotated[float, P("K", "log", "gain of joint development at equal technology and full trust", 0.5, 0.0, 1.5, "fitted; period shares to 2014", "medium", "M7", fitted=True, off=0.0)]
    complementarity_slope: Annotated[float, P("k_K", "1/log", "fall of the gain with the technology gap", 7.0, 0.5, 20.0, "fitted; period shares to 2014", "medium", "M7", fitted=True)]
    deployment: Annotated[float, P("D", "share", "part of the joint gain used in products abroad", 0.5, 0.0, 1.0, "trial", "low", "M7", off=0.0)]
    lend_share: Annotated[float, P("L_s", "share", "access a partner lends when the Chinese brand is sold", 0.7, 0.0, 1.0, "trial", "low", "M7")]
    lend_loss: Annotated[float, P("L_l", "share", "own access the lender loses", 0.3, 0.0, 1.0, "trial", "low", "M7")]
    supplied_content: Annotated[float, P("c_S", "share", "part of a product that is parts sent from elsewhere: what it keeps of their cost advantage and pays of its tariff", 0.5, 0.0, 1.0, "trial", "low", "M7")]
    ecosystem: Annotated[float, P("k", "1/log", "fall of what local suppliers can make with the frontier gap", 2.0, 0.0, 10.0, "fitted", "low", "M14", fitted=True, off=0.0)]
    ecosystem_growth: Annotated[float, P("g_e", "1/quarter", "growth of local suppliers towards what is asked of them", 0.04, 0.0, 0.5, "assumed; local content of cars 1986-93", "low", "M14")]
    input_quality: Annotated[float, P("q", "log", "quality lost with inputs that are neither made locally nor imported", 0.5, 0.0, 2.0, "assumed", "low", "M14", off=0.0)]
    linkage: Annotated[float, P("L_S", "share", "part that sectors feel of what befalls those they buy from (`inputs` of the world file)", 0.0, 0.0, 1.0, "CaliendoParro2015", "low", "M14", off=0.0, on=1.0)]
    hub_speed: Annotated[float, P("v_H", "share", "faster innovation of a full hub in a full ecosystem", 0.3, 0.0, 2.0, "trial", "low", "M14", off=0.0)]
    hold_up: Annotated[float, P("w", "1", "cost of autonomy per unit of exposure", 1.0, 0.05, 10.0, "assumed", "low", "M12")]
    # partnerships: costs (shares of world market per firm, a year, unless once)
    cost_market_access: Annotated[float, P("F_MA", "share/year", "fixed cost of a venture", 0.06, 0.0, 1.0, "trial", "low", "M8")]
    governance: Annotated[float, P("F_G", "share/year", "governance cost of developing or selling together, without trust", 0.08, 0.0, 1.0, "fitted; period shares to 2014", "low", "M8", fitted=True)]
    cost_wholly_owned: Annotated[float, P("F_WO", "share/year", "fixed cost of a wholly owned base", 0.04, 0.0, 1.0, "trial", "low", "M8")]
    cost_hub: Annotated[float, P("F_H", "share/year", "further cost of a base that works for the world", 0.020, 0.0, 1.0, "trial", "low", "M14")]
    cost_export: Annotated[float, P("F_X", "share/year", "fixed cost of exporting to the host", 0.002, 0.0, 1.0, "assumed", "low", "M6")]
    sunk_cost: Annotated[float, P("S", "share once", "cost of setting up", 0.012, 0.0, 1.0, "trial", "low", "M10")]
    cost_spread: Annotated[float, P("s_F", "log", "s.d. of firms' fixed costs", 1.1, 0.0, 2.0, "trial", "medium", "M8", off=0.0)]
    plant_cost: Annotated[float, P("F_P", "ratio once", "cost of a plant abroad over a year's sales from it", 0.35, 0.0, 5.0, "assumed; carmakers' announcements", "low", "M6", off=0.0)]
    # value and bargaining (M8, M17)
    horizon: Annotated[float, P("H", "quarters", "horizon of decisions", 32, 4, 120, "trial", "low", "M17")]
    discount: Annotated[float, P("beta_t", "1/quarter", "discount factor", 0.97, 0.8, 0.999, "trial", "medium", "M17")]
    bargaining_power: Annotated[float, P("beta", "share", "Chinese side's share of what is bargained over", 0.5, 0.05, 0.95, "Bhaumik2023", "medium", "M8")]
    anticipation: Annotated[float, P("omega_a", "share", "weight of announced policy in decisions before it is in force", 1.0, 0.0, 1.0, "assumed", "low", "M15", off=0.0)]
    openness_most: Annotated[float, P("tau", "share", "highest openness of a contract", 0.6, 0.0, 1.0, "assumed", "low", "M8")]
    ip_openness: Annotated[float, P("o_IP", "share", "more openness under full IP protection", 0.3, 0.0, 2.0, "Branstetter2006", "high", "M15", off=0.0)]
    # review, renegotiation, exit (M9, M10, M16)
    review_rate: Annotated[float, P("rho_R", "1/quarter", "chance of a scheduled review", 0.15, 0.0, 1.0, "assumed", "low", "M9")]
    claim: Annotated[float, P("c_R", "share", "gain by today's bargain, over what there is to bargain about, at which a side asks for new terms", 0.2, 0.0, 2.0, "assumed; prior Blodgett1992, ReuerArino2002", "low", "M9")]
    doubt: Annotated[float, P("sigma_D", "share", "scale of what sides do not know of each other, over the venture's profit", 0.3, 0.001, 2.0, "fitted; hazard of partnerships", "low", "M9", fitted=True)]
    tied_assets: Annotated[float, P("phi", "share", "weight of the own brand that a venture ties up: dealers, plants, engineers", 0.05, 0.0, 0.4, "assumed; Howell2018", "low", "M9", off=0.0)]
    exogenous_end: Annotated[float, P("h_0", "1/quarter", "ends for reasons outside the model", 0.004, 0.0, 0.1, "assumed", "low", "M9", off=0.0)]
    trust_speed: Annotated[float, P("omega", "1/quarter", "adjustment of trust", 0.1, 0.0, 1.0, "assumed", "low", "M11")]
    trust_start: Annotated[float, P("T_0", "share", "trust between strangers", 0.4, 0.0, 1.0, "assumed", "low", "M11")]
    # search and choice (M11, M17)
    search: Annotated[float, P("m", "1/quarter", "chance that a multinational looks for a partner, in the host and abroad", 0.07, 0.0, 0.5, "trial", "low", "M11")]
    fit_noise: Annotated[float, P("nu", "share", "scale of taste in choosing, of market per firm at present value", 0.0008, 0.0, 1.0, "trial", "low", "M17", off=0.0)]
    # hub, hedging, hazard (M13, M14)
    hub_growth: Annotated[float, P("iota_h", "1/quarter", "growth of a base that works for the world", 0.05, 0.0, 0.5, "assumed", "low", "M14")]
    cutoff_loss: Annotated[float, P("L", "ratio", "years of dependent profit lost when cut off", 2.0, 0.0, 10.0, "assumed", "low", "M13", off=0.0)]
    hedge_cost: Annotated[float, P("c_h", "ratio", "quadratic cost of a full hedge, over dependent profit", 0.3, 0.01, 5.0, "assumed", "low", "M13")]
    hazard_speed: Annotated[float, P("w_h", "1/quarter", "rise of perceived hazard after a cut-off nearby; in calm it falls at a sixth of it", 0.2, 0.0, 1.0, "assumed", "low", "M17", off=0.0)]
    over_compliance: Annotated[float, P("o", "1", "scale of over-compliance", 1.0, 0.0, 3.0, "Crosignani2024", "medium", "M15", off=0.0)]
    control_lag: Annotated[float, P("ell_X", "log", "technology withheld from a venture under full control", 0.6, 0.0, 3.0, "assumed", "low", "M15", off=0.0)]
    # firms and welfare (M18)
    entry: Annotated[float, P("n_E", "ratio", "scale of entry of Chinese firms", 1.0, 0.0, 5.0, "assumed", "low", "M18", off=0.0)]
    entrant_size: Annotated[float, P("K_E", "share", "customers of an entrant at home, over a firm of normal size", 0.2, 0.01, 1.0, "assumed", "low", "M18")]
    overhead: Annotated[float, P("F_0", "share", "overhead of a firm, of the mean sales of its origin", 0.02, 0.0, 0.5, "assumed", "low", "M18", off=0.0)]
    soft_budget: Annotated[float, P("n_S", "ratio", "how much longer a state-owned firm may stay in distress", 3.0, 1.0, 20.0, "Mohr2016", "low", "M18", off=1.0)]
    patience: Annotated[float, P("n_B", "quarters", "quarters in distress before bankruptcy", 8, 1, 80, "assumed", "low", "M18")]


def parameters() -> dict[str, Parameter]:
    """Name -> metadata, in order."""
    hints = get_type_hints(Parameters, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items()}


def defaults(**changes: Any) -> Parameters:
    """The declared defaults with `changes`; an unknown name raises TypeError."""
    values = {name: float(parameter.default) for name, parameter in parameters().items()}
    return Parameters(**{**values, **changes})
