"""What two firms can offer together, and who contributes what (M7)."""

from sim.machine.arithmetic import exp, logistic
from sim.machine.compiled import rule


@rule
def transfer_lag(base: float, trust_end: float, trust: float, openness_part: float, openness: float) -> float:
    """How far a venture's product lags its source: trust and openness shorten it.

    The concave part gives openness a marginal value that vanishes at full openness.

    Formula: base * max(trust_end - trust, 0) * (1 - openness_part * (openness - 0.5 * openness * openness))
    Units: base: log; trust_end: trust at which the lag vanishes; trust, openness_part, openness: share; result: log
    Limits: 0 at trust `trust_end`; base * trust_end without trust and openness.
    Source: assumed
    """
    return base * max(trust_end - trust, 0.0) * (1.0 - openness_part * (openness - 0.5 * openness * openness))


@rule
def complementarity(gain: float, slope: float, gap: float, trust: float) -> float:
    """Gain of joint development: steep in the technology gap, so that it pays near parity only.

    Formula: gain * exp(-slope * abs(gap)) * trust
    Units: gain, gap: log; slope: 1/log; trust: share; result: log
    Limits: `gain` at parity and full trust; towards 0 far apart.
    Source: assumed
    """
    return gain * exp(-slope * abs(gap)) * trust


@rule
def joint_technology(multinational: float, chinese: float, lag: float, gain: float) -> float:
    """Technology of a joint offer: the better of both, less the same lag as market access, plus what they add.

    Formula: max(multinational, chinese) - lag + gain
    Units: multinational, chinese, lag, gain: log; result: log
    Limits: without gain and far apart it is market access.
    Source: assumed
    """
    return max(multinational, chinese) - lag + gain


@rule
def access_lent(share: float, access: float, distance: float, lead: float) -> float:
    """Access a partner lends to a Chinese brand: little while its own products are far better.

    Formula: share * access * exp(-distance * max(lead, 0))
    Units: share, access: share; distance: 1/log; lead: log, the lender's technology less the brand's; result: share
    Limits: share * access from parity on; towards 0 with the lender's lead.
    Source: assumed
    """
    return share * access * exp(-distance * max(lead, 0.0))


@rule
def technology_balance(gap: float, band: float) -> float:
    """Chinese part of the technology brought.

    A pair has flipped when it stays above one half for 4 quarters.

    Formula: 1 / (1 + exp(gap / band))
    Units: gap: log, multinational less Chinese; band: log; result: share
    Limits: one half at parity; 0 and 1 far apart.
    Source: assumed
    """
    return logistic(-gap / band)


@rule
def access_balance(chinese: float, multinational: float) -> float:
    """Chinese part of the market access brought: its access over both.

    Formula: chinese / (chinese + multinational) if chinese + multinational > 0 else 0.5
    Units: chinese, multinational: share; result: share
    Limits: one half where neither has any.
    Source: definition
    """
    return chinese / (chinese + multinational) if chinese + multinational > 0.0 else 0.5


@rule
def tie_up(tied: float, ventures: float) -> float:
    """What ventures leave of a Chinese firm's own brand: each ties up dealers, plants and engineers.

    Formula: max(1 - tied * ventures, 0.05)
    Units: tied: share; ventures: count; result: share
    Limits: no venture leaves all; a twentieth is left whatever is tied.
    Source: [Howell2018]; the form assumed
    """
    return max(1.0 - tied * ventures, 0.05)
