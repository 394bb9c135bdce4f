"""What is behind a ΔF, read of the units that it is read from: on traces that are drawn by hand."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.decomposed import Decomposed
from experiments.people.delta_f_why import DeltaFWhy
from sim.design import Design, Participants
from sim.results.status import Status
from sim.units import quantity
from tests.made_ramps import ON, spikes, target
from tests.made_results import answered, spike_variables

TIME = np.arange(0, 27, 0.0085)
RAMP = target(TIME)
CASES = {"control": (8.0, 0.0, 0.9), "nerve": (8.0, 20.0, 0.9), "relaxation": (6.0, 0.0, 0.8)}
"""nA of current at the top, nS on the dendrites of which a train's mean is half, and level."""


def asking(**other) -> DeltaFWhy:
    return DeltaFWhy(**({"units": [Decomposed("soleus", 8, 1.0)], "control": "control"} | other))


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    people = Participants(2, {"network.soleus.monoamine": 0.1})
    leaves = {"network.soleus.monoamine": quantity(0.35)}
    made = Design(cases={case: {} for case in CASES}, participants=people, seeds=1).dataset(leaves)
    runs = [CASES[str(case)] for case in made["case"].values]
    pulses = (np.arange(len(TIME)) % 2).astype(float)  # on at every other moment

    def trace(x) -> tuple:
        return ("sample", "recorded", "time"), np.array(
            [np.broadcast_to(y, (len(ON), len(TIME))) for y in x], np.float32
        )

    return made.assign(
        {
            **spike_variables([spikes(10.0)] * len(runs)),
            "i_pic": trace([-top * RAMP / 0.2 for top, _, _ in runs]),
            "g_recip_dend": trace([1e-3 * g * pulses for _, g, _ in runs]),
            "g_recip_soma": trace([0 * RAMP for _ in runs]),
            "level": trace([level + 0 * RAMP for _, _, level in runs]),
            "person.target": (("sample", "time"), np.broadcast_to(RAMP, (len(runs), len(TIME)))),
        }
    ).assign_coords(
        time=TIME,
        status=("sample", np.full(len(runs), Status.DONE)),
        population=("unit", ["soleus"] * len(ON)),
        recorded=np.arange(len(ON)),
    )


def test_current_inhibition_and_level_are_those_of_the_units(whole):
    own = answered(asking(), whole).sel(muscle="soleus")
    at = own.sel(case="control")
    assert float(at["pic_mean"]) == pytest.approx(8, abs=0.15)
    assert float(at["pic_kept_mean"]) == pytest.approx(0, abs=0.1)  # the ramp is the same up and down
    assert float(at["level_mean"]) == pytest.approx(0.9)
    assert float(own["g_recip_dend_effect_mean"].sel(case="nerve")) == pytest.approx(10, rel=0.01)
    assert float(own["g_recip_soma_effect_mean"].sel(case="nerve")) == 0
    assert float(own["pic_percent_mean"].sel(case="relaxation")) == pytest.approx(-25, abs=1)
    assert float(own["level_percent_mean"].sel(case="relaxation")) == pytest.approx(-100 / 9, abs=0.1)


def test_it_is_drawn_and_said(whole):
    question = asking()
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert len(lines) == 3
    assert "inhibition of dendrites +10.0 nS" in lines[1]


def test_no_muscle_and_no_control_are_refused(whole):
    with pytest.raises(ValueError, match="one muscle at least"):
        asking(units=[])
    with pytest.raises(ValueError, match="rest"):
        answered(asking(control="rest"), whole)
