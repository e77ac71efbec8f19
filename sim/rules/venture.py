"""What two firms can offer together, and who contributes what (M7)."""

from sim.arithmetic import exp, logistic
from sim.compiled import rule


@rule
def transfer_lag(base: float, trust_end: float, trust: float, openness_part: float, openness: float) -> float:
    """How far a venture's product lags its source, log points: trust and openness shorten it.

    base (trust_end - trust) (1 - part (openness - openness**2 / 2)); the concave part gives openness a marginal
    value that vanishes at full openness.
    """
    return base * max(trust_end - trust, 0.0) * (1.0 - openness_part * (openness - 0.5 * openness * openness))


@rule
def complementarity(gain: float, slope: float, floor: float, gap: float, trust: float) -> float:
    """Gain of joint development, log points: steep in the technology gap, so that it pays near parity only.

    gain exp(-slope |gap|) (floor + (1 - floor) trust).
    """
    return gain * exp(-slope * abs(gap)) * (floor + (1.0 - floor) * trust)


@rule
def joint_technology(multinational: float, chinese: float, lag: float, gain: float) -> float:
    """Technology of a joint offer: the better of both, less the same lag as market access, plus what they add."""
    return max(multinational, chinese) - lag + gain


@rule
def access_lent(share: float, access: float, distance: float, lead: float) -> float:
    """Access a partner lends to a Chinese brand: little while its own products are far better.

    share access exp(-distance (lead)_+), lead = its technology less the Chinese firm's.
    """
    return share * access * exp(-distance * max(lead, 0.0))


@rule
def technology_balance(gap: float, band: float) -> float:
    """Chinese part of the technology brought: 1 / (1 + exp(gap / band)), gap = multinational less Chinese.

    One half at parity; the pair has flipped when it stays above one half for 4 quarters.
    """
    return logistic(-gap / band)


@rule
def access_balance(chinese: float, multinational: float) -> float:
    """Chinese part of the market access brought: its access over both."""
    return chinese / (chinese + multinational) if chinese + multinational > 0.0 else 0.5


@rule
def ecosystem(slope: float, lead: float) -> float:
    """How much the host's suppliers and engineers add to speed: exp(-slope (lead)_+), lead of the foreign frontier.

    It makes hubs follow the flip without a date.
    """
    return exp(-slope * max(lead, 0.0))
