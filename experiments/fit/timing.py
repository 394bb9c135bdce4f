"""What a run costs on this machine: processor time of some of them, measures included."""

import time
from collections.abc import Sequence

import numpy as np

from sim.design import Space
from sim.measure import Measure
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record


def seconds_of_a_run(
    network: Network, protocol: Protocol, dt: str, space: Space, points: np.ndarray, measures: Sequence[Measure]
) -> float:
    """Processor seconds of one run, of all cores together, when everything is compiled: the second of two goes.

    Args:
        dt: step.
        points: of the space, that are run, (run, number).
        measures: that are taken of each, which need spikes alone.
    """
    runs = len(points)
    record = Record(commands=False, max_rate="100 Hz")
    simulator = Simulator(network, protocol, record, Numerics(dt), samples=runs)
    values = space.values(points, {**network.leaves(), **protocol.leaves()})
    taken = 0.0
    for _ in range(2):
        start = time.process_time()
        view = View(simulator.run(values, stream=np.arange(runs)))
        for measure in measures:
            measure(view)
        taken = time.process_time() - start
    return taken / runs
