"""What the ankle's nerves and cord do to a stimulus, and what is known of people."""

import numpy as np
import pytest

import networks
from experiments.measures.reflex import H_WINDOW, M_WINDOW, amplitudes, trace
from experiments.published import reflexes as people
from networks.protocols import conditioned_reflex, nerve_stimulus
from sim.analysis import emg
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

AT = 0.5005
"""s, when the axons feel the pulse."""
RECORD = Record(
    commands=False, max_rate="100 Hz",
    populations=("soleus", "soleus_motor_belly", "tibialis_motor_belly", "soleus_in", "soleus_renshaw"),
)  # fmt: skip
REST = {"muscle": "soleus", "voluntary": 1.5, "tonic": 1.5, "before": "500 ms", "after": "150 ms"}


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle()


@pytest.fixture(scope="module")
def curve(ankle):
    """M and H in percent of the largest M, and latency of H in ms, over intensity; of four seeds."""
    intensity = np.array([0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.4, 1.8])
    levels, seeds = np.repeat(intensity, 4), np.tile(np.arange(4), len(intensity))
    simulator = Simulator(ankle, nerve_stimulus(nerve="posterior_tibial", intensity=1, **REST), RECORD)
    view = View(simulator.run({"protocol.stimulus.level": levels}, seeds))
    time, x = trace(view, "soleus", amplitudes(ankle, "soleus"), 0.3, 0.65)
    m, h = (emg.peak_to_peak(time, x, AT + a, AT + b).reshape(-1, 4) for a, b in (M_WINDOW, H_WINDOW))
    late = 1000 * (emg.latency(time, x, AT + H_WINDOW[0], AT + H_WINDOW[1], least=0.05 * m.max()) - AT)
    return intensity, 100 * m / m.max(0), 100 * h / m.max(0), late.reshape(-1, 4)


@pytest.mark.slow
def test_h_comes_before_m_and_falls_by_collision(curve):
    intensity, m, h, _ = curve
    below = intensity < 1
    assert m[below].max() < 1
    assert h[below].max(0).min() > 5  # below the motor threshold, in every seed
    assert (np.diff(m.mean(1)) > -0.5).all()
    assert m[-1] == pytest.approx(100, abs=1e-6)
    assert h[-1].max() < 5
    assert h[-1].max() < 0.1 * h.max()


@pytest.mark.slow
def test_the_largest_h_is_that_of_people_and_so_is_its_latency(curve):
    _, _, h, late = curve
    low, high = people.H_MAX
    assert low < h.max(0).mean() < high
    low, high = people.H_LATENCY
    assert low - 1 < np.nanmin(late)
    assert np.nanmax(late) < high


@pytest.mark.slow
def test_a_volley_of_the_antagonist_inhibits_the_reflex_at_its_intervals(ankle):
    """Deepest within a few milliseconds, and through the Ia interneurons: without their synapses nothing is left."""
    interval = np.array([0.0, 2.0, 3.0, 6.0])
    design = {"before": "500 ms", "interval": "3 ms"}
    protocol = conditioned_reflex(
        nerve="posterior_tibial", intensity=0.92, conditioning_nerve="common_peroneal", conditioning=1.5,
        **{**REST, **design},
    )  # fmt: skip
    simulator = Simulator(ankle, protocol, RECORD)

    def reflex(level: float, gain: float) -> np.ndarray:
        """Mean H over four seeds at each interval."""
        lead, seeds = np.repeat(500 - interval, 4), np.tile(np.arange(4), len(interval))
        values = {
            "protocol.lead.duration": [f"{x:g} ms" for x in lead],
            "protocol.conditioning.level": level,
            "network.soleus.w_recip": gain,
        }
        view = View(simulator.run(values, seeds))
        time, x = trace(view, "soleus", amplitudes(ankle, "soleus"), 0.3, 0.65)
        return emg.peak_to_peak(time, x, AT + H_WINDOW[0], AT + H_WINDOW[1]).reshape(-1, 4).mean(1)

    left = reflex(1.5, 1.0) / reflex(0.0, 1.0)
    assert left[1:3].max() < 0.9
    assert left[0] > left[1:3].max()  # it comes too late for most of the reflex
    assert left[1:3].min() < left[3]
    without = reflex(1.5, 0.0) / reflex(0.0, 0.0)
    assert without[1:3].min() > 0.97
