"""What is kept of a simulation: spikes, unless measures are enough, and the variables that are asked for."""

from dataclasses import dataclass

from sim.spec.kinds import listed, text, whole, yes_or_no
from sim.spec.network import Population
from sim.spec.params import nearest
from sim.units import positive, shown

FEWEST, SINGLE, DOUBLE = 4, 16, 52
"""Bits of the mantissa that may be kept at least, and that are kept of single and of double precision."""


class RecordError(ValueError):
    """A record that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Record:
    """What is kept.

    Args:
        variables: names of states and subexpressions (potentials in mV, currents in nA), of all populations that have
            them; kept for every cell named in `cells`.
        every: time between two samples of these variables and of the commands; rounded to whole windows.
        cells: numbers of the units whose variables are kept; None keeps all.
        commands: keep the time course of every driven port.
        max_rate: highest mean discharge rate for which there is room; a cell that fires more makes its sample fail.
        populations: names of the populations whose cells are the units of the result; None takes all.
        keep_spikes: keep the time of every spike. Without, the result is their number, the courses, and what is
            measured while the study runs; nothing can be measured from spikes afterwards.
        bits: of the mantissa of each recorded number that a store keeps; the rest is noise that does not compress. With
            16 a number is off by at most 2**-17 of its size: a potential of -67 mV by 0.0005 mV. None keeps 16 of
            single and all 52 of double precision.

    Raises:
        RecordError: a variable, population or cell that stands there twice, something that is none, or bits that no
            number has.
        UnitError: a time or rate that is unreadable, zero or negative.
    """

    variables: tuple[str, ...] = ()
    every: str | float = "10 ms"
    cells: tuple[int, ...] | None = None
    commands: bool = True
    max_rate: str | float = "60 Hz"
    populations: tuple[str, ...] | None = None
    keep_spikes: bool = True
    bits: int | None = None

    def __post_init__(self) -> None:
        for what in ("variables", "populations", "cells"):
            value = getattr(self, what)
            if value is None and what != "variables":
                continue
            called = f"`{what}` of a record"
            found = listed(called, value, RecordError)
            if what == "cells":
                found = tuple(map(whole, found))
                if any(cell is None or cell < 0 for cell in found):
                    raise RecordError(f"{called} are whole numbers from 0, but they are {shown(value)}.")
            else:
                found = tuple(text(f"each of the {called}", name, RecordError) for name in found)
            if not found and what != "variables":
                raise RecordError(f"{called} are none at all; name at least one, or give None for all.")
            if twice := [x for k, x in enumerate(found) if x in found[:k]]:
                raise RecordError(f"{called} name {twice[0]!r} twice; leave one of them out.")
            object.__setattr__(self, what, found)
        yes_or_no("`commands` of a record", self.commands, RecordError)
        yes_or_no("`keep_spikes` of a record", self.keep_spikes, RecordError)
        if self.bits is not None:
            object.__setattr__(self, "bits", found := whole(self.bits))
            if found is None or not FEWEST <= found <= DOUBLE:
                raise RecordError(
                    f"`bits` of a record is a whole number from {FEWEST} to {DOUBLE}, or None, but it is "
                    f"{shown(self.bits)}."
                )
        positive(self.every, "ms", "the recording interval `every`")
        positive(self.max_rate, "Hz", "the highest rate `max_rate`")


def kept_bits(record: Record, dtype: str) -> int:
    """Bits of the mantissa that are kept of numbers of a type, `"float32"` or `"float64"`."""
    if record.bits is None:
        return SINGLE if dtype == "float32" else DOUBLE
    return min(record.bits, 23 if dtype == "float32" else DOUBLE)


def check_record(record: Record, populations: tuple[Population, ...]) -> None:
    """Every recorded population, variable and cell must exist.

    Raises:
        RecordError: the sentence names the nearest ones.
    """
    names = [p.name for p in populations]
    for name in record.populations or ():
        if name not in names:
            raise RecordError(
                f"the record asks for the population {name!r}, which is not there: {nearest(name, names)}"
            )
    populations = tuple(p for p in populations if record.populations is None or p.name in record.populations)
    known = {name for p in populations for name in p.model.parsed.dimensions()}
    for variable in record.variables:
        if variable not in known:
            raise RecordError(f"the record asks for {variable!r}, which no population has: {nearest(variable, known)}")
    total = sum(p.size for p in populations)
    for cell in record.cells or ():
        if cell >= total:
            raise RecordError(f"the record asks for cell {cell}, but there are {total}: 0 to {total - 1}.")
