"""What is doubtful in a recording is found and named, on trains made so; a clean recording raises no doubt."""

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.checks.checks import CHECKS, doubts, lost, remarks, said
from sim.analysis.checks.force import with_holes
from sim.analysis.checks.identity import coincident
from sim.analysis.checks.record import Lost, Record
from sim.analysis.doublets import without_doublets
from sim.analysis.steady import steady_firing

CLOCK = np.linspace(0, 24, 2401)
TORQUE = np.clip(10 - np.abs(CLOCK - 12), 0, None) + 0.01 * np.sin(7 * CLOCK)


def train(start, stop, *, low=7.0, hump=8.0, noise=0.0, seed=0):
    """Discharges that speed up to the middle of the contraction and slow down again."""
    rng, times = np.random.default_rng(seed), [start]
    while times[-1] < stop:
        rate = low + hump * max(0.0, 1 - abs((times[-1] - 12) / 10))
        times.append(times[-1] + np.exp(noise * rng.standard_normal()) / rate)
    return np.array(times)


def clean(count=5, noise=0.05):
    """Units that stop earlier the later they start, each with its own rates."""
    return [train(3 + 0.9 * k, 21.5 - 0.6 * k, low=7 - 0.2 * k, noise=noise, seed=k) for k in range(count)]


def record(trains, **settings):
    times = np.full((len(trains), max(map(len, trains))), np.nan)
    for row, x in zip(times, trains, strict=True):
        row[: len(x)] = x
    return Record(times, **{"names": [f"MU{k}" for k in range(len(trains))], **settings})


def with_force(trains, force=TORQUE, clock=CLOCK, unit="N"):
    return record(trains, clock=clock, force=force, force_unit=unit)


def found(name, of):
    """What one check finds."""
    return next(check for check in CHECKS if check.name == name).find(of)


# ---- nothing in clean recordings


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_a_clean_recording_raises_no_doubt(name, noise, count):
    for of in (
        record(clean(count, noise)),
        with_force(clean(count, noise)),
        record(clean(count, noise), start=0, stop=24),
    ):
        assert found(name, of) == []


def test_a_clean_recording_loses_nothing():
    of = with_force(clean())
    assert doubts(of) == []
    assert not lost([], of.count).any()


# ---- each doubt


def test_the_record_that_ends_in_a_contraction_is_seen_without_and_with_its_end():
    cut = [x[x < 13] for x in clean()]
    for of in (record(cut), record(cut, stop=13.0), with_force(cut, TORQUE[CLOCK <= 13], CLOCK[CLOCK <= 13])):
        (doubt,) = found("cut by the record", of)
        assert doubt.units == (0, 1, 2, 3, 4)
        assert doubt.lost & Lost.DERECRUITMENT
        assert not doubt.lost & Lost.RECRUITMENT
        assert doubt.lost & Lost.BRACE
        assert "no ΔF" in doubt.words


def test_a_record_cut_half_way_down_loses_the_units_that_still_fire():
    trains = [x[x < 19.6] for x in clean(6)]  # unit 5 stops at 18.5, unit 4 at 19.1
    (doubt,) = found("cut by the record", with_force(trains, TORQUE[CLOCK <= 19.6], CLOCK[CLOCK <= 19.6]))
    assert doubt.units == (0, 1, 2, 3)
    assert not doubt.lost & Lost.BRACE  # they have peaked


def test_one_unit_that_fires_on_past_the_known_end_is_named():
    late = train(8, 24)
    trains = [*clean(3), late[late < 24]]
    (doubt,) = found("cut by the record", record(trains, stop=24.0))
    assert doubt.units == (3,)
    assert found("cut by the record", record(trains)) == []  # nobody can know


def test_the_record_that_begins_in_a_contraction_is_seen():
    (doubt,) = found("cut by the record", record([x[x > 11] for x in clean()]))
    assert doubt.units == (0, 1, 2, 3, 4)
    assert doubt.lost & Lost.RECRUITMENT
    later = [x[x > 5.2] for x in clean()]
    for of in (record(later, start=5.2), with_force(later, TORQUE[CLOCK > 5.25], CLOCK[CLOCK > 5.25])):
        (doubt,) = found("cut by the record", of)
        assert doubt.units == (0, 1, 2)


def test_a_window_that_holds_the_whole_contraction_cuts_nobody():
    assert found("cut by the record", record(clean(), start=2.5, stop=22.5)) == []


