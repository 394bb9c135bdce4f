"""Common drive is what units share: all if one rate drives them, nothing if each has its own, slow drift aside."""

import numpy as np
import pytest

from sim.analysis.common_drive import SHORTEST, common_drive
from tests.made_results import padded

LASTS = 60.0


def driven(modulations: list[np.ndarray], seed: int = 0, jitter: float = 0.05) -> np.ndarray:
    """(1, unit, spike): units of about 10 pps whose rates follow a modulation each (pps, on a grid of 1 ms)."""
    random = np.random.default_rng(seed)
    trains = []
    for modulation in modulations:
        phase = np.cumsum((10 + modulation) / 1000) + random.uniform()
        crossings = np.flatnonzero(np.diff(np.floor(phase)) > 0) / 1000
        trains.append(np.sort(crossings + jitter * 0.1 * random.standard_normal(len(crossings))))
    return padded(trains)[None]


def fluctuation(seed: int, slow: float = 0.0) -> np.ndarray:
    """pps, SD 1.5: sines of 1 to 2 Hz of random phase, and one of 0.1 Hz with the amplitude `slow`."""
    random, t = np.random.default_rng(seed), np.arange(0, LASTS, 0.001)
    waves = sum(np.sin(2 * np.pi * (f * t + random.uniform())) for f in np.linspace(1, 2, 7))
    return 1.5 * waves / np.std(waves) + slow * np.sin(2 * np.pi * (0.1 * t + random.uniform()))


def test_units_that_follow_one_drive_share_it_and_others_do_not():
    one = common_drive(driven([fluctuation(0)] * 6), 1, LASTS)
    each = common_drive(driven([fluctuation(k) for k in range(6)]), 1, LASTS)
    assert one[0] > 0.8
    assert abs(each[0]) < 0.2


def test_half_of_the_variance_in_common_is_half_a_correlation():
    shared = fluctuation(100)
    mixed = [(shared + fluctuation(k)) / np.sqrt(2) for k in range(8)]
    pure = common_drive(driven([shared] * 8), 1, LASTS)[0]
    assert common_drive(driven(mixed), 1, LASTS)[0] == pytest.approx(pure / 2, abs=0.12)  # 28 pairs of one minute


def test_a_slow_drift_is_not_shared_drive():
    drifting = [fluctuation(k) + 2 * np.sin(2 * np.pi * 0.1 * np.arange(0, LASTS, 0.001)) for k in range(6)]
    assert abs(common_drive(driven(drifting), 1, LASTS)[0]) < 0.2


def test_a_unit_that_pauses_is_left_out():
    whole = driven([fluctuation(0)] * 4)
    paused = whole.copy()
    inside = (paused[0, 3] > 20) & (paused[0, 3] < 25)
    paused[0, 3] = np.sort(np.where(inside, np.nan, paused[0, 3]))
    assert common_drive(paused, 1, LASTS) == pytest.approx(common_drive(whole[:, :3], 1, LASTS))


def test_samples_do_not_mix_and_one_unit_shares_nothing():
    a, b = driven([fluctuation(0)] * 3, seed=1), driven([fluctuation(k) for k in range(3)], seed=2)
    longest = min(a.shape[-1], b.shape[-1])
    both = common_drive(np.concatenate([a[..., :longest], b[..., :longest]]), 1, 50)
    assert both == pytest.approx([common_drive(a, 1, 50)[0], common_drive(b, 1, 50)[0]])
    assert np.isnan(common_drive(a[:, :1], 1, 50)).all()
    assert common_drive(np.empty((0, 3, 4)), 1, 50).shape == (0,)


def test_a_window_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="common drive needs"):
        common_drive(driven([fluctuation(0)] * 2), 1, 1 + SHORTEST / 2)
