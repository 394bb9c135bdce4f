"""Summaries of a contraction: known trains give known numbers, and only the units that are seen count."""

import numpy as np
import pytest

from sim.analysis.delta_f import delta_f
from sim.analysis.summaries import Flanks, catalogue, flanks_of_force, of_units, summaries

TRIANGLE = Flanks(1.0, 10.0, 0.0, 10.0)
TRAPEZOID = Flanks(2.0, 5.0, 20.0, 4.0)


def regular(start: float, stop: float, rate: float) -> np.ndarray:
    return start + np.arange(round((stop - start) * rate) + 1) / rate


def pool(*trains: np.ndarray) -> np.ndarray:
    found = np.full((1, len(trains), max(map(len, trains))), np.nan)
    for k, train in enumerate(trains):
        found[0, k, : len(train)] = train
    return found


def named(times: np.ndarray, flanks: Flanks, chosen=None) -> dict[str, np.ndarray]:
    chosen = np.ones((len(times), 1, times.shape[1]), bool) if chosen is None else chosen
    values = summaries(of_units(times, flanks), chosen, flanks)
    return {s.name: values[..., k] for k, s in enumerate(catalogue(flanks))}


@pytest.fixture
def ramps() -> np.ndarray:
    """Six samples of eight units that follow a triangle, with noise."""
    random = np.random.default_rng(3)
    found = []
    for _ in range(6):
        trains = []
        for threshold in np.linspace(1, 6, 8):
            t, train = 1 + threshold, []
            while t < 21 - threshold / 2:
                train.append(t)
                drive = 10 - abs(t - 11)
                t += (1 + 0.1 * random.standard_normal()) / (8 + 1.2 * max(drive - threshold / 2, 0))
            trains.append(np.array(train))
        found.append(pool(*trains))
    room = max(x.shape[-1] for x in found)
    return np.concatenate([np.pad(x, ((0, 0), (0, 0), (0, room - x.shape[-1])), constant_values=np.nan) for x in found])


def test_times_and_phases_are_each_others_inverse():
    for flanks in (TRIANGLE, TRAPEZOID):
        t = np.linspace(0, 40, 977)
        assert np.allclose(flanks.time(flanks.phase(t)), t)
    assert np.allclose(TRAPEZOID.phase(np.array([2, 7, 17, 27, 31, 33])), [0, 1, 1.5, 2, 3, 3.5])


def test_regular_units_give_what_they_are_made_of():
    found = named(pool(regular(3, 19, 10), regular(5, 17, 8), regular(6, 16, 5)), TRIANGLE)
    assert found["recruited"] == pytest.approx((0.2 + 0.4 + 0.5) / 3)
    assert found["stopped"] == pytest.approx(2 + (0.8 + 0.6 + 0.5) / 3)
    for name in ("first_rate", "last_rate", "peak_rate"):
        assert found[name] == pytest.approx((10 + 8 + 5) / 3)
    assert found["peak_rate_sd"] == pytest.approx(np.std([10, 8, 5], ddof=1))
    for span in ("rise", "top", "fall"):
        assert found[f"cv2_{span}"] == pytest.approx(0, abs=1e-9)
    assert found["active_0"] == 0
    assert found["active_8"] == 1
    assert found["rate_9"] == pytest.approx((10 + 8 + 5) / 3, abs=0.01)
    assert np.isnan(found["rate_0"])
    assert found["outlasting"] == 0
    assert np.isnan(found["delta_f"])  # no control is modulated


def test_delta_f_is_that_of_the_estimator(ramps):
    expected = delta_f(ramps)
    found = named(ramps, TRIANGLE)
    assert np.isfinite(expected.pool).all()
    assert found["delta_f"][:, 0] == pytest.approx(expected.pool)
    assert found["with_delta_f"][:, 0] == pytest.approx(expected.n_test_units / 8)


