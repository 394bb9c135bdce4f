"""The question about Renshaw cells, asked of volleys whose answer is known."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.reflex.recurrent_inhibition import RecurrentInhibition
from sim.design import Design
from tests.made_reflexes import AT, UNITS, ankle
from tests.made_results import answered, failing
from tests.made_volleys import CELLS, Volley, results

RESTING, CONTRACTING = ("at rest", "at rest, silenced"), ("contracting", "contracting, silenced")
SET: dict[str, Any] = {
    "muscle": "soleus", "at": f"{AT} s", "window": "0.5 ms", "resting": RESTING, "contracting": CONTRACTING,
}  # fmt: skip
AXONS = {0.9: 0, 1.1: 4, 1.5: UNITS}
DISCHARGES = {0.9: 0, 1.1: 5, 1.5: 12}
RATES = {"contracting": 10.0, "contracting, silenced": 20.0}
SAGS = 0.25
"""mV, by which silent motoneurons sink without Renshaw cells too."""


def happened(whole, k: int) -> Volley:
    case, intensity = str(whole["case"].values[k]), float(whole["intensity"].values[k])
    ipsp = SAGS if "silenced" in case else SAGS + 0.5 * AXONS[intensity]
    return Volley(AXONS[intensity], DISCHARGES[intensity], ipsp, RATES.get(case, 0.0))


@pytest.fixture(scope="module")
def volleys():
    design = Design(
        {"intensity": {"of": "protocol.stimulus.level", "values": list(AXONS)}},
        cases={name: {"protocol.voluntary.level": k} for k, name in enumerate((*RESTING, *CONTRACTING))},
        seeds=2,
    )
    return RecurrentInhibition(network=ankle(), **SET), results(design, happened)


def test_discharges_are_read_over_the_volley(volleys):
    m = answered(*volleys)
    assert m["axons_mean"].values == pytest.approx([0, 40, 100])
    part = (CELLS - 1) / CELLS  # one cell is silent
    assert m["discharges_mean"].values == pytest.approx([0, 5 * part, 12 * part])
    assert m["active_mean"].values == pytest.approx([0, 75, 75])
    assert m["first_rate_mean"].values[1:] == pytest.approx([500, 500], rel=0.03)  # 2 ms, to a step of 0.05
    assert np.isnan(m["first_rate_mean"].values[0])


def test_an_ipsp_is_what_the_synapses_of_renshaw_cells_add(volleys):
    m = answered(*volleys)
    assert m["ipsp_mean"].values[:2] == pytest.approx([0, -2], abs=0.01)
    assert np.isnan(m["ipsp_mean"].values[2])  # no motoneuron is left that is silent


def test_a_contraction_is_compared_with_one_without_renshaw_cells(volleys):
    m = answered(*volleys)
    assert float(m["rate_mean"]) == pytest.approx(10, abs=0.02)  # the window is longer than 0.3 s by half a ms
    assert float(m["rate_silenced_mean"]) == pytest.approx(20, abs=0.04)
    assert m["rate_change"].values == pytest.approx([-50, -50])


def test_courses_are_of_the_strongest_volley_and_of_one_that_leaves_motoneurons_silent(volleys):
    m = answered(*volleys)
    assert m.attrs["shown"] == 40  # % of the axons, nearest to half
    width = float(m["bin"][1] - m["bin"][0]) / 1000
    assert float(m["burst"].sum() * width) == pytest.approx(12 * (CELLS - 1) / CELLS)
    assert float(m["bin"].where(m["burst"] > 0).min()) == pytest.approx(15, abs=1)
    deepest = m["potential"].min("after").sel(wired=list(RESTING)).values
    assert deepest == pytest.approx([-2 - SAGS, -SAGS], abs=0.01)
    assert float(m["after"][int(m["potential"].sel(wired=RESTING[0]).argmin("after"))]) == pytest.approx(20, abs=1)


def test_recurrent_inhibition_is_drawn_and_said(volleys):
    question, whole = volleys
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    volley, ipsp, contraction = question.headline(m)
    assert volley.startswith(
        "a volley of 100 % of the motor axons: 75 ± 0 % (n = 2) of the Renshaw cells discharge, 9.0"
    )
    assert "-2.00 ± 0.00 mV (n = 2), after 40 % of the axons" in ipsp.replace("−", "-")
    assert "-50.0 ± 0.0 %" in contraction.replace("−", "-")
    assert any("12.7 uV" in line for line in question.notes(m))


def test_a_failed_sample_is_counted_and_measured_no_more(volleys):
    question, whole = volleys
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["discharges"].values).sum() == 1


@pytest.mark.parametrize("lost", [*RESTING, *CONTRACTING])
def test_a_design_without_one_of_its_cases_is_refused(volleys, lost):
    question, whole = volleys
    with pytest.raises(ValueError, match=f"the case '{lost}'"):
        answered(question, whole.isel(sample=whole["case"].values != lost))


def test_a_muscle_without_units_is_refused():
    with pytest.raises(ValueError, match="no muscle units 'peroneus_units'"):
        RecurrentInhibition(network=ankle(), **{**SET, "muscle": "peroneus"})
