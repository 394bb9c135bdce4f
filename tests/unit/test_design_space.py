"""A space of numbers and the draws of a prior over it: what follows from its points, and how a design takes them."""

from dataclasses import replace

import numpy as np
import pytest

from sim.design import Design, DesignError, Points, Prior, Space
from sim.spec.canonical import canonical
from sim.units import Quantity, UnitError, quantity

LEAVES = {
    path: quantity(value)
    for path, value in {
        "network.pool.monoamine": 1.0,
        "network.pool.tau.low": "90 ms",
        "network.pool.tau.high": "30 ms",
        "protocol.up.peak": 20,
        "protocol.up.duration": "5 s",
    }.items()
}
BOUNDS = {"network.pool.monoamine": (0, 5), "protocol.up.duration": ("0 ms", None)}
RANGES = {"level": [0.8, 1.2], "peak": [8, 32], "bend": [-0.5, 0.5], "slow": [0.5, 2]}
SPACE = Space(
    RANGES,
    of={"network": {"*": {"monoamine": "level"}}, "protocol": {"up": {"peak": "peak*(1 + bend)/2"}}},
    logarithmic=["slow"],
    scaled={"network.*.tau": "slow"},
)


def test_points_and_numbers_are_each_others_inverse():
    points = np.random.default_rng(1).random((50, 4))
    numbers = SPACE.numbers(points)
    assert np.allclose(SPACE.points(numbers), points)
    assert ((numbers >= SPACE.low) & (numbers <= SPACE.high)).all()
    assert np.allclose(SPACE.numbers(np.full(4, 0.5)), [1.0, 20, 0, 1.0])  # of the logarithm, the geometric mean
    assert np.allclose(SPACE.points([1.4, 8, 0, 1]), [1.5, 0, 0.5, 0.5])  # beyond a range a point is beyond


def test_leaves_follow_by_formulas_and_scales():
    values = SPACE.values(np.array([[0.0, 1.0, 1.0, 1.0]]), LEAVES)
    assert {path: float(x[0]) for path, x in values.items()} == pytest.approx(
        {
            "network.pool.monoamine": 0.8,
            "protocol.up.peak": 24,
            "network.pool.tau.low": 180,
            "network.pool.tau.high": 60,
        }
    )
    with pytest.raises(DesignError, match="own value must be known"):
        SPACE.values(np.zeros((1, 4)))


def test_what_no_formula_names_is_a_leaf_itself():
    space = Space({"protocol": {"up": {"duration": ["1 s", "3 s"]}}})
    space.check(LEAVES, BOUNDS)
    assert space.values(np.array([[0.5]]))["protocol.up.duration"] == [2000]
    assert space.units == ("ms",)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Space({}), "needs the range of at least one"),
        (lambda: Space({"a": [1, 0]}, {"x": "a"}), "its lowest value and a higher one"),
        (lambda: Space({"a": ["1 ms", "1 mV"]}, {"x": "a"}), "one unit"),
        (lambda: Space({"a": [0, 1]}), "no formula of it names it"),
        (lambda: Space({"a": [0, 1]}, {"x": "b"}), "'b'"),
        (lambda: Space({"a": [0, 1]}, {"x": "a"}, logarithmic=["a"]), "above zero"),
        (lambda: Space({"a": ["1 ms", "2 ms"]}, scaled={"x": "a"}), "plain number"),
        (lambda: Space({"a": [0, 1]}, {"x": "a"}, scaled={"x": "a"}), "both sets and scales 'x'"),
        (lambda: Space({"a": [0, 1]}, {"network.pool.monamine": "a"}).check(LEAVES, BOUNDS), "network.pool.monoamine"),
        (
            lambda: Space({"a": [0, 6]}, {"network.*.monoamine": "a"}).check(LEAVES, BOUNDS),
            "is 6.0, above its upper bound of 5",
        ),
        (lambda: Space({"a": [0, 6]}, {"protocol.up.duration": "a"}).check(LEAVES, BOUNDS), "narrow|in that unit"),
        (lambda: Space({"a": [-1, 1]}, {"protocol.up.peak": "1/a - 1/a"}).check(LEAVES, BOUNDS), "narrow a range"),
        (lambda: Prior(SPACE, 0), "whole numbers"),
        (lambda: Prior(SPACE, 10**9), "memory"),
    ],
)
def test_a_space_that_cannot_be_is_refused_in_a_sentence(make, said):
    with pytest.raises((ValueError, UnitError), match=said):
        make()


def test_the_order_of_the_names_decides_nothing():
    turned = replace(SPACE, ranges=dict(reversed(RANGES.items())))
    assert canonical(Prior(SPACE, 8)) == canonical(Prior(turned, 8))
    for path, x in SPACE.values(SPACE.sobol(8), LEAVES).items():
        assert np.array_equal(x, turned.values(turned.sobol(8), LEAVES)[path])


def test_a_prior_is_even_along_each_number():
    points = SPACE.sobol(256)
    for column in points.T:
        assert np.array_equal(np.sort(np.floor(column * 256)), np.arange(256))
    assert not np.array_equal(SPACE.sobol(256, spread=1), points)
    assert np.array_equal(SPACE.sobol(8), points[:8])  # more draws keep the first ones


def test_a_design_of_draws_is_one_of_points_with_streams_of_their_own():
    prior = Prior(SPACE, 6)
    found = Design(prior=prior, seeds=2, first_seed=3).dataset(LEAVES)
    values = SPACE.values(prior.points(), LEAVES)
    listed = {p: [Quantity(float(y), LEAVES[p].dimensions) for y in x] for p, x in values.items()}
    points = Design(points=Points(listed), seeds=2, first_seed=3, independent=["point"]).dataset(LEAVES)
    for path in values:
        assert np.array_equal(found[path], points[path])
        assert found[path].attrs == points[path].attrs
    assert np.array_equal(found["stream"], points["stream"])
    assert len(np.unique(found["stream"])) == 12
    assert np.allclose(found["level"], found["network.pool.monoamine"])
    assert found["slow"].attrs["units"] == "1"
    assert np.allclose(found["network.pool.tau.high"], 30 * found["slow"])


def test_the_leaves_of_draws_are_checked_without_looking_at_each():
    Design(prior=Prior(SPACE, 10**6)).check(LEAVES, BOUNDS)  # a million Python objects would take minutes
    with pytest.raises(UnitError, match="upper bound of 1"):
        Design(prior=Prior(SPACE, 100)).check(LEAVES, BOUNDS | {"network.pool.monoamine": (0, 1)})
    with pytest.raises(DesignError, match="no number"):
        Design(prior=Prior(Space({"a": [0, 1]}, {"network.pol.x": "a"}), 4)).check(LEAVES, BOUNDS)


def test_two_things_of_one_name_along_a_design_are_refused():
    space = Space({"seed": [0, 1]}, {"protocol.up.peak": "seed"})
    with pytest.raises(DesignError, match="'seed'"):
        Design(prior=Prior(space, 2)).dataset(LEAVES)