def test_two_contractions_in_one_have_no_delta_f():
    twice = [np.concatenate([x, x + 30]) for x in clean()]
    (doubt,) = found("several contractions", record(twice))
    assert "2 contractions" in doubt.words
    assert "window=" in doubt.words
    assert (lost([doubt], 5) & (Lost.RECRUITMENT | Lost.DERECRUITMENT) != 0).all()
    (short,) = found("several contractions", record([np.concatenate([x, x + 20.5]) for x in clean()]))
    assert short.lost & Lost.RECRUITMENT
    one_pauses = [np.delete(x, np.flatnonzero((x > 8) & (x < 14))) if k == 2 else x for k, x in enumerate(clean())]
    assert found("several contractions", record(one_pauses)) == []


@pytest.mark.parametrize("lag", [0.0, 0.0015, -0.006])
def test_one_unit_under_two_names_is_found_with_its_lag_and_share(lag):
    pool = clean()
    rng = np.random.default_rng(1)
    again = np.sort(rng.choice(pool[2], int(0.8 * len(pool[2])), replace=False)) + lag
    share, apart = coincident(pool[2], again + 0.0002 * rng.standard_normal(len(again)))
    assert share > 0.95
    assert apart == pytest.approx(lag, abs=2e-4)
    (doubt,) = found("twins", record([*pool, again]))
    assert doubt.units == (2, 5)
    assert said([doubt], ["a", "b", "c", "d", "e", "f"])[0].endswith("the same unit twice?: units c, f")
    assert remarks([doubt], 6)[5] == ["twin of MU2"]


def test_three_of_one_unit_are_one_group():
    pool = clean(3)
    (doubt,) = found("twins", record([*pool, pool[1] + 0.001, pool[1] + 0.002]))
    assert doubt.units == (1, 3, 4)


def test_a_coarse_clock_makes_no_twins():
    coarse = [np.unique(x.round(2)) for x in clean(8)]  # 100 Hz: a tenth of all discharges coincide
    assert found("twins", record(coarse)) == []


def test_names_that_stand_twice_are_named():
    (doubt,) = found("repeated names", record(clean(3), names=["1", "2", "1 "]))
    assert doubt.units == (0, 2)


def test_doublets_are_counted_and_left_out():
    pool = clean(3)
    double = np.sort(np.concatenate([pool[1], pool[1][[0, 30]] + 0.004]))
    of = record([pool[0], double, pool[2]])
    (doubt,) = found("doublets", of)
    assert doubt.units == (1,)
    assert doubt.words.startswith("2 intervals below 10 ms")
    times, count = without_doublets(of.times, 0.01)
    assert count.tolist() == [0, 2, 0]
    np.testing.assert_array_equal(times[1][: len(pool[1])], pool[1])
    assert found("doublets", replace(of, shortest_interval=0.003)) == []


def test_a_unit_detected_twice_is_the_unit():
    whole = clean(1)[0]
    twice = np.sort(np.concatenate([whole, whole + 1 / 2048]))
    (doubt,) = found("doublets", record([twice]))
    assert f"{len(whole)} below 2 ms: detected twice?" in doubt.words
    assert found("implausible intervals", record([twice])) == []
    np.testing.assert_array_equal(without_doublets(twice[None], 0.01)[0][0][: len(whole)], whole)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (2048, "samples or milliseconds"),
        (1000, "samples or milliseconds"),
        (10, "samples or milliseconds"),
        (1 / 8, "sampling rate"),
    ],
)
def test_times_that_are_no_seconds_are_said_and_nothing_is_measured(factor, words):
    of = record([factor * x for x in clean(4)])
    (doubt,) = doubts(of)
    assert words in doubt.words
    assert (lost([doubt], 4) & Lost.EVERYTHING != 0).all()


def test_intervals_that_are_short_but_no_doublets_by_the_setting_are_named():
    pool = clean(3)
    double = np.sort(np.concatenate([pool[1], pool[1][:5] + 0.012]))
    (doubt,) = found("short intervals", record([pool[0], double, pool[2]]))
    assert doubt.units == (1,)
    assert doubt.words.startswith("5 intervals below 20 ms")
    assert found("short intervals", record([double], shortest_interval=0.02)) == []


def test_a_unit_that_is_lost_at_its_fastest_is_named():
    pool = clean(4)
    lost_one = pool[1][pool[1] < 13]
    (doubt,) = found("stops abruptly", record([pool[0], lost_one, *pool[2:]]))
    assert doubt.units == (1,)
    assert "derecruitment" in doubt.words


