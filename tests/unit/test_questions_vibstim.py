"""Vibration with bouts of stimulation: what is read of torque, paired within participants, and what counts as none."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

pytest.importorskip("statsmodels")
from experiments.people.vibstim import VibStim
from sim.design import Design, Participants
from sim.results.status import Status
from sim.units import quantity
from tests.made_results import answered, asked, failing, padded, spike_variables

METRE = quantity("1 N*m").number
TIME = np.arange(0, 48, 0.02)
BEGIN, LASTS, LEAD, BOUT, GAP, BOUTS = 6.0, 33.0, 10.0, 2.0, 2.0, 5
LAST = LEAD + BOUTS * BOUT + (BOUTS - 1) * GAP
MVC, PEOPLE = 80.0, 6
"""N m."""
LEVELS = {"control": 10.0, "nerve": 10.0, "relaxation": 8.0}
"""% MVC at the end of the stimulation, of the mean participant; each one has some 0.5 more or less."""


def asking(**other) -> VibStim:
    given = {
        "control": "control", "beside": {"nerve": "reciprocal inhibition", "relaxation": "relaxation"},
        "yardstick": "relaxation", "before": "0.5 s", "lead": "10 s", "bouts": BOUTS, "bout": "2 s", "gap": "2 s",
        "lasts": "33 s",
    }  # fmt: skip
    return VibStim(**(given | other))


def torque(level: float) -> np.ndarray:
    """% MVC: from 4 at the begin of the vibration to `level` after the stimulation, 20 more in bouts, half of it on."""
    t = TIME - BEGIN
    x = np.interp(t, [0, 1e-3, LEAD, LAST, LASTS, LASTS + 1e-3], [0, 4, 6, level, level, level / 2])
    for k in range(BOUTS):
        first = LEAD + k * (BOUT + GAP)
        x = x + 20 * ((t >= first) & (t < first + BOUT))
    return x + 3  # passive


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    people = Participants(PEOPLE, {"network.soleus.monoamine": 0.1})
    leaves = {"network.soleus.monoamine": quantity(0.35)}
    made = Design(cases={case: {} for case in LEVELS}, participants=people, seeds=1).dataset(leaves)
    runs = list(zip(made["case"].values, made["participant"].values, strict=True))

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (len(runs), len(TIME)))

    jitter = {case: np.random.default_rng(k).normal(0, 0.2, PEOPLE + 1) for k, case in enumerate(LEVELS)}
    percents = np.array([torque(LEVELS[str(c)] + 0.5 * (p - 3.5) + jitter[str(c)][p]) for c, p in runs])
    shaken = ((TIME >= BEGIN) & (TIME < BEGIN + LASTS)).astype(float)
    trains = padded([np.arange(1, 46, 0.1), np.arange(BEGIN, BEGIN + LASTS, 0.1)])  # one fires on, the other stops
    return made.assign(
        {
            **spike_variables([trains] * len(runs)),
            "ankle_torque": course(-MVC * METRE * percents / 100),
            "person_mvc": course(MVC * METRE),
            "person_side": course(-1.0),
            "experimenter_intensity": course(1.1),
            "experimenter_brought": course(np.where(TIME < 5, 0.19, 0.0)),
            "experimenter.wanted": course(0.2 * ((TIME > 4) & (TIME < 5))),
            "soleus_ia_ending.vibration": course(0.115 * shaken),
            "soleus_emg": course(np.where(TIME < 4, 2.0, 0.5)),
            "person.maximal": course((TIME > 0.5) & (TIME < 4)),
        }
    ).assign_coords(
        time=TIME,
        status=("sample", np.full(len(runs), Status.DONE)),
        population=("unit", ["soleus", "gastrocnemius"]),
    )


def test_torque_is_read_where_it_is_said(whole):
    own = answered(asking(), whole).sel(case="control")
    assert float(own["torque_early_mean"]) == pytest.approx(5.9, abs=0.02)
    assert float(own["torque_vibration_mean"]) == pytest.approx(10, abs=0.15)
    assert float(own["warm_up_mean"]) == pytest.approx(4.1, abs=0.15)
    assert float(own["torque_sustained_mean"]) == pytest.approx(5, abs=0.1)
    assert float(own["torque_evoked_mean"]) == pytest.approx(29.9, abs=0.3)
    assert float(own["torque_set_mean"]) == pytest.approx(19)
    assert float(own["torque_late_mean"]) == pytest.approx(5, abs=0.1)
    assert float(own["torque_before_mean"]) == pytest.approx(0, abs=1e-6)
    assert float(own["emg_vibration_mean"]) == pytest.approx(25, abs=0.1)
    assert float(own["active_before_mean"]) == pytest.approx(25, abs=0.1)
    assert float(own["mvc_mean"]) == pytest.approx(MVC)
    assert own["keeps"].values.ravel().tolist() == [1.0] * PEOPLE
    assert own["n_sustained"].values.ravel().tolist() == [1.0] * PEOPLE


def test_effects_are_paired_and_one_that_is_small_is_equivalent_to_none(whole):
    m = answered(asking(), whole)
    assert float(m["torque_vibration_effect_mean"].sel(case="relaxation")) == pytest.approx(-2, abs=0.3)
    assert float(m["torque_vibration_bound"]) == pytest.approx(1, abs=0.15)
    assert float(m["torque_vibration_none_p"].sel(case="nerve")) < 0.05
    assert float(m["torque_vibration_none_p"].sel(case="relaxation")) > 0.5


def test_it_is_drawn_and_said(whole):
    question = asking()
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert len(lines) == 3
    assert "kept by 6 of 6" in lines[0]
    assert "equivalent to none" in lines[1]
    assert "equivalent" not in lines[2]


def test_what_is_between_people_is_not_called_between_seeds(whole):
    assert asked(asking(), whole).headline()[0].endswith("± is the SD between participants")


def test_a_sample_that_failed_is_left_out(whole):
    m = answered(asking(), failing(whole, 0))
    found = m["torque_vibration_effect"].sel(case="nerve").values.ravel()
    assert np.isnan(found).tolist() == [True] + [False] * (PEOPLE - 1)


def test_an_effect_that_may_be_none_is_no_yardstick(whole):
    """Relaxation and the control exchanged for one half of the people: its mean effect lies within its interval."""
    torque = whole["ankle_torque"].values.copy()
    case, person = whole["case"].values, whole["participant"].values
    for one in range(1, PEOPLE, 2):
        a, b = (np.flatnonzero((case == name) & (person == one))[0] for name in ("control", "relaxation"))
        torque[[a, b]] = torque[[b, a]]
    m = answered(asking(), whole.assign(ankle_torque=(("sample", "time"), torque)))
    assert np.isnan(float(m["torque_vibration_bound"]))
    assert "held against nothing" in asking().headline(m.assign_attrs(simulated=""))[1]


def test_without_vibration_there_is_nothing_to_read(whole):
    still = whole.assign({"soleus_ia_ending.vibration": whole["soleus_ia_ending.vibration"] * 0})
    assert np.isnan(answered(asking(), still)["torque_vibration"].values).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"beside": {"nerve": "relaxing"}}, "did you mean 'relaxation'"),
        ({"bouts": 0}, "one bout"),
        ({"lead": "0.5 s"}, "lead of the protocol is 0.5 s"),
        ({"bout": "0.3 s"}, "bout of the protocol is 0.3 s"),
        ({"lasts": "29 s"}, "lasts of the protocol is 1 s beyond the last bout"),
        ({"yardstick": "sleep"}, "sleep"),
    ],
)
def test_what_cannot_be_asked_is_refused(whole, given, said):
    with pytest.raises(ValueError, match=said):
        answered(asking(**given), whole)
