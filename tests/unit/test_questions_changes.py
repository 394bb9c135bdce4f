"""What is done to people and what changes: paired within the participant, beside what changes in people."""

import sys

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

pytest.importorskip("statsmodels")
from experiments.measures.decomposed import Decomposed
from experiments.people.changes import Changes
from sim.design import Design, Participants
from sim.results.status import Status
from sim.units import quantity
from tests.made_ramps import ON, spikes, target
from tests.made_results import answered, failing, spike_variables

METRE = quantity("1 N*m").number
TIME = np.arange(0, 27, 0.02)
RAMP = target(TIME)
RATES = {"control": 10.0, "nerve": 9.5, "more": 10.5}
"""pps, of the first participant; the second fires 2 pps faster in every case."""


def asking(**other) -> Changes:
    given = {
        "units": [Decomposed("soleus", 8, 1.0)], "control": "control", "beside": {"nerve": "trains", "more": "more"},
        "before": "1 s",
    }  # fmt: skip
    return Changes(**(given | other))


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    people = Participants(2, {"network.soleus.monoamine": 0.1})
    leaves = {"network.soleus.monoamine": quantity(0.35)}
    made = Design(cases={case: {} for case in RATES}, participants=people, seeds=1).dataset(leaves)
    runs = list(zip(made["case"].values, made["participant"].values, strict=True))

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (len(runs), len(TIME)))

    effort = np.array([8.0 + 2 * (case == "nerve") for case, _ in runs])
    return made.assign(
        {
            **spike_variables([spikes(RATES[str(case)] + 2 * (person == 2)) for case, person in runs]),
            "ankle_torque": course(50 * METRE * RAMP),
            "person_side": course(1.0),
            "person_mvc": course(50 * METRE),
            "person_effort": course(effort[:, None] * RAMP / 0.2),
            "person.target": course(RAMP),
            "person.maximal": course(0.0),
        }
    ).assign_coords(
        time=TIME,
        status=("sample", np.full(len(runs), Status.DONE)),
        population=("unit", ["soleus"] * len(ON)),
    )


def test_changes_are_paired_within_the_participant(whole):
    m = answered(asking(), whole)
    own = m.sel(muscle="soleus")
    assert own["peak_rate"].sel(case="control").values.ravel() == pytest.approx([10, 12], abs=0.5)
    assert own["peak_rate_effect"].sel(case="nerve").values.ravel() == pytest.approx([-0.5, -0.5], abs=0.1)
    assert float(own["peak_rate_percent_mean"].sel(case="nerve")) == pytest.approx(100 * -0.5 / 11, abs=0.6)
    assert not own["peak_rate_effect"].sel(case="control").values.any()
    assert float(own["effort_top_effect_mean"].sel(case="nerve")) == pytest.approx(2, rel=0.03)
    assert float(own["effort_top_effect_mean"].sel(case="more")) == pytest.approx(0, abs=1e-6)


def test_units_are_paired_and_counted_for_the_mixed_model(whole):
    """Two people are too few for a model: it is said how many there were, and no more."""
    m = answered(asking(), whole).sel(muscle="soleus")
    assert float(m["mixed_people"].sel(case="nerve")) == 2
    assert 2 <= float(m["mixed_units"].sel(case="nerve")) <= 2 * len(ON)
    assert np.isnan(float(m["mixed_mean"].sel(case="nerve")))
    assert np.isnan(float(m["mixed_people"].sel(case="control")))


def test_without_statsmodels_it_is_refused_before_anything_runs(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.api", None)
    with pytest.raises(ValueError, match=r"needs statsmodels, .* -e '\.\[people\]'"):
        asking()


def test_it_is_drawn_and_said(whole):
    question = asking()
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert len(lines) == 3
    assert lines[1].startswith("soleus, nerve: ΔF")
    assert any("antagonist vibration, soleus" in note for note in question.notes(m))


def test_a_participant_whose_control_failed_has_no_change(whole):
    m = answered(asking(), failing(whole, 0))
    assert m.attrs["failed"] == 1
    found = m["peak_rate_effect"].sel(muscle="soleus", case="nerve").values.ravel()
    assert np.isnan(found).tolist() == [True, False]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"beside": {"nerve": "train"}}, "'train', which people were not seen with: did you mean 'trains'"),
        ({"units": []}, "one muscle at least"),
        ({"brace": "mine"}, "mine"),
    ],
)
def test_what_cannot_be_asked_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        asking(**given)


def test_a_design_without_a_case_is_refused(whole):
    with pytest.raises(ValueError, match="rest"):
        answered(asking(control="rest"), whole)
