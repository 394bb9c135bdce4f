"""What a kernel offers: one way to advance cells, and to carry their spikes, on one kind of device."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sim.engine.coupling import Incoming, Room
from sim.engine.lanes import Cells, Ports
from sim.engine.program import Program
from sim.engine.system import Array, Values

Advance = Callable[[Program, Cells, Values, Array, Ports, Values], tuple[Values, Array]]
"""Advances cells that nothing couples: (program, cells, state, windows, ports, arrivals) -> the state after these
windows, and the marks, uint8, (window, lane). Windows are numbered one after the other, int32, (window,). Arrivals,
state -> (step, lane), are what arriving spikes add to it at the start of each step; only a single window may have
them."""

Bring = Callable[
    [Mapping[tuple[int, str], Sequence[Incoming]], Mapping[int, Room], Array, int], dict[tuple[int, str], Array]
]
"""What spikes bring in a window: (what reaches each state of each member, rooms, number of the window, steps) -> (step,
lane) of each; see `sim.engine.coupling.bring`."""


class Kernel(NamedTuple):
    """One way to run cells, see `sim.engine.kernels`.

    Args:
        least: lanes come in whole multiples of it, so that the result of one cannot depend on how many there are.
        most: lanes that it takes at once, of cells that nothing couples.
        samples: most samples of a coupled network that it takes at once.
    """

    advance: Advance
    bring: Bring
    least: int
    most: int
    samples: int

    def lanes(self, cells: int) -> int:
        """Lanes of some cells: whole multiples."""
        return -(-cells // self.least) * self.least

    def piece(self, cells: int) -> int:
        """How many lanes to give it at once."""
        return min(self.most, self.lanes(cells))

    def together(self, cells: int) -> int:
        """How many samples of some cells each keep a device busy."""
        return max(self.samples, self.most // cells)
