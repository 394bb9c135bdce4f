"""What decomposed units do in a ramp that a person follows, on trains and courses that are drawn by hand."""

import numpy as np
import pytest
import xarray as xr

from experiments.measures.decomposed import FEWEST, LATEST, Decomposed
from experiments.measures.followed import followed_measures
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.analysis.smoothing import SUPPORT_VECTOR_RATE
from sim.measure import evaluate
from sim.results.status import Status
from sim.results.view import View
from sim.units import quantity

METRE = quantity("1 N*m").number
STEP, REST, BEGIN, FLANK, END = 0.02, 1.0, 5.0, 10.0, 27.0
"""s: from one moment to the next, before anything is asked, when the ramp begins, of a flank, of all."""
HARD, LET_GO = 1.0, 3.0
"""s, when a maximal effort begins and ends."""
TIME = np.arange(0, END, STEP)
MVC, TOP = 50.0, 0.2
RAMP = TOP * np.clip(1 - np.abs(TIME - BEGIN - FLANK) / FLANK, 0, None)
UNITS = 12


def at(percent: float, *, falling: bool = False) -> float:
    """s, when the target is at so many percent of the MVC."""
    away = FLANK * percent / (100 * TOP)
    return BEGIN + (2 * FLANK - away if falling else away)


def train(on: float, off: float, rate=10.0) -> np.ndarray:
    """Spikes whose second is at `on` and whose last is at `off`, about evenly spaced: s, (spike,)."""
    count = max(1, round((off - on) * rate))
    step = (off - on) / count
    return on + step * np.arange(-1, count + 1)


def results(trains, streams=(7,), *, hard: bool = True, status=Status.DONE) -> xr.Dataset:
    """A result of samples with the same trains (unit, spike), of a person who follows the ramp exactly."""
    longest, count = max(map(len, trains)), len(streams)
    spikes = np.full((count, UNITS, longest), -1, np.int32)
    for k, own in enumerate(trains):
        spikes[:, k, : len(own)] = np.round(np.asarray(own) / 1e-4)  # steps of 0.1 ms

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (count, len(TIME)))

    maximal = ((TIME >= HARD) & (TIME < LET_GO)).astype(float) * hard
    return xr.Dataset(
        {
            "ankle_torque": course(METRE * MVC * (RAMP + maximal)),
            "person_side": course(1.0),
            "person_mvc": course(MVC * METRE),
            "person_effort": course(40 * RAMP + 2 * (RAMP > 0)),
            "person.target": course(RAMP),
            "person.maximal": course(maximal),
            "spike_step": (("sample", "unit", "spike"), spikes, {"dt_ms": 0.1, "units": "1"}),
            "n_spikes": (("sample", "unit"), (spikes >= 0).sum(axis=-1)),
        },
        coords={
            "time": TIME,
            "status": ("sample", np.full(count, status, np.int8)),
            "stream": ("sample", np.array(streams)),
            "population": ("unit", ["pool"] * UNITS),
        },
    )


def measured(found: xr.Dataset, of: Decomposed) -> dict[str, np.ndarray]:
    measures = followed_measures(of, REST, LATER_SPIKE_FROM_SECOND, SUPPORT_VECTOR_RATE)
    kept = [m for m in measures if m.name != "brace_height"]
    return dict(evaluate(kept, found))


WHOLE = Decomposed("pool", UNITS, 1.0)
"""All units that can be followed."""
ON, OFF = np.linspace(2, 13, UNITS), np.linspace(1, 9, UNITS)
"""% of the MVC, at which units begin and end."""


def pool(**other) -> xr.Dataset:
    """Units that begin and end at known torques; all fire at 8 pps, in the maximal effort at 20 pps."""
    ramp = [train(at(on), at(off, falling=True), 8.0) for on, off in zip(ON, OFF, strict=True)]
    hard = np.arange(HARD + 0.01, LET_GO, 0.05)
    return results([np.concatenate([hard, own]) for own in ramp], **other)


def test_recruitment_and_hysteresis_are_the_torques_at_the_second_and_the_last_spike():
    found = measured(pool(), WHOLE)
    assert found["n_decomposed"] == UNITS == found["n_recruited"]
    assert found["recruitment"] == pytest.approx(ON.mean(), abs=0.02)
    assert found["recruitment_first"] == pytest.approx(ON.min(), abs=0.05)
    assert found["recruitment_last"] == pytest.approx(ON.max(), abs=0.05)
    assert found["hysteresis"] == pytest.approx((ON - OFF).mean(), abs=0.03)
    assert found["effort_hysteresis"] == pytest.approx(40 * (ON - OFF).mean() / 100 / (40 * TOP + 2), abs=0.005)
    assert found["error"] == pytest.approx(0, abs=1e-6)
    assert found["n_still_firing"] == 0


