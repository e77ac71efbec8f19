"""What both sides have in the host: alone, in a venture for market access, or developing together."""

from typing import NamedTuple

from sim.machine.arithmetic import exp
from sim.machine.compiled import stage, step
from sim.model.columns import Kind, Mode, Type, Way
from sim.model.rules.bargaining import openness
from sim.model.rules.customers import pull
from sim.model.rules.governance import autonomy
from sim.model.rules.market import rent_kept, share_of
from sim.model.rules.venture import tie_up
from sim.model.stages.assumed import EXPECTED_EQUITY, LEAST_LINE, OPENNESS_IN_LAG, SECOND_LINE
from sim.model.stages.market import fixed_cost
from sim.model.stages.offers import (
    deployed,
    duty_on,
    export_cost,
    exports_beside,
    host_alone,
    rent_on,
    venture_product,
    venture_pull,
)
from sim.model.stages.state import State
from sim.model.stages.values import CHOSEN, Pair, Worth, dependence, offer_worth, rivals_of, set_up_cost


@step
def pull_later(st: State, s: int, m: int, made: float, rivals: float) -> float:
    """Pull of a multinational in the host after half a horizon of selling there; `made`: appeal at normal pull."""
    firms = st.firms
    pull_now, customers = firms.pull[m, st.host], firms.customers[m, st.host]
    sold = st.sectors.multinationals[s] * share_of(made * pull_now, rivals)
    stay = exp(-0.25 * st.sectors.customer_turnover[s] * st.ramp / st.annuity)
    return max(pull(sold + (customers - sold) * stay, st.scratch.habit[s, st.host]), pull_now)


