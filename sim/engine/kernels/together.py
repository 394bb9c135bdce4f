"""All cells of a network through one window, in one call of C++: what spikes bring, then the steps of every cell.

Only the few cells whose spikes arrive are looked at. Threads share out both.
"""

import ctypes
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.engine.coupling import History, Incoming, Reading, Term
from sim.engine.kernel import After, Between, Work
from sim.engine.kernels import compiler
from sim.engine.kernels.loops import FLAGS as KERNELS
from sim.engine.kernels.loops import Call
from sim.engine.lanes import Ports
from sim.engine.system import Array

EACH_TO_EACH, ONE_TO_ONE, NONE, AS_ANOTHER = -1, -2, -1, -1
SHARED = 512
"""Lanes for which another thread is worth while: to share a window out takes some microseconds."""
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=off", "-pthread")


def window(works: Sequence[Work], between: Between, index: Array, steps: int, threads: int = 1) -> After:
    """See `sim.engine.kernel.Window`; what spikes bring is, before weights, what `sim.engine.coupling.bring` says.

    Args:
        threads: that share the work out; what they find is what one would.

    Raises:
        NotImplementedError: some equations use what has no C++ text; names it.
        CompilerError: it cannot be compiled here; says why.
    """
    history = between.history
    rings = [history.spikes, *(history.gains[name] for name in sorted(history.gains))]
    place = _Places()
    place.row([index, *rings])
    results: list[Any] = [_like(ring) for ring in rings]
    aliases = {1 + k: k for k in range(len(rings))}
    kinds, calls = [], []
    for k, work in enumerate(works):
        states = sorted(state for kind, state in between.incoming if kind == k)  # as JAX orders names
        brought = dict.fromkeys(states, jax.ShapeDtypeStruct((steps, work.lanes), jnp.float32))
        ports = Ports(*({port: _shape(terms, work.lanes) for port, terms in own.items()} for own in work.ports))
        own = Call.of(work.program, work.cells, work.state, ports, brought)
        numbers = len(jax.tree.leaves(ports))
        given = own.leaves[: len(own.leaves) - len(states) - numbers]
        first = place.row(given)
        aliases |= {first + i: len(results) + i for i in range(own.states.num_leaves)}
        results += own.results(1)[:-1]
        kinds += [len(given), own.states.num_leaves, own.lanes, numbers, len(states), first]
        calls.append(own)
    lanes = sum(own.lanes for own in calls)
    results.append(jax.ShapeDtypeStruct((lanes,), jnp.uint8))
    plans = _Plans(works, place)
    plans.gains = [x for name in sorted(history.gains) for x in plans.read(between.gains[name])]
    links = _links(between.incoming, place)
    for work in works:
        plans.add(work.ports)
    values = plans.values()
    call = jax.ffi.ffi_call(compiler.registered(_text(), FLAGS), results, input_output_aliases=aliases)
    numbers = {"kinds": kinds, "gains": plans.gains, "ports": plans.ports, "terms": plans.terms, "links": links}
    *left, marks = call(
        *place.arguments,
        names="".join(f"{_known(own.text)} " for own in calls),
        **{name: np.array(plan, np.int64) for name, plan in numbers.items()},
        values=np.int64(values),
        steps=np.int64(steps),
        threads=np.int64(max(1, min(threads, lanes // SHARED))),
    )
    spikes, *gains = left[: len(rings)]
    states = iter(left[len(rings) :])
    return After(
        [own.state([next(states) for _ in range(own.states.num_leaves)]) for own in calls],
        marks,
        History(spikes, dict(zip(sorted(history.gains), gains, strict=True))),
    )


class _Places:
    """Numbers of arrays among the arguments of a call. One that the call overwrites stands there once: were it given
    again, it would be copied first."""

    def __init__(self) -> None:
        self.arguments: list[Array] = []
        self._known: dict[int, int] = {}

    def __call__(self, x: Array) -> int:
        return self._known[id(x)] if id(x) in self._known else self.row([x])

    def row(self, arrays: Sequence[Array]) -> int:
        """The number of the first of some that follow each other."""
        first = len(self.arguments)
        self.arguments += arrays
        for k, x in enumerate(arrays):
            self._known.setdefault(id(x), first + k)
        return first


class _Plans:
    """What is read and what drives the ports of all kinds, as together.cpp wants it.

    Values that the call cannot find by itself stand side by side in one array, since each array takes its time.
    """

    def __init__(self, works: Sequence[Work], place: _Places) -> None:
        self._place = place
        self._states = [{name: place(x) for name, x in work.state.items()} for work in works]
        self._values: dict[int, tuple[int, Array]] = {}
        self._columns = 0
        self.gains: list[int] = []
        self.ports: list[int] = []
        self.terms: list[int] = []

    def read(self, reading: Reading) -> list[int]:
        """A reading: argument, first lane, samples, cells, and whether their sum is meant."""
        at = reading.place
        return [self._states[at.kind][reading.state], at.first, at.samples, at.size, int(reading.whole)]

    def add(self, ports: Ports) -> None:
        """The ports of the next kind."""
        seen: dict[tuple[int, ...], int] = {}
        for number, terms in enumerate(terms for own in ports for _, terms in sorted(own.items())):
            found = [x for term in terms for x in self._term(term)]
            first = seen.setdefault(tuple(found), number)
            if terms and first < number:
                self.ports += [AS_ANOTHER, first]
            else:
                self.ports.append(len(terms))
                self.terms += found

    def _term(self, term: Term) -> list[int]:
        weight = NONE if term.weight is None else self._place(term.weight)
        to = [weight, term.place.first, term.place.size]
        if term.read is not None:
            return [*self.read(term.read), *to]
        if id(term.value) not in self._values:
            self._values[id(term.value)] = self._columns, term.value
            self._columns += term.value.shape[1]
        samples, width = term.value.shape
        return [NONE, self._values[id(term.value)][0], samples, width, 0, *to]

    def values(self) -> int:
        """The argument that holds the values."""
        found = [x for _, x in self._values.values()]
        return self._place(jnp.concatenate(found, axis=1)) if found else NONE


def _like(x: Array) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(x.shape, x.dtype)


def _shape(terms: Sequence[Term], lanes: int) -> jax.ShapeDtypeStruct:
    """Of what a kernel reads of a port in a single window."""
    return jax.ShapeDtypeStruct((1, lanes) if terms else (1,), jnp.float32)


def _links(incoming: Mapping[tuple[int, str], Sequence[Incoming]], place: _Places) -> list[int]:
    """The plan of all projections, see together.cpp."""
    plan: list[int] = []
    for number, key in enumerate(sorted(incoming)):
        for one in incoming[key]:
            link = one.link
            wires = ONE_TO_ONE if link.wires is None else EACH_TO_EACH if link.even else place(one.wires)
            gains = NONE if one.gains is None else place(one.gains)
            plan += [number, place(one.ring), place(one.delay), place(one.weight), wires, gains, *link.lags]
            plan += [one.target.first, one.source.before + one.source.first]
    return plan


def _text() -> str:
    return "\n".join(Path(__file__).with_name(name).read_text() for name in ("threads.h", "rows.h", "together.cpp"))


@cache
def _known(kernel: str) -> str:
    """The name of a kernel, known from now on to the call of all."""
    name, own = compiler.library_name(kernel, KERNELS), compiler.loaded(kernel, KERNELS)
    compiler.loaded(_text(), FLAGS).know(name.encode(), ctypes.cast(own.some, ctypes.c_void_p))
    return name
