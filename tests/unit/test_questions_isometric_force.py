"""The question about isometric contractions, asked of forces and impulses whose answer is known."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.reflex.isometric_force import IsometricForce
from networks.protocols import isometric_contraction
from sim.design import Design
from sim.results.status import Status
from tests.made_reflexes import UNITS, ankle
from tests.made_results import answered, failing, spike_variables

MUSCLES = ("soleus", "tibialis")
BEFORE, UP, HOLD = 0.5, 2.0, 5.0
SET = {"muscles": list(MUSCLES), "before": f"{BEFORE} s", "up": f"{UP} s", "hold": f"{HOLD} s"}
TIME = np.arange(0, BEFORE + UP + HOLD, 0.01)
MAXIMUM = {"soleus": 2000.0, "tibialis": 400.0}
"""N, at a command of 20 with the whole PIC."""
PASSIVE = {"soleus": 0.0, "tibialis": 8.0}
UNREST = 0.02
"""SD of the force over its mean."""


def level(command: float, pic: float) -> float:
    """Force over the maximum: in proportion to the command, half of it without PIC."""
    return command / 20 * (1 if pic else 0.5)


def course(muscle: str, part: float) -> np.ndarray:
    """nN: a ramp, and a plateau that swings about its mean at 2 Hz."""
    ramp = np.clip((TIME - BEFORE) / UP, 0, 1)
    swing = 1 + (ramp == 1) * np.sqrt(2) * UNREST * np.sin(2 * np.pi * 2 * TIME)
    return 1e9 * (PASSIVE[muscle] + MAXIMUM[muscle] * part * ramp * swing)


def units(part: float) -> np.ndarray:
    """Unit k begins when the force on its way to the maximum passes k tenths; at 10 pps, its intervals equal."""
    trains = np.full((UNITS, 110), np.nan)
    for k in range(UNITS):
        if k / UNITS < part:
            first = BEFORE + UP * (k / UNITS) / part
            times = np.arange(first, BEFORE + UP + HOLD, 0.1)
            trains[k, : len(times)] = times
    return trains


@pytest.fixture(scope="module")
def whole():
    design = Design(
        {
            "pic": {"of": "network.soleus.receptor_gain", "values": [0, 1]},
            "command": {"of": "protocol.soleus.peak", "values": [3, 10, 20]},
        },
        cases={muscle: {"protocol.soleus.on": int(muscle == "soleus")} for muscle in MUSCLES},
        seeds=2,
    )
    found, spikes = design.dataset(), []
    forces: dict[str, list[np.ndarray]] = {muscle: [] for muscle in MUSCLES}
    for k in range(found.sizes["sample"]):
        case, pic, command = (found[name].values[k] for name in ("case", "pic", "command"))
        part = level(float(command), float(pic))
        for muscle in MUSCLES:
            forces[muscle].append(course(muscle, part if muscle == case else 0.0))
        own = [units(part) if muscle == case else np.full((UNITS, 110), np.nan) for muscle in MUSCLES]
        spikes.append(np.concatenate(own))
    courses = {f"{muscle}_tendon_force": (("sample", "time"), np.array(x)) for muscle, x in forces.items()}
    return found.assign({**spike_variables(spikes), **courses}).assign_coords(
        time=TIME,
        population=("unit", np.repeat([f"{muscle}_motor_belly" for muscle in MUSCLES], UNITS)),
        status=("sample", np.full(len(spikes), Status.DONE)),
    )


@pytest.fixture(scope="module")
def question():
    return IsometricForce(network=ankle(), **SET)


@pytest.fixture(scope="module")
def answer(question, whole):
    return answered(question, whole)


def test_force_is_read_above_rest_and_in_percent_of_the_strongest_command(answer):
    for muscle in MUSCLES:
        own = answer.sel(case=muscle)
        assert float(own["mvc_mean"]) == pytest.approx(MAXIMUM[muscle], rel=2e-3)
        assert own["mvc_command"].values.tolist() == [20, 20]
        assert own["percent_mean"].sel(pic=1).values == pytest.approx([15, 50, 100], abs=0.2)
        assert own["percent_mean"].sel(pic=0).values == pytest.approx([7.5, 25, 50], abs=0.2)
        assert float(own["without_mean"]) == pytest.approx(50, abs=0.2)
        assert float(own["without_near_mean"]) == pytest.approx(45, abs=0.2)


def test_every_number_says_what_it_is_of_whichever_muscle(answer):
    said = {str(name): x.attrs["long_name"] for name, x in answer.data_vars.items()}
    assert said["force"] == "force of the muscle"
    assert not [name for name, words in said.items() if words == name or any(muscle in words for muscle in MUSCLES)]


def test_unrest_is_that_of_the_force_and_even_intervals_have_none(answer):
    steady = answer["force_cv_steady_mean"].sel(case="soleus")
    assert float(steady) == pytest.approx(100 * UNREST, rel=0.01)
    passive = answer["force_cv_steady_mean"].sel(case="tibialis")
    assert float(passive) == pytest.approx(100 * UNREST, rel=0.01)  # rest does not dilute it
    assert answer["interval_cv_steady_mean"].values == pytest.approx([0, 0], abs=1e-3)


def test_units_rates_and_emg_are_those_of_the_muscle_that_contracts(answer, question):
    full = answer.sel(pic=1)
    assert full["units_mean"].sel(case="tibialis").values.tolist() == [2, 5, 10]
    assert full["rate_mean"].values == pytest.approx(10, abs=1e-2)
    assert answer["rate_20_mean"].values == pytest.approx([10, 10], abs=1e-2)
    emg = full["emg_percent_mean"].sel(case="soleus").values
    assert emg[-1] == pytest.approx(100)
    assert 0 < emg[0] < emg[1] < 100


def test_recruitment_is_read_where_that_part_of_the_pool_fires(answer):
    full = answer.sel(pic=1, case="soleus")
    assert full["recruited_mean"].values.tolist() == [20, 50, 100]
    assert float(answer["half_recruited_mean"].sel(case="soleus")) == pytest.approx(50, abs=0.2)
    assert float(answer["all_recruited_mean"].sel(case="soleus")) == pytest.approx(50 + 50 * 49 / 50, abs=0.2)


def test_half_of_a_pool_that_the_weakest_command_has_recruited_is_read_on_the_way_from_nothing(question, whole):
    m = answered(question, whole.isel(sample=whole["command"].values != 3))
    assert float(m["half_recruited_mean"].sel(case="soleus")) == pytest.approx(50, abs=0.2)


def test_a_failed_sample_has_no_force_and_is_counted(question, whole):
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["force"].values).sum() == 1


def test_it_is_drawn_and_said(answer, question):
    m = answer.assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    said = question.headline(m)
    assert len(said) == 2
    assert "MVC 2000" in said[0]
    assert "(people 14.5)" in said[1]
    assert question.notes(m)


def test_nothing_measurable_is_said_not_raised(question, whole):
    m = answered(question, failing(whole)).assign_attrs(simulated="Simulated.")
    assert "not measurable" in question.headline(m)[0]
    assert isinstance(question.draw(m), Figure)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"muscles": ["peroneus"]}, "no muscle units 'peroneus_units'"), ({"hold": "1 s"}, "Hold the contraction")],
)
def test_what_cannot_be_asked_is_refused(question, wrong, said):
    with pytest.raises(ValueError, match=said):
        IsometricForce(network=question.network, **{**SET, **wrong})


def test_a_muscle_without_a_case_is_refused(question, whole):
    with pytest.raises(ValueError, match="tibialis"):
        answered(question, whole.isel(sample=whole["case"].values == "soleus"))


def test_the_protocol_drives_each_muscle_by_an_element_of_its_name():
    protocol = isometric_contraction(muscles=MUSCLES, command=5, tonic=1.5, before="500 ms", up="1 s", hold="2 s")
    assert {"soleus", "tibialis", "soleus_tonic", "tibialis_tonic"} <= {e.name for e in _elements(protocol)}
    with pytest.raises(ValueError, match="one muscle at least"):
        isometric_contraction(muscles=(), command=5, tonic=1.5, before="500 ms", up="1 s", hold="2 s")


def _elements(protocol):
    parts = getattr(protocol, "parts", None)
    return [protocol] if parts is None else [e for part in parts for e in _elements(part)]
