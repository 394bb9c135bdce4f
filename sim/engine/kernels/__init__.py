"""How a step becomes a loop over steps: the same `one_step` through XLA, as C++, or as a kernel of a GPU."""

import logging
from collections.abc import Iterable

import jax

from sim.engine.kernel import Kernel
from sim.engine.kernels import compiler, native, pallas, xla
from sim.engine.lanes import Cells
from sim.engine.platform import on_gpu
from sim.engine.program import Program

CHOICES = ("auto", "xla", "native", "pallas")
_log = logging.getLogger("sherrington.kernels")


def choose(name: str, parts: Iterable[tuple[Program, Cells]]) -> Kernel:
    """The kernel of that name; `"auto"`: the fastest that can run all parts on the devices at hand.

    Raises:
        ValueError: it was named and cannot run them; says why.
    """
    if name == "xla":
        return reference()
    own, other = ("pallas", "native") if on_gpu() else ("native", "pallas")
    if name == other:
        device = "a GPU" if on_gpu() else "a CPU"
        raise ValueError(f"`backend.kernel` is {name!r}, but JAX runs on {device} here; use 'auto', 'xla' or {own!r}.")
    lacking = pallas.lacking if on_gpu() else native.lacking
    apart = {(program, jax.tree.structure(cells)): (program, cells) for program, cells in parts}  # of populations alike
    why = next(filter(None, (lacking(program, cells) for program, cells in apart.values())), "")
    if not why:
        return pallas.KERNEL if on_gpu() else native.KERNEL
    if name == own:
        raise ValueError(f"`backend.kernel` is {name!r}, but {why}; use 'auto' or 'xla'.")
    _log.info("the step is compiled by XLA, which is slower, as %s.", why)
    return reference()


def reference() -> Kernel:
    """XLA's, for the devices at hand."""
    return xla.WIDE if on_gpu() else xla.KERNEL


def in_words(kernel: Kernel) -> str:
    """What compiles the step, as a provenance says it."""
    if kernel is native.KERNEL:
        return f"C++ with {compiler.version()} for {compiler.vectors()}"
    return "a GPU kernel through Pallas" if kernel is pallas.KERNEL else "XLA"
