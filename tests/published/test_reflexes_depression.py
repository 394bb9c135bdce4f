"""What a slow stretch leaves of the soleus H reflex, and why."""

import numpy as np
import pytest

import networks
from experiments.measures.reflex import H_WINDOW, amplitudes, trace
from experiments.published import depression as people
from networks.protocols import depressed_reflex
from sim.analysis import emg
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

AT = 4.0005
"""s, when the axons feel the test pulse."""


@pytest.mark.slow
def test_a_slow_stretch_leaves_a_third_of_the_reflex_and_does_so_by_depletion():
    """Within 10 % of the control of what is left in people; without depletion more than twice as much is left."""
    ankle, seeds = networks.ankle(), np.arange(3)
    protocol = depressed_reflex(
        nerve="posterior_tibial", intensity=0.92, interval="2 s", pulses=1, degrees=20, velocity=17, muscle="soleus",
        voluntary=1.5, tonic=1.5, before="4 s", after="100 ms",
    )  # fmt: skip
    record = Record(commands=False, max_rate="100 Hz", populations=("soleus_motor_belly",))
    simulator = Simulator(ankle, protocol, record)

    def reflex(stretched: float, used: float) -> float:
        """Mean H over the seeds."""
        moved = {f"protocol.{name}.on": stretched for name in ("stretch", "there", "back")}
        values = {**moved, "protocol.train.on": 0.0, "network.soleus_ia_terminal.used": used}
        view = View(simulator.run(values, seeds))
        time, x = trace(view, "soleus", amplitudes(ankle, "soleus"), AT - 0.2, AT + 0.09)
        return float(emg.peak_to_peak(time, x, AT + H_WINDOW[0], AT + H_WINDOW[1]).mean())

    left = 100 * reflex(1, 0.33) / reflex(0, 0.33)
    assert left == pytest.approx(people.STRETCHED[1], abs=10)
    assert 100 * reflex(1, 0.0) / reflex(0, 0.0) > 2 * left
