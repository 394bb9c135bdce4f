"""A grid over a space: what follows from several numbers together, every value with every other."""

from itertools import product

import numpy as np
import pytest

from sim.design import Axis, Design, DesignError, Grid, Space
from sim.spec.canonical import canonical
from sim.units import quantity

LEAVES = {path: quantity(value) for path, value in {"network.p.gain": 1.0, "protocol.up.peak": 20}.items()}
SPACE = Space(
    {"level": [0.8, 1.2], "peak": [8, 32]},
    of={"network.p.gain": "level", "protocol.up.peak": "peak*level"},
    logarithmic=["peak"],
)
GRID = Grid(SPACE, {"level": 5, "peak": 3})


def test_every_value_meets_every_other_once():
    numbers = SPACE.numbers(GRID.points())
    expected = list(product([0.8, 0.9, 1.0, 1.1, 1.2], [8, 16, 32]))  # even in the logarithm of the peak
    np.testing.assert_allclose(numbers, expected)


def test_leaves_follow_from_several_numbers_and_a_design_knows_these():
    found = Design({"all": GRID}, seeds=2).dataset(LEAVES)
    assert found.sizes["sample"] == 30
    np.testing.assert_allclose(found["protocol.up.peak"], found["level"] * found["peak"])
    np.testing.assert_allclose(found["network.p.gain"], found["level"])
    assert len(np.unique(found["stream"])) == 30


def test_a_grid_of_what_does_not_hang_together_is_one_of_axes():
    plain = Grid(Space({"a": [1, 3], "b": [0, 1]}, {"network.p.gain": "a", "protocol.up.peak": "b"}), {"a": 3, "b": 2})
    axes = Design({"network.p.gain": Axis("network.p.gain", [1, 2, 3]), "protocol.up.peak": [0, 1]}).dataset(LEAVES)
    found = Design({"all": plain}).dataset(LEAVES)
    for path in LEAVES:
        np.testing.assert_allclose(found[path], axes[path])


def test_a_share_is_drawn_of_the_combinations_none_twice():
    some, other = (Grid(SPACE, {"level": 40, "peak": 50}, share=0.05, spread=k) for k in (0, 1))
    rows = {tuple(row) for row in some.points()}
    assert len(some) == len(rows) == 100
    every = {tuple(row) for row in Grid(SPACE, {"level": 40, "peak": 50}).points()}
    assert rows < every
    assert rows != {tuple(row) for row in other.points()}
    assert abs(some.points().mean(axis=0) - 0.5).max() < 0.1  # SD of a mean of 100: 0.03


def test_its_ends_are_the_ends_of_every_number_combined():
    corners = SPACE.numbers(GRID.ends().points())
    np.testing.assert_allclose(corners, [[0.8, 8], [0.8, 32], [1.2, 8], [1.2, 32]])


def test_the_order_in_which_levels_are_named_decides_nothing():
    assert canonical(Grid(SPACE, {"peak": 3, "level": 5})) == canonical(GRID)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"levels": {"level": 5}}, "says nothing of 'peak'"),
        ({"levels": {"level": 5, "peak": 3, "x": 2}}, "'x', which its space lacks"),
        ({"levels": {"level": 5, "peak": 1}}, "at least two values of 'peak', not 1"),
        ({"share": 0}, "above 0 and at most 1, not 0"),
        ({"share": True}, "above 0"),
        ({"share": 0.001}, "of 15 combinations is none"),
        ({"spread": -1}, "a whole number from 0"),
        ({"levels": {"level": 10**5, "peak": 10**5}}, "GB of memory"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_in_a_sentence(changed, said):
    with pytest.raises(DesignError, match=said):
        Grid(**{"space": SPACE, "levels": {"level": 5, "peak": 3}, **changed})
