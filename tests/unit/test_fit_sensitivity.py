"""Indices of a function whose indices are known, from samples that were not drawn for them."""

import sys
import warnings

import numpy as np
import pytest

from sim.fit.errors import FitError
from sim.fit.sensitivity import METHODS, SLICES, sensitivity, slice_distance

NAMES = ("x1", "x2", "x3")
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0]) / VARIANCE  # Ishigami & Homma 1990; 0.314, 0.442, 0


def ishigami(count: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(11).uniform(-np.pi, np.pi, (count, 3))
    return x, np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


@pytest.fixture(scope="module")
def found():
    pytest.importorskip("SALib")
    return {method: sensitivity(*ishigami(), NAMES, method=method, resamples=50) for method in METHODS}


def test_first_order_indices_are_those_of_the_formula(found):
    """Of 1,024 random samples: an error of about 1/sqrt(1024) = 0.03 in a share of the variance."""
    np.testing.assert_allclose(found["rbd_fast"].index, FIRST, atol=0.06)
    assert ((found["rbd_fast"].interval[:, 0] < FIRST) & (found["rbd_fast"].interval[:, 1] > FIRST)).all()


def test_a_number_that_acts_only_with_others_is_seen_by_its_distribution_alone(found):
    assert found["rbd_fast"].matters == {"x1": True, "x2": True, "x3": False}
    for method in ("pawn", "delta"):
        assert found[method].matters == {"x1": True, "x2": True, "x3": True}, method


def test_a_number_without_influence_does_not_matter():
    pytest.importorskip("SALib")
    x, y = ishigami(1000)
    idle = np.column_stack([x, np.random.default_rng(3).random((1000, 2))])
    for method in METHODS:
        told = sensitivity(idle, y, (*NAMES, "idle", "idle too"), method=method, resamples=50)
        assert min(told.chance[3:]) > 0.05, method
        assert told.matters == {"x1": True, "x2": True, "x3": method != "rbd_fast", "idle": False, "idle too": False}


@pytest.mark.slow
def test_intervals_hold_the_index_and_shrink_with_more_samples():
    pytest.importorskip("SALib")
    for method in METHODS:
        few, many = (sensitivity(*ishigami(n), NAMES, method=method, resamples=50) for n in (200, 1200))
        for told in (few, many):
            assert ((told.interval[:, 0] <= told.index) & (told.index <= told.interval[:, 1])).all(), method
        widths = [np.diff(told.interval)[:, 0].mean() for told in (few, many)]
        assert widths[1] < 0.65 * widths[0], method  # as 1/sqrt(6) = 0.41, roughly


def test_only_the_order_of_a_number_counts_and_the_same_seed_draws_the_same():
    pytest.importorskip("SALib")
    x, y = ishigami(500)
    for method in METHODS:
        one = sensitivity(x, y, NAMES, method=method, resamples=20)
        same = sensitivity(np.exp(x), y, NAMES, method=method, resamples=20)
        np.testing.assert_array_equal(one.index, same.index)
        np.testing.assert_array_equal(one.interval, same.interval)
        other = sensitivity(x, y, NAMES, method=method, resamples=20, seed=1)
        assert not np.array_equal(one.interval, other.interval)


def test_samples_without_the_measure_are_left_out_and_counted():
    pytest.importorskip("SALib")
    x, y = ishigami(1000)
    holes = np.where(np.random.default_rng(0).random(1000) < 0.3, np.nan, y)
    told = sensitivity(x, holes, NAMES, resamples=20)
    there = sensitivity(x[np.isfinite(holes)], y[np.isfinite(holes)], NAMES, resamples=20)
    np.testing.assert_array_equal(told.index, there.index)
    assert (told.samples, told.left_out) == (int(np.isfinite(holes).sum()), int(np.isnan(holes).sum()))


def test_a_grid_is_a_sweep_too():
    """Five levels of each number, crossed and repeated."""
    pytest.importorskip("SALib")
    levels = np.array(np.meshgrid(*[np.linspace(0, 1, 5)] * 3)).reshape(3, -1).T
    x = np.tile(levels, (8, 1))
    y = 3 * x[:, 0] + x[:, 1] + np.random.default_rng(0).normal(0, 0.1, len(x))
    for method in METHODS:
        told = sensitivity(x, y, NAMES, method=method, resamples=50)
        assert told.index[0] > told.index[1] > told.index[2], method
        assert not told.matters["x3"], method


def test_nothing_outside_is_changed():
    """Some of SALib draws from numpy's one generator for all, and sets what warnings do."""
    pytest.importorskip("SALib")
    before = np.random.get_state()[1].copy(), list(warnings.filters), warnings.formatwarning  # noqa: NPY002
    for method in METHODS:
        sensitivity(*ishigami(200), NAMES, method=method, resamples=20)
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert (list(warnings.filters), warnings.formatwarning) == before[1:]


def test_the_distance_of_pawn_is_that_of_salib():
    pawn = pytest.importorskip("SALib.analyze.pawn")
    x, y = ishigami(700)
    found = pawn.analyze({"num_vars": 3, "names": NAMES}, x, y, S=SLICES)["median"]
    np.testing.assert_allclose([slice_distance(column, y) for column in x.T], found, rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"method": "sobol"}, "choose one of delta, pawn, rbd_fast"),
        ({"names": ("a", "b")}, r"numbers \(sample, 2\)"),
        ({"measured": np.ones(500)}, "the same in every sample, so that no number moves it"),
        ({"measured": np.full(500, np.nan)}, "but 0 have the measure"),
        ({"numbers": np.column_stack([ishigami(500)[0][:, :2], np.ones(500)])}, "'x3' is the same in every sample"),
        ({"numbers": np.full((500, 3), np.nan)}, "not finite"),
        ({"resamples": 2}, "at least 20 resamples"),
        ({"level": 95}, "a level between 0 and 1"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(changed, said):
    x, y = ishigami(500)
    asked = {"numbers": x, "measured": y, "names": NAMES, **changed}
    with pytest.raises(FitError, match=said) as refused:
        sensitivity(asked.pop("numbers"), asked.pop("measured"), asked.pop("names"), **asked)
    assert str(refused.value).endswith((".", "?"))


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("SALib.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(FitError, match=r"needs SALib, which is not installed; .*pip install .* '\.\[fit\]'"):
        sensitivity(*ishigami(200), NAMES, method="delta")
