"""What is kept of a simulation: spikes always, and the variables that are asked for."""

from dataclasses import dataclass

from sim.units import positive


class RecordError(ValueError):
    """A record that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Record:
    """What is kept.

    Args:
        variables: names of states and subexpressions (potentials in mV, currents in nA), of all populations that have
            them; kept for every cell named in `cells`.
        every: time between two samples of these variables and of the commands; rounded to whole windows.
        cells: numbers of the cells whose variables are kept; None keeps all.
        commands: keep the time course of every driven port.
        max_rate: highest mean discharge rate for which there is room; a cell that fires more makes its sample fail.

    Raises:
        UnitError: a time or rate that is unreadable, zero or negative.
    """

    variables: tuple[str, ...] = ()
    every: str | float = "10 ms"
    cells: tuple[int, ...] | None = None
    commands: bool = True
    max_rate: str | float = "60 Hz"

    def __post_init__(self) -> None:
        if isinstance(self.variables, str):
            raise RecordError(
                f"`variables` is a list of names, but it is {self.variables!r}; write [{self.variables}]."
            )
        object.__setattr__(self, "variables", tuple(self.variables))
        if self.cells is not None:
            object.__setattr__(self, "cells", tuple(self.cells))
            if any(isinstance(c, bool) or not isinstance(c, int) or c < 0 for c in self.cells):
                raise RecordError(f"cells to record are whole numbers from 0, but they are {self.cells}.")
        positive(self.every, "ms", "the recording interval `every`")
        positive(self.max_rate, "Hz", "the highest rate `max_rate`")
