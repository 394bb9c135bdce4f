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

from sim.engine.coupling import Incoming
from sim.engine.kernel import Work
from sim.engine.kernels import compiler
from sim.engine.kernels.loops import FLAGS as KERNELS
from sim.engine.kernels.loops import Call
from sim.engine.system import Array, Values

EACH_TO_EACH, ONE_TO_ONE, NONE = -1, -2, -1
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
        brought = jax.ShapeDtypeStruct((steps, work.cells.keys[0].shape[0]), jnp.float32)
        own = Call.of(work._replace(arrivals=dict.fromkeys(states, brought)))
        given = own.leaves[: len(own.leaves) - len(states)]
        aliases |= {len(arguments) + i: len(results) + i for i in range(own.states.num_leaves)}
        arguments += given
        results += own.results(1)[:-1]
        kinds += [len(given), own.states.num_leaves, own.lanes, len(states)]
        calls.append(own)
    lanes = sum(own.lanes for own in calls)
    results.append(jax.ShapeDtypeStruct((lanes,), jnp.uint8))
    links = _links(incoming, arguments)
    call = jax.ffi.ffi_call(compiler.registered(_text(), FLAGS), results, input_output_aliases=aliases)
    *left, marks = call(
        *arguments,
        names="".join(f"{_known(own.text)} " for own in calls),
        kinds=np.array(kinds, np.int64),
        links=np.array(links, np.int64),
        steps=np.int64(steps),
        threads=np.int64(max(1, min(threads, lanes // SHARED))),
    )
    states = iter(left)
    return [own.state([next(states) for _ in range(own.states.num_leaves)]) for own in calls], marks


def _links(incoming: Mapping[tuple[int, str], Sequence[Incoming]], arguments: list[Any]) -> list[int]:
    """The plan of all projections, see together.cpp; arrays that they need are added to the arguments."""
    places: dict[int, int] = {}

    def place(x: Array) -> int:
        """Its number among the arguments, in which it stands once."""
        if id(x) not in places:
            places[id(x)] = len(arguments)
            arguments.append(x)
        return places[id(x)]

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
    together, some = ctypes.c_long.in_dll(own, "together"), ctypes.cast(own.some, ctypes.c_void_p)
    compiler.loaded(_text(), FLAGS).know(name.encode(), some, together)
    return name
