"""What a ramp of a person is answered with: each muscle read in its own task, beside people's numbers."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.fit.observed import targets
from experiments.measures.decomposed import Decomposed
from experiments.people.ramp import Ramp
from sim.design import Design
from sim.results.status import Status
from sim.units import quantity
from tests.made_results import answered, failing, padded, spike_variables

METRE = quantity("1 N*m").number
TIME = np.arange(0, 27, 0.02)
BEGIN, FLANK, MVC = 5.0, 10.0, {"plantarflexion": 100.0, "dorsiflexion": 40.0}
"""s, s, N m."""
RAMP = 0.2 * np.clip(1 - np.abs(TIME - BEGIN - FLANK) / FLANK, 0, None)
MUSCLES = ("soleus", "tibialis")
ON = {"soleus": np.array([2.0, 4, 6, 8]), "tibialis": np.array([3.0, 5, 9, 12])}
"""% MVC, at which the units of each muscle begin and end."""
TASKS = {"plantarflexion": ["soleus"], "dorsiflexion": ["tibialis"]}
PEOPLE = targets(
    name="made",
    who="nobody",
    rows={
        "recruitment": {"value": "7 %", "uncertainty": "1 %", "source": "made"},
        "interval_cv": {"value": [0.1, 0.2], "uncertainty": 0.02, "source": "made"},
    },
)


def asking(**other) -> Ramp:
    given = {
        "units": [Decomposed(muscle, 8, 1.0) for muscle in MUSCLES], "tasks": TASKS, "people": {"tibialis": PEOPLE},
        "before": "1 s",
    }  # fmt: skip
    return Ramp(**(given | other))


def spikes(case: str, rate: float) -> np.ndarray:
    """The units of the muscle whose task it is; those of the other one are silent."""
    trains = []
    for muscle in MUSCLES:
        for on in ON[muscle]:
            first, last = BEGIN + FLANK * on / 20, BEGIN + 2 * FLANK - FLANK * on / 20
            count = round((last - first) * rate)
            own = first + (last - first) / count * np.arange(-1, count + 1)
            trains.append(own if muscle in TASKS[case] else np.zeros(0))
    return padded(trains)


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    """Two tasks of two seeds; in the second seed units fire faster."""
    made = Design(cases={case: {} for case in TASKS}, seeds=2).dataset()
    runs = list(zip(made["case"].values, made["seed"].values, strict=True))
    side = np.array([1.0 if case == "dorsiflexion" else -1.0 for case, _ in runs])
    mvc = METRE * np.array([MVC[case] for case, _ in runs])

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (len(runs), len(TIME)))

    return made.assign(
        {
            **spike_variables([spikes(case, 8.0 + 2 * seed) for case, seed in runs]),
            "ankle_torque": course((side * mvc)[:, None] * RAMP),
            "person_side": course(side[:, None]),
            "person_mvc": course(mvc[:, None]),
            "person_effort": course(40 * RAMP),
            "person.target": course(RAMP),
            "person.maximal": course(0.0),
        }
    ).assign_coords(
        time=TIME,
        status=("sample", np.full(len(runs), Status.DONE)),
        population=("unit", [muscle for muscle in MUSCLES for _ in ON[muscle]]),
    )


def test_every_muscle_is_read_in_its_own_task(whole):
    m = answered(asking(), whole)
    assert m["muscle"].values.tolist() == list(MUSCLES)
    for muscle in MUSCLES:
        own = m.sel(muscle=muscle)
        assert own["recruitment"].values == pytest.approx([ON[muscle].mean()] * 2, abs=0.03)
        assert own["hysteresis"].values == pytest.approx([0, 0], abs=0.03)
        assert own["peak_rate"].values == pytest.approx([8, 10], abs=0.1)
        assert float(own["n_decomposed_mean"]) == len(ON[muscle])


def test_people_stand_beside_the_muscle_that_they_are_known_of(whole):
    m = answered(asking(), whole)
    assert m["recruitment_low"].values == pytest.approx([np.nan, 7], nan_ok=True)
    assert m["interval_cv_high"].sel(muscle="tibialis") == pytest.approx(0.2)
    assert m["interval_cv_sure"].sel(muscle="tibialis") == pytest.approx(0.02)
    assert np.isnan(m["delta_f_low"].values).all()


def test_it_is_drawn_and_said(whole):
    question = asking()
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert m["rate"].sel(muscle="soleus").max() == pytest.approx(8, abs=0.2)
    assert m["torque"].sel(muscle="tibialis").max() == pytest.approx(20, abs=0.2)
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert "tibialis: ΔF" in lines[1]
    assert "recruited at 7.2 ± 0.0 %" in lines[1]
    assert any("No within-person numbers are known of soleus" in line for line in question.notes(m))


def test_samples_that_failed_are_counted_and_nobody_is_drawn(whole):
    m = answered(asking(), failing(whole, 0)).assign_attrs(simulated="Simulated.")
    assert m.attrs["failed"] == 1
    assert np.isnan(m["peak_rate"].sel(muscle="soleus").values).sum() == 1
    gone = answered(asking(), failing(whole)).assign_attrs(simulated="Simulated.")
    assert np.isnan(gone["rate"].values).all()
    assert isinstance(asking().draw(gone), Figure)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tasks": {"plantarflexion": ["soleus"]}}, "every muscle is read in one task"),
        ({"tasks": TASKS | {"again": ["soleus"]}}, "every muscle is read in one task"),
        ({"people": {"tibiales": PEOPLE}}, "'tibiales', which is not read here: did you mean 'tibialis'"),
        ({"units": []}, "units"),
        ({"convention": "mine"}, "ΔF convention"),
    ],
)
def test_what_cannot_be_asked_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        asking(**given)


def test_a_design_without_a_task_is_refused(whole):
    with pytest.raises(ValueError, match="dorsiflexion"):
        answered(asking(), whole.isel(sample=[0, 1]))
