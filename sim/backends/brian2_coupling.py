"""What couples the groups of a Brian2 network: Synapses for spikes, and one operation at the start of every window.

The operation calls the functions of the engine (triggers, sums, delays), so that both back ends decide alike. It
also remembers the gains of spikes, window by window; when a spike is delivered, its synapse looks up that of the window
in which it was fired, whatever its cell did since.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.backends.brian2_door import brian2_for_numpy, set_values, unit_text
from sim.backends.simulation import Batch
from sim.compile.assemble import Assembled
from sim.engine import trigger
from sim.engine.circuit import Circuit, Link, Sense
from sim.engine.coupling import GAIN, carried, held, tree_sum
from sim.spec.numerics import Numerics
from sim.units import si_factor


class Coupling:
    """Projections, signals and triggers of some samples.

    Args:
        circuit: the compiled network.
        parts: its populations.
        batch: the samples.
        groups: a NeuronGroup for each population, all samples in it.
        blocks, block: how many blocks of how many windows are run.
    """

    def __init__(
        self,
        circuit: Circuit,
        parts: list[Assembled],
        batch: Batch,
        groups: list[Any],
        numerics: Numerics,
        blocks: int,
        block: int,
    ) -> None:
        self.circuit, self.parts, self.batch, self.groups, self.numerics = circuit, parts, batch, groups, numerics
        self.samples = batch.cells[0].keys[0].shape[-1] // circuit.members[0].size
        self.block, self.window = block, 0
        self.rings = {
            x.name: np.zeros((x.depth, self.samples, circuit.members[x.source].size))
            for x in circuit.links
            if x.read is not None
        }
        self.gains = {
            name: np.zeros((x.depth, self.samples * circuit.members[x.source].size))
            for name, x in circuit.gains.items()
        }
        with jax.enable_x64(True):
            self.triggers = {name: trigger.first(own) for name, own in batch.triggers.items()}
        self.heard = {s.name: np.zeros((blocks, self.samples)) for s in circuit.senses}
        answered = [port for own in batch.triggers.values() for port in own.action]
        answered += [f"{circuit.members[x.target].name}.{x.into}" for x in circuit.graded]
        self.answered = {port: np.zeros((blocks, self.samples)) for port in answered}

    def synapses(self) -> list[Any]:
        """One Synapses object for each spiking projection; samples are not connected with each other."""
        found = [self._synapses(link) for link in self.circuit.links if link.read is None]
        return [made for made in found if made is not None]

    def _synapses(self, link: Link) -> Any:
        brian2 = brian2_for_numpy()
        n, m = self.circuit.members[link.source].size, self.circuit.members[link.target].size
        wires = np.eye(n) if link.wires is None else link.wires
        i, j = np.nonzero(wires)
        if not len(i):
            return None
        dimensions = self.parts[link.target].population.model.parsed.dimensions()[link.into]
        steps, gained = self.batch.delay[link.name][:, i].ravel(), link.gain is not None
        dt = self.numerics.dt_ms * brian2.ms
        ends = self.groups[link.source], self.groups[link.target]
        arriving, late = _unused("arriving", *ends), _unused("late", *ends)
        made = brian2.Synapses(
            *ends,
            f"{arriving} : {unit_text(dimensions)} (constant)" + f"\n{late} : integer (constant)" * gained,
            on_pre=f"{link.into}_post += {arriving}" + f"*gain_then(i, {late})" * gained,
            dt=dt,
            namespace={"gain_then": self._gain_then(link)} if gained else None,
        )
        sample = np.arange(self.samples)[:, None]
        made.connect(i=(sample * n + i).ravel(), j=(sample * m + j).ravel())
        weight = self.batch.weight[link.name][:, j] * wires[i, j] / si_factor(dimensions)
        set_values(made, arriving, weight.ravel())
        made.pre.when, made.pre.order = "start", 1  # of the next step, once signals and records have seen the state
        made.pre.delay = steps * dt
        if gained:
            set_values(made, late, steps + 1)  # the step of the spike itself
        return made

    def _gain_then(self, link: Link) -> Any:
        """A function of Brian2: the gains of some source cells in the windows in which they fired, `late` steps ago."""
        brian2 = brian2_for_numpy()
        ring, clock, steps = self.gains[self.circuit.reads(link)], self.groups[link.source].clock, self.numerics.steps

        def gain_then(i: Any, late: Any) -> Any:
            fired = int(clock.variables["timestep"].get_value()[0]) - late
            return ring[fired // steps % len(ring), i]

        return brian2.Function(gain_then, arg_units=[1, 1], return_unit=1)

    def operations(self) -> list[Any]:
        """What is done at the start of every window; nothing where there is nothing to do."""
        if not (self.circuit.senses or self.batch.triggers or self.rings or self.gains):
            return []
        brian2 = brian2_for_numpy()
        every = self.numerics.window_ms * brian2.ms
        return [brian2.NetworkOperation(self._each_window, dt=every, when="start", order=-2)]

    def _each_window(self) -> None:
        with jax.enable_x64(True):
            live = self._graded()
            for name, link in self.circuit.gains.items():
                now = held(jnp.asarray(self._read(link.source, link.variable))) / GAIN
                self.gains[name][self.window % link.depth] = np.asarray(now).ravel()
            heard = {sense.name: self._heard(sense) for sense in self.circuit.senses}
            block, place = divmod(self.window, self.block)
            if not place:
                for name, value in heard.items():
                    self.heard[name][block] = value
            index = jnp.int32(self.window)
            for name, own in self.batch.triggers.items():
                signal = jnp.asarray(heard[self.circuit.watched[name]])
                self.triggers[name] = trigger.update(own, self.triggers[name], signal, index)
                for path, value in trigger.act(own, self.triggers[name], index).items():
                    live[path] = live.get(path, 0.0) + np.asarray(value)[:, None]
        for path, value in live.items():
            if not place:
                self.answered[path][block] = value.mean(-1)
            population, _, port = path.partition(".")
            k = [member.name for member in self.circuit.members].index(population)
            size = self.circuit.members[k].size
            factor = si_factor(self.parts[k].population.model.parsed.dimensions()[port])
            set_values(self.groups[k], f"{port}_live", np.broadcast_to(value, (self.samples, size)).ravel() / factor)
        self.window += 1

    def _read(self, k: int, variable: str) -> np.ndarray:
        """A variable of a population, (sample, cell), coherent units."""
        dimensions = self.parts[k].population.model.parsed.dimensions()[variable]
        values = np.asarray(getattr(self.groups[k], variable + "_")[:]) * si_factor(dimensions)
        return values.reshape(self.samples, -1)

    def _heard(self, sense: Sense) -> np.ndarray:
        total = tree_sum(self._read(sense.source, sense.variable))
        return total / self.circuit.members[sense.source].size if sense.mean else total

    def _graded(self) -> dict[str, np.ndarray]:
        """What graded projections bring: port -> (sample, cell or 1)."""
        live: dict[str, np.ndarray] = {}
        for link in (x for x in self.circuit.links if x.read is not None):
            ring = self.rings[link.name]
            ring[self.window % link.depth] = self._read(link.source, link.variable)
            place = (self.window - self.batch.delay[link.name]) % link.depth
            seen = np.take_along_axis(ring, place[None], axis=0)[0]
            brought = (
                np.asarray(carried(link, jnp.asarray(link.table(np.float64)), jnp.asarray(seen)))
                * self.batch.weight[link.name]
            )
            path = f"{self.circuit.members[link.target].name}.{link.into}"
            live[path] = live.get(path, 0.0) + brought
        return live

    def signals(self) -> dict[str, np.ndarray]:
        """Signals at the start of every block, (block, sample)."""
        return self.heard

    def with_answers(self, ports: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What commands bring at the start of every block, with what triggers and graded projections brought, the mean
        over the cells; (block, sample)."""
        return {port: values + self.answered.get(port, 0.0) for port, values in ports.items()}

    def actions(self) -> dict[str, np.ndarray]:
        """How often each trigger acted, (sample,)."""
        return {name: np.asarray(state.count) for name, state in self.triggers.items()}


def _unused(name: str, *groups: Any) -> str:
    """A name like this one that no variable of these groups has."""
    while any(name in group.variables for group in groups):
        name += "_"
    return name