@stage
def alone_in_host(st: State, t: int, m: int, line: int) -> tuple[float, int]:
    """Best of absence, export and full ownership on a host line: (present value, mode). A second line cannot export."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    host, home = st.host, st.firms.home[m]
    rivals = rivals_of(st, s, m, line, host)
    reach = x.reach[s, Kind.multinational]
    compliance = 1.0 - st.now.compliance[s, home, host] * (1.0 + st.sectors.price_elasticity[s])
    best = 0.0
    mode = Mode.absent
    if line == host:
        made = reach * host_alone(st, m, Mode.export, firms.pull[m, host], True)
        earned, sales = offer_worth(st, s, host, made, rivals)
        paid = compliance - duty_on(st, s, m, Way.from_home, host, home)
        rent = rent_kept(rent_on(st, s, m, Way.from_home, host, home), earned, sales)
        exported = st.annuity * (earned * paid + rent - export_cost(st, m))
        if exported > best:
            best = exported
            mode = Mode.export
    part = (1.0 if line == host else SECOND_LINE) * reach
    made = part * host_alone(st, m, Mode.wholly_owned, 1.0, True)
    earned, _ = offer_worth(st, s, host, made * pull_later(st, s, m, made, rivals), rivals)
    scale = firms.cost_scale[m] * x.unit[s]
    friction = st.now.sole_entry_friction[s, host] * x.unit[s]
    owned = st.annuity * (earned * compliance - p.cost_wholly_owned * scale - friction)
    if firms.mode[m] != Mode.wholly_owned:
        owned -= set_up_cost(st, m)
    if owned > best:
        best = owned
        mode = Mode.wholly_owned
    return best, mode


class Stalled(NamedTuple):
    """A Chinese firm's own brand in the host with a venture's line empty: what leaving and staying are held against."""

    earned: float  # profit a quarter while the venture stalls, its assets tied
    free: float  # appeal of the brand with these assets free
    tied: float  # and with them tied
    others: float  # all other appeals without the line


@stage
def stalled(st: State, m: int, c: int, line: int) -> Stalled:
    """The own brand of a partner, or of a firm that is asked to be one, in a stall."""
    x, s, p = st.scratch, st.firms.sector[m], st.parameters
    q = st.firms.contract[m, line]
    ventures = float(st.firms.ventures[c])
    others_tie = ventures - 1.0 if q >= 0 and st.partnerships.chinese[q] == c else ventures
    now = x.appeal[c, st.host]
    whole = now / tie_up(p.tied_assets, ventures)
    others = x.denominator[s, st.host] - now - x.appeal[m, line]
    tied = whole * tie_up(p.tied_assets, others_tie + 1.0)
    earned, _ = offer_worth(st, s, st.host, tied, others)
    return Stalled(earned, whole * tie_up(p.tied_assets, others_tie), tied, others)


@stage
def diverted(st: State, s: int, own: Stalled, made: float) -> float:
    """Profit a quarter that a partner's own brand loses to its venture's product."""
    beside, _ = offer_worth(st, s, st.host, own.tied, own.others + made)
    return own.earned - beside


@stage
def regained(st: State, m: int, line: int, mode: int, own: Stalled) -> float:
    """Profit a quarter that a partner gains over a stall by leaving: free assets, the multinational a rival."""
    s = st.firms.sector[m]
    rival = 0.0
    if mode != Mode.absent:
        rival = st.scratch.reach[s, Kind.multinational] * host_alone(st, m, mode, st.firms.pull[m, st.host], True)
        rival *= 1.0 if line == st.host else SECOND_LINE
    apart, _ = offer_worth(st, s, st.host, own.free, own.others + rival)
    return apart - own.earned


@stage
def chinese_alone_in_host(st: State, m: int, c: int, line: int, mode: int) -> float:
    """What a Chinese firm has without the contract, over a stall: its brand with all its assets; present value."""
    return regained(st, m, line, mode, stalled(st, m, c, line)) * st.annuity


@stage
def host_openness(st: State, m: int, pair: Pair) -> float:
    """Openness that a multinational chooses in the host: a shorter lag against what its partner learns."""
    p, x, s = st.parameters, st.scratch, st.firms.sector[m]
    shorter = p.transfer_lag * max(p.trust_end - pair.trust, 0.0) * OPENNESS_IN_LAG
    earned = max(x.earned[m, st.host], LEAST_LINE * x.unit[s])
    gain = EXPECTED_EQUITY * x.sensitivity[s] * shorter * earned * st.annuity
    leak = pair.to_chinese * pair.leak * st.ramp
    bonus = p.ip_openness * st.now.ip[s, st.host]
    return openness(p.openness_most, gain, leak, bonus, st.now.mandate[s, st.firms.home[m], st.host])


@stage
def line_part(st: State, m: int, line: int) -> float:
    """Part of its brand that a contract on a host line could use: half beside another line there."""
    firms, second = st.firms, st.firms.contract.shape[1] - 1
    led = firms.contract[m, st.host] >= 0
    other = firms.contract[m, second] >= 0 or (led and firms.mode[m] != Mode.absent)  # a base goes into a first venture
    return SECOND_LINE if line == second or (other and line == st.host) else 1.0


@stage
def beside_worth(st: State, m: int, line: int, exported: float, rivals: float) -> float:
    """What exports beside a venture add, or a second venture takes by replacing them; a quarter."""
    firms, x, s, second = st.firms, st.scratch, st.firms.sector[m], st.firms.contract.shape[1] - 1
    kept = 1.0 - duty_on(st, s, m, Way.from_home, st.host, firms.home[m])
    rent = rent_on(st, s, m, Way.from_home, st.host, firms.home[m])
    if exported > 0.0:
        earned, sales = offer_worth(st, s, st.host, x.reach[s, Kind.multinational] * exported, rivals)
        return kept * earned + rent_kept(rent, earned, sales) - export_cost(st, m)
    exports = firms.contract[m, second] < 0 and firms.mode[m] == Mode.absent and x.appeal[m, second] > 0.0
    if line != second or not exports:
        return 0.0
    given_up = rent_kept(rent, x.earned[m, second], x.expenditure[s, st.host] * x.target[m, second])
    return export_cost(st, m) - kept * x.earned[m, second] - given_up


@stage
def joint_gains(st: State, m: int, demanded: float) -> tuple[float, float]:
    """Co-innovation beyond its sales, present values: (speed at full autonomy, joint technology in products abroad)."""
    p, x, s = st.parameters, st.scratch, st.firms.sector[m]
    quicker = 0.25 * st.sectors.innovation[s] * p.hub_speed * x.usable[s] * x.gain[m] * st.ramp
    return quicker, deployed(st, s, m, demanded) * x.gain_abroad[m] * st.annuity


@stage
def host_worth(st: State, t: int, m: int, c: int, line: int, kind: int, pair: Pair, tau: float, free: float) -> Worth:
    """Worth of market access or co-innovation over a stall; openness and autonomy are chosen where given as CHOSEN."""
    p, firms, x, s = st.parameters, st.firms, st.scratch, st.firms.sector[m]
    total, ramp = st.annuity, st.ramp
    opened = host_openness(st, m, pair) if tau == CHOSEN else tau
    product = venture_product(st, t, m, c, kind, opened, pair.trust)
    exported = exports_beside(st, m, line, product.appeal)
    made = product.appeal * venture_pull(st, m, c, exported) * line_part(st, m, line) * x.reach[s, Kind.chinese]
    rivals = rivals_of(st, s, m, line, st.host)
    earned, sales = offer_worth(st, s, st.host, made, rivals)
    earned -= st.now.compliance[s, firms.home[m], st.host] * sales
    speed, lifted = 0.0, 0.0
    autonomous = 0.0
    if kind == Type.co_innovation:
        quicker, lifted = joint_gains(st, m, product.demanded)
        autonomous = autonomy(quicker, x.exposed[m] * total, p.hold_up) if free == CHOSEN else free
        speed = quicker * autonomous
    profit = earned - fixed_cost(st, m, s, kind, st.host, pair.trust, autonomous)
    risk = dependence(st, m)
    side_m = opened * ramp * (pair.to_multinational * x.gain[m] - pair.to_chinese * pair.leak) + speed + lifted
    side_m += (beside_worth(st, m, line, exported, rivals) - risk * max(earned, 0.0)) * total
    lost = max(diverted(st, s, stalled(st, m, c, line), made), 0.0)
    side_c = opened * ramp * pair.to_chinese * x.gain[c] - lost * total
    value = total * profit + side_m + side_c
    return Worth(profit, sales, side_m, side_c, opened, autonomous, st.host, value)
