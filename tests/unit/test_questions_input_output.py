"""Gain and self-sustained firing, of spikes whose answer is known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.measures import gain as measures
from experiments.reflex.input_output import InputOutput
from networks.protocols import ramp_and_pulse
from sim.design import Design
from sim.results.status import Status
from tests.made_results import answered, failing, padded, spike_variables

PEAK, UP, PULSE = 40.0, 10.0, 16.0
RISE = {"muscle": "soleus", "peak": PEAK, "up": UP}


def view(*trains) -> Any:
    width = max(map(len, trains))
    times = np.array([[*train, *([np.nan] * (width - len(train)))] for train in trains], float)[None]
    return SimpleNamespace(samples=1, done=np.array([True]), spikes=lambda name: times)


def rising(begin: float, steep: float) -> np.ndarray:
    """Spikes of a rate that is 0 until a command and then grows by `steep` pps for each unit of it."""
    t = np.arange(0, UP, 1e-4)
    command = PEAK * t / UP
    count = np.floor(np.cumsum(np.clip(command - begin, 0, None) * steep) * 1e-4)
    return t[np.flatnonzero(np.diff(count) > 0)]


@pytest.mark.parametrize("steep", [5.0, 15.0])
def test_the_gain_is_the_slope_of_the_output(steep):
    made = view(rising(10, steep))
    assert measures.gain(made, **RISE) == pytest.approx([steep], rel=0.1)
    assert measures.last(made, **RISE) == pytest.approx([steep * 28], rel=0.03)  # the last tenth: command 38
    assert measures.half(made, **RISE) == pytest.approx([24], rel=0.05)


def test_a_silent_pool_has_no_gain():
    silent = view([np.nan])
    assert np.isnan(measures.gain(silent, **RISE)).all()
    assert np.isnan(measures.half(silent, **RISE)).all()
    assert measures.last(silent, **RISE) == [0]


def test_self_sustained_firing_is_of_units_that_the_strong_command_recruited():
    on_it = [PULSE + 0.2, PULSE + 0.8]
    goes_on = [*on_it, *np.arange(PULSE + 1.1, PULSE + 5, 0.3)]
    before = [PULSE - 0.5, *on_it, PULSE + 1.2]
    silent = [np.nan]
    lasts = measures.durations(view(goes_on, on_it, before, silent), "soleus", PULSE)[0]
    assert lasts[0] == pytest.approx(goes_on[-1] - PULSE - 1)
    assert lasts[1] == 0
    assert np.isnan(lasts[2:]).all()
    assert measures.biased(view(goes_on, on_it, before, silent), "soleus", PULSE) == [25]


def test_thirds_are_of_the_order_of_recruitment():
    on_it = [PULSE + 0.2, PULSE + 0.8]
    trains = [[*on_it, *np.arange(PULSE + 1.1, PULSE + 1.1 + k, 0.5)] for k in (6, 6, 1, 1, 0.4, 0.4)]
    made = view(*trains)
    low, high = (measures.sustained(made, "soleus", PULSE, part)[0] for part in ("low", "high"))
    assert low == pytest.approx(5.6)
    assert high == pytest.approx(0.1)


def test_the_strong_command_comes_when_the_question_looks_for_it():
    question = InputOutput(muscle="soleus", peak=PEAK, up="10 s", rest="4 s", healthy=0.85)
    assert question.pulse == pytest.approx(PULSE)
    protocol = ramp_and_pulse(
        muscle="soleus", peak=PEAK, up="10 s", rest="4 s", bias=2, pulse=20, after="8 s", tonic=1.5
    )
    course: Any = next(e for e in protocol.elements() if getattr(e, "name", "") == "command")
    jump = next(k for k, level in enumerate(course.levels) if level == 20)
    assert course.times[jump] == "16000 ms"
    assert course.times[jump + 1] == "17000 ms"
    assert [x.name for x in question.measures()] == [
        "gain", "half", "last", "sustained_low", "sustained_high", "biased",
    ]  # fmt: skip


# ---- the question

STEEP = {0.0: 5.0, 0.85: 12.5}
"""pps for each unit of command, from a command of 10 on."""
STRONGEST = {0.0: 300.0, 0.85: 1200.0}
"""N, at the peak."""
LASTS = {0.0: 0.0, 0.85: 3.0}
"""s, that the first motoneuron goes on; the last stops with the strong command."""
TIME = np.arange(0, 26, 0.1)


@pytest.fixture(scope="module")
def asked():
    design = Design({"level": {"of": "network.soleus.receptor_gain", "values": list(STEEP)}}, seeds=2)
    whole, spikes, forces = design.dataset(), [], []
    for level in whole["level"].values.astype(float):
        on_it = np.array([PULSE + 0.2, PULSE + 0.9])
        goes_on = np.append(on_it, PULSE + 1 + np.arange(0.5, LASTS[level] + 0.1, 0.5))
        spikes.append(padded([goes_on, np.zeros(0), rising(10, STEEP[level]), on_it]))
        forces.append(1e9 * (8 + STRONGEST[level] * np.where(TIME < UP, TIME / UP, 0)))  # nN; 8 N are passive
    found = whole.assign(
        {**spike_variables(spikes), "soleus_tendon_force": (("sample", "time"), np.array(forces))}
    ).assign_coords(
        population=("unit", ["soleus"] * 4), time=TIME, status=("sample", np.full(len(spikes), Status.DONE))
    )
    return InputOutput(muscle="soleus", peak=PEAK, up="10 s", rest="4 s", healthy=0.85), found


def test_gain_is_counted_in_multiples_of_that_without_persistent_inward_currents(asked):
    m = answered(*asked)
    assert m["gain_mean"].values == pytest.approx([5, 12.5], rel=0.1)
    assert m["times_mean"].values == pytest.approx([1, 2.5], rel=0.1)
    assert m["half_mean"].values == pytest.approx([24, 24], rel=0.05)
    beyond = m["output"].sel(command=slice(12, None)) / (m["command"].sel(command=slice(12, None)) - 10)
    assert beyond.mean(("command", "seed")).values == pytest.approx([5, 12.5], rel=0.03)


def test_force_is_read_in_percent_of_the_largest(asked):
    m = answered(*asked)
    first, last = m["command"].values[[0, -1]]
    part = 100 * (m["command"].values - first) / (last - first)
    assert m["force"].sel(level=0.85, seed=0).values == pytest.approx(part, abs=0.1)
    assert m["force"].sel(level=0, seed=0).values == pytest.approx(part / 4, abs=0.1)
    assert m["force_end_mean"].values == pytest.approx([part[-4:].mean() / 4, part[-4:].mean()], abs=0.1)


def test_each_motoneuron_goes_on_for_a_time_of_its_own(asked):
    m = answered(*asked)
    lasts = m["lasts"].isel(seed=0).transpose("level", "motoneuron").values
    assert lasts[:, 0] == pytest.approx([0, 3])
    assert lasts[:, 3] == pytest.approx([0, 0])
    assert np.isnan(lasts[:, 1:3]).all()  # neither fired on the strong command
    assert m["sustained_low_mean"].values == pytest.approx([0, 3])
    assert m["sustained_high_mean"].values == pytest.approx([0, 0])
    assert m.attrs["healthy"] == 0.85


def test_input_and_output_are_drawn_and_said(asked):
    question, whole = asked
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    without, healthy = question.headline(m)
    assert without.startswith("level 0: gain 4.9 ± 0.0 pps")
    assert "1.0 ± 0.0 times" in without
    assert "force at its end 96 ± 0 %" in healthy
    assert "firing 3.0 ± 0.0 s (n = 2) in the lower third" in healthy
    assert any("Lee et al. 2003" in line for line in question.notes(m))


def test_a_failed_sample_has_no_gain_and_no_force(asked):
    question, whole = asked
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["gain"].values).sum() == 1
    assert np.isnan(m["force_end"].values).sum() == 1
    assert m["force_end_mean"].values[1] == pytest.approx(96, abs=1)


def test_a_design_without_level_0_is_refused(asked):
    question, whole = asked
    with pytest.raises(ValueError, match="a value of 0"):
        answered(question, whole.isel(sample=whole["level"].values.astype(float) > 0))


def test_a_record_without_force_is_refused(asked):
    question, whole = asked
    with pytest.raises(ValueError, match="'soleus_tendon_force' was not recorded"):
        answered(question, whole.drop_vars("soleus_tendon_force"))
