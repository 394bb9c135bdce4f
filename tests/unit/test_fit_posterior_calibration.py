"""Tests of posteriors that are known: what they find wrong, and what they mend."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from sim.fit.posterior.calibration import LEVELS, coverage, ranks, uniform
from sim.fit.posterior.misfit import Judge
from sim.fit.posterior.mixture import draws, log_prob, mean, mixture, outputs, together
from sim.fit.posterior.probit import points, probit
from sim.fit.posterior.scaler import Scaler
from sim.fit.posterior.scores import FARTHEST, among, quantiles, rarity, scores, tails
from sim.fit.posterior.tarp import references, tarp
from sim.fit.posterior.widths import stretched, widths

RNG = np.random.default_rng
N, DRAWS, SD = 1000, 400, 0.6


def told(seed: int = 0, *, widths=(1.0, 1.0), sign: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Data, truth and draws of posteriors: w of a standard normal, x = w + noise of variance s; then w | x is normal of
    mean x/(1 + s) and SD 0.6 (s = 0.5625). `widths` and `sign` make the posteriors wrong."""
    rng, s = RNG(seed), SD**2 / (1 - SD**2)
    w = rng.standard_normal((N, 2))
    x = w + np.sqrt(s) * rng.standard_normal(w.shape)
    centre = sign * x / (1 + s)
    return x, w, centre[:, None] + np.array(widths) * SD * rng.standard_normal((N, DRAWS, 2))


