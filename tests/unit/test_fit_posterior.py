"""Posteriors of simulators whose posterior is known, and what an estimator says of data that are not theirs."""

import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

from sim.design.space import Space
from sim.fit.posterior import Assessment, Descent, Estimator, Feature, Nets, Plan, PosteriorError, train
from sim.fit.posterior.calibration import LEVELS
from sim.fit.posterior.probit import points, probit

RNG = np.random.default_rng
SPACE = Space(
    {"gain": [0, 2], "delay": ["10 ms", "90 ms"], "sign": [-1, 1], "idle": ["1 nS", "100 nS"]},
    {"a.gain": "gain", "a.delay": "delay", "a.sign": "sign", "a.idle": "idle"},
    logarithmic=["idle"],
)
FEATURES = [*(Feature(f"y{k}", "mV", f"potential {k}") for k in range(6)), Feature("size", "pps", "size of the sign")]
MIXING = np.array([[1.0, 0.5, -0.5, 0.2, 0.0, 1.0], [0.0, 1.0, 0.5, -1.0, 0.7, -0.3]])
NOISE, BLUR = 0.8, 0.15
"""SD of the first six summaries, and of the last."""


def simulated(w: np.ndarray, views: int, seed: int) -> np.ndarray:
    """Two numbers mix into six summaries, one shows its size only, and one nothing: (simulation, view, feature)."""
    rng, n = RNG(seed), len(w)
    linear = (w[:, :2] @ MIXING)[:, None] + NOISE * rng.standard_normal((n, views, 6))
    size = np.abs(w[:, None, 2:3]) + BLUR * rng.standard_normal((n, views, 1))
    return np.concatenate([linear, size], -1)


