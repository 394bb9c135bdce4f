"""Endings of a muscle that was silent do not fire their first impulses together."""

import numpy as np
import pytest

import networks

TENTH = 0.1
"""Of the mean interval of the pool."""


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle(scale=0.3)


@pytest.mark.parametrize("kind", ["ia", "ii", "ib"])
@pytest.mark.parametrize("muscle", ["soleus", "tibialis"])
def test_first_impulses_of_a_silent_muscle_come_apart(ankle, muscle, kind):
    """At a rate that begins, an ending fires first when its phase, sensitivity x rate x time, reaches its first goal:
    no tenth of an interval may hold more than twice its share of the pool."""
    pool = ankle.population(f"{muscle}_{kind}_ending")
    table = pool.table()
    goal, sensitivity = (
        table[name].across(pool.size, {leaf: np.array([x.number]) for leaf, x in table[name].leaves().items()})[0]
        for name in ("first_goal", "sensitivity")
    )
    first = np.sort(goal / sensitivity)
    within = np.searchsorted(first, first + TENTH) - np.arange(len(first))
    assert within.max() / len(first) < 2 * TENTH
