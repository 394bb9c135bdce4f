"""What a ridge regression finds again, and that it sees no more than there is."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Reference

from sim.fit import ridge
from sim.fit.errors import FitError
from sim.fit.ridge import Ridge, explained


def made(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 6)) * [1, 10, 0.1, 1, 1, 1] + [0, 100, 0, 0, 0, 0]
    straight = 2 * x[:, 0] - 0.3 * x[:, 1]
    bent = x[:, 3] * x[:, 4] + x[:, 0] ** 2
    return x, np.stack([straight, bent, rng.standard_normal(count)], axis=1)


def tried(x, y, **how):
    (x1, y1), (x2, y2) = (x[::2], y[::2]), (x[1::2], y[1::2])
    return explained(y2, Ridge.fit(x1, y1, **how).predict(x2))


def test_what_is_linear_needs_no_products_and_what_is_bent_does():
    x, y = made(2000)
    linear, second = tried(x, y), tried(x, y, products=True)
    assert linear[0] > 0.9999
    assert linear[1] < 0.1
    assert (second[:2] > 0.999).all()


def test_of_what_has_no_cause_nothing_is_explained():
    assert -0.05 < tried(*made(2000), products=True)[2] < 0.02


def test_with_a_given_penalty_it_is_the_textbook_solution(monkeypatch):
    x, y = made(500)
    monkeypatch.setattr(ridge, "PENALTIES", np.array([0.1]))
    found = Ridge.fit(x, y)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(found.predict(x), Reference(alpha=0.1 * 500).fit(z, y).predict(z), atol=1e-9)


def test_the_error_that_chooses_the_penalty_is_that_of_left_out_samples(monkeypatch):
    """The sums of squares give what leaving a fifth out and predicting it gives."""
    x, y = made(100)
    error = []
    for penalty in (1e-3, 1.0):
        monkeypatch.setattr(ridge, "PENALTIES", np.array([penalty]))
        z = (x - x.mean(axis=0)) / x.std(axis=0)
        off = 0.0
        for k in range(5):
            out = np.arange(100) % 5 == k
            off += ((Reference(alpha=penalty * 80).fit(z[~out], y[~out]).predict(z[out]) - y[out]) ** 2).sum(axis=0)
        error.append(off)
    monkeypatch.setattr(ridge, "PENALTIES", np.array([1e-3, 1.0]))
    np.testing.assert_array_equal(Ridge.fit(x, y).penalty, np.array([1e-3, 1.0])[np.argmin(error, axis=0)])


def test_pieces_of_the_samples_change_nothing(monkeypatch):
    x, y = made(400)
    whole = Ridge.fit(x, y, products=True).predict(x)
    monkeypatch.setattr(ridge, "ROWS", 50)  # a multiple of the folds, so that these are the same
    np.testing.assert_allclose(Ridge.fit(x, y, products=True).predict(x), whole, atol=1e-8)


def test_that_a_measure_is_missing_says_something_too():
    x, y = made(2000)
    gone = y[:, 2] > 1
    holes = np.where(gone[:, None] & (np.arange(6) == 5), np.nan, x)
    assert tried(holes, y)[2] > 0.3
    assert np.isfinite(Ridge.fit(holes, y).predict(holes)).all()


def test_a_measure_that_never_changes_or_never_is_there_is_left_alone():
    x, y = made(500)
    more = np.column_stack([x, np.full(500, 7.0), np.full(500, np.nan)])
    np.testing.assert_allclose(Ridge.fit(more, y).predict(more), Ridge.fit(x, y).predict(x), atol=1e-9)


def test_one_measure_far_off_does_not_carry_the_regression():
    x, y = made(2000)
    fit = Ridge.fit(x, y, products=True)
    far = x[:1].copy()
    far[0, 0] = 1e6
    assert abs(fit.predict(far)[0, 1]) < 100


@pytest.mark.parametrize(
    ("measured", "numbers", "said"),
    [
        (np.ones((30, 2)), np.ones((20, 1)), r"these are \(30, 2\) and \(20, 1\)"),
        (np.ones((19, 2)), np.ones((19, 1)), "at least 20 samples, but there are 19"),
        (np.ones((30, 2)), np.full((30, 1), np.nan), "not finite"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(measured, numbers, said):
    with pytest.raises(FitError, match=said):
        Ridge.fit(measured, numbers)
