"""The method on models whose posterior is known in closed form."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.evidence.calibration.abc import accept, chances, distance, heaviest, led_by
from sim.evidence.calibration.emulator import Emulator
from sim.evidence.calibration.history_matching import Aim, decisive, implausibility, remaining, surviving, worst
from sim.evidence.calibration.identification import TOLERANCE, identification
from sim.evidence.calibration.twin import twins
from sim.scenario.sets import Acceptance, Prior, Waves
from sim.scenario.sets import Emulator as Settings
from sim.scenario.space import Space

SLOPES = np.array([[3.0, 0.0], [1.0, 2.0], [0.0, 1.5]])  # of three moments in two parameters
TRUTH = np.array([0.4, 0.6])
SEEDS, NOISE = 5, 0.1  # standard deviation of one run
SPACE = Space({"ambient": Prior(low=0.0, high=1.0), "quality_scale": Prior(low=0.5, high=2.0, scale="log")})


def runs(points: np.ndarray, seed: int = 1) -> np.ndarray:
    """Moments of a linear model, means over seeds."""
    luck = np.random.default_rng(seed).normal(0, NOISE / np.sqrt(SEEDS), (len(points), len(SLOPES)))
    return points @ SLOPES.T + luck


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    points = SPACE.hypercube(60, 1)
    return Emulator(points, runs(points), np.full((60, 3), NOISE**2), SEEDS, 0, 1)


def test_the_cube_and_parameters_are_one_to_one() -> None:
    points = SPACE.hypercube(20, 3)
    assert np.allclose(SPACE.points(SPACE.parameters(points)), points, atol=1e-5)
    ends = SPACE.parameters(np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]]))
    assert np.allclose(ends, [[0.0, 0.5], [1.0, 2.0], [0.5, 1.0]])
    assert [sorted((points[:, p] * 20).astype(int)) for p in (0, 1)] == [list(range(20))] * 2  # one in each row


def test_emulators_learn_a_linear_model(emulator: Emulator) -> None:
    points = SPACE.hypercube(200, 9)
    guess = emulator(points)
    truth = points @ SLOPES.T
    assert np.abs(guess.mean - truth).max() < 0.15
    assert np.allclose(guess.mean, emulator.means(points))
    assert np.allclose(guess.variance, NOISE**2, rtol=0.01)
    inside = np.abs(guess.mean - truth) < 3 * np.sqrt(guess.uncertainty + NOISE**2 / SEEDS)
    assert inside.mean() > 0.95


def test_implausibility_by_hand() -> None:
    guess = SimpleNamespace(
        mean=np.array([[1.0, 2.0]]), uncertainty=np.array([[0.5, 0.0]]), variance=np.full((1, 2), 0.25)
    )
    found = implausibility(Aim(np.array([2.0, 2.5]), np.array([0.25, 0.0])), guess)
    assert found.tolist() == [[1.0, 1.0]]
    assert decisive(np.array([[1.0, 5.0, 3.0], [4.0, 0.0, 0.0]])).tolist() == [3.0, 0.0]  # the second-largest
    assert decisive(np.array([[7.0]])).tolist() == [7.0]


def test_what_remains_holds_the_truth_and_little_else(emulator: Emulator) -> None:
    aim = Aim(SLOPES @ TRUTH, np.full(3, 0.05**2))
    left = remaining(SPACE, aim, [emulator], 300, 2000, 3.0, seed=2)
    assert len(left.points) == 300 and left.cutoff == 3.0 and left.share < 0.5
    assert worst(TRUTH[None], aim, [emulator])[0] < 3.0
    assert (worst(left.points, aim, [emulator]) < 3.0).all()
    assert np.abs(left.points.mean(0) - TRUTH).max() < 0.1
    again = remaining(SPACE, aim, [emulator], 300, 2000, 3.0, seed=2)
    assert (again.points == left.points).all()


def test_screening_keeps_what_the_whole_test_keeps(emulator: Emulator) -> None:
    aim = Aim(SLOPES @ TRUTH, np.full(3, 0.05**2))
    points = SPACE.hypercube(500, 5)
    kept = surviving(points, aim, [emulator, emulator], 3.0)
    assert kept.tolist() == np.flatnonzero(worst(points, aim, [emulator]) < 3.0).tolist()


def test_a_cutoff_that_leaves_nothing_rises_and_says_so(emulator: Emulator) -> None:
    far = Aim(np.array([9.0, -9.0, 9.0]), np.full(3, 0.01**2))
    left = remaining(SPACE, far, [emulator], 10, 2000, 3.0, seed=2)
    assert left.cutoff > 3.0 and len(left.points) == 10


def test_acceptance_recovers_the_gaussian_posterior() -> None:
    """With flat prior and known variance the posterior is normal: mean and covariance by generalised least squares."""
    spread, points = np.full(3, 0.15**2), np.random.default_rng(1).random((60_000, 2))
    none = np.zeros((len(points), 3))
    far = distance(points @ SLOPES.T, SLOPES @ TRUTH, spread, none, SEEDS)
    sample = accept(points, 0.5 * far, 1500, seed=3)
    assert sample.flattened == 1.0
    expected = np.sqrt(np.diag(np.linalg.inv(SLOPES.T @ SLOPES / 0.15**2)))
    drawn = points[led_by(sample, heaviest(sample, 1)[0]).chosen]
    assert np.abs(drawn.mean(0) - TRUTH).max() < 4 * expected.max() / np.sqrt(1500)
    assert np.allclose(drawn.std(0), expected, rtol=0.1)
    assert np.abs(drawn[0] - TRUTH).max() < expected.max()  # the first draw fits best


def test_the_ledger_moves_weight_and_few_points_are_flattened() -> None:
    points = np.linspace(0, 1, 400)[:, None]
    flat = np.zeros(400)
    assert accept(points, flat, 100, 1).weights.std() < 1e-12
    tilted = accept(points, 3.0 * points[:, 0], 100, 1)
    assert np.isclose(tilted.weights[0] / tilted.weights[-1], np.exp(3.0))
    steep = accept(points, 5e5 * points[:, 0], 100, 1)
    assert steep.flattened > 1.0 and 1.0 / (steep.weights**2).sum() >= 49.9
    assert len(set(steep.chosen.tolist())) == 100  # no point comes twice


def test_a_chance_is_the_weight_or_one() -> None:
    """Truncation: points that would come more than once come surely, the others share what is left by weight."""
    weights = np.array([0.5, 0.3, 0.1, 0.05, 0.05])
    assert np.allclose(chances(weights, 1), weights)
    assert np.allclose(chances(weights, 3), [1.0, 1.0, 0.5, 0.25, 0.25])
    assert np.isclose(chances(weights, 4).sum(), 4.0)
    often = np.zeros(5)
    for seed in range(2000):
        often[accept(np.zeros((5, 1)), -np.log(weights), 2, seed).chosen] += 1
    assert np.allclose(often / 2000, chances(weights, 2), atol=0.04)


def _made(emulator: Emulator) -> SimpleNamespace:
    points = SPACE.hypercube(60, 1)
    every = _Stored(points, runs(points), np.full((60, 3), NOISE**2))
    target = SimpleNamespace(name="one")
    file = SimpleNamespace(seed=1, waves=Waves(seeds=SEEDS), abc=Acceptance(), emulator=Settings())
    return SimpleNamespace(
        first=every, every=every, last=every, emulator=emulator, space=SPACE,
        found=SimpleNamespace(file=file), sample=SimpleNamespace(chosen=np.array([0])),
        targets=SimpleNamespace(spread=np.full(3, 0.2**2), targets=[target, target, target]),
    )  # fmt: skip


class _Stored(SimpleNamespace):
    def __init__(self, points: np.ndarray, moments: np.ndarray, variance: np.ndarray) -> None:
        super().__init__(points=points, moments=moments, variance=variance)

    def part(self, chosen: np.ndarray) -> "_Stored":
        return _Stored(self.points[chosen], self.moments[chosen], self.variance[chosen])


def test_twins_of_a_linear_model_are_recovered(emulator: Emulator) -> None:
    """Every point of the first wave in turn, by emulators that never saw it; intervals hold what they say."""
    told = twins(_made(emulator))
    assert told["twins"] == 60 and 0.01 < told["standard_error"] < 0.05
    assert abs(told["coverage"] - told["interval"]) < 3.0 * told["standard_error"]
    for each in told["parameters"].values():
        assert each["correlation"] > 0.9 and each["narrowing"] < 0.6


def test_the_rank_is_that_of_the_slopes(emulator: Emulator) -> None:
    made = _made(emulator)
    told = identification(made)
    scaled = np.linalg.svd(SLOPES / np.sqrt(0.2**2 + NOISE**2), compute_uv=False)
    assert np.allclose([each["singular_value"] for each in told["directions"]], scaled, rtol=0.1)
    assert told["rank"] == int((scaled > TOLERANCE).sum()) == 2
    made.targets.spread = np.full(3, 2.0**2)  # targets too vague to tell anything
    assert identification(made)["rank"] == 0
