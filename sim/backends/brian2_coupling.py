"""What couples the groups of a Brian2 network: Synapses for spikes, and one operation at the start of every window.

Populations of one kind of cells lie in one group, as in the engine (`sim.engine.kinds`), for Brian2's cost is that of
its calls: what reaches one state of one kind from another, through any number of projections, is one Synapses object.

The operation calls the functions of the engine (triggers, sums, delays), so that both back ends decide alike. It
also remembers the gains of spikes, window by window; when a spike is delivered, its synapse looks up that of the window
in which it was fired, whatever its cell did since.
"""

from collections.abc import Sequence
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
from sim.engine.kinds import Place
from sim.spec.numerics import Numerics
from sim.units import si_factor


class Coupling:
    """Projections, signals and triggers of some samples.

    Args:
        circuit: the compiled network.
        parts: its populations.
        batch: the samples.
        groups: a NeuronGroup for each kind of cells, all its populations in it, and all samples of each.
        lie: where the cells of each population lie in them.
        blocks, block: how many blocks of how many windows are run.
    """

    def __init__(
        self,
        circuit: Circuit,
        parts: list[Assembled],
        batch: Batch,
        groups: list[Any],
        lie: Sequence[Place],
        numerics: Numerics,
        blocks: int,
        block: int,
    ) -> None:
        self.circuit, self.parts, self.batch, self.groups, self.numerics = circuit, parts, batch, groups, numerics
        self.lie, self.samples = lie, lie[0].samples
        self.block, self.window = block, 0
        self.tables = {x.name: x.table(np.float64) for x in circuit.graded}
        self.rings = {x.name: np.zeros((x.depth, self.samples, lie[x.source].size)) for x in circuit.graded}
        self.gains: dict[tuple[int, str], np.ndarray] = {}
        for x in circuit.gains.values():  # the last is the one that looks back the furthest
            kind = lie[x.source].kind
            self.gains[kind, x.variable] = np.zeros((x.depth, len(groups[kind])))
        with jax.enable_x64(True):
            self.triggers = {name: trigger.first(own) for name, own in batch.triggers.items()}
        self.heard = {s.name: np.zeros((blocks, self.samples)) for s in circuit.senses}
        answered = [port for own in batch.triggers.values() for port in own.action]
        answered += [f"{circuit.members[x.target].name}.{x.into}" for x in circuit.graded]
        self.answered = {port: np.zeros((blocks, self.samples)) for port in answered}

    def synapses(self) -> list[Any]:
        """One Synapses object for all spiking projections from one kind of cells into one state of another, with one
        gain; samples are not connected with each other."""
        found: dict[tuple[int, int, str, str], list[Link]] = {}
        for x in (x for x in self.circuit.links if x.read is None):
            found.setdefault((self.lie[x.source].kind, self.lie[x.target].kind, x.into, x.variable), []).append(x)
        made = [self._synapses(*ends, links) for ends, links in found.items()]
        return [one for one in made if one is not None]

    def _synapses(self, source: int, target: int, into: str, gain: str, links: list[Link]) -> Any:
        brian2 = brian2_for_numpy()
        first, second, steps, weight = (np.concatenate(x) for x in zip(*map(self._wired, links), strict=True))
        if not len(first):
            return None
        dimensions = self.parts[links[0].target].population.model.parsed.dimensions()[into]
        dt = self.numerics.dt_ms * brian2.ms
        ends = self.groups[source], self.groups[target]
        arriving, late = _unused("arriving", *ends), _unused("late", *ends)
        made = brian2.Synapses(
            *ends,
            f"{arriving} : {unit_text(dimensions)} (constant)" + f"\n{late} : integer (constant)" * bool(gain),
            on_pre=f"{into}_post += {arriving}" + f"*gain_then(i, {late})" * bool(gain),
            dt=dt,
            namespace={"gain_then": self._gain_then(source, gain)} if gain else None,
        )
        made.connect(i=first, j=second)
        set_values(made, arriving, weight / si_factor(dimensions))
        made.pre.when, made.pre.order = "start", 1  # of the next step, once signals and records have seen the state
        made.pre.delay = steps * dt
        if gain:
            set_values(made, late, steps + 1)  # the step of the spike itself
        return made

    def _wired(self, link: Link) -> tuple[np.ndarray, ...]:
        """Of each pair of cells that a projection joins: their numbers in the groups of their kinds, the delay in
        steps, and what a spike adds."""
        source, target = self.lie[link.source], self.lie[link.target]
        wires = np.eye(source.size) if link.wires is None else link.wires
        i, j = np.nonzero(wires)
        sample = np.arange(self.samples)[:, None]
        first, second = source.first + sample * source.size + i, target.first + sample * target.size + j
        found = first, second, self.batch.delay[link.name][:, i], self.batch.weight[link.name][:, j] * wires[i, j]
        return tuple(np.asarray(x).ravel() for x in found)

    def _gain_then(self, kind: int, gain: str) -> Any:
        """A function of Brian2: the gains of some source cells in the windows in which they fired, `late` steps ago."""
        brian2 = brian2_for_numpy()
        ring, clock, steps = self.gains[kind, gain], self.groups[kind].clock, self.numerics.steps

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
            seen: dict[tuple[int, str], np.ndarray] = {}  # what was read in this window already
            live = self._graded(seen)
            for (kind, variable), ring in self.gains.items():
                now = held(jnp.asarray(self._values(kind, variable, seen))) / GAIN
                ring[self.window % len(ring)] = np.asarray(now)
            heard = {sense.name: self._heard(sense, seen) for sense in self.circuit.senses}
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
            self._answer(path, value)
        self.window += 1

    def _answer(self, path: str, value: np.ndarray) -> None:
        """Set what comes to the port of a population besides its commands, (sample, cell or 1), coherent units."""
        population, _, port = path.partition(".")
        k = [member.name for member in self.circuit.members].index(population)
        lie, factor = self.lie[k], si_factor(self.parts[k].population.model.parsed.dimensions()[port])
        cells = np.broadcast_to(value, (lie.samples, lie.size)).ravel()
        view = getattr(self.groups[lie.kind], f"{port}_live_")
        view[lie.first : lie.first + lie.lanes] = cells / factor

    def _values(self, kind: int, variable: str, seen: dict[tuple[int, str], np.ndarray]) -> np.ndarray:
        """A variable of all cells of a kind, coherent units; `seen` remembers it for the rest of the window."""
        if (kind, variable) not in seen:
            k = next(k for k, lie in enumerate(self.lie) if lie.kind == kind)
            factor = si_factor(self.parts[k].population.model.parsed.dimensions()[variable])
            seen[kind, variable] = np.asarray(getattr(self.groups[kind], variable + "_")[:]) * factor
        return seen[kind, variable]

    def _read(self, k: int, variable: str, seen: dict[tuple[int, str], np.ndarray]) -> np.ndarray:
        """A variable of a population, (sample, cell), coherent units."""
        lie = self.lie[k]
        return lie.cells(lie.of_kind(self._values(lie.kind, variable, seen)))

    def _heard(self, sense: Sense, seen: dict[tuple[int, str], np.ndarray]) -> np.ndarray:
        total = tree_sum(self._read(sense.source, sense.variable, seen))
        return total / self.circuit.members[sense.source].size if sense.mean else total

    def _graded(self, seen: dict[tuple[int, str], np.ndarray]) -> dict[str, np.ndarray]:
        """What graded projections bring: port -> (sample, cell or 1)."""
        live: dict[str, np.ndarray] = {}
        for link in self.circuit.graded:
            ring = self.rings[link.name]
            ring[self.window % link.depth] = self._read(link.source, link.variable, seen)
            place = (self.window - self.batch.delay[link.name]) % link.depth
            then = np.take_along_axis(ring, place[None], axis=0)[0]
            brought = np.asarray(carried(link, self.tables[link.name], then)) * self.batch.weight[link.name]
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