def test_rates_have_no_spread_where_all_units_fire_alike_and_no_variation_where_intervals_are_even():
    found = measured(pool(), WHOLE)
    assert found["peak_rate"] == pytest.approx(8, abs=0.1)
    assert found["peak_rate_spread"] == pytest.approx(0, abs=0.1)
    assert found["peak_rate_slope"] == pytest.approx(0, abs=0.02)
    assert found["interval_cv"] == pytest.approx(0, abs=1e-3)


def test_the_slope_is_what_peak_rates_lose_with_recruitment():
    rates = 12 - 0.3 * ON
    trains = [train(at(on), at(off, falling=True), r) for on, off, r in zip(ON, OFF, rates, strict=True)]
    found = measured(results(trains), WHOLE)
    assert found["peak_rate_slope"] == pytest.approx(-0.3, abs=0.03)
    assert found["peak_rate_spread"] == pytest.approx(rates.std(ddof=1), abs=0.1)


def test_the_variation_of_intervals_is_that_of_normal_ones_however_the_rate_drifts():
    rng = np.random.default_rng(3)
    wanted = 0.12
    trains = [train(at(on), at(off, falling=True), 8.0) for on, off in zip(ON, OFF, strict=True)]
    shaken = []
    for own in trains:
        drift = np.linspace(0.8, 1.2, len(own) - 1)
        shaken.append(own[0] + np.cumsum(np.r_[0, np.diff(own) * drift * (1 + wanted * rng.normal(size=len(own) - 1))]))
    assert measured(results(shaken), WHOLE)["interval_cv"] == pytest.approx(wanted, rel=0.06)


def test_the_maximal_effort_is_told_by_its_rates_and_by_how_many_units_fire_in_it():
    found = measured(pool(), WHOLE)
    assert found["mvc_rate"] == pytest.approx(20, abs=1)
    assert found["mvc_recruited"] == 1
    quiet = [train(at(on), at(on, falling=True)) for on in ON]
    assert measured(results(quiet), WHOLE)["mvc_recruited"] == 0
    without = measured(results(quiet, hard=False), WHOLE)
    assert np.isnan([without["mvc_rate"], without["mvc_recruited"]]).all()


def test_units_that_go_on_after_the_ramp_are_counted_whether_decomposed_or_not():
    trains = [train(at(on), END - 0.1 if k < 3 else at(on, falling=True)) for k, on in enumerate(ON)]
    assert measured(results(trains), Decomposed("pool", 2, 1.0))["n_still_firing"] == 3


def test_what_cannot_be_followed_is_not_decomposed():
    """Too few spikes, or a beginning in the last moments before the top."""
    late = BEGIN + LATEST * FLANK
    trains = [train(at(on), at(on, falling=True)) for on in ON]
    trains[0] = train(at(5), at(5) + 0.1 * (FEWEST - 3))
    trains[1], trains[2] = train(late + 0.1, late + 3), train(late - 0.1, late + 3)
    view = View(results(trains))
    found = WHOLE.found(view, np.array([BEGIN]), np.array([BEGIN + FLANK]))
    assert found[0].tolist() == [False, False, *[True] * (UNITS - 2)]


def test_which_units_are_found_hangs_on_the_stream_and_the_draw_alone():
    begin, top = np.full(3, BEGIN), np.full(3, BEGIN + FLANK)
    view = View(pool(streams=(1, 2, 1)))
    one, other = (Decomposed("pool", 5, 0.05, draw).found(view, begin, top) for draw in (0, 1))
    assert (one.sum(axis=-1) == 5).all()
    np.testing.assert_array_equal(one[0], one[2])
    assert (one[0] != one[1]).any()
    assert (one != other).any()


def test_larger_units_are_found_rather_in_proportion_to_their_amplitude():
    """Of one draw out of twelve, over 4000 streams; three standard errors of the rarest and of the most frequent."""
    many = 4000
    of = Decomposed("pool", 2, 0.1)
    keys = np.stack([of._keys(stream, UNITS) for stream in range(many)])
    first = np.bincount(keys.argmin(axis=1), minlength=UNITS) / many
    expected = of.amplitudes(UNITS) / of.amplitudes(UNITS).sum()
    np.testing.assert_allclose(first, expected, atol=3 * np.sqrt(0.2 * 0.8 / many))
    assert of.amplitudes(UNITS)[[0, -1]].tolist() == pytest.approx([0.1, 1])


def test_a_sample_that_failed_has_nothing():
    found = measured(pool(status=Status.FAILED_NOT_FINITE), WHOLE)
    assert all(np.isnan(x).all() for x in found.values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"units": 1}, "two units at least"),
        ({"draw": -1}, "whole number from 0"),
        ({"smallest": 0.0}, "part of the largest"),
        ({"smallest": 2.0}, "part of the largest"),
        ({"population": ""}, "population"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        Decomposed(**({"population": "pool", "units": 5, "smallest": 0.1} | given))
