"""Luck by address: known answers, distributions, and that one address never tells about another."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.machine.draws import Stream, bits, gumbel, join, key, mix, normal, uniform

N = 20_000
words = st.integers(0, 2**32 - 1)


def address(seed: int, stream: int, quarter: int) -> np.uint64:
    """A key as compiled code sees it; Python gets an int back, which Numba would take for a signed one."""
    return np.uint64(key(seed, stream, quarter))


KEY = address(7, Stream.taste, 120)


def sample(draw: object = uniform, stream_key: np.uint64 = KEY, n: int = N) -> NDArray[np.float64]:
    """n draws for the identities 0, 1, 2, ..."""
    return np.array([draw(stream_key, identity) for identity in range(n)])


def unmix(z: int) -> int:
    """The inverse of `mix`, in Python's integers: finds the address of any wanted bits."""
    whole = 2**64
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        z ^= (z >> shift) ^ (z >> 2 * shift)
        z = z * pow(factor, -1, whole) % whole
    return z


# known answers


def test_published_answers_of_splitmix64() -> None:
    """Under the key 0 the identities 0, 1, 2, ... give SplitMix64's own sequence from seed 0."""
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC, 0x1B39896A51A8749B]
    assert [int(bits(np.uint64(0), identity)) for identity in range(5)] == published


def test_known_answers() -> None:
    """A change here changes every result: it belongs in the change log."""
    stream_key = address(1, 2, 3)
    assert int(stream_key) == 1553841246845048256
    assert int(key(2**32 - 1, 14, 4000)) == 4659363865993882085
    assert int(bits(stream_key, 5)) == 17417270590046026797
    assert int(join(3, 4)) == 2092789425003139057
    assert uniform(stream_key, 5) == 0.9441921306247892
    assert normal(stream_key, 5) == -0.12337056228228026
    assert gumbel(0.3) == -0.1856267588623658


# addresses


def test_addresses_at_the_edge() -> None:
    last = bits(KEY, np.uint64(2**64 - 1))
    assert last == bits(KEY, np.int64(-1))  # a missing identity wraps around, the same in both lanes
    assert int(last) == int(mix(KEY))
    assert len({int(bits(KEY, np.uint64(n))) for n in (0, 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64 - 1)}) == 7


@given(words, st.sampled_from(Stream), st.integers(0, 400), st.lists(words, min_size=2, unique=True))
def test_order_does_not_matter(seed: int, stream: Stream, quarter: int, identities: list[int]) -> None:
    stream_key = address(seed, stream, quarter)
    forwards = [bits(stream_key, identity) for identity in identities]
    backwards = [bits(stream_key, identity) for identity in reversed(identities)]
    assert forwards == backwards[::-1]
    assert len({int(b) for b in forwards}) == len(identities)


def test_keys_never_collide() -> None:
    keys = {int(key(s, stream, q)) for s in range(25) for stream in Stream for q in range(0, 248, 2)}
    assert len(keys) == 25 * len(Stream) * 124


def test_join_keeps_pairs_apart() -> None:
    pairs = {int(join(a, b)) for a in range(150) for b in range(150)}
    assert len(pairs) == 150 * 150


@given(words, words)
def test_join_knows_first_from_second(a: int, b: int) -> None:
    assert (join(a, b) == join(b, a)) == (a == b)


@pytest.mark.parametrize("bit", [0, 1, 7, 31, 32, 62])
def test_a_moved_bit_of_the_identity_moves_half_of_the_draw(bit: int) -> None:
    moved = [(int(bits(KEY, n)) ^ int(bits(KEY, n ^ (1 << bit)))).bit_count() for n in range(2_000)]
    assert abs(np.mean(moved) - 32) < 5 * 4 / math.sqrt(2_000)


# distributions


def test_uniform_is_uniform() -> None:
    counts, _ = np.histogram(sample(), bins=64, range=(0, 1))
    assert 0.001 < stats.chisquare(counts).pvalue < 0.999


def test_every_bit_is_fair() -> None:
    drawn = np.array([int(bits(KEY, n)) for n in range(N)], dtype=np.uint64)
    ones = [int(np.sum((drawn >> np.uint64(bit)) & np.uint64(1))) for bit in range(64)]
    assert max(abs(n - N / 2) for n in ones) < 5 * math.sqrt(N) / 2


def test_uniform_and_normal_at_their_ends() -> None:
    """Addresses whose bits are all zeros and all ones."""
    lowest, highest = (np.uint64((unmix(wanted) - 0x9E3779B97F4A7C15) % 2**64) for wanted in (0, 2**64 - 1))
    assert int(bits(lowest, 0)) == 0
    assert int(bits(highest, 0)) == 2**64 - 1
    assert uniform(lowest, 0) == 0.0
    assert uniform(highest, 0) == 1.0 - 2.0**-53
    assert normal(lowest, 0) == -normal(highest, 0)
    assert 3.46 < normal(highest, 0) < 3.47


def test_moments_of_normal() -> None:
    drawn = sample(normal)
    assert abs(drawn.mean()) < 4 / math.sqrt(N)
    assert abs(drawn.var() - 1) < 4 * math.sqrt(2 / N)
    assert abs(stats.skew(drawn)) < 4 * math.sqrt(6 / N)
    assert abs(stats.kurtosis(drawn) + 0.3) < 4 * math.sqrt(24 / N)  # four uniforms: -1.2 / 4
    assert abs(stats.kstest(drawn, "norm").statistic) < 0.02


def test_gumbel_gives_logit_choice() -> None:
    values = np.array([0.0, 0.5, 1.0])
    chooser = [address(7, Stream.taste, quarter) for quarter in range(3)]
    tastes = np.array([[gumbel(uniform(option, n)) for option in chooser] for n in range(N // 2)])
    assert abs(tastes.mean() - np.euler_gamma) < 4 * math.pi / math.sqrt(6 * tastes.size)
    chosen = np.bincount(np.argmax(values + tastes, axis=1), minlength=3)
    logit = np.exp(values) / np.exp(values).sum()
    assert stats.chisquare(chosen, logit * (N // 2)).pvalue > 0.001


def test_gumbel_is_finite_at_both_ends() -> None:
    assert -4 < gumbel(0.0) < gumbel(0.5) < gumbel(1.0) < 30


# independence


def test_streams_are_independent() -> None:
    drawn = {stream: sample(stream_key=address(7, stream, 120), n=4_000) for stream in Stream}
    for one, other in combinations(Stream, 2):
        r = np.corrcoef(drawn[one], drawn[other])[0, 1]
        assert abs(r) < 5 / math.sqrt(4_000), (one.name, other.name)


@pytest.mark.parametrize("neighbour", [(8, 9, 120), (7, 9, 121), (7, 9, 119)], ids=["seed", "next", "previous"])
def test_neighbouring_seeds_and_quarters_are_independent(neighbour: tuple[int, int, int]) -> None:
    ours, theirs = sample(), sample(stream_key=address(*neighbour))
    counts, _, _ = np.histogram2d(ours, theirs, bins=8, range=[[0, 1], [0, 1]])
    assert 0.001 < stats.chisquare(counts.ravel()).pvalue < 0.999


def test_neighbouring_identities_are_independent() -> None:
    drawn = sample()
    for lag in (1, 2, 16, 256):
        assert abs(np.corrcoef(drawn[lag:], drawn[:-lag])[0, 1]) < 4.5 / math.sqrt(N)
