"""The question about an imposed stretch, asked of impulses whose answer is known."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.measures.stretch import m_envelope
from experiments.reflex.stretch_reflex import StretchReflex
from networks.protocols import stretch
from sim.analysis import emg
from sim.design import Design
from sim.spec.protocol import ProtocolError
from tests.made_reflexes import UNITS, ankle
from tests.made_results import answered, failing
from tests.made_stretches import AT, results

ASKED = {"muscle": "soleus", "nerve": "common_peroneal", "at": f"{AT} s", "window": "0.5 ms", "degrees": 6}
ALONE = {10.0: 0, 50.0: 4, 200.0: UNITS}
STIMULATED = {10.0: 0, 50.0: 0, 200.0: 5}


@pytest.fixture(scope="module")
def stretched():
    question = StretchReflex(network=ankle(), control="none", usual="140 ms", **ASKED)
    design = Design(
        {"velocity": {"of": {"protocol.speed.level": "velocity*pi/180"}, "values": [10, 50, 200]}},
        cases={"none": {"protocol.conditioning.level": 0}, "140 ms": {"protocol.conditioning.level": 2}},
        seeds=2,
    )

    def fired(whole, k):
        own = ALONE if str(whole["case"].values[k]) == "none" else STIMULATED
        return own[float(whole["velocity"].values[k])]

    return question, results(design, fired)


def test_a_reflex_is_read_in_percent_of_all_units_at_once(stretched):
    question, whole = stretched
    m, amplitude = answered(question, whole), np.array(question.amplitude)
    expected = [100 * amplitude[UNITS - n :].sum() / amplitude.sum() for n in ALONE.values()]
    assert m["reflex_mean"].sel(case="none").values == pytest.approx(expected, abs=0.5)
    assert m["reflex_units_mean"].sel(case="none").values.tolist() == list(ALONE.values())
    assert m["torque_mean"].sel(case="none").values == pytest.approx([3 * n for n in ALONE.values()], abs=1e-3)
    # 40 ms to the belly and 5 ms to the middle of the potential, which begins some 4 ms before it
    assert float(m["latency_mean"].sel(case="none", velocity=200)) == pytest.approx(41, abs=2)
    assert np.isnan(m["latency"].sel(case="none", velocity=10)).all()


def test_threshold_and_area_fall_with_what_stimulation_takes(stretched):
    question, whole = stretched
    m, amplitude = answered(question, whole), np.array(question.amplitude)
    assert m["threshold_mean"].sel(case="none") == 50
    assert m["threshold_mean"].sel(case="140 ms") == 200
    four, five = (amplitude[UNITS - n :].sum() / amplitude.sum() for n in (4, 5))
    area = 100 * (five * 150 / 2) / (four * 40 / 2 + (four + 1) * 150 / 2)
    assert m["area_mean"].sel(case="140 ms") == pytest.approx(area, abs=0.5)
    assert m["left_mean"].sel(case="140 ms", velocity=200) == pytest.approx(100 * five, abs=0.5)
    assert m["left"].sel(case="140 ms", velocity=10).isnull().all()


def test_the_background_is_subtracted(stretched):
    question, whole = stretched
    steady = whole.copy(deep=True)
    steps = steady["spike_step"].values
    steps[..., 1] = np.where(np.arange(UNITS) < UNITS, 1000 * (AT - 0.1) / steady["spike_step"].attrs["dt_ms"], 0)
    m = answered(question, steady.assign(n_spikes=steady["n_spikes"] + 1))
    # one M wave in the 190 ms of the background
    largest = m_envelope(question.amplitude)
    _, x = emg.surface_emg(np.full((1, UNITS, 1), 0.1), np.array(question.amplitude), stop=0.2)
    mean = np.abs(x).sum() / emg.RATE / 0.19
    assert float(m["background_mean"].sel(case="none", velocity=10)) == pytest.approx(100 * mean / largest, abs=1.0)
    assert float(m["reflex_mean"].sel(case="none", velocity=200)) == pytest.approx(100 - 100 * mean / largest, abs=1.0)


def test_a_failed_sample_has_no_reflex_and_is_counted(stretched):
    question, whole = stretched
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["reflex"].values).sum() == 1
    assert np.isnan(m["torque"].values).sum() == 1


def test_a_stretch_is_drawn_and_said(stretched):
    question, whole = stretched
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    assert "from 50 ± 0 deg/s" in question.headline(m)[0]
    assert m["shown_velocity"].values.tolist() == [10, 50, 200]


def test_a_case_that_is_missing_is_refused(stretched):
    question, whole = stretched
    with pytest.raises(ValueError, match="140 ms"):
        answered(question, whole.isel(sample=whole["case"].values == "none"))


def test_a_stretch_that_does_not_arrive_is_refused():
    own = {"muscle": "soleus", "voluntary": 1.5, "tonic": 1.5, "nerve": "common_peroneal", "conditioning": 0}
    with pytest.raises(ProtocolError, match="follow each other"):
        stretch(degrees=8, velocity=5, interval="140 ms", before="400 ms", after="1 s", **own)
