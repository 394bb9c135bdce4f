"""What was observed of people: a table of targets, each with its uncertainty and its source.

    {"delta_f": {"value": "4.39 pps", "uncertainty": "0.22 pps", "source": "..."},
     "recruitment": {"value": 0.36, "uncertainty": 0.05, "held_out": True, "source": "..."}}

A calibration lowers the loss of the targets that are fitted; those held out are only predicted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sim.fit.errors import FitError
from sim.fit.loss import Aim, Loss, Target
from sim.measure import Measure
from sim.spec.canonical import SAID
from sim.spec.kinds import named, parts, table, text, yes_or_no
from sim.spec.params import Value, nearest
from sim.units import shown


@dataclass(frozen=True)
class Observed:
    """One target.

    Args:
        name: of the row.
        measure: that was observed.
        value: with its unit ("4.39 pps"), or the lowest and the highest that are as good as observed.
        uncertainty: one standard deviation of the value, with its unit.
        source: where both come from.
        held_out: it is predicted, and not fitted.
        weight: of its term in the loss.

    Raises:
        FitError: one of them is missing, or something else.
    """

    name: str
    measure: str
    value: Value | Sequence[Value]
    uncertainty: Value
    source: str = field(metadata={SAID: True})
    held_out: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        named(f"`source` of the target {self.name!r}", self.source, FitError)
        yes_or_no(f"`held_out` of the target {self.name!r}", self.held_out, FitError)
        if isinstance(self.value, list):
            object.__setattr__(self, "value", tuple(self.value))
        _ = self.target  # checks the rest

    @property
    def target(self) -> Target:
        """As a loss takes it."""
        return Target(self.measure, self.value, self.uncertainty, self.weight, name=self.name)

    def has_units(self, measure: Measure) -> None:
        """Refuse numbers without a unit, where the measure has one.

        Raises:
            FitError: one of them has none.
        """
        ends = self.value if isinstance(self.value, tuple) else (self.value,)
        for what, x in (*(("value", end) for end in ends), ("uncertainty", self.uncertainty)):
            if measure.unit != "1" and isinstance(x, (int, float)) and abs(x) != float("inf"):
                raise FitError(
                    f"the {what} of the target {self.name!r} is {shown(x)} without a unit, but {measure.name!r} is in "
                    f"{measure.unit}; write {x} {measure.unit}."
                )


@dataclass(frozen=True)
class Targets:
    """All that was observed of one kind of person or muscle.

    Args:
        name: of the table.
        rows: its targets.
        who: was observed, a few words.

    Raises:
        FitError: no target that is fitted.
    """

    name: str
    rows: Sequence[Observed]
    who: str = field(default="", metadata={SAID: True})

    def __post_init__(self) -> None:
        named("`name` of the targets", self.name, FitError)
        text("`who` of the targets", self.who, FitError)
        object.__setattr__(self, "rows", parts("`rows` of the targets", self.rows, Observed, FitError))
        if not self.fitted:
            raise FitError(
                f"the targets {self.name!r} have none that is fitted; give one, or hold one of them out no longer."
            )

    def __iter__(self) -> Iterator[Observed]:
        return iter(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the targets, in order."""
        return tuple(row.name for row in self.rows)

    @property
    def fitted(self) -> tuple[Observed, ...]:
        """Those that a search takes."""
        return tuple(row for row in self.rows if not row.held_out)

    def loss(self, measures: Sequence[Measure]) -> Loss:
        """Of the fitted targets, by those of the measures that they are of.

        Raises:
            FitError: a target is of none of the measures, or in another unit.
        """
        return Loss([row.target for row in self.fitted], self.needed(measures))

    def aims(self, measures: Sequence[Measure]) -> tuple[Aim, ...]:
        """Every target in the unit of its measure.

        Raises:
            FitError: a target is of none of the measures, in another unit, or without one.
        """
        found = Loss([row.target for row in self.rows], measures).aims
        taken = {measure.name: measure for measure in measures}
        for row in self.rows:
            row.has_units(taken[row.measure])
        return found

    def needed(self, measures: Sequence[Measure]) -> tuple[Measure, ...]:
        """The measures that fitted targets are of."""
        names = {row.measure for row in self.fitted}
        return tuple(measure for measure in measures if measure.name in names)

    def describe(self) -> str:
        """Who was observed, and how many targets there are."""
        held = len(self.rows) - len(self.fitted)
        return f"{self.name} ({self.who}): {len(self.fitted)} fitted, {held} held out" if self.who else self.name


ROW = tuple(f.name for f in fields(Observed) if f.name != "name")
"""What a row of a table may say."""


def targets(*, name: str, rows: Mapping[str, Any], who: str = "") -> Targets:
    """Targets from a table, as conf/targets writes it.

    Args:
        rows: by name, the fields of `Observed`; `measure` is the name of the row unless it says another.

    Raises:
        FitError: a row that lacks something, or has something else.
    """
    return Targets(name, [_row(key, row) for key, row in table("targets.rows", rows, FitError).items()], who)


def _row(name: str, given: Any) -> Observed:
    row = table(f"the target {name!r}", given, FitError)
    if unknown := [key for key in row if key not in ROW]:
        raise FitError(f"the target {name!r} says {unknown[0]!r}, which means nothing here: {nearest(unknown[0], ROW)}")
    for key, what in (("value", "what was observed"), ("uncertainty", "its standard deviation"),
                      ("source", "where it comes from")):  # fmt: skip
        if row.get(key) is None:
            raise FitError(f"the target {name!r} has no {key}; give {what}, for example {EXAMPLES[key]}.")
    return Observed(**{"name": name, "measure": name, **row})


EXAMPLES = {"value": "value: 4.4 pps", "uncertainty": "uncertainty: 0.2 pps", "source": "source: Orssatto et al."}
