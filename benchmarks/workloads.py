"""What is timed: uncoupled motoneuron pools and coupled networks, at any number of lanes (one lane is one cell).

two        Booth, Rinzel & Kiehn 1997, two compartments, with an Ornstein-Uhlenbeck conductance
five       the pool hTA of Powers & Heckman 2017, five compartments, with its synaptic noise
short      the same pool with 2 cells, in a contraction of 0.5 s, which is measured
coupled    320 cells of the first kind, every cell reaching half of the others with excitation after 1 to 3 ms
segment    two pools of the second kind with their afferents, interneurons, muscles and ligand, in a spasm
ankle      three muscles with human numbers of cells, their reflex arcs, nerves and joint, in a contraction
tenth      the same with a tenth of the cells
apart      the cells of the latter with nothing between them, each pool under the same command
volley     human numbers, an H reflex with a conditioning pulse before it, 1.1 s
pulse      human numbers, 50 ms after a pulse on the nerve
"""

from collections.abc import Callable
from dataclasses import dataclass

import networks
from experiments.verification import runs
from networks.cells.booth_rinzel_kiehn import MOTONEURON
from networks.protocols import conditioned_reflex, nerve_stimulus
from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection
from sim.spec.protocol import Hold, Protocol, Settle, Triangle
from sim.spec.record import Record
from sim.spec.wiring import Random

NOISE = Block(
    "dz/dt = -z/tau_z + sqrt(2/tau_z)*xi : 1",
    into={"i_own_dend": "spread*z*(v_dend - E_e)"},
    params={
        "tau_z": Param("5 ms", "of the benchmark"),
        "spread": Param("0.005 mS/cm**2", "of the benchmark; 0 switches the noise off"),
    },
)
CELL = Model("Booth, Rinzel & Kiehn 1997, with noise", MOTONEURON.block + NOISE, threshold=MOTONEURON.threshold)

SYNAPSE = Block(
    "dg_syn/dt = -g_syn/tau_syn : siemens/metre**2",
    into={"i_own_dend": "g_syn*(v_dend - E_e)"},
    params={"tau_syn": Param("3 ms", "of the benchmark")},
)
COUPLED_CELL = Model("the same, coupled", MOTONEURON.block + NOISE + SYNAPSE, threshold=MOTONEURON.threshold)

PEER_COUPLED = Model("the same, without noise", MOTONEURON.block + SYNAPSE, threshold=MOTONEURON.threshold)

PIC = Graded("0.15 mS/cm**2", "0.40 mS/cm**2", 0.0, "of the benchmark")
LONGER = 4
"""Times the simulated time of a workload, to see what time costs."""

SPIKES = Record(commands=False, max_rate="300 Hz")


@dataclass(frozen=True)
class Workload:
    """Something to run.

    Args:
        words: what it is, for a table.
        size: cells of one sample.
        network: by whether noise is on.
        protocol: by duration in s.
        seconds: simulated in a timed run.
        peer: the cell without noise, which Brian2 runs.
    """

    words: str
    size: int
    network: Callable[[bool], Network]
    protocol: Callable[[float], Protocol]
    seconds: float
    peer: Model | None = None

    def design(self, lanes: int) -> Design:
        """As many samples as give these lanes, at least one; each has its own random stream."""
        return Design(seeds=max(1, round(lanes / self.size)))


def _two(noise: bool) -> Network:
    own = {"g_cal": PIC} if noise else {"g_cal": PIC, "spread": "0 mS/cm**2"}
    return Network((Population("cells", CELL, 64, own),))


def _five(noise: bool) -> Network:
    return runs.pool("hTA", size=20) if noise else runs.pool("hTA", size=20, noise=0)


def _short(noise: bool) -> Network:
    return runs.pool("hTA", size=2) if noise else runs.pool("hTA", size=2, noise=0)


