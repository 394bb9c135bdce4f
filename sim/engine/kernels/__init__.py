"""How a step becomes a loop over steps: the same `one_step`, compiled by XLA or printed as C++."""

import logging
from collections.abc import Iterable

import jax

from sim.engine.kernels import native, xla
from sim.engine.loop import Cells, Kernel
from sim.engine.program import Program

KERNELS = {"xla": xla.KERNEL, "native": native.KERNEL}
"""Every kernel by name."""
CHOICES = ("auto", *KERNELS)
_log = logging.getLogger(__name__)


def choose(name: str, parts: Iterable[tuple[Program, Cells]]) -> Kernel:
    """The kernel of that name; `"auto"`: the fastest that can run all parts on the devices at hand.

    Raises:
        ValueError: it was named and cannot run them; says why.
    """
    if name == "xla" or (name == "auto" and jax.devices()[0].platform != "cpu"):
        return xla.KERNEL
    why = next(filter(None, (native.lacking(program, cells) for program, cells in parts)), "")
    if not why:
        return native.KERNEL
    if name == "native":
        raise ValueError(f"`backend.kernel` is 'native', but {why}; use 'auto' or 'xla'.")
    _log.info("the step is compiled by XLA, which is slower, as %s.", why)
    return xla.KERNEL
