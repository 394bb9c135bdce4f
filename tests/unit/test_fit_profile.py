"""What a search has evaluated says how well each number is determined: known widths, correlations, and what is free."""

import numpy as np
import pytest

from sim.fit.errors import FitError
from sim.fit.history import History
from sim.fit.loss import Judged
from sim.fit.profile import along, profile
from sim.fit.quadratic import laid_through
from sim.fit.search import Rules, search

DEVIATION = np.array([0.03, 0.06, 0.02])
CORRELATION = np.array([[1.0, 0.6, -0.4], [0.6, 1.0, -0.9], [-0.4, -0.9, 1.0]])
COVARIANCE = CORRELATION * np.outer(DEVIATION, DEVIATION)
AT = np.array([0.35, 0.5, 0.6])
NAMES = ("level", "peak", "noise")


def judged(loss: np.ndarray) -> Judged:
    return Judged(loss, {})


def chi_square(points: np.ndarray) -> np.ndarray:
    away = points - AT
    return ((away @ np.linalg.inv(COVARIANCE)) * away).sum(axis=1)


def searched(objective, names=NAMES, **rules) -> History:
    pytest.importorskip("cmaes")
    rules = {"evaluations": 1500, "restarts": 0, "narrow": 1e-3, "flat": 0, **rules}
    return search(objective, names, rules=Rules(**rules), population=16).history


def test_widths_and_correlations_of_a_quadratic_are_its_own():
    told = profile(searched(lambda p: judged(chi_square(p))))
    np.testing.assert_allclose(told.optimum, AT, atol=1e-4)
    np.testing.assert_allclose(told.interval, np.stack([AT - DEVIATION, AT + DEVIATION], axis=1), atol=1e-4)
    np.testing.assert_allclose(told.correlation, CORRELATION, atol=1e-3)
    assert told.determined == dict.fromkeys(NAMES, True)
    assert told.sentences[1].endswith("it can be traded for noise (correlation -0.90).")


def test_noise_of_half_a_rise_blurs_them_by_its_own_size():
    """Hundreds of evaluations, each off by 0.5 where the loss rises by 1 in one standard deviation: the curvature along
    an axis comes out within 15 %, so widths within 10 %."""
    rng = np.random.default_rng(2)
    told = profile(searched(lambda p: judged(chi_square(p) + rng.normal(0, 0.5, len(p))), evaluations=1000))
    np.testing.assert_array_less(np.abs(told.optimum - AT), 0.3 * DEVIATION)
    np.testing.assert_allclose(np.diff(told.interval)[:, 0] / 2, DEVIATION, rtol=0.15)
    np.testing.assert_allclose(told.correlation[1, 2], -0.9, atol=0.05)
    assert told.quadratic.misfit == pytest.approx(0.5, rel=0.2)


def test_a_number_without_influence_is_said_to_be_free():
    told = profile(searched(lambda p: judged(((p[:, 0] - 0.4) / 0.05) ** 2 + ((p[:, 2] - 0.7) / 0.05) ** 2)))
    assert told.determined == {"level": True, "peak": False, "noise": True}
    assert told.sentences[1].startswith("peak is not constrained by these data: 0 to 100 % of its range")
    np.testing.assert_allclose(told.interval[1], [0, 1])
    np.testing.assert_allclose(told.interval[[0, 2]], [[0.35, 0.45], [0.65, 0.75]], atol=1e-3)


def test_two_numbers_of_which_only_the_sum_matters_are_free_and_traded_for_each_other():
    told = profile(searched(lambda p: judged(((p[:, 0] + p[:, 1] - 1) / 0.02) ** 2 + ((p[:, 2] - 0.7) / 0.05) ** 2)))
    assert told.determined == {"level": False, "peak": False, "noise": True}
    assert "it can be traded for peak (correlation -" in told.sentences[0]
    assert told.correlation[0, 1] < -0.95