def ignoring(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same data with the prior as every posterior."""
    x, w, _ = told(seed)
    return x, w, RNG([seed, 1]).standard_normal((N, DRAWS, 2))


def outside(found: np.ndarray, chance: float = 1e-4) -> list:
    """Coverages that the binomial error of N simulations does not explain."""
    low, high = binom.interval(1 - chance, N, np.array(LEVELS)[:, None] * np.ones_like(found))
    return [*zip(*np.nonzero((found * N < low) | (found * N > high)), strict=True)]


def test_right_posteriors_pass_every_test():
    x, w, found = told()
    assert (uniform(ranks(found, w)) > 0.01).all()
    assert not outside(coverage(ranks(found, w)))
    assert tarp(found, w, references(x, w)) > 0.01
    assert widths(found, w) == pytest.approx(1, abs=0.1)  # 3 standard errors of the quantiles of 1000 simulations


def test_p_of_right_posteriors_is_uniform():
    p = np.array([[*uniform(ranks(f, w)), tarp(f, w, references(x, w))] for x, w, f in map(told, range(40))])
    assert ((p < 0.05).sum(0) <= binom.ppf(0.9999, 40, 0.05)).all()
    assert ((p > 0.5).sum(0) >= binom.ppf(0.0001, 40, 0.5)).all()


def test_ranks_reject_halved_widths_and_name_the_number():
    _, w, found = told(widths=(1.0, 0.5))
    right, halved = uniform(ranks(found, w))
    assert right > 0.01
    assert halved < 1e-6
    assert {number for _, number in outside(coverage(ranks(found, w)))} == {1}


def test_factors_mend_halved_and_doubled_widths():
    x, w, found = told(0, widths=(0.5, 2.0))
    factors = widths(found, w)
    assert factors == pytest.approx([2, 0.5], rel=0.1)  # 3 standard errors
    x, w, found = told(1, widths=(0.5, 2.0))
    mended = stretched(found, factors)
    assert (uniform(ranks(mended, w)) > 0.01).all()
    assert not outside(coverage(ranks(mended, w)), chance=1e-6)  # the error of the factors comes on top
    assert tarp(mended, w, references(x, w)) > 0.01


def test_a_posterior_that_ignores_the_data_passes_by_ranks_but_not_by_tarp():
    x, w, found = ignoring()
    assert (uniform(ranks(found, w)) > 0.01).all()
    assert tarp(found, w, references(x, w)) < 1e-6


def test_tarp_rejects_a_posterior_that_reads_the_data_the_wrong_way():
    x, w, found = told(sign=-1.0)
    assert tarp(found, w, references(x, w)) < 1e-6


def test_ranks_of_draws_that_equal_the_truth_are_uniform():
    found = ranks(np.zeros((N, 9, 1)), np.zeros((N, 1)))
    assert uniform(found)[0] > 0.01


def test_probits_go_there_and_back():
    p = np.linspace(0.001, 0.999, 101)
    assert points(probit(p)) == pytest.approx(p, abs=1e-6)  # float32
    assert np.isfinite(probit(np.array([0.0, 1.0]))).all()


# ---- mixtures


def random_mixture(members: int = 1, rows: int = 2, d: int = 3, components: int = 4, seed: int = 0):
    shape = (members, rows, outputs(d, components))
    return mixture(RNG(seed).standard_normal(shape), d)


def test_the_density_of_a_mixture_is_that_of_its_normals():
    from scipy.stats import multivariate_normal

    found = together(random_mixture(members=2))
    w = RNG(1).standard_normal((2, 3))
    for row in range(2):
        normals = [
            np.exp(weight) * multivariate_normal(m, np.linalg.inv(factor @ factor.T)).pdf(w[row])
            for weight, m, factor in zip(*(part[row] for part in found[:3]), strict=True)
        ]
        assert log_prob(found, w)[row] == pytest.approx(np.log(np.sum(normals)), abs=1e-9)


def test_a_mixture_integrates_to_one():
    found = together(random_mixture(rows=1, d=1))
    w = np.linspace(-60, 60, 200_001)
    one = type(found)(*(np.broadcast_to(part, (len(w), *part.shape[1:])) for part in found))
    assert np.trapezoid(np.exp(log_prob(one, w[:, None])), w) == pytest.approx(1, abs=1e-6)


def test_draws_have_the_mean_and_the_covariance_of_the_mixture():
    found = together(random_mixture(members=3, rows=1))
    drawn = draws(found, 200_000, RNG(2))[0]
    weight, covariance = np.exp(found.log_weight[0]), np.linalg.inv(found.factor @ np.swapaxes(found.factor, -1, -2))[0]
    centre = mean(found)[0]
    apart = found.mean[0] - centre
    expected = (weight[:, None, None] * (covariance + apart[:, :, None] * apart[:, None])).sum(0)
    error = np.sqrt(np.diag(expected) / len(drawn))
    assert (np.abs(drawn.mean(0) - centre) < 5 * error).all()
    assert np.cov(drawn.T) == pytest.approx(expected, rel=0.05, abs=0.05 * np.diag(expected).max())


# ---- ranks of misfit


def judge(reference: np.ndarray) -> Judge:
    """Of two bands, in the second of which everything lies ten times as far."""
    both, bands = np.concatenate([reference, 10 * reference]), np.repeat([0, 1], len(reference))
    return Judge(None, np.ones(1), None, both, bands)  # type: ignore[arg-type]  # p needs no more


@pytest.mark.parametrize("band", [0, 1])
def test_p_of_misfit_is_uniform_in_every_band_and_small_for_what_is_far_in_one_way(band):
    rng, size = RNG(3), [1, 10][band]
    one = judge(rng.standard_exponential((1000, 4)))

    def p(distances: np.ndarray) -> np.ndarray:
        return one.p(size * distances, np.full(len(distances), band))

    for level in (0.01, 0.05, 0.5):
        error = np.sqrt(level * (1 - level) * (1 / 1000 + 1 / 20_000))
        assert (p(RNG(4).standard_exponential((20_000, 4))) < level).mean() == pytest.approx(level, abs=4 * error)
    far = np.array([100.0, 100.0, 1e4, 1e4])  # the last two count a third
    assert p(np.where(np.eye(4, dtype=bool), far, 0.5)) == pytest.approx(1 / 1001)
    assert p(np.full((1, 4), np.inf)) == pytest.approx(1 / 1001)
    assert p(np.zeros((1, 4))) == pytest.approx(1)


# ---- scores and rarities of residuals


def residuals(rows: int, seed: int) -> np.ndarray:
    """Normal; 0 but for one row in a hundred, which lies far off; of a heavy tail (Student's, two degrees)."""
    rng = RNG(seed)
    rare = np.where(rng.random(rows) < 0.01, 30 + rng.standard_normal(rows), 0.01 * rng.standard_normal(rows))
    return np.stack([rng.standard_normal(rows), rare, rng.standard_t(2, rows)], -1)


def test_scores_of_residuals_are_normal_whatever_these_are():
    seen = np.zeros((20_000, 3), bool)
    at = quantiles(residuals(20_000, 0), seen)
    found = scores(residuals(20_000, 1), seen, at)
    for level in (0.05, 0.5, 0.95):
        assert np.quantile(found, level, axis=0) == pytest.approx([ndtri(level)] * 3, abs=0.05)
    assert (found**2).mean(0) == pytest.approx([1, 1, 1], abs=0.1)


def test_scores_rise_with_residuals_and_end():
    seen = np.zeros((1001, 3), bool)
    at = quantiles(residuals(20_000, 0), np.zeros((20_000, 3), bool))
    r = np.linspace(-1e4, 1e4, 1001)[:, None] * np.ones(3)
    found = scores(r, seen, at)
    assert (np.diff(found, axis=0) >= 0).all()
    assert np.abs(found).max() == FARTHEST
    assert (scores(r, ~seen, at) == 0).all()


def test_what_is_always_missing_or_never_varies_has_finite_scores():
    r, absent = np.zeros((50, 2)), np.repeat([[True, False]], 50, 0)
    found = scores(np.full((1, 2), 3.0), np.zeros((1, 2), bool), quantiles(r, absent))
    assert np.isfinite(found).all()
    assert np.isfinite(rarity(np.abs(r), *tails(np.abs(r)))).all()


def test_the_rarity_of_a_value_is_how_seldom_it_is_however_heavy_the_tail():
    size = np.abs(residuals(50_000, 2))
    fresh = np.abs(residuals(1_000_000, 3))
    found = rarity(fresh, *tails(size))[:, 2]  # Student's t of two degrees has a power tail
    for often in (1e-2, 1e-3, 1e-4):
        assert (found > -np.log(often)).mean() == pytest.approx(often, rel=0.35)  # Hill's exponent of 1,000: 3 %


def test_rarity_among_others_is_by_rank_and_beyond_them_goes_on():
    others = RNG(5).standard_exponential((1000, 1))
    found = among(np.array([[0.0], [np.log(2)], [20.0], [1e9], [np.inf]]), others)[:, 0]
    assert found[0] == 0
    assert found[1] == pytest.approx(np.log(2), abs=0.1)
    assert (np.diff(found) > 0).all()


# ---- scaling


def test_what_is_missing_is_the_mean_and_flagged_where_that_happens_often():
    x = RNG(0).standard_normal((1000, 3)) * [1, 10, 2] + [0, 100, 0]
    x[:200, 0], x[0, 2] = np.nan, np.nan
    scaler = Scaler.of(x, clip=5)
    found = scaler(x)
    assert scaler.flagged.tolist() == [True, False, False]
    assert found.shape == (1000, scaler.width) == (1000, 4)
    assert found[:200, 0].tolist() == [0] * 200
    assert found[:, 3].sum() == 200
    assert found[:, 1].std() == pytest.approx(1, abs=1e-5)
    assert np.abs(scaler(np.array([[1e9, -1e9, 0.0]]))).max() == 5


def test_a_summary_that_never_varied_says_nothing():
    x = np.c_[np.full(100, 0.1), np.full(100, np.nan), np.arange(100.0)]
    found = Scaler.of(x, clip=5)(np.array([[7.0, 3.0, 50.0]]))
    assert found[0, :2].tolist() == [0, 0]
