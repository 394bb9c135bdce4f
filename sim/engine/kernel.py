"""What a kernel offers: one way to advance cells, coupled or not, on one kind of device."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import jax.numpy as jnp

from sim.engine.coupling import History, Incoming, Reading, bring, driven
from sim.engine.lanes import Cells, Ports
from sim.engine.program import Program
from sim.engine.system import Array, Values

Advance = Callable[[Program, Cells, Values, Array, Ports, Values], tuple[Values, Array]]
"""Advances cells that nothing couples: (program, cells, state, windows, ports, arrivals) -> the state after these
windows, and the marks, uint8, (window, lane). Windows are numbered one after the other, int32, (window,). Arrivals,
state -> (step, lane), are what arriving spikes add to it at the start of each step; only a single window may have
them."""


class Work(NamedTuple):
    """What one kind of cells does in a window.

    Args:
        ports: as of `Advance`, each as the terms that are added up there; it is silent where there are none.
    """

    program: Program
    cells: Cells
    state: Values
    ports: Ports

    @property
    def lanes(self) -> int:
        """Of its cells."""
        return self.cells.keys[0].shape[-1]

    def laid(self) -> Ports:
        """Its ports as arrays of a single window."""
        add = partial(driven, lanes=self.lanes, dtype=self.program.dtype)
        return Ports(*({port: add(terms)[None] for port, terms in inputs.items()} for inputs in self.ports))


class Between(NamedTuple):
    """What passes between the cells of a network in a window.

    Args:
        incoming: by number of the kind and name of its state, what reaches it.
        history: of the spikes.
        gains: of the spikes of this window, by what they are read of.
    """

    incoming: Mapping[tuple[int, str], Sequence[Incoming]]
    history: History
    gains: Mapping[str, Reading]


class After(NamedTuple):
    """What a window leaves: the state of each kind, the marks of the lanes of all, one kind after the other, (lane,),
    and the history with them."""

    states: list[Values]
    marks: Array
    history: History


Window = Callable[[Sequence[Work], Between, Array, int], After]
"""Carries the spikes of a network and advances all its cells by a window: (what each kind does; what passes between
them; number of the window; steps) -> what it leaves."""


class Kernel(NamedTuple):
    """One way to run cells, see `sim.engine.kernels`.

    Args:
        least: lanes come in whole multiples of it, so that the result of one cannot depend on how many there are.
        most: lanes that it takes at once, of cells that nothing couples.
        samples: most samples of a coupled network that it takes at once.
        small: whether it takes wires that are all 0 or 1 as bytes.
        by: the same by so many threads of a processor, which share what a network does; None where there is no such.
    """

    advance: Advance
    window: Window
    least: int
    most: int
    samples: int
    small: bool = False
    by: "Callable[[int], Kernel] | None" = None

    def lanes(self, cells: int) -> int:
        """Lanes of some cells: whole multiples."""
        return -(-cells // self.least) * self.least

    def piece(self, cells: int) -> int:
        """How many lanes to give it at once."""
        return min(self.most, self.lanes(cells))

    def shared(self, threads: int) -> "Kernel":
        """The same, by several threads if it can."""
        return self if self.by is None or threads <= 1 else self.by(threads)

    def together(self, cells: int) -> int:
        """How many samples of some cells each keep a device busy."""
        return max(self.samples, self.most // cells)


def one_by_one(advance: Advance) -> Window:
    """A window of a network as one call for each kind of cells, after what spikes bring."""

    def window(works: Sequence[Work], between: Between, index: Array, steps: int) -> After:
        brought = bring(between.incoming, [work.lanes for work in works], index, steps)
        states, marks = [], []
        for k, work in enumerate(works):
            arrivals = {into: x for (kind, into), x in brought.items() if kind == k}
            state, fired = advance(work.program, work.cells, work.state, index[None], work.laid(), arrivals)
            states.append(state)
            marks.append(fired[0])
        gains = {name: reading.of([work.state for work in works]) for name, reading in between.gains.items()}
        all_marks = jnp.concatenate(marks)
        return After(states, all_marks, between.history.then(index, all_marks, gains))

    return window
