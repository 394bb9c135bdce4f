"""Pathways of the cord that no nerve reaches by itself, each against the same cord and the same noise without it.

Opposite Ia interneurons silence each other; Renshaw cells silence the Ia interneurons that the Ia of their muscle
drive, and Renshaw cells of the antagonist; the command of a muscle drives the interneurons that silence its antagonist;
tendon organs inhibit their muscle and its synergist.
"""

from typing import NamedTuple

import numpy as np
import pytest

import networks
from experiments.measures.vibration import counts
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.network import Network
from sim.spec.protocol import Hold, Settle, Step
from sim.spec.record import Record

SEEDS = 2
START, END = 0.05, 0.25
"""s, between which impulses are counted; tendon organs are pulled from `PULLED` on."""
PULLED = 0.1


class Pathway(NamedTuple):
    """A projection, what drives its sources, and the population that it reaches, with what else drives that."""

    projection: str
    port: str
    level: str | float
    target: str
    background: str


OPPOSITE = [
    (a, b) for triceps in ("soleus", "gastrocnemius") for a, b in ((triceps, "tibialis"), ("tibialis", triceps))
]
SILENCE = [
    pathway
    for a, b in OPPOSITE
    for pathway in (
        Pathway(f"{a}_in_to_{b}_in", f"{a}_in.drive", "20 nS", f"{b}_in", "10 nS"),
        Pathway(f"{a}_renshaw_to_{b}_in", f"{a}_renshaw.drive", "30 nS", f"{b}_in", "10 nS"),
        Pathway(f"{a}_renshaw_to_{b}_renshaw", f"{a}_renshaw.drive", "30 nS", f"{b}_renshaw", "5 nS"),
    )
]
COMMANDS = [Pathway(f"{a}_command_to_{b}_in", f"{a}_command.voluntary", 10, f"{b}_in", "4 nS") for a, b in OPPOSITE]
PATHWAYS = SILENCE + COMMANDS
ARC = ("soleus_ib_to_soleus_ib_in", "soleus_ib_in_to_soleus", "soleus_ib_in_to_gastrocnemius")
"""From the tendon organs of the soleus to two pools."""
CUT = ("", *(p.projection for p in PATHWAYS), *ARC)


def weights(ankle: Network, name: str, part: np.ndarray) -> dict[str, np.ndarray]:
    """The weight of a projection, a part of it in each sample."""
    return {
        path: part * value.number
        for path, value in ankle.leaves().items()
        if path == f"network.{name}.weight" or path.startswith(f"network.{name}.weight.")
    }


@pytest.fixture(scope="module")
def view():
    """Of each pathway two seeds with it and two without; then of pulled tendon organs two with everything, and two
    without each part of their arc."""
    ankle = networks.ankle(scale=0.05, size=8)
    ports = sorted({port for p in PATHWAYS for port in (p.port, f"{p.target}.drive")})
    protocol = Settle(f"{PULLED} s") >> Step("soleus_organ.force", "400 N", f"{END - PULLED} s", name="pull")
    for muscle in ("soleus", "gastrocnemius"):
        protocol += Hold(f"{muscle}_command.tonic", 1.5)
    for port in ports:
        protocol += Hold(port, 0 if port.endswith("voluntary") else "0 nS", name=port.replace(".", "_"))

    driven = [{p.port: p.level, f"{p.target}.drive": p.background} for p in PATHWAYS for _ in range(2)]
    driven += [{"soleus_command.voluntary": 1.5, "gastrocnemius_command.voluntary": 1.5}] * (1 + len(ARC))
    cut = [name for p in PATHWAYS for name in ("", p.projection)] + ["", *ARC]
    values: dict[str, object] = {
        "protocol.pull.on": np.repeat([0.0] * 2 * len(PATHWAYS) + [1.0] * (1 + len(ARC)), SEEDS)
    }
    for port in ports:
        none = 0 if port.endswith("voluntary") else "0 nS"
        values[f"protocol.{port.replace('.', '_')}.level"] = [
            row.get(port, none) for row in driven for _ in range(SEEDS)
        ]
    for name in CUT[1:]:
        values |= weights(ankle, name, np.repeat([float(x != name) for x in cut], SEEDS))

    targets = {p.target for p in PATHWAYS}
    record = Record(
        ("v_soma",), "1 ms", commands=False, max_rate="600 Hz",
        populations=("soleus", "gastrocnemius", *sorted(targets)),
    )  # fmt: skip
    found = View(Simulator(ankle, protocol, record).run(values, np.tile(np.arange(SEEDS), len(cut))))
    assert found.done.all()
    return found


def rates(view: View, pathway: Pathway) -> np.ndarray:
    """pps, mean of the targets with the pathway and without: (2, seed)."""
    of = 2 * SEEDS * PATHWAYS.index(pathway)
    return counts(view, pathway.target, START, END)[of : of + 2 * SEEDS].mean(-1).reshape(2, SEEDS) / (END - START)


@pytest.mark.parametrize("pathway", SILENCE, ids=lambda p: p.projection)
def test_it_silences_its_targets_in_part(view, pathway):
    """In each seed a third of their impulses at least; seeds differ by less than a tenth."""
    with_it, without = rates(view, pathway)
    assert np.ptp(without) < 0.1 * without.mean()
    assert (with_it < 0.67 * without).all()
    assert with_it.min() > 0


@pytest.mark.parametrize("pathway", COMMANDS, ids=lambda p: p.projection)
def test_the_command_drives_interneurons_that_silence_the_antagonist(view, pathway):
    """From a background that hardly fires them; seeds differ by less than 5 pps."""
    with_it, without = rates(view, pathway)
    assert without.max() < 5
    assert (with_it > 10).all()


@pytest.mark.parametrize(("muscle", "parts", "least"), [("soleus", (0, 1), 0.05), ("gastrocnemius", (0, 2), 0.005)])
def test_pulled_tendon_organs_inhibit_the_pool_and_that_of_the_synergist(view, muscle, parts, least):
    """mV, mean of a silent pool from 50 ms after the pull on: lower with the arc than without one of its parts. Before
    the pull nothing differs, nor without what reaches the other pool."""
    late, before = view.time > PULLED + 0.05, view.time < PULLED
    potential = view.traces("v_soma", muscle).mean(1)[2 * SEEDS * len(PATHWAYS) :].reshape(1 + len(ARC), SEEDS, -1)
    assert counts(view, muscle, 0, END)[2 * SEEDS * len(PATHWAYS) :].sum() == 0
    lower = potential[0] - potential[1:]
    np.testing.assert_array_equal(lower[..., before], 0)
    for k in range(len(ARC)):
        if k in parts:
            assert (lower[k][:, late].mean(-1) < -least).all()
        else:
            np.testing.assert_allclose(lower[k], 0, atol=0.05 * least)
