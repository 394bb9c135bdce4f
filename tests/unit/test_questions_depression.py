"""The question about post-activation depression, asked of impulses whose answer is known."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.reflex.post_activation_depression import PostActivationDepression
from sim.design import Design
from sim.results.view import View
from tests.made_reflexes import AT, UNITS, ankle, results
from tests.made_results import answered, failing, spike_variables

SET: dict[str, Any] = {
    "muscle": "soleus", "at": f"{AT} s", "window": "0.5 ms", "control": "none", "stretched": "stretch",
    "repeated": "repetition", "returns": "1.2 s",
}  # fmt: skip
LEFT = {("stretch", 2.0): 3, ("stretch", 10.0): 8, ("repetition", 0.5): 1, ("repetition", 2.0): 6}
"""Units in the reflex; 8 in all others."""


def with_terminals(whole: xr.Dataset, cases: np.ndarray) -> xr.Dataset:
    """Two terminals more in each sample: after a stretch one of them fires four times before the test pulse."""
    trains = []
    for k, case in enumerate(cases):
        old = made_times(whole, k)
        more = np.full((2, 5), np.nan)
        more[1, 0] = AT + 0.02
        if case == "stretch":
            more[0, :4] = 0.1, 0.2, 0.3, 0.4
        old = np.pad(old, ((0, 0), (0, 5 - old.shape[1])), constant_values=np.nan)
        trains.append(np.vstack([old, more]))
    base = whole.drop_vars(["spike_step", "n_spikes", "population"], errors="ignore")
    names = ["soleus_motor_belly"] * UNITS + ["soleus_ia_terminal"] * 2
    return base.assign(spike_variables(trains)).assign_coords(population=("unit", names))


def made_times(whole: xr.Dataset, sample: int) -> np.ndarray:
    """s, of the axons at the belly: (unit, spike)."""
    return View(whole).spikes("soleus_motor_belly")[sample]


@pytest.fixture(scope="module")
def depressed():
    design = Design(
        {"interval": {"of": {"protocol.rest.duration": "20*second - interval"}, "values": ["0.5 s", "2 s", "10 s"]}},
        cases={
            name: {"protocol.train.on": float(name == "repetition"), "protocol.stretch.on": float(name == "stretch")}
            for name in ("none", "stretch", "repetition")
        },
        seeds=2,
    )
    whole = results(
        design,
        lambda d, k: (0, LEFT.get((str(d["case"].values[k]), float(d["interval"].values[k])), 8)),
    )
    return PostActivationDepression(network=ankle(), **SET), with_terminals(whole, whole["case"].values)


def test_a_reflex_is_counted_in_percent_of_that_without_anything_before(depressed):
    question, whole = depressed
    m, amplitude = answered(question, whole), np.array(question.amplitude)
    percent = [100 * amplitude[:n].sum() / amplitude[:8].sum() for n in range(9)]
    assert m["reflex_mean"].sel(case="repetition").values == pytest.approx([percent[n] for n in (1, 6, 8)], abs=0.5)
    assert m["reflex_mean"].sel(case="stretch").values[1:] == pytest.approx([percent[3], percent[8]], abs=0.5)


def test_there_is_no_reflex_while_the_ankle_returns(depressed):
    question, whole = depressed
    m = answered(question, whole)
    assert np.isnan(m["reflex_mean"].sel(case="stretch", interval=0.5))
    assert np.isfinite(m["reflex_mean"].sel(case="repetition", interval=0.5))


def test_impulses_of_terminals_are_those_before_the_test_pulse(depressed):
    question, whole = depressed
    m = answered(question, whole).sel(interval=2.0)
    assert m["ia_spikes_mean"].sel(case=["stretch", "repetition"]).values.tolist() == [2, 0]
    assert m["ia_active_mean"].sel(case=["stretch", "repetition"]).values.tolist() == [50, 0]


def test_it_is_drawn_and_said_and_a_failed_sample_is_counted(depressed):
    question, whole = depressed
    m = answered(question, failing(whole, 0)).assign_attrs(simulated="Simulated.")
    assert m.attrs["failed"] == 1
    assert isinstance(question.draw(m), Figure)
    said = question.headline(m)
    assert "8.0 units" in said[0]
    assert any("after a stretch 2.0 s" in line for line in said)


def test_a_case_that_is_missing_is_said(depressed):
    question, whole = depressed
    other = PostActivationDepression(network=question.network, **{**SET, "stretched": "tap"})
    with pytest.raises(ValueError, match="'tap'"):
        answered(other, whole)
