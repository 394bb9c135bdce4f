"""Whole networks advance together, window by window.

At the start of a window signals are read, triggers decide, graded projections and commands set the ports, and the
spikes of earlier windows that arrive in this one are laid out step by step. Then every population takes the steps of
the window on its own, as if nothing coupled it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from sim.engine import trigger
from sim.engine.circuit import Circuit, Group, Link, Member, NetworkOutcome
from sim.engine.coupling import History, Incoming, Reading, Term, added, at_lag, by_lane, carried, tree_sum
from sim.engine.kernel import Between, Kernel, Work
from sim.engine.kinds import Kind, Place, kinds, places
from sim.engine.lanes import Ports
from sim.engine.loop import finite, ports_at
from sim.engine.program import Rule
from sim.engine.system import Array, Values
from sim.engine.trigger import TriggerState


class State(NamedTuple):
    """What a group of samples carries from window to window.

    Args:
        cells: of each kind of cells, name -> (lane,); as arrays along `sample` (`sim.engine.steps`), of each member.
        spikes: marks of the last windows of the lanes of all kinds, one kind after the other, (ring, lane); as arrays
            along `sample`, of each member that sends spikes, (sample, ring, cell).
        values: what each graded projection with a delay read in the last windows, (ring, sample, cell).
        triggers: by name.
        gains: of the spikes of the last windows, by what they are read of (`Circuit.reads`), as `coupling.held`, (ring,
            sample, cell).
    """

    cells: tuple[Values, ...]
    spikes: Any
    values: Values
    triggers: dict[str, TriggerState]
    gains: Values


class Answer(NamedTuple):
    """What a network answers to itself at the start of a window.

    Args:
        signals: name -> (sample,).
        triggers: after they saw the signals.
        values: histories of the graded projections.
        live: what triggers and graded projections bring, and what is given from outside, by port; constant over the
            window.
    """

    signals: Values
    triggers: dict[str, TriggerState]
    values: Values
    live: dict[str, list[Term]]


@dataclass(frozen=True)
class Loop:
    """The network, its wires by projection, and the numbers of some samples of it."""

    circuit: Circuit
    wires: Values
    group: Group
    samples: int
    kernel: Kernel

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Of cells."""
        return kinds(self.circuit)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the cells of each member lie."""
        return places(self.circuit, self.samples, self.kernel.least)

    @cached_property
    def _by_name(self) -> dict[str, Place]:
        return {member.name: place for member, place in zip(self.circuit.members, self.places, strict=True)}

    @property
    def lanes(self) -> list[int]:
        """Of each kind of cells."""
        return [own.keys[0].shape[0] for own in self.group.cells]

    def marks(self, x: Array) -> tuple[Array, ...]:
        """Of each member, (..., sample, cell), of those of the lanes of all kinds, (..., lane)."""
        return tuple(place.of_all(x) for place in self.places)

    def reading(self, rule: Rule, member: int, *, whole: bool = False) -> Reading:
        """What a rule reads of a member's cells; it stands there as a state (`Program.read`)."""
        (state,) = rule.args
        return Reading(self.places[member], state, whole)

    def first(self) -> State:
        """At time zero."""
        circuit = self.circuit

        def ring(link: Link, dtype) -> Array:
            return jnp.zeros((link.depth, self.samples, circuit.members[link.source].size), dtype)

        return State(
            cells=tuple(cells.state for cells in self.group.cells),
            spikes=jnp.zeros((circuit.depth, sum(self.lanes)), jnp.uint8),
            values={x.name: ring(x, circuit.dtype) for x in circuit.graded if x.lags != (0, 0)},
            triggers={name: trigger.first(own) for name, own in self.group.triggers.items()},
            gains={name: ring(x, jnp.uint8) for name, x in circuit.gains.items()},
        )

    def answer(self, state: State, index: Array) -> Answer:
        """Signals, triggers and graded projections at the start of a window."""
        signals: Values = {}
        for sense in self.circuit.senses:
            total = self.reading(sense.read, sense.source, whole=True).of(state.cells)[:, 0]
            signals[sense.name] = total / self.circuit.members[sense.source].size if sense.mean else total
            if sense.name in self.group.live:
                signals[sense.name] += self.group.live[sense.name]
        live: dict[str, list[Term]] = {}
        values, triggers, places = {}, {}, self._by_name

        def brings(path: str, value: Array, weight: Array | None = None, read: Reading | None = None) -> None:
            live.setdefault(path, []).append(Term(places[path.rpartition(".")[0]], value, weight, read))

        for link in self.circuit.graded:
            assert link.read is not None
            reading = self.reading(link.read, link.source)
            seen, path = reading.of(state.cells), f"{self.circuit.members[link.target].name}.{link.into}"
            if link.lags == (0, 0):
                alone = link.wires is None or link.even
                read = reading._replace(whole=link.even) if alone else None
            else:
                read, ring = None, state.values[link.name]
                values[link.name] = ring = lax.dynamic_update_index_in_dim(ring, seen, index % link.depth, 0)
                seen = at_lag(ring, self.group.delay[link.name], index, link.lags)
            brings(path, carried(link, self.wires[link.name], seen), self.group.weight[link.name], read)
        for name, own in self.group.triggers.items():
            triggers[name] = trigger.update(own, state.triggers[name], signals[self.circuit.watched[name]], index)
            for path, value in trigger.act(own, triggers[name], index).items():
                brings(path, value[:, None])
        for path, value in self.group.live.items():
            if path not in signals:
                brings(path, value[:, None])
        return Answer(signals, triggers, values, live)

    def incoming(self, state: State) -> dict[tuple[int, str], list[Incoming]]:
        """By number of the kind of cells and name of its state, what reaches it."""
        found: dict[tuple[int, str], list[Incoming]] = {}
        for link in self.circuit.links:
            if link.read is None:
                name, source, target = link.name, self.places[link.source], self.places[link.target]
                gains = None if link.gain is None else state.gains[self.circuit.reads(link)]
                one = Incoming(
                    link,
                    self.wires[name],
                    state.spikes,
                    self.group.delay[name],
                    self.group.weight[name],
                    gains,
                    source,
                    target,
                )
                found.setdefault((target.kind, link.into), []).append(one)
        return found

    def inputs(self, member: Member, index: Array, live: dict[str, list[Term]]) -> Ports:
        """Input of a member in a window: of each port that something drives, what is added up there."""
        place = self._by_name[member.name]
        own = {p: f"{member.name}.{p}" for p in member.program.ports}
        commands = ports_at({p: self.group.drives[path] for p, path in own.items() if path in self.group.drives}, index)
        found = Ports({}, {}, {})
        for which, courses, inputs in zip(Ports._fields, commands, found, strict=True):
            for port, path in own.items():
                terms = [Term(place, courses[port][:, None])] if port in courses else []
                if which != "rise":
                    terms += live.get(path, [])
                if terms:
                    inputs[port] = terms
        return found

    def ports(self, kind: Kind, index: Array, live: dict[str, list[Term]]) -> Ports:
        """Input of a kind of cells in a window: of each port, what is added up there."""
        inputs = [self.inputs(self.circuit.members[k], index, live) for k in kind.members]

        def terms(which: int, port: str) -> list[Term]:
            return [term for own in inputs for term in own[which].get(port, [])]

        return Ports(*({port: terms(k, port) for port in kind.program.ports} for k in range(len(Ports._fields))))

    def window(self, state: State, index: Array) -> tuple[State, Array]:
        """The state after a window, and the marks of the lanes of all kinds, one kind after the other."""
        answer = self.answer(state, index)
        works = []
        for k, kind in enumerate(self.kinds):
            ports = self.ports(kind, index, answer.live)
            works.append(Work(kind.program, self.group.cells[k], state.cells[k], ports))
        gains = {name: self.reading(link.gain, link.source) for name, link in self.circuit.gains.items() if link.gain}
        between = Between(self.incoming(state), History(state.spikes, state.gains), gains)
        after = self.kernel.window(works, between, index, self.circuit.steps)
        spikes, gained = after.history
        return State(tuple(after.states), spikes, answer.values, answer.triggers, gained), after.marks

    def observe(self, state: State, index: Array) -> tuple[tuple[Values, ...], Values, Values]:
        """Recorded variables of each member, (sample, cell), signals and driven ports, (sample,), before a window."""
        return apart(self._seen, state, index)

    def _seen(self, state: State, index: Array) -> tuple[tuple[Values, ...], Values, Values]:
        answer, seen, driven = self.answer(state, index), [], {}
        for member, place in zip(self.circuit.members, self.places, strict=True):
            levels = self.inputs(member, index, answer.live).level
            silent = dict.fromkeys(member.program.ports, jnp.zeros((), self.circuit.dtype))
            ports = silent | {p: by_lane(added(x), place.samples, place.size, place.lanes) for p, x in levels.items()}
            cells = self.group.cells[place.kind].constants, state.cells[place.kind]
            constants, now = ({name: place.of_kind(x) for name, x in values.items()} for values in cells)
            found = member.program.observe(now, constants, ports)
            seen.append({name: place.cells(x) for name, x in found.items()})
        for path, drive in self.group.drives.items():
            driven[path] = drive.at(index)[0]
        for path, terms in answer.live.items():
            value = added(terms)
            _add(driven, path, tree_sum(value) / value.shape[-1])
        return tuple(seen), answer.signals, driven

    def finite(self, state: State) -> tuple[Array, ...]:
        """Which cells of each member hold only finite numbers, (sample, cell)."""
        found = [finite(x) for x in state.cells]
        return tuple(place.cells(place.of_kind(found[place.kind])) for place in self.places)


