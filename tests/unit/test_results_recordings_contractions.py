"""Contractions are found by silences of all units and by the force; a part of a recording is chosen, or refused."""

import numpy as np
import pytest

from sim.results.recordings.contractions import contraction_windows
from sim.results.recordings.datasets import contents, keep
from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording
from sim.results.recordings.selection import selection
from sim.results.schema import spike_times

CLOCK = np.arange(0, 60, 0.01)


def burst(start, stop, rate=10.0):
    return np.arange(start, stop, 1 / rate)


def table(*trains):
    made = np.full((len(trains), max(map(len, trains))), np.nan)
    for row, train in zip(made, trains, strict=True):
        row[: len(train)] = train
    return made


def triangles(*spans, rest=0.0, height=10.0):
    """A force that rises and falls within each span."""
    force = np.full(len(CLOCK), rest)
    for start, stop in spans:
        middle, half = (start + stop) / 2, (stop - start) / 2
        force += height * np.clip(1 - np.abs(CLOCK - middle) / half, 0, None)
    return force


ONE = {
    "one contraction": table(burst(2, 20), burst(4, 18), burst(6, 16)),
    "a pause of one unit": table(burst(2, 20), burst(4, 18), np.r_[burst(6, 8), burst(14, 16)]),
    "pauses of two units, the third goes on": table(
        burst(2, 20), *[np.r_[burst(4, 6), burst(15, 18)]] * 2
    ),
    "a doublet after the end": table(np.r_[burst(2, 20), 27.0, 27.005], burst(4, 18)),
    "a stray discharge after the end": table(np.r_[burst(2, 20), 29.0], burst(4, 18), burst(5, 17)),
    "one of three units goes on after a silence": table(np.r_[burst(2, 20), burst(26, 28)], burst(4, 18), burst(6, 16)),
    "a short silence of all": table(np.r_[burst(2, 9), burst(11, 20)], np.r_[burst(4, 9), burst(11, 18)]),
    "times in samples": 2048 * table(burst(2, 20), burst(4, 18)),
    "one discharge each": table([1.0], [30.0], [60.0]),
    "no discharge": np.full((2, 3), np.nan),
}  # fmt: skip


@pytest.mark.parametrize("what", ONE)
def test_a_record_of_one_contraction_is_one(what):
    times = ONE[what]
    windows = contraction_windows(times)
    assert windows.shape == (1, 2)
    known = times[np.isfinite(times)]
    np.testing.assert_array_equal(windows, [[known.min(), known.max()] if len(known) else [np.nan, np.nan]])


def test_two_contractions_are_parted_in_the_middle_of_the_silence():
    times = table(np.r_[burst(2, 20), burst(32, 50)], np.r_[burst(4, 18), burst(34, 48)], burst(6, 16))
    silence = (burst(2, 20)[-1] + 32) / 2
    np.testing.assert_allclose(contraction_windows(times), [[2, silence], [silence, burst(32, 50)[-1]]], atol=1e-9)


def test_a_stray_discharge_goes_with_the_nearer_contraction():
    times = table(np.r_[burst(2, 20), 24.0, burst(40, 50)], np.r_[burst(4, 18), burst(41, 49)])
    assert contraction_windows(times)[0, 1] == pytest.approx((24 + 40) / 2)


def test_five_contractions_are_five():
    starts = np.arange(0, 100, 20)
    times = table(*(np.concatenate([burst(s + k, s + 14 - k) for s in starts]) for k in range(4)))
    windows = contraction_windows(times)
    assert len(windows) == 5
    np.testing.assert_array_equal(windows[1:, 0], windows[:-1, 1])


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("rest", [0.0, 3.0])
def test_a_force_that_returns_to_rest_ends_a_contraction_after_a_short_silence(sign, rest):
    times = table(np.r_[burst(2, 9), burst(11.5, 20)], np.r_[burst(4, 9), burst(12, 18)])
    returns, held = triangles((1, 10), (10.5, 21)), triangles((1, 21))
    assert len(contraction_windows(times, CLOCK, sign * (returns + rest))) == 2
    assert len(contraction_windows(times, CLOCK, sign * (held + rest))) == 1


def test_a_force_that_is_held_joins_what_a_long_silence_parts():
    times = table(np.r_[burst(2, 9), burst(14, 20)], np.r_[burst(4, 9), burst(14, 18)])
    held = np.interp(CLOCK, [0, 1, 5, 17, 21, 60], [0, 0, 8, 8, 0, 0])
    assert len(contraction_windows(times)) == 2
    assert len(contraction_windows(times, CLOCK, held)) == 1
    assert len(contraction_windows(times, CLOCK + 500, held)) == 2  # it is of another time
    assert len(contraction_windows(times, CLOCK, np.full(len(CLOCK), np.nan))) == 2


# ---- as a result

TRAINS = {"1": np.r_[burst(2, 20), burst(32, 50)], "2": np.r_[burst(4, 18), burst(34, 48)], "3": burst(6, 16)}


