"""What is left of a spasm is counted from trains and forces whose answer is known."""

import numpy as np
import pytest

from experiments.measures.spasm import pulses, spasm_measures
from sim.design import Design
from sim.measure import evaluate
from sim.results.view import View
from tests.made_spasms import EXACT, START, force, results, until

STARTED = ("units_before", "units_left", "stopped", "time_to_stop", "recurred")
STOP = 9.0  # s, when stimulation ends


def left(whole, stop=STOP):
    """The measures of one sample."""
    return {name: float(x[0]) for name, x in evaluate(spasm_measures("soleus", START, stop), whole).items()}


@pytest.mark.parametrize(
    ("trains", "found"),
    [
        pytest.param([until(6), until(9)], (2, 0, 1, 4.95, 0), id="the last unit stops at 8.95 s"),
        pytest.param([until(6), until(12)], (2, 1, 0, np.nan, 0), id="one goes on"),
        pytest.param([until(3.5), until(12)], (2, 1, 0, np.nan, 0), id="one stops by itself just before"),
        pytest.param([until(2.5), until(12)], (1, 1, 0, np.nan, 0), id="one stops by itself long before"),
        pytest.param([until(2.5), until(2)], (0, 0, 1, 0, 0), id="there was no spasm"),
        pytest.param([until(6), until(9, 8)], (1, 0, 1, 4.95, 1), id="another one begins, and stops"),
        pytest.param([until(6), until(12, 8)], (1, 1, 0, np.nan, 1), id="another one begins, and goes on"),
        pytest.param([until(6), until(9, 5)], (1, 0, 1, 4.95, 0), id="another one takes over"),
        pytest.param([[], []], (0, 0, 1, 0, 0), id="silence"),
    ],
)
def test_what_is_left_of_a_spasm_is_counted(trains, found):
    values = left(results(Design(), [trains], [force(10, 4)]))
    assert [values[name] for name in STARTED] == pytest.approx(found, abs=EXACT, nan_ok=True)


def test_what_comes_back_once_stimulation_has_ended_was_suppressed_and_did_not_stop():
    whole = results(Design(), [[until(6), until(12, 10)]], [force(10, 4)])
    values, cut = left(whole), left(whole, 99.0)  # the latter is stimulated to the end
    assert (values["suppressed"], values["units_during"], values["stopped"], values["units_left"]) == (1, 0, 0, 1)
    assert (cut["suppressed"], cut["units_during"]) == (0, 1)


def test_forces_are_means_over_their_windows():
    values = left(results(Design(), [[until(6)]], [force(10, 4, left=1)]))
    assert values["force_before"] == pytest.approx(10, abs=EXACT)
    assert values["force_left"] == pytest.approx(1, abs=EXACT)
    assert values["relieved"] == 0  # at 1 % it is not below it
    assert left(results(Design(), [[until(6)]], [force(10, 4, left=0.9)]))["relieved"] == 1


def test_only_the_population_asked_about_is_measured():
    whole = results(Design(), [[until(6), until(6)]], [force(10, 4)], [until(12)])
    assert (left(whole)["units_before"], left(whole)["stopped"]) == (2, 1)
    assert pulses(View(whole), "tibialis_ia").tolist() == [120]  # of the fibre that every pulse recruits