def test_an_optimum_on_a_bound_has_an_interval_that_ends_there():
    told = profile(
        searched(lambda p: judged(10 * (1 - p[:, 0]) + ((p[:, 1] - 0.4) / 0.05) ** 2), ("a", "b"), narrow=1e-4)
    )
    np.testing.assert_allclose(told.optimum, [1, 0.4], atol=1e-3)
    np.testing.assert_allclose(told.interval[0], [0.9, 1], atol=0.01)


def test_the_loss_itself_along_the_paths_corrects_what_is_no_quadratic():
    """A loss that rises as a fourth power: flat at the bottom, where the search has evaluated most."""
    half = 0.1

    def quartic(points: np.ndarray) -> Judged:
        return judged((((points - 0.5) / half) ** 4).sum(axis=1))

    told = profile(searched(quartic, ("a", "b")))
    calls = []

    def counted(points: np.ndarray) -> Judged:
        calls.append(len(points))
        return quartic(points)

    found = along(counted, told, steps=21)
    assert calls == [42]
    np.testing.assert_allclose(found.interval, [[0.5 - half, 0.5 + half]] * 2, atol=0.01)
    assert found.loss.shape == (2, 21)


def test_a_rough_loss_is_called_so_and_its_optimum_is_not_sought_where_nothing_was_evaluated():
    """Ripples of 1.06 (root mean square) on a narrow valley, along which the loss rises by 1 in 0.3: a quadratic may be
    lowest anywhere along it. What was evaluated is believed, and the truth stays within the intervals."""

    def ripple(p: np.ndarray) -> np.ndarray:
        return 1.5 * (np.sin(400 * p[:, 0]) + np.sin(300 * p[:, 1])) / np.sqrt(2)

    def valley(p: np.ndarray) -> Judged:
        along, across = p[:, 0] + p[:, 1] - 1.1, p[:, 0] - p[:, 1] + 0.1
        return judged((along / 0.3) ** 2 + (across / 0.01) ** 2 + ripple(p) + 5)

    history = searched(valley, ("a", "b"), evaluations=600, narrow=1e-2)
    told = profile(history)
    assert (history.points == told.optimum).all(axis=1).any()
    assert told.caution.startswith("The quadratic is off by 1")
    assert not profile(history, rise=4).caution
    assert ((told.interval[:, 0] <= [0.5, 0.6]) & (told.interval[:, 1] >= [0.5, 0.6])).all()
    assert "it can be traded for b (correlation +1.00)" in told.sentences[0]


def test_a_path_is_where_all_others_are_at_their_best():
    """Of a normal distribution: the others move by their covariance with it over its variance."""
    told = profile(searched(lambda p: judged(chi_square(p))))
    middle = told.paths[1][(np.abs(told.paths[1][:, 1] - 0.5) < 0.11)]
    expected = AT + (middle[:, 1:2] - AT[1]) * COVARIANCE[1] / COVARIANCE[1, 1]
    np.testing.assert_allclose(middle, expected, atol=1e-3)


def test_a_profile_needs_evaluations_that_spread():
    history = History(("a", "b"), "")
    with pytest.raises(FitError, match="evaluated nothing"):
        profile(history)
    points = np.random.default_rng(0).random((8, 2))
    history.add(points, judged((points**2).sum(axis=1)))
    with pytest.raises(FitError, match="takes 12 evaluations, but there are 8"):
        profile(history)
    line = np.stack([np.linspace(0, 1, 40)] * 2, axis=1)
    with pytest.raises(FitError, match="do not spread in all numbers"):
        laid_through(line, (line**2).sum(axis=1), np.zeros(2), 1.0)
    with pytest.raises(FitError, match="rise of a profile"):
        profile(history, rise=0)
    with pytest.raises(FitError, match="at least three steps"):
        along(lambda p: judged(p[:, 0]), profile(searched(lambda p: judged(chi_square(p)))), steps=2)