def recording(**changes):
    force = Force(CLOCK, triangles((1, 21), (31, 51)), "N")
    return Recording("any", TRAINS, None, force, quality={"3": "noise"}, **changes)


def test_each_contraction_is_a_sample_with_its_own_discharges_and_force():
    dataset = recording().dataset()
    assert dataset.sizes["sample"] == 2
    np.testing.assert_array_equal(dataset["contraction"], [1, 2])
    np.testing.assert_array_equal(dataset["n_spikes"], [[180, 140, 100], [180, 140, 0]])
    times, middle = spike_times(dataset).values, float(dataset["stop"][0])
    assert np.nanmax(times[0]) < middle < np.nanmin(times[1])
    assert middle == float(dataset["start"][1])
    force = dataset["force"].values
    np.testing.assert_array_equal(np.isfinite(force), [middle >= CLOCK, middle <= CLOCK])


def test_contractions_are_kept_and_written_as_they_were(tmp_path):
    dataset = recording().dataset()
    kept = keep(dataset, tmp_path / "recording.zarr", digest="0").load()
    np.testing.assert_array_equal(spike_times(kept), spike_times(dataset))
    np.testing.assert_array_equal(kept["start"], dataset["start"])
    again = contents(dataset)
    for label, train in TRAINS.items():
        np.testing.assert_array_equal(again.trains[label], train)
    np.testing.assert_array_equal(again.force.values, recording().force.values)


def test_a_silence_within_what_is_taken_as_one_is_remarked():
    trains = {"1": np.r_[burst(2, 20), burst(26, 28)], "2": burst(4, 18), "3": burst(6, 16)}
    (remark,) = Recording("any", trains).dataset().attrs["remarks"]
    assert remark.startswith("all units are silent from 19.9 to 26 s")
    assert not Recording("any", {"1": np.r_[burst(2, 20), 27.0], "2": burst(4, 18)}).dataset().attrs["remarks"]


# ---- a part


@pytest.mark.parametrize("window", [[0, 25], ["0 s", "25 s"], ["0", "25000 ms"], [-np.inf, 25.0], (0, 25)])
def test_a_window_takes_what_is_in_it(window):
    dataset = selection(window=window).of(recording()).dataset()
    np.testing.assert_array_equal(dataset["n_spikes"], [[180, 140, 100]])
    assert float(dataset["time"][-1]) == 25


@pytest.mark.parametrize(
    ("chosen", "labels"),
    [
        ({"units": ["1", "3"]}, ["1", "3"]),
        ({"units": 3}, ["3"]),
        ({"units": [3, 1]}, ["1", "3"]),
        ({"exclude": [3]}, ["1", "2"]),
        ({"units": [1, 2], "exclude": "1"}, ["2"]),
    ],
)
def test_units_are_chosen_by_their_labels(chosen, labels):
    dataset = selection(**chosen).of(recording()).dataset()
    assert list(dataset["label"].values) == labels
    assert dataset.coords.get("quality", "") is not None


def test_one_contraction_is_chosen_by_its_number():
    for chosen in (2, "2"):
        dataset = selection(contraction=chosen).of(recording()).dataset()
        np.testing.assert_array_equal(dataset["contraction"], [2])
        np.testing.assert_array_equal(dataset["n_spikes"], [[180, 140, 0]])
    assert selection(contraction="all").of(recording()).dataset().sizes["sample"] == 2


def test_what_was_chosen_is_remarked():
    chosen = selection(window=[0, 25], exclude=[3], contraction=1).of(recording()).dataset()
    assert chosen.attrs["remarks"] == [
        "2 of 3 units were chosen",
        "only what is between 0 and 25 s was taken",
        "contraction 1 of 1 was chosen",
    ]
    assert selection().of(recording()).dataset().attrs["remarks"] == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"window": [100, 200]}, "no discharge between 100 and 200 s; they are from 2 to 49.9 s"),
        ({"window": [20, 2]}, "20 is not before 2"),
        ({"window": 3}, r"\[from, to\] in seconds, such as window=\[0,22\], but it is 3"),
        ({"window": ["2 mV", "3 s"]}, "has '2 mV'"),
        ({"window": [float("nan"), 3]}, "is not before"),
        ({"window": [True, 3]}, "has True"),
        ({"units": [9]}, "units names 9, but the units of any are 1, 2, 3"),
        ({"exclude": ["x"]}, "exclude names x, but"),
        ({"exclude": [1, 2, 3]}, "no unit of any is left, which has 1, 2, 3"),
        ({"units": []}, "units is an empty list"),
        ({"units": {"a": 1}}, "units is a list of units"),
        ({"contraction": 3}, r"no contraction 3 in any; it has 2 \(1: 0 to 25.95 s; 2: 25.95 to"),
        ({"contraction": 0}, "the number of one, from 1, but it is 0"),
        ({"contraction": 1.5}, "the number of one, from 1, but it is 1.5"),
    ],
)
def test_a_part_that_is_not_there_is_one_sentence_with_what_there_is(chosen, said):
    with pytest.raises(RecordingError, match=said) as problem:
        selection(**chosen).of(recording())
    assert "\n" not in str(problem.value)
