"""Gain and self-sustained firing, of spikes whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from experiments.measures import gain as measures
from experiments.reflex.input_output import InputOutput
from networks.protocols import ramp_and_pulse

PEAK, UP, PULSE = 40.0, 10.0, 16.0
RISE = {"muscle": "soleus", "peak": PEAK, "up": UP}


def view(*trains):
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
    course = next(e for e in protocol.elements() if getattr(e, "name", "") == "command")
    jump = next(k for k, level in enumerate(course.levels) if level == 20)
    assert course.times[jump] == "16000 ms"
    assert course.times[jump + 1] == "17000 ms"
    assert [x.name for x in question.measures()] == [
        "gain", "half", "last", "sustained_low", "sustained_high", "biased",
    ]  # fmt: skip
