"""Whole networks advance together, window by window.

At the start of a window signals are read, triggers decide, graded projections and commands set the ports, and the
spikes of earlier windows that arrive in this one are laid out step by step. Then every population takes the steps of
the window on its own, as if nothing coupled it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from sim.engine import trigger
from sim.engine.circuit import Circuit, Group, Link, Member, NetworkOutcome
from sim.engine.coupling import Incoming, Room, at_lag, by_lane, by_sample, carried, held, tree_sum
from sim.engine.kernel import Kernel
from sim.engine.lanes import Ports
from sim.engine.loop import finite, ports_at
from sim.engine.program import Rule
from sim.engine.system import Array, Values
from sim.engine.trigger import TriggerState


class State(NamedTuple):
    """What a group of samples carries from window to window.

    Args:
        cells: of each member, name -> (lane,).
        spikes: marks of the last windows of each member that sends spikes, (ring, sample, cell).
        values: what each graded projection read in the last windows, (ring, sample, cell).
        triggers: by name.
        gains: of the spikes of the last windows, by what they are read of (`Circuit.reads`), as `coupling.held`, (ring,
            sample, cell).
    """

    cells: tuple[Values, ...]
    spikes: dict[int, Array]
    values: Values
    triggers: dict[str, TriggerState]
    gains: Values


class Answer(NamedTuple):
    """What a network answers to itself at the start of a window.

    Args:
        signals: name -> (sample,).
        triggers: after they saw the signals.
        values: histories of the graded projections.
        live: what triggers and graded projections bring, and what is given from outside: port -> (sample, cell or 1);
            constant over the window.
    """

    signals: Values
    triggers: dict[str, TriggerState]
    values: Values
    live: Values


class Loop(NamedTuple):
    """The network, its wires by projection, and the numbers of some samples of it."""

    circuit: Circuit
    wires: Values
    group: Group
    samples: int
    kernel: Kernel

    def read(self, rule: Rule, member: int, state: State) -> Array:
        """A variable of a member's cells, (sample, cell)."""
        cells = self.group.cells[member]
        value = jnp.broadcast_to(rule({**cells.constants, **state.cells[member]}), cells.keys[0].shape)
        return by_sample(value, self.samples, self.circuit.members[member].size)

    def by_lane(self, x: Array, member: Member) -> Array:
        """(..., sample, cell or 1) -> (..., lane)."""
        return by_lane(x, self.samples, member.size, self.kernel.lanes(self.samples * member.size))

    def first(self) -> State:
        """At time zero."""
        circuit = self.circuit

        def ring(link: Link, dtype) -> Array:
            return jnp.zeros((link.depth, self.samples, circuit.members[link.source].size), dtype)

        spiking = sorted((x for x in circuit.links if x.read is None), key=lambda x: x.depth)
        return State(
            cells=tuple(cells.state for cells in self.group.cells),
            spikes={x.source: ring(x, jnp.uint8) for x in spiking},  # the deepest of each source comes last
            values={x.name: ring(x, circuit.dtype) for x in circuit.graded},
            triggers={name: trigger.first(own) for name, own in self.group.triggers.items()},
            gains={name: ring(x, jnp.uint8) for name, x in circuit.gains.items()},
        )

    def answer(self, state: State, index: Array) -> Answer:
        """Signals, triggers and graded projections at the start of a window."""
        signals: Values = {}
        for sense in self.circuit.senses:
            total = tree_sum(self.read(sense.read, sense.source, state))
            signals[sense.name] = total / self.circuit.members[sense.source].size if sense.mean else total
            if sense.name in self.group.live:
                signals[sense.name] += self.group.live[sense.name]
        live, values, triggers = {}, {}, {}
        for link in self.circuit.graded:
            assert link.read is not None
            now = self.read(link.read, link.source, state)
            ring = lax.dynamic_update_index_in_dim(state.values[link.name], now, index % link.depth, 0)
            seen = at_lag(ring, self.group.delay[link.name], index, link.lags)
            path = f"{self.circuit.members[link.target].name}.{link.into}"
            _add(live, path, carried(link, self.wires[link.name], seen) * self.group.weight[link.name])
            values[link.name] = ring
        for name, own in self.group.triggers.items():
            triggers[name] = trigger.update(own, state.triggers[name], signals[self.circuit.watched[name]], index)
            for path, value in trigger.act(own, triggers[name], index).items():
                _add(live, path, value[:, None])
        for path, value in self.group.live.items():
            if path not in signals:
                _add(live, path, value[:, None])
        return Answer(signals, triggers, values, live)

    def arrivals(self, state: State, index: Array) -> list[Values]:
        """What spikes bring to each member in a window: state -> (step, lane)."""
        incoming: dict[tuple[int, str], list[Incoming]] = {}
        for link in self.circuit.links:
            if link.read is None:
                name = link.name
                gains = None if link.gain is None else state.gains[self.circuit.reads(link)]
                one = Incoming(
                    link,
                    self.wires[name],
                    state.spikes[link.source],
                    self.group.delay[name],
                    self.group.weight[name],
                    gains,
                )
                incoming.setdefault((link.target, link.into), []).append(one)
        rooms = {
            k: Room(self.samples, member.size, self.kernel.lanes(self.samples * member.size))
            for k, member in enumerate(self.circuit.members)
        }
        found: list[Values] = [{} for _ in self.circuit.members]
        for (member, into), brought in self.kernel.bring(incoming, rooms, index, self.circuit.steps).items():
            found[member][into] = brought
        return found

    def ports(self, member: Member, index: Array, live: Values) -> Ports:
        """Input of a member's lanes in a window, (lane,); a scalar zero where nothing drives a port."""
        own = {p: f"{member.name}.{p}" for p in member.program.ports}
        commands = ports_at({p: self.group.drives[path] for p, path in own.items() if path in self.group.drives}, index)
        found = Ports({}, {}, {})
        for kind, courses, place in zip(Ports._fields, commands, found, strict=True):
            for port, path in own.items():
                parts = [courses[port][:, None]] if port in courses else []
                if path in live and kind != "rise":
                    parts.append(live[path])
                silent = jnp.zeros((), self.circuit.dtype)
                place[port] = self.by_lane(sum(parts[1:], parts[0]), member) if parts else silent
        return found

    def window(self, state: State, index: Array) -> tuple[State, tuple[Array, ...]]:
        """The state after a window, and each member's marks, (sample, cell)."""
        answer, arrivals = self.answer(state, index), self.arrivals(state, index)
        after, marks = [], []
        for k, member in enumerate(self.circuit.members):
            own, ports = self.group.cells[k], self.ports(member, index, answer.live)
            ports = jax.tree.map(lambda x: x[None], ports)
            new, fired = self.kernel.advance(member.program, own, state.cells[k], index[None], ports, arrivals[k])
            after.append(new)
            marks.append(by_sample(fired[0], self.samples, member.size))
        spikes = {
            k: lax.dynamic_update_index_in_dim(ring, marks[k], index % ring.shape[0], 0)
            for k, ring in state.spikes.items()
        }
        gains = {
            name: lax.dynamic_update_index_in_dim(state.gains[name], now, index % state.gains[name].shape[0], 0)
            for name, now in self.gains(state, index).items()
        }
        return State(tuple(after), spikes, answer.values, answer.triggers, gains), tuple(marks)

    def gains(self, state: State, index: Array) -> Values:
        """Of the spikes of a window, as it starts: by what they are read of, (sample, cell)."""

        def now(state: State, _: Array) -> Values:
            found: Values = {}
            for name, link in self.circuit.gains.items():
                assert link.gain is not None
                found[name] = held(self.read(link.gain, link.source, state))
            return found

        return apart(now, state, index) if self.circuit.gains else {}

    def observe(self, state: State, index: Array) -> tuple[tuple[Values, ...], Values, Values]:
        """Recorded variables of each member, (sample, cell), signals and driven ports, (sample,), before a window."""
        return apart(self._seen, state, index)

    def _seen(self, state: State, index: Array) -> tuple[tuple[Values, ...], Values, Values]:
        answer, seen, driven = self.answer(state, index), [], {}
        for k, member in enumerate(self.circuit.members):
            ports = self.ports(member, index, answer.live).level
            found = member.program.observe(state.cells[k], self.group.cells[k].constants, ports)
            seen.append({name: by_sample(x, self.samples, member.size) for name, x in found.items()})
        for path, drive in self.group.drives.items():
            driven[path] = drive.at(index)[0]
        for path, value in answer.live.items():
            _add(driven, path, tree_sum(value) / value.shape[-1])
        return tuple(seen), answer.signals, driven

    def finite(self, state: State) -> tuple[Array, ...]:
        """Which cells of each member hold only finite numbers, (sample, cell)."""
        members = zip(state.cells, self.circuit.members, strict=True)
        return tuple(by_sample(finite(x), self.samples, m.size) for x, m in members)


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
        tuple(x.reshape(blocks * windows, *x.shape[2:]) for x in marks),
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
    sizes = [member.size for member in loop.circuit.members]

    def one(k: Array, carry: tuple[State, tuple[Array, ...]]) -> tuple[State, tuple[Array, ...]]:
        state, marks = carry
        state, own = loop.window(state, first + k)
        return state, tuple(x.at[k].set(new) for x, new in zip(marks, own, strict=True))

    nothing = tuple(jnp.zeros((room, loop.samples, size), jnp.uint8) for size in sizes)
    return lax.fori_loop(0, count, one, (state, nothing))
