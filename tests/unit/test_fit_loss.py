"""A loss counts uncertainties, orders what is missing behind all else, and refuses what cannot be in a sentence."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.fit.errors import FitError
from sim.fit.loss import Loss, Target
from sim.measure import Measure


def nothing(view) -> np.ndarray:
    return np.zeros(view.samples)


RATE = Measure("rate", "pps", "rate", nothing)
DELAY = Measure("delay", "s", "delay", nothing)
COUNT = Measure("count", "1", "count", nothing)
BRACE = Measure("brace", "%rTri", "brace height", nothing)
MEASURES = (RATE, DELAY, COUNT, BRACE)


def loss(*targets: Target) -> Loss:
    return Loss(targets, MEASURES)


def test_a_loss_is_the_sum_of_squared_uncertainties():
    asked = loss(Target("rate", 10, 2), Target("count", 5, 1, weight=3), Target("rate", 1, 0.5, of="spread"))
    found = asked({"rate": np.array([[11.0, 13.0], [10.0, 10.0]]), "count": np.array([[5.0, 5.0], [6.0, 6.0]])})
    spread = np.sqrt(2)
    expected = {
        "rate": [1.0, 0.0],
        "count": [0.0, 3.0],
        "rate spread": [((spread - 1) / 0.5) ** 2, 4.0],
    }
    assert list(found.terms) == list(expected)
    for name, terms in expected.items():
        np.testing.assert_allclose(found.terms[name], terms, rtol=1e-3)  # up to z^2/10,000 of it
    np.testing.assert_allclose(found.loss, np.sum([*expected.values()], axis=0), rtol=1e-3)


def test_a_range_is_missed_only_beyond_its_ends():
    asked = loss(Target("rate", (8, 12), 1), Target("count", (-np.inf, 3.0), 1))
    found = asked({"rate": np.array([[7.0], [8.0], [10.0], [14.0]]), "count": np.array([[-50.0], [3.0], [4.0], [5.0]])})
    np.testing.assert_allclose(found.terms["rate"], [1, 0, 0, 4], rtol=1e-3)
    np.testing.assert_allclose(found.terms["count"], [0, 0, 1, 4], rtol=1e-3)


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("rate", "4.4 pps", 4.4),
        ("rate", 4.4, 4.4),
        ("delay", "250 ms", 0.25),
        ("delay", "0.25 s", 0.25),
        ("delay", 0.25, 0.25),
        ("count", 7, 7.0),
        ("count", "7", 7.0),
        ("brace", "33 %rTri", 33.0),
        ("rate", np.float32(2.5), 2.5),
    ],
)
def test_a_target_is_read_in_the_unit_of_its_measure(measure, value, expected):
    (aim,) = loss(Target(measure, value)).aims
    assert aim.low == aim.high == pytest.approx(expected)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ((), "at least one target"),
        ((Target("rat", 1),), "did you mean 'rate'"),
        ((Target("rate", 1), Target("rate", 2)), "two targets are called 'rate'"),
        ((Target("delay", "3 mV"),), "is in s, but '3 mV' is in mV"),
        ((Target("rate", "3 mV"),), "is in pps, but '3 mV' is in mV"),
        ((Target("count", "3 ms"),), "is in no unit, but '3 ms' is in ms"),
        ((Target("rate", "many"),), "is a number in pps, but it is 'many'"),
        ((Target("rate", np.nan),), "leave out what was not observed"),
        ((Target("rate", (3, 2)),), "the lowest and the highest"),
        ((Target("rate", (1, 2, 3)),), "the lowest and the highest"),
        ((Target("rate", (-np.inf, np.inf)),), "the lowest and the highest"),
        ((Target("rate", 1, 0),), "above zero"),
        ((Target("rate", 1, "-2 pps"),), "above zero"),
    ],
)
def test_targets_that_cannot_be_are_refused_in_a_sentence(targets, said):
    with pytest.raises(FitError, match=re.escape(said)) as refused:
        loss(*targets)
    assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"of": "median"}, "mean or the spread"), ({"weight": 0}, "weight"), ({"weight": "2"}, "weight")],
)
def test_a_target_says_of_what_and_how_much(fields, said):
    with pytest.raises(FitError, match=said):
        Target("rate", 1, **fields)


def test_the_spread_of_one_seed_is_refused():
    with pytest.raises(FitError, match="there is one seed"):
        loss(Target("rate", 1, of="spread"))({"rate": np.ones((4, 1))})


def test_a_measure_that_was_not_taken_is_named():
    with pytest.raises(FitError, match="'rate' was not taken"):
        loss(Target("rate", 1))({"rates": np.ones((4, 1))})


numbers = arrays(float, (6, 4), elements=st.one_of(st.just(np.nan), st.floats(-1e12, 1e12), st.sampled_from([np.inf])))


@given(rate=numbers, count=numbers)
def test_a_set_that_lacks_a_measure_is_worse_than_any_that_has_all_and_the_worse_the_more_it_lacks(rate, count):
    asked = loss(Target("rate", 10, 0.1), Target("rate", 1, 0.1, of="spread"), Target("count", 5, weight=0.01))
    found = asked({"rate": rate, "count": count})
    assert np.isfinite(found.loss).all()
    missing = sum((np.isfinite(x).sum(axis=1) < 2).astype(int) * n for x, n in ((rate, 2), (count, 1)))
    for a in range(6):
        for b in range(6):
            if missing[a] < missing[b]:
                assert found.loss[a] < found.loss[b]
    assert (found.loss[missing == 0] < asked.worst).all()


def test_a_seed_that_fails_is_left_out_as_long_as_half_of_them_are_there():
    asked = loss(Target("rate", 10, 1))
    rate = np.array([[11.0, np.nan, 11.0, np.nan], [11.0, np.nan, np.nan, np.nan], [np.nan] * 4])
    found = asked({"rate": rate}).loss
    assert found[0] == pytest.approx(1, rel=1e-3)
    assert asked.worst < found[1] < found[2] <= 2 * asked.worst


def test_the_nearer_of_two_is_better_however_far_both_are():
    found = loss(Target("rate", 0, 1))({"rate": np.array([[1.0], [1e2], [1e4], [1e6]])}).loss
    assert (np.diff(found) > 0).all()
