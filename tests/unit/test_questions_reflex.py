"""The questions about stimulated nerves, asked of impulses whose answer is known."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.measures.reflex import amplitudes
from experiments.reflex.h_reflex import HReflex
from experiments.reflex.reciprocal_inhibition import ReciprocalInhibition
from sim.design import Design
from tests.made_reflexes import AT, UNITS, ankle, results
from tests.made_results import answered, failing

WIDTH = "network.posterior_tibial_pulse_width"
SET = {"muscle": "soleus", "at": f"{AT} s", "window": "0.5 ms"}


@pytest.fixture(scope="module")
def curve():
    question = HReflex(network=ankle(), **SET)
    design = Design(
        {"intensity": {"of": "protocol.stimulus.level", "values": [0.8, 1.0, 1.5]}},
        cases={"1 ms": {WIDTH: "1 ms"}, "0.2 ms": {WIDTH: "0.2 ms"}},
        seeds=2,
    )
    units = {0.8: (0, 4), 1.0: (2, 8), 1.5: (UNITS, 0)}
    return question, results(design, lambda whole, k: units[float(whole["intensity"].values[k])])


def test_m_and_h_are_read_in_percent_of_the_largest_m(curve):
    question, whole = curve
    m, amplitude = answered(question, whole), np.array(question.amplitude)
    largest = 100 * amplitude[-2:].sum() / amplitude.sum()
    assert m["m_mean"].sel(case="1 ms").values == pytest.approx([0, largest, 100], abs=0.5)
    h = 100 * np.array([amplitude[:4].sum(), amplitude[:8].sum(), 0]) / amplitude.sum()
    assert m["h_mean"].sel(case="0.2 ms").values == pytest.approx(h, abs=0.5)
    assert m["h_units_mean"].sel(case="1 ms").values.tolist() == [4, 8, 0]
    assert m["m_units_mean"].sel(case="1 ms").values.tolist() == [0, 2, UNITS]
    assert m["h_best_mean"].values.tolist() == [1.0, 1.0]
    assert m["h_max_mean"].values == pytest.approx(h[1], abs=0.5)
    assert m["m_threshold_mean"].values.tolist() == [1.0, 1.0]
    # 24 ms to the belly and 5 ms to the middle of the potential, which begins 5 ms before it
    assert 23 < float(m["h_begins_mean"][0]) < 26


def test_amplitudes_are_those_of_the_units_of_the_muscle():
    found = amplitudes(ankle(), "soleus")
    assert len(found) == UNITS
    assert found[-1] == 1.0
    assert np.all(np.diff(found) > 0)
    with pytest.raises(ValueError, match="no muscle units 'peroneus_units'"):
        HReflex(network=ankle(), **{**SET, "muscle": "peroneus"})


def test_a_failed_sample_has_no_reflex_and_is_counted(curve):
    question, whole = curve
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["h"].values).sum() == 1


def test_the_curve_is_drawn_and_said(curve):
    question, whole = curve
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    assert "largest H" in question.headline(m)[0]
    assert m["shown_intensity"].values.tolist() == [0.8, 1.0, 1.5]


@pytest.fixture(scope="module")
def conditioned():
    question = ReciprocalInhibition(network=ankle(), nerve="common_peroneal", control="none", usual="1.0 × MT", **SET)
    design = Design(
        {"interval": {"of": {"protocol.lead.duration": "500*ms - interval"}, "values": ["0 ms", "3 ms", "100 ms"]}},
        cases={"none": {"protocol.conditioning.level": 0}, "1.0 × MT": {"protocol.conditioning.level": 1}},
        seeds=2,
    )
    left = {0.0: 8, 3.0: 4, 100.0: 6}

    def fired(whole, k):
        alone = str(whole["case"].values[k]) == "none"
        return 0, 8 if alone else left[float(whole["interval"].values[k])]

    return question, results(design, fired)


def test_a_conditioned_reflex_is_counted_in_percent_of_its_control(conditioned):
    question, whole = conditioned
    m, amplitude = answered(question, whole), np.array(question.amplitude)
    expected = 100 * np.array([amplitude[:n].sum() for n in (8, 4, 6)]) / amplitude[:8].sum()
    assert m["reflex_mean"].sel(case="1.0 × MT").values == pytest.approx(expected, abs=0.5)
    assert m["case"].values.tolist() == ["1.0 × MT"]
    assert float(m["early_mean"][0]) == pytest.approx(expected[1], abs=0.5)
    assert float(m["d2_mean"][0]) == pytest.approx(expected[2], abs=0.5)
    assert float(m["begins"][0]) == 3.0
    assert m["control_units_mean"].values.tolist() == [8, 8, 8]


def test_a_time_course_is_drawn_and_said(conditioned):
    question, whole = conditioned
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    assert "from 3.0 ms on" in question.headline(m)[1]


def test_a_time_course_without_its_control_is_refused(conditioned):
    question, whole = conditioned
    with pytest.raises(ValueError, match="none"):
        answered(question, whole.isel(sample=whole["case"].values != "none"))
