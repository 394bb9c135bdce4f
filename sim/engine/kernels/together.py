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

from sim.engine.coupling import Incoming, Term
from sim.engine.kernel import Work
from sim.engine.kernels import compiler
from sim.engine.kernels.loops import FLAGS as KERNELS
from sim.engine.kernels.loops import Call
from sim.engine.lanes import Ports
from sim.engine.system import Array, Values

EACH_TO_EACH, ONE_TO_ONE, NONE, AS_ANOTHER = -1, -2, -1, -1
SHARED = 512
"""Lanes for which another thread is worth while: to share a window out takes some microseconds."""
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=off", "-pthread")


def window(
    works: Sequence[Work],
    incoming: Mapping[tuple[int, str], Sequence[Incoming]],
    index: Array,
    steps: int,
    threads: int = 1,
) -> tuple[list[Values], Array]:
    """See `sim.engine.kernel.Window`; what spikes bring is, before weights, what `sim.engine.coupling.bring` says.

    Args:
        threads: that share the work out; what they find is what one would.

    Raises:
        NotImplementedError: some equations use what has no C++ text; names it.
        CompilerError: it cannot be compiled here; says why.
    """
    arguments, results, aliases, kinds, calls = [index], [], {}, [], []
    for k, work in enumerate(works):
        states = sorted(state for kind, state in incoming if kind == k)  # as JAX orders the names of a dictionary
        brought = dict.fromkeys(states, jax.ShapeDtypeStruct((steps, work.lanes), jnp.float32))
        ports = Ports(*({port: _shape(terms, work.lanes) for port, terms in own.items()} for own in work.ports))
        own = Call.of(work.program, work.cells, work.state, ports, brought)
        numbers = len(jax.tree.leaves(ports))
        given = own.leaves[: len(own.leaves) - len(states) - numbers]
        aliases |= {len(arguments) + i: len(results) + i for i in range(own.states.num_leaves)}
        arguments += given
        results += own.results(1)[:-1]
        kinds += [len(given), own.states.num_leaves, own.lanes, numbers, len(states)]
        calls.append(own)
    lanes = sum(own.lanes for own in calls)
    results.append(jax.ShapeDtypeStruct((lanes,), jnp.uint8))
    place = _Places(arguments)
    ports, terms = _ports(works, place)
    values = len(arguments) - 1
    links = _links(incoming, place)
    call = jax.ffi.ffi_call(compiler.registered(_text(), FLAGS), results, input_output_aliases=aliases)
    plans = {"kinds": kinds, "ports": ports, "terms": terms, "links": links}
    *left, marks = call(
        *arguments,
        names="".join(f"{_known(own.text)} " for own in calls),
        **{name: np.array(plan, np.int64) for name, plan in plans.items()},
        values=np.int64(values),
        steps=np.int64(steps),
        threads=np.int64(max(1, min(threads, lanes // SHARED))),
    )
    states = iter(left)
    return [own.state([next(states) for _ in range(own.states.num_leaves)]) for own in calls], marks


class _Places:
    """Numbers of arrays among the arguments of a call, in which each stands once."""

    def __init__(self, arguments: list[Any]) -> None:
        self._arguments = arguments
        self._known: dict[int, int] = {}

    def __call__(self, x: Array) -> int:
        if id(x) not in self._known:
            self._known[id(x)] = len(self._arguments)
            self._arguments.append(x)
        return self._known[id(x)]


def _shape(terms: Sequence[Term], lanes: int) -> jax.ShapeDtypeStruct:
    """Of what a kernel reads of a port in a single window."""
    return jax.ShapeDtypeStruct((1, lanes) if terms else (1,), jnp.float32)


def _ports(works: Sequence[Work], place: _Places) -> tuple[list[int], list[int]]:
    """The plans of what drives the ports of all kinds, see together.cpp. All values stand side by side in one array, since
    each array of a call takes its time."""
    ports, plan = [], []
    values: dict[int, tuple[int, Array]] = {}
    columns = 0
    for work in works:
        seen: dict[tuple[int, ...], int] = {}
        for number, terms in enumerate(terms for own in work.ports for _, terms in sorted(own.items())):
            found = []
            for term in terms:
                if id(term.value) not in values:
                    values[id(term.value)] = columns, term.value
                    columns += term.value.shape[1]
                weight = NONE if term.weight is None else place(term.weight)
                found += [values[id(term.value)][0], term.value.shape[1], weight, term.place.first, term.place.size]
            first = seen.setdefault(tuple(found), number)
            if terms and first < number:
                ports += [AS_ANOTHER, first]
            else:
                ports.append(len(terms))
                plan += found
    if values:
        place(jnp.concatenate([x for _, x in values.values()], axis=1))
    return ports, plan


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