def apart(function: Callable[[State, Array], Any], state: State, index: Array) -> Any:
    """A function of the state before a window, as a branch of a condition: XLA compiles a branch by itself, and so
    rounds what is seen alike within a whole run and between two steps."""
    nothing = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), jax.eval_shape(function, state, index))
    return lax.cond(index >= 0, function, lambda *_: nothing, state, index)


def _add(found: Values, name: str, value: Array) -> None:
    found[name] = found[name] + value if name in found else value


def run(
    kernel: Kernel, circuit: Circuit, wires: Values, group: Group, samples: int, blocks: int, windows: int
) -> NetworkOutcome:
    """Some samples from time zero through `blocks` blocks of `windows` windows each.

    Args:
        wires: relative weights of each projection, (source, target).
    """
    loop = Loop(circuit, wires, group, samples, kernel)

    def each_block(state: State, block: Array):
        first = block * windows
        seen = loop.observe(state, first)
        after, marks = lax.scan(loop.window, state, first + jnp.arange(windows, dtype=jnp.int32))
        return after, (marks, *seen)

    end, (marks, traces, signals, ports) = lax.scan(each_block, loop.first(), jnp.arange(blocks, dtype=jnp.int32))
    return NetworkOutcome(
        marks.reshape(blocks * windows, -1),
        traces,
        loop.finite(end),
        signals,
        ports,
        {name: state.count for name, state in end.triggers.items()},
    )


def some(loop: Loop, state: State, first: Array, count: Array, room: int) -> tuple[State, tuple[Array, ...]]:
    """The state after some windows, and each member's marks, (room, sample, cell); nothing in those beyond `count`.

    Args:
        first: number of the first window.
        count: how many, known only as it runs; at most `room`.
    """

    def one(k: Array, carry: tuple[State, Array]) -> tuple[State, Array]:
        state, marks = carry
        state, own = loop.window(state, first + k)
        return state, marks.at[k].set(own)

    state, marks = lax.fori_loop(0, count, one, (state, jnp.zeros((room, sum(loop.lanes)), jnp.uint8)))
    return state, loop.marks(marks)
