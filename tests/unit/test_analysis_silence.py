"""Silence of a pool, on trains whose end is known."""

import numpy as np
import pytest

from sim.analysis.silence import silence


def pool(*trains):
    """s, (unit, spike), padded with NaN."""
    spikes = np.full((len(trains), max(map(len, trains)) + 1), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


UNTIL_4 = np.arange(0, 4.05, 0.1)
UNTIL_6 = np.arange(0, 6.05, 0.1)
THROUGHOUT = np.arange(0, 10, 0.1)
AGAIN = np.r_[UNTIL_4, np.arange(6, 7.05, 0.1)]


@pytest.mark.parametrize(
    ("trains", "stopped", "time_to_stop", "left", "recurred"),
    [
        pytest.param([UNTIL_4, UNTIL_6], True, 3.0, 0, False, id="the last unit counts"),
        pytest.param([UNTIL_4, THROUGHOUT], False, np.nan, 1, False, id="one unit goes on"),
        pytest.param([THROUGHOUT, THROUGHOUT], False, np.nan, 2, False, id="both go on"),
        pytest.param([AGAIN], True, 4.0, 0, True, id="firing comes back"),
        pytest.param([AGAIN, THROUGHOUT], False, np.nan, 1, False, id="a pause of one unit is no silence"),
        pytest.param([np.r_[THROUGHOUT[THROUGHOUT < 2], [9.5]]], False, np.nan, 1, True, id="comes back at the end"),
        pytest.param([np.arange(0, 2, 0.1)], True, 0.0, 0, False, id="silent before anything is done"),
        pytest.param([np.r_[0.5, np.arange(5, 6.05, 0.1)]], True, 3.0, 0, True, id="silent first, fires later"),
        pytest.param([[]], True, 0.0, 0, False, id="silent throughout"),
        pytest.param([UNTIL_4, [10.0, 11.0]], True, 1.0, 0, False, id="spikes from the end on do not count"),
    ],
)
def test_silence_is_when_no_unit_fires(trains, stopped, time_to_stop, left, recurred):
    found = silence(pool(*trains), 3.0, 10.0)
    assert (bool(found.stopped), int(found.units_left), bool(found.recurred)) == (stopped, left, recurred)
    assert found.time_to_stop == pytest.approx(time_to_stop, abs=1e-9, nan_ok=True)


def test_every_sample_has_its_own_start_and_end():
    spikes = np.stack([pool(UNTIL_6), pool(UNTIL_6), pool(UNTIL_6)])
    found = silence(spikes, [1.0, 2.0, 3.0], [10.0, 6.5, 7.5])
    assert found.time_to_stop == pytest.approx([5.0, np.nan, 3.0], abs=1e-9, nan_ok=True)
    assert list(found.units_left) == [0, 1, 0]


def test_a_longer_gap_asks_for_a_longer_pause():
    again = pool(AGAIN)
    assert bool(silence(again, 3.0, 10.0, gap=1.9).recurred)
    assert not bool(silence(again, 3.0, 10.0, gap=2.1).recurred)
    assert not bool(silence(again, 3.0, 7.5, gap=1.0).stopped)


def test_order_of_units_and_padding_change_nothing():
    spikes = pool(UNTIL_4, AGAIN, UNTIL_6)
    padded = np.concatenate([spikes[::-1], np.full((3, 5), np.nan)], axis=-1)
    for a, b in zip(silence(spikes, 3.0, 10.0), silence(padded, 3.0, 10.0), strict=True):
        assert np.array_equal(a, b, equal_nan=True)


@pytest.mark.parametrize(("end", "gap"), [(3.5, 1.0), (10.0, 0.0), (10.0, -1.0)])
def test_a_gap_that_cannot_be_found_is_refused(end, gap):
    with pytest.raises(ValueError, match="Give a shorter gap"):
        silence(pool(UNTIL_4), 3.0, end, gap=gap)