def test_one_unit_of_implausible_intervals_leaves_the_others():
    noise = np.sort(np.random.default_rng(0).uniform(5, 15, 2000))
    of = record([*clean(4), noise])
    gone = lost(doubts(of), 5) & Lost.EVERYTHING != 0
    assert gone.tolist() == [False] * 4 + [True]


@pytest.mark.parametrize("count", [1, 2])
def test_a_stray_discharge_at_either_end_is_named(count):
    pool = clean(3)
    late = np.concatenate([pool[1], pool[1][-1] + 2.5 + 0.1 * np.arange(count)])
    (doubt,) = found("stray discharges", record([pool[0], late, pool[2]]))
    assert doubt.units == (1,)
    assert "derecruitment" in doubt.words
    early = np.concatenate([pool[1][0] - 1.5 - 0.1 * np.arange(count)[::-1], pool[1]])
    (doubt,) = found("stray discharges", record([pool[0], early, pool[2]]))
    assert "first discharge" in doubt.words


def test_steady_firing_begins_and_ends_with_several_discharges_in_a_row():
    whole = clean(1)[0]
    stray = np.concatenate([[0.5], whole, [23.5, 23.6]])[None]
    np.testing.assert_array_equal(steady_firing(stray, 3, 0.4)[0][: len(whole)], whole)
    np.testing.assert_array_equal(steady_firing(stray, 1, 0.4), stray)
    assert np.isnan(steady_firing([[1.0, 2.0, 3.0]], 3, 0.4)).all()
    assert np.isnan(steady_firing([[1.0, 1.1]], 4, 0.4)).all()


def test_a_quality_of_no_motor_unit_is_not_measured():
    of = record(clean(3), qualities=["good", "Noise", ""])
    (doubt,) = found("not a motor unit", of)
    assert doubt.units == (1,)
    assert (lost([doubt], 3) & Lost.EVERYTHING).tolist() == [0, Lost.EVERYTHING, 0]
    assert found("not a motor unit", replace(of, left_out=())) == []


# ---- force


def test_a_force_of_another_time_is_said():
    (doubt,) = found("force of another time", with_force(clean(), clock=CLOCK + 500))
    assert "do not overlap" in doubt.words
    (part,) = found("force of another time", with_force(clean(), TORQUE[:1000], CLOCK[:1000]))
    assert "lie outside" in part.words


def test_a_force_on_another_clock_is_said():
    """Milliseconds taken for seconds: the discharges lie in the rest before the contraction."""
    (doubt,) = found("force unrelated", with_force(clean(), clock=1000 * CLOCK))
    assert "another clock" in doubt.words


def test_a_force_with_its_sign_inverted_is_said():
    (doubt,) = found("force inverted", with_force(clean(), -TORQUE))
    assert doubt.lost == Lost.BRACE
    assert found("force inverted", with_force(clean(), 5 - 0.3 * TORQUE))
    lagging = np.interp(CLOCK - 0.3, CLOCK, TORQUE)
    assert found("force inverted", with_force(clean(), lagging)) == []


def test_a_force_without_unit_is_said():
    assert found("force without unit", with_force(clean(), unit=""))


def test_a_force_that_stands_still_is_said():
    (whole,) = found("force constant", with_force(clean(), np.full_like(CLOCK, 3.0)))
    assert whole.words == "the force is constant"
    clipped = np.minimum(TORQUE, 6.0)
    (part,) = found("force constant", with_force(clean(), clipped))
    assert "exactly constant from 8.0 to 16.0 s" in part.words
    rest = np.clip(TORQUE - 3, 0, None)  # a sensor that shows nothing at rest
    assert found("force constant", with_force(clean(), rest)) == []


def test_a_hole_in_the_force_is_missing_and_no_line_is_drawn_through_it():
    there = (CLOCK < 8) | (CLOCK > 11)
    (doubt,) = found("force missing", with_force(clean(), TORQUE[there], CLOCK[there]))
    assert "missing at" in doubt.words
    clock, force = with_holes(CLOCK[there], TORQUE[there])
    assert (np.diff(clock) > 0).all()
    assert np.isnan(np.interp([8.5, 10.9], clock, force)).all()
    np.testing.assert_array_equal(np.interp(CLOCK[there], clock, force), TORQUE[there])
    unknown = np.where(there, TORQUE, np.nan)
    assert found("force missing", with_force(clean(), unknown))
    (nothing,) = found("force constant", with_force(clean(), np.full_like(CLOCK, np.nan)))
    assert nothing.words == "the force is missing"
