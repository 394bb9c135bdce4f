"""What spikes bring, on a CPU: of the few cells alone whose spikes arrive, all projections in one call of C++."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from sim.engine.coupling import Incoming, Room
from sim.engine.kernels import compiler
from sim.engine.system import Array

EACH_TO_EACH, ONE_TO_ONE, NONE = -1, -2, -1


def bring(
    incoming: Mapping[tuple[int, str], Sequence[Incoming]], rooms: Mapping[int, Room], index: Array, steps: int
) -> dict[tuple[int, str], Array]:
    """See `sim.engine.kernel.Bring`; before weights, the same numbers as `sim.engine.coupling.bring`.

    Raises:
        CompilerError: it cannot be compiled here; says why.
    """
    if not incoming:
        return {}
    arguments: list[Array] = [index]
    places: dict[int, int] = {}
    plan: list[int] = []

    def place(x: Array) -> int:
        """Its number among the arguments, in which it stands once."""
        if id(x) not in places:
            places[id(x)] = len(arguments)
            arguments.append(x)
        return places[id(x)]

    for result, own in enumerate(incoming.values()):
        for one in own:
            link = one.link
            wires = ONE_TO_ONE if link.wires is None else EACH_TO_EACH if link.even else place(one.wires)
            gains = NONE if one.gains is None else place(one.gains)
            plan += [result, place(one.ring), place(one.delay), place(one.weight), wires, gains, *link.lags]
    shapes = [jax.ShapeDtypeStruct((steps, rooms[member].lanes), jnp.float32) for member, _ in incoming]
    flags = ("-std=c++17", "-O3", "-ffp-contract=off")
    name = compiler.registered(Path(__file__).with_name("rows.cpp").read_text(), flags)
    found = jax.ffi.ffi_call(name, shapes)(*arguments, plan=np.array(plan, np.int64))
    return dict(zip(incoming, found, strict=True))
