"""A step as C++ text: some lanes in registers, the loops over windows and steps inside.

`one_step` is traced by JAX and printed (c_text.py) between two loops. For float32.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sim.engine.exponential import POLYNOMIAL
from sim.engine.kernels.c_text import Operand, Printed, printed, variable
from sim.engine.lanes import Cells, Ports
from sim.engine.loop import one_step
from sim.engine.program import Program
from sim.engine.system import Array, Values

LANES = 32
"""For which a step is traced; the text holds for any number."""
FEW = 16
"""States up to which two vectors advance together: one works while the other waits, and the registers hold both."""
FLAGS = (
    "-std=c++17", "-O3", "-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros", "-fassociative-math",
    "-freciprocal-math", "-fschedule-insns", "-fsched-pressure", "-fno-gcse",
    "-fno-tree-pre", "-fno-rerun-cse-after-loop",
)  # fmt: skip
"""What is not a number stays so: nothing here says that all numbers are finite. The last three: what is computed once
and kept needs a register, and a step of many states has none to spare."""


class Argument(NamedTuple):
    """What a kernel reads: an array whose last axis is the lane, or a number; at each `"start"`, window or step."""

    variable: Operand
    each: str


class Call(NamedTuple):
    """The text of a kernel, and what it reads.

    Args:
        leaves: arrays, those of the state first.
        states: how the state is made of the first of them.
        lanes: how many.
    """

    text: str
    leaves: list[Array]
    states: Any
    lanes: int

    @classmethod
    def of(cls, program: Program, cells: Cells, state: Values, ports: Ports, arrivals: Values) -> "Call":
        """For some cells; the arguments of `sim.engine.kernel.Advance`."""
        given = (state, cells._replace(state={}), ports, arrivals)
        lanes = cells.keys[0].shape[0]
        return cls(text_of(program, given), jax.tree.leaves(given), jax.tree.structure(state), lanes)

    def results(self, windows: int) -> list[jax.ShapeDtypeStruct]:
        """What it leaves: the state, and marks of some windows."""
        state = self.leaves[: self.states.num_leaves]
        marks = jax.ShapeDtypeStruct((windows, self.lanes), jnp.uint8)
        return [*(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in state), marks]

    def state(self, leaves: Sequence[Array]) -> Values:
        """Of its arrays."""
        return jax.tree.unflatten(self.states, leaves)


class Kind(NamedTuple):
    """What the text of a kernel knows of one of its arrays.

    Args:
        axes: how many.
        by_lane: the last one is the lanes.
    """

    axes: int
    by_lane: bool
    dtype: Any

    def shape(self, lanes: int) -> jax.ShapeDtypeStruct:
        last = (lanes if self.by_lane else 1,) if self.axes else ()
        return jax.ShapeDtypeStruct((1,) * (self.axes - 1) + last, self.dtype)


def text_of(program: Program, given: tuple[Values, Cells, Ports, Values]) -> str:
    """The whole C++ text of a kernel.

    Args:
        given: state, constants and keys, ports, arrivals.
    """
    lanes = given[1].keys[0].shape[-1]
    leaves, tree = jax.tree.flatten(given)
    return _written(program, tree, tuple(Kind(x.ndim, x.shape[-1:] == (lanes,), jnp.dtype(x.dtype)) for x in leaves))


@lru_cache(maxsize=256)
def _written(program: Program, tree: Any, kinds: tuple[Kind, ...]) -> str:
    """The text, of any number of lanes; populations of one model share it.

    Args:
        tree: how the arrays are given.
    """
    state, cells, ports, arrivals = jax.tree.unflatten(tree, [kind.shape(LANES) for kind in kinds])
    once = jax.tree.map(lambda x: "start", (state, cells))
    each = jax.tree.leaves((*once, jax.tree.map(lambda x: "window", ports), jax.tree.map(lambda x: "step", arrivals)))
    inside = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), (state, cells))
    inside = (*inside, *jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), (ports, arrivals)))
    marks = jax.ShapeDtypeStruct(cells.keys[0].shape, jnp.int32)
    place = jax.ShapeDtypeStruct((), jnp.int32)

    def step(given: tuple[Values, Cells, Ports, Values], marks: Array, index: Array, k: Array) -> Any:
        state, cells, ports, arrivals = given
        return one_step(program, cells, (state, marks), (index, k), ports, arrivals)

    traced = jax.make_jaxpr(step)(inside, marks, place, place)
    arguments = [
        Argument(variable(f"a{i}", aval), how)
        for i, (aval, how) in enumerate(zip(jax.tree.leaves(inside), each, strict=True))
    ]
    names = [*(a.variable.name for a in arguments), f"a{len(arguments)}"]
    body = printed(traced, [*names, "window", "step"])
    return _loops(arguments, variable(names[-1], marks), len(state), program.steps, body)


def _loops(arguments: list[Argument], marks: Operand, states: int, steps: int, body: Printed) -> str:
    """The printed step between its loops.

    Args:
        arguments: those of the state first.
        marks: of a window.
        states: how many.
        steps: in a window.
        body: its results are the state and the marks.
    """
    vectors = 2 if states <= FEW else 1
    state = [a.variable for a in arguments[:states]]
    *after, marked = body.results
    places = {"start": "lane_{}", "window": "at * lanes + lane_{}", "step": "step * lanes + lane_{}"}
    numbers = {"start": "0", "window": "at", "step": "step"}

    def copies(line: Callable[[int], str]) -> list[str]:
        """A line for every vector."""
        return [line(k) for k in range(vectors)]

    def read(i: int, x: Operand, each: str, k: int) -> str:
        """The declaration of an argument."""
        place = places[each].format(k)
        value = f"load<{x.type}>(from[{i}], {place})" if x.vector else f"(({x.type} *)from[{i}])[{numbers[each]}]"
        return f"{'' if i < states else 'const '}{x.type} {x.at(k)} = {value};"

    def reads(each: str) -> list[str]:
        """What is read at the start, in each window, or in each step."""
        return [
            read(i, a.variable, each, k)
            for i, a in enumerate(arguments)
            if a.each == each
            for k in range(vectors if a.variable.vector else 1)
        ]

    lines = [
        header(),
        f"constexpr int given = {len(arguments)}, states = {states}, steps = {steps}, vectors = {vectors};",
        "constexpr long together = lanes_of_vector * vectors;",
        'extern "C" void some(',
        "const void *const *all_from, void *const *all_to, long windows, long lanes, long begin, long end) {",
        "const void *from[given + 1];",
        "void *to[states + 1];",
        "std::memcpy(from, all_from, sizeof from);",
        "std::memcpy(to, all_to, sizeof to);",
        "const int32_t first = *(const int32_t *)from[given];",
        "for (long lane = begin; lane < end; lane += together) {",
        *copies(lambda k: f"const long lane_{k} = lane + {k} * lanes_of_vector;"),
        *reads("start"),
        "for (long at = 0; at < windows; at++) {",
        "const int32_t window = first + int32_t(at);",
        *reads("window"),
        *copies(lambda k: f"Ints {marks.at(k)} = {{}};"),
        "for (int32_t step = 0; step < steps; step++) {",
        *reads("step"),
        *(s.text(k) for s in body.statements for k in range(vectors if s.result.vector else 1)),
        *(
            f"const {x.type} new_{x.at(k)} = {new.at(k)};"
            for x, new in zip(state, after, strict=True)
            for k in range(vectors)
        ),
        *(f"{x.at(k)} = new_{x.at(k)};" for x in state for k in range(vectors)),
        *copies(lambda k: f"{marks.at(k)} = {marked.at(k)};"),
        "}",
        *copies(lambda k: f"store_marks((uint8_t *)to[states] + at * lanes + lane_{k}, {marks.at(k)});"),
        "}",
        *(f"store(to[{i}], lane_{k}, {x.at(k)});" for i, x in enumerate(state) for k in range(vectors)),
        "}",
        "}",
        "static ffi::Error advance(ffi::RemainingArgs arguments, ffi::RemainingRets results) {",
        "const void *from[given + 1];",
        "void *to[states + 1];",
        "for (int i = 0; i <= given; i++) from[i] = arguments.get<ffi::AnyBuffer>(i)->untyped_data();",
        "for (int i = 0; i <= states; i++) to[i] = (*results.get<ffi::AnyBuffer>(i))->untyped_data();",
        "const auto shape = (*results.get<ffi::AnyBuffer>(states))->dimensions();",
        "some(from, to, shape[0], shape[1], 0, shape[1]);",
        "return ffi::Error::Success();",
        "}",
        "XLA_FFI_DEFINE_HANDLER_SYMBOL(kernel, advance, ffi::Ffi::Bind().RemainingArgs().RemainingRets());",
    ]
    return "\n".join([*lines, ""])


def header() -> str:
    """What every kernel begins with: vectors, their functions, and XLA's way to be called."""
    coefficients = ", ".join(f"{float(x)!r}f" for x in POLYNOMIAL)
    return "\n".join(
        [
            f"constexpr float polynomial[] = {{{coefficients}}};",
            Path(__file__).with_name("lanes.h").read_text(),
            '#include "xla/ffi/api/ffi.h"',
            "namespace ffi = xla::ffi;",
            "",
        ]
    )