def _coupled(noise: bool) -> Network:
    own = {"g_cal": PIC} if noise else {"g_cal": PIC, "spread": "0 mS/cm**2"}
    cells = Population("cells", COUPLED_CELL, 320, own)
    delay = Graded("1 ms", "3 ms", 0.0, "of the benchmark")
    return Network(
        (cells,),
        (Projection("net", "cells", "cells.g_syn", "0.0005 mS/cm**2", delay, Random(0.5), "of the benchmark"),),
    )


def _segment(noise: bool) -> Network:
    quiet = [] if noise else [f"+network.set.{pool}.noise=0" for pool in ("soleus", "tibialis")]
    return runs.composed("+network=segment", *quiet)["network"]


def _ankle(noise: bool) -> Network:
    return networks.ankle(scale=1)


def _tenth(noise: bool) -> Network:
    return networks.ankle(scale=0.1)


def _apart(noise: bool) -> Network:
    return Network(_tenth(noise).populations)


def _held(seconds: float, excite: str = "_command.voluntary", inhibit: str = "_command.tonic") -> Protocol:
    """Every pool under the same command.

    Args:
        excite, inhibit: the ports that take it, after the name of the muscle.
    """
    held = {excite: ("excitation", 8), inhibit: ("inhibition", 1.5)}
    commands = [
        Hold(f"{muscle}{port}", size, name=f"{muscle}_{what}")
        for muscle in ("soleus", "gastrocnemius", "tibialis")
        for port, (what, size) in held.items()
    ]
    return sum(commands[1:], commands[0]) + Settle(f"{seconds} s")


def _held_apart(seconds: float) -> Protocol:
    return _held(seconds, ".excitation", ".inhibition")


def _volley(seconds: float) -> Protocol:
    return conditioned_reflex(
        nerve="posterior_tibial", intensity=0.92, conditioning_nerve="common_peroneal", conditioning=1, interval="3 ms",
        muscle="soleus", voluntary=1.5, tonic=1.5, before=f"{seconds - 0.1:g} s", after="100 ms",
    )  # fmt: skip


def _pulse(seconds: float) -> Protocol:
    return nerve_stimulus(
        nerve="posterior_tibial", intensity=1, muscle="soleus", voluntary=1.5, tonic=1.5, before="1 ms",
        after=f"{seconds - 0.001:g} s",
    )  # fmt: skip


def _ramp(seconds: float) -> Protocol:
    half = f"{seconds / 2} s"
    return Triangle("cells.excitation", "0.1 mS/cm**2", half, half)


def _contraction(seconds: float) -> Protocol:
    half = f"{seconds / 2 - 1} s"
    course = Settle("1 s") >> Triangle("hTA.excitation", 30, half, half) >> Settle("1 s")
    return Hold("hTA.inhibition", 1.5) + course


def _brief(seconds: float) -> Protocol:
    half = f"{seconds / 2} s"
    return Hold("hTA.inhibition", 1.5) + Triangle("hTA.excitation", 40, half, half)


def _spasm(seconds: float) -> Protocol:
    return runs.composed("+protocol=brief", f"protocol.after={seconds - 2} s")["protocol"]


WORKLOADS = {
    "two": Workload("two compartments, uncoupled", 64, _two, _ramp, 1.0, MOTONEURON),
    "five": Workload("five compartments, uncoupled (pool hTA)", 20, _five, _contraction, 4.0),
    "short": Workload("a short contraction of 2 cells, measured", 2, _short, _brief, 0.5),
    "coupled": Workload("320 coupled cells of two compartments", 320, _coupled, _ramp, 1.0, PEER_COUPLED),
    "segment": Workload("a whole segment", 161, _segment, _spasm, 4.0),
    "ankle": Workload("an ankle, human numbers", 16342, _ankle, _held, 10.0),
    "tenth": Workload("an ankle, a tenth of human numbers", 1654, _tenth, _held, 1.0),
    "apart": Workload("its cells, uncoupled", 1654, _apart, _held_apart, 1.0),
    "volley": Workload("an ankle, human numbers, conditioned H reflex", 16342, _ankle, _volley, 1.1),
    "pulse": Workload("an ankle, human numbers, one pulse", 16342, _ankle, _pulse, 0.05),
}