def known(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (row, number) and covariance of the probits of the first two numbers: a normal prior, linear summaries."""
    covariance = np.linalg.inv(np.eye(2) + MIXING @ MIXING.T / NOISE**2)
    return x[:, :6] @ MIXING.T / NOISE**2 @ covariance, covariance


PLAN = Plan(Nets(2, 4, 48), Descent(epochs=60, batch=128, rate=3e-3), 48, Descent(epochs=30, rate=3e-3, dropout=0), 0.1)


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    where = SPACE.sobol(4096, 1)
    return train(simulated(probit(where), 2, 1), where, space=SPACE, features=FEATURES, plan=PLAN)


@pytest.fixture(scope="module")
def fresh() -> tuple[np.ndarray, np.ndarray]:
    """Summaries and points of simulations that the estimator has not seen."""
    where = RNG(5).random((2000, 4))
    return simulated(probit(where), 1, 6)[:, 0], where


@pytest.fixture(scope="module")
def assessment(estimator, fresh) -> Assessment:
    return estimator.assess(*fresh)


def test_a_linear_simulator_has_the_posterior_that_theory_gives(estimator, fresh):
    found = estimator.probits(fresh[0][:300], 2000)[..., :2]
    centre, covariance = known(fresh[0][:300])
    sd = np.sqrt(np.diag(covariance))
    off = (found.mean(1) - centre) / sd
    assert np.sqrt((off**2).mean(0)) == pytest.approx(0, abs=0.15)  # posterior SDs; 2.2 % more spread if it adds up
    assert found.std(1).mean(0) == pytest.approx(sd, rel=0.06)
    correlation = np.mean([np.corrcoef(own.T)[0, 1] for own in found])
    assert correlation == pytest.approx(covariance[0, 1] / sd.prod(), abs=0.06)


def test_both_signs_are_found_where_only_the_size_shows(estimator):
    x = np.r_[np.zeros(6), 1.2]
    found = estimator.probits(x[None], 4000)[0, :, 2]
    assert 0.35 < (found > 0).mean() < 0.65
    assert (np.abs(found) < 0.5).mean() < 0.02
    assert np.abs(found).mean() == pytest.approx(1.2 / (1 + BLUR**2), abs=0.05)
    assert not estimator.infer(x).identified[2]


def test_what_no_summary_shows_is_not_identified(estimator, fresh):
    found = [estimator.infer(x) for x in fresh[0][:20]]
    assert not np.any([posterior.identified[3] for posterior in found])
    assert np.mean([posterior.width[3] for posterior in found]) == pytest.approx(0.9, abs=0.03)  # that of the prior
    assert all(p.sentences["idle"].startswith("not identified (90 % interval ") for p in found)
    low, high = np.mean([posterior.interval()[3] for posterior in found], 0)
    unit = SPACE.low[3]  # 1 nS
    assert np.log10([low / unit, high / unit]) == pytest.approx([0.1, 1.9], abs=0.06)  # 5 and 95 % of two decades
    assert np.any([posterior.identified[0] for posterior in found])


def test_intervals_hold_the_truth_as_often_as_they_say(assessment):
    found = assessment
    low, high = binom.interval(0.999, found.simulations, np.array(LEVELS)[:, None])
    held = np.array(found.coverage) * found.simulations
    room = 0.01 * found.simulations  # the error of widths that 410 simulations put right
    assert ((held >= low - room) & (held <= high + room)).all()


def test_the_assessment_explains_what_theory_lets_it_explain(assessment, fresh):
    centre, covariance = known(fresh[0])
    best = [
        1 - ((_mean_point(centre[:, k], covariance[k, k]) - fresh[1][:, k]) ** 2).sum() / _spread(fresh[1][:, k])
        for k in range(2)
    ]
    found = assessment
    assert found.explained[:2] == pytest.approx(best, abs=0.01)
    assert found.explained[2:] == pytest.approx([0, 0], abs=0.02)
    assert found.tarp > 1e-3
    assert found.width[3] == pytest.approx(0.9, abs=0.02)
    assert found.numbers == SPACE.names


def _mean_point(centre: np.ndarray, variance: float) -> np.ndarray:
    return norm.cdf(centre / np.sqrt(1 + variance))


def _spread(truth: np.ndarray) -> float:
    return ((truth - truth.mean()) ** 2).sum()


# ---- misfit


def refused(estimator: Estimator, x: np.ndarray) -> float:
    distances, _ = estimator.judge.distances(x, estimator.probits(x, 200))
    return float((estimator.judge.p(distances, estimator.judge.band(x)) < 0.01).mean())


def refused_by_theory(x: np.ndarray) -> float:
    """By what the two numbers cannot explain of the six linear summaries: chi-squared of 4 degrees at the 1 % level."""
    rest = x[:, :6] - x[:, :6] @ np.linalg.pinv(MIXING) @ MIXING
    return float(((rest**2).sum(1) / NOISE**2 > chi2.ppf(0.99, 4)).mean())


def test_the_emulator_says_mean_and_spread_of_what_the_model_gives(estimator, fresh):
    w = probit(fresh[1][:500])
    said = estimator.judge.emulator.said(w, fresh[0][:500])
    scale = estimator.judge.emulator.scaler.sd
    off = (estimator.judge.emulator.unscaled(said.mean)[:, :6] - w[:, :2] @ MIXING) / NOISE
    assert np.sqrt((off**2).mean()) < 0.15  # SDs of the noise; 1.1 % more spread if it adds up
    assert (said.sd * scale)[:, :6].mean(0) == pytest.approx(NOISE, rel=0.05)
    smooth = np.abs(w[:, 2]) > 0.5  # a network rounds the corner at zero, and calls that spread
    assert (said.sd * scale)[smooth, 6].mean() == pytest.approx(BLUR, rel=0.1)


def test_true_simulations_are_hardly_ever_refused(assessment):
    assert assessment.refused <= 0.022  # 1 %, and three standard errors of the quantile of 410 and of 2000 simulations


OTHERS = {
    "another mixing": lambda x, w: np.c_[8 * w @ MIXING[:, ::-1], x[:, 6:]],
    "more noise": lambda x, w: x + np.r_[np.full(6, 4.0), 0] * RNG(7).standard_normal(x.shape),
    "one summary alone": lambda x, w: x + 8 * np.eye(7)[4],
}


@pytest.mark.parametrize("other", OTHERS)
def test_data_of_another_simulator_are_refused_as_often_as_theory_can(other, estimator, fresh):
    x = OTHERS[other](fresh[0][:200], probit(fresh[1][:200, :2]))
    assert refused_by_theory(x) > 0.9
    assert refused(estimator, x) >= refused_by_theory(x) - 0.05


def test_data_that_lack_what_the_model_always_gives_are_refused(estimator, fresh):
    x = fresh[0][:50].copy()
    x[:, 2] = np.nan
    assert refused(estimator, x) == 1


def test_a_refusal_names_what_is_farthest_off_and_the_best_of_the_model(estimator):
    x = np.r_[np.zeros(6), 1.0]
    assert estimator.infer(x).refusal == ""
    x[4] += 8
    posterior = estimator.infer(x)
    assert posterior.misfit.worst[0].feature == 4
    assert posterior.misfit.worst[0].observed == x[4]
    assert abs(posterior.misfit.worst[0].model) < 4
    assert len(posterior.misfit.worst) == 3
    assert posterior.refusal.startswith("this model cannot have produced this recording (p = 0.00")
    assert "farthest off: potential 4 8 mV (model at its best " in posterior.refusal


def test_what_is_missing_is_named_as_missing(estimator):
    posterior = estimator.infer(np.r_[np.zeros(2), np.nan, np.zeros(3), 1.0])
    assert "potential 2 missing (model at its best " in posterior.refusal


# ---- what is missing, and what is given

COUNTED = [Feature("rate", "pps"), Feature("other", "pps"), Feature("count", "1", "number of units", given=True)]


def counted(w: np.ndarray, seed: int, views: int = 2) -> np.ndarray:
    """A rate that is there above the middle only, and its error falls with the number of units."""
    rng = RNG(seed)
    count = rng.integers(5, 81, (len(w), views))
    rate = np.where(w > 0, w + 2 * rng.standard_normal(count.shape) / np.sqrt(count), np.nan)
    return np.stack([rate, rng.standard_normal(count.shape), count], -1)


@pytest.fixture(scope="module")
def counting() -> Estimator:
    space, where = Space({"a.b": [0, 1]}), RNG(2).random((3000, 1))
    return train(counted(probit(where), 3), where, space=space, features=COUNTED, plan=PLAN)


def test_a_missing_summary_tells_what_its_absence_means(counting):
    found = counting.probits(np.array([[np.nan, 0.0, 30.0]]), 4000)[0, :, 0]
    assert (found > 0.1).mean() < 0.02
    assert found.mean() == pytest.approx(-np.sqrt(2 / np.pi), abs=0.05)  # the lower half of a normal
    assert found.std() == pytest.approx(np.sqrt(1 - 2 / np.pi), abs=0.05)


def test_what_is_given_sets_the_width_and_is_no_evidence(counting):
    few, many = (counting.infer(np.array([1.0, 0.0, count])) for count in (6.0, 79.0))
    assert few.misfit.p > 0.05
    assert many.misfit.p > 0.05
    assert few.width[0] > 2 * many.width[0]
    sd = np.sqrt(1 / (1 + 79 / 4))
    assert np.std(probit(many.points)) == pytest.approx(sd, rel=0.15)
    assert not counting.judge.emulator.used[2]


@pytest.mark.parametrize(("fewest", "most"), [(5, 20), (30, 50), (65, 80)])
def test_a_recording_is_ranked_among_those_of_as_many_units(fewest, most, counting):
    """True ones are refused as seldom, and what is far off as often, however many were seen."""
    x = counted(probit(RNG(9).random((4000, 1))), 10, 1)[:, 0]
    x = x[(x[:, 2] >= fewest) & (x[:, 2] <= most)]
    assert refused(counting, x) <= 0.02  # 1 %, and three standard errors of the quantile of 300 simulations
    there = x[np.isfinite(x[:, 0])][:100].copy()
    there[:, 1] += 5  # SD
    assert refused(counting, there) > 0.8


def test_more_units_than_were_ever_seen_are_ranked_among_the_most(counting):
    assert counting.judge.band(np.array([[0.0, 0.0, 500.0], [0.0, 0.0, 80.0]])).tolist() == [2, 2]


def test_what_is_given_must_have_been_seen_in_training(counting):
    with pytest.raises(PosteriorError, match="number of units is 200, but the estimator was trained with 5 to 80"):
        counting.infer([1.0, 0.0, 200.0])
    with pytest.raises(PosteriorError, match="number of units is missing"):
        counting.infer([1.0, 0.0, np.nan])


# ---- the same again, and errors


def test_the_same_seed_gives_the_same_draws_and_rows_do_not_share_noise(estimator):
    x = np.zeros((2, 7))
    x[1, 0] = 1e-3
    one, two = estimator.probits(x, 50), estimator.probits(x[::-1], 50)
    assert (one == two[::-1]).all()
    assert abs(np.corrcoef(one[0, :, 3], one[1, :, 3])[0, 1]) < 0.6
    assert (estimator.probits(x, 50, seed=1) != one).all()


def test_points_and_units_fit(estimator, fresh):
    posterior = estimator.infer(fresh[0][0], draws=100)
    assert posterior.draws.shape == (100, 4)
    assert (posterior.draws >= SPACE.low).all()
    assert (posterior.draws <= SPACE.high).all()
    assert posterior.points == pytest.approx(points(probit(posterior.points)), abs=1e-5)
    assert (posterior.interval(0.5)[:, 0] > posterior.interval()[:, 0]).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": np.zeros((200, 2, 5))}, "of 7 features"),
        ({"points": np.zeros((200, 3))}, "of 4 numbers"),
        (
            {"x": np.zeros((10, 7)), "points": np.zeros((10, 4))},
            "at least 160 simulations that show something, but there are 10",
        ),
        ({"x": np.full((200, 7), np.nan)}, "show something, but there are 0"),
        ({"points": np.full((200, 4), 1.5)}, "between 0 and 1"),
        ({"points": np.full((200, 4), np.nan)}, "between 0 and 1"),
        ({"x": np.full((200, 7), np.inf)}, "'y0' is infinite"),
        ({"features": [Feature("a")] * 7}, "two summaries are called 'a'"),
        ({"features": [Feature(f"a{k}", given=True) for k in range(7)]}, "all of them are given"),
    ],
)
def test_what_cannot_be_trained_is_said(changes, said):
    good = {"x": np.zeros((200, 7)), "points": np.full((200, 4), 0.5), "features": FEATURES}
    with pytest.raises(PosteriorError, match=said):
        train(**{**good, **changes}, space=SPACE)


def test_nothing_is_inferred_from_nothing(estimator, counting):
    for one, x in ((estimator, np.full(7, np.nan)), (counting, np.array([np.nan, np.nan, 20.0]))):
        with pytest.raises(PosteriorError, match="none of the summaries could be measured"):
            one.infer(x)


def test_views_and_simulations_that_show_nothing_change_nothing():
    where = RNG(8).random((200, 4))
    x = simulated(probit(where), 2, 9)
    quick = Plan(Nets(1, 1, 8), Descent(epochs=2), 8, Descent(epochs=2), 0.1)
    twice = np.stack([x[:, 0], x[:, 0]], 1)
    hidden = twice.copy()
    hidden[::3, 1], hidden[1::3, 0] = np.nan, np.nan
    more = np.concatenate([hidden, np.full((50, 2, 7), np.nan)]), np.concatenate([where, RNG(9).random((50, 4))])
    one, two = (train(*data, space=SPACE, features=FEATURES, plan=quick) for data in ((twice, where), more))
    assert (one.probits(x[:5, 1], 20) == two.probits(x[:5, 1], 20)).all()
    assert (one.judge.reference == two.judge.reference).all()
    assert one.assessment == two.assessment
    assert two.assess(*(part[:, 0] if part.ndim == 3 else part for part in more)).simulations < 200


@pytest.mark.parametrize("x", [np.zeros(6), np.zeros((1, 7)), np.full(7, np.inf)], ids=["few", "rows", "infinite"])
def test_what_cannot_be_inferred_is_said(x, estimator):
    with pytest.raises(PosteriorError, match="takes 7 summaries, finite or NaN"):
        estimator.infer(x)
