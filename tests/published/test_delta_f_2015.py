"""ΔF of the published spike times of Powers & Heckman 2015 (ModelDB 183949): one estimator against two pools."""

import numpy as np
import pytest

from experiments.verification.published_delta_f import CLOSE, CONVENTIONS, POOLS
from experiments.verification.reference import published_pool
from sim.analysis.delta_f import delta_f, tally


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("name", CONVENTIONS)
def test_each_convention_gives_the_published_pools_their_delta_f(name, pool):
    convention, expected = CONVENTIONS[name]
    assert delta_f(published_pool(pool), convention=convention).pool == pytest.approx(expected[pool], abs=CLOSE)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_moving_the_calcium_channels_closer_abolishes_most_of_delta_f(name):
    convention, _ = CONVENTIONS[name]
    both = np.full((2, 20, 400), np.nan)
    for row, pool in zip(both, map(published_pool, POOLS), strict=True):
        row[:, : pool.shape[1]] = pool
    standard, proximal = delta_f(both, convention=convention).pool
    assert proximal < standard / 4


def test_only_the_recruitment_difference_rejects_pairs_of_the_standard_pool():
    counts = tally(delta_f(published_pool("standard")).failed)
    assert {reason: n for reason, n in counts.items() if n} == {
        "tried": 190,
        "counted": 105,
        "recruited_together": 85,
    }