def test_a_view_is_what_a_recording_of_its_units_alone_would_be(ramps):
    chosen = np.zeros((6, 2, 8), bool)
    chosen[:, 0, [0, 2, 3, 7]] = chosen[:, 1, [1, 4, 5, 6]] = True
    found = summaries(of_units(ramps, TRIANGLE), chosen, TRIANGLE)
    for view in range(2):
        alone = ramps[:, chosen[0, view]]
        own = summaries(of_units(alone, TRIANGLE), np.ones((6, 1, 4), bool), TRIANGLE)
        np.testing.assert_allclose(found[:, view], own[:, 0], rtol=1e-9, atol=1e-12)


def test_later_or_stretched_in_time_phases_stay(ramps):
    late = Flanks(4.0, 10.0, 0.0, 10.0)
    first, second = named(ramps, TRIANGLE), named(ramps + 3, late)
    for name, x in first.items():
        np.testing.assert_allclose(second[name], x, rtol=1e-6, atol=1e-6, err_msg=name)
    slow = Flanks(2.0, 20.0, 0.0, 20.0)
    stretched = named(ramps * 2, slow)
    for name in ("recruited", "stopped", "peak_phase", "cv2_top", "active_5"):
        assert stretched[name] == pytest.approx(first[name])
    assert stretched["peak_rate"] == pytest.approx(first["peak_rate"] / 2)


def test_doublets_are_left_out_of_rates():
    train = regular(3, 19, 10)
    double = np.sort(np.append(train, train[20] + 0.004))
    found = named(pool(double, double, double), TRIANGLE)
    regularly = named(pool(train, train, train), TRIANGLE)
    for name in ("first_rate", "peak_rate", "cv2_rise"):
        assert found[name] == pytest.approx(regularly[name])


def test_false_and_missed_discharges_are_counted_and_leave_the_median_variability_alone():
    train = regular(3, 19, 10)  # 160 intervals or so
    false = np.sort(np.append(train, train[[40, 80]] + 0.03))
    missed = np.delete(train, [50, 90, 120])
    right, more, fewer = (named(pool(own, own), TRIANGLE) for own in (train, false, missed))
    assert (right["short"], right["long"]) == (0, 0)
    assert more["short"] == pytest.approx(2 / (len(false) - 5))
    assert fewer["long"] == pytest.approx(3 / (len(missed) - 5))
    assert (more["long"], fewer["short"]) == (0, 0)
    for span in ("rise", "top", "fall"):
        assert more[f"cv2_median_{span}"] == pytest.approx(right[f"cv2_median_{span}"], abs=1e-9)
    assert more["cv2_top"] > 0.01


def test_nothing_gives_nothing():
    values = summaries(of_units(np.full((2, 4, 3), np.nan), TRIANGLE), np.ones((2, 3, 4), bool), TRIANGLE)
    assert values.shape == (2, 3, len(catalogue(TRIANGLE)))
    names = [s.name for s in catalogue(TRIANGLE)]
    assert len(set(names)) == len(names)
    known = {name for name, x in zip(names, np.moveaxis(values, -1, 0), strict=True) if np.isfinite(x).any()}
    assert all(name.startswith("active_") for name in known)


@pytest.mark.parametrize("flanks", [TRIANGLE, TRAPEZOID, Flanks(0.5, 2.0, 1.0, 3.0)], ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_flanks_are_read_from_force(flanks, noise):
    t = np.arange(0, flanks.end + 3, 0.01)
    force = np.interp(t, flanks.start + np.cumsum([0, flanks.up, flanks.hold + 1e-9, flanks.down]), [0, 1, 1, 0])
    force = 3 + 50 * (force + noise * np.random.default_rng(0).standard_normal(len(t)))
    found = flanks_of_force(t, force)
    for name in ("start", "up", "hold", "down"):
        assert getattr(found, name) == pytest.approx(getattr(flanks, name), abs=0.05 * (flanks.up + flanks.down))
    assert found.differs(flanks, 0.1) == ""
    assert found.differs(Flanks(0, 2 * flanks.up, flanks.hold, flanks.down), 0.1)


@pytest.mark.parametrize(
    "force", [np.zeros(100), np.linspace(0, 1, 100), np.full(100, np.nan)], ids=["flat", "up", "nan"]
)
def test_force_without_a_contraction_is_told(force):
    with pytest.raises(ValueError, match="flanks"):
        flanks_of_force(np.arange(100) / 10, force)
