"""A measure: one number for each sample, or one at each place along further axes; declared once, used everywhere."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from sim.fingerprint import code_digest
from sim.results.digest import digest
from sim.results.schema import Schema, Variable
from sim.results.status import Status
from sim.results.view import View
from sim.spec.canonical import canonical
from sim.spec.kinds import listed, table, text


class MeasureError(ValueError):
    """A measure that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Measure:
    """One number for each sample.

    Args:
        name: of the variable.
        unit: of the number, "1" for a count.
        words: what is measured, for a table and an axis.
        function: `function(view, **settings)` gives (sample,); NaN where there is nothing to measure. What several
            measures share, they compute by `view.once`.
        settings: declared values (numbers, words, conventions); they decide the number, and are part of its digest.
        axes: labels along each further axis by its name, where a sample has more than one number: the function then
            gives (sample, *axes). Of these, single precision is kept.

    Raises:
        MeasureError: a name that cannot name a variable, a function that depends on more than its settings, an axis
            without labels.
    """

    name: str
    unit: str
    words: str
    function: Callable[..., Any]
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    axes: Mapping[str, Sequence[Any]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for what in ("name", "unit", "words"):
            text(f"`{what}` of a measure", getattr(self, what), MeasureError)
        if not self.name.isidentifier():
            raise MeasureError(f"{self.name!r} cannot name a measure; take letters, digits and underscores.")
        if not hasattr(self.function, "__code__") or self.function.__closure__:
            raise MeasureError(
                f"the function of the measure {self.name!r} is to be a plain one that uses its view and its settings "
                "alone; give it what else it needs by `settings`."
            )
        settings = table(f"`settings` of the measure {self.name!r}", self.settings, MeasureError)
        try:
            canonical(settings)
        except TypeError as problem:
            raise MeasureError(f"`settings` of the measure {self.name!r}: {problem}") from problem
        object.__setattr__(self, "settings", MappingProxyType(dict(settings)))
        axes = {}
        for name, labels in table(f"`axes` of the measure {self.name!r}", self.axes, MeasureError).items():
            axes[name] = listed(f"the labels along {name!r} of the measure {self.name!r}", labels, MeasureError)
            if not name.isidentifier() or name in ("sample", self.name) or not axes[name]:
                raise MeasureError(
                    f"the axis {name!r} of the measure {self.name!r} has {len(axes[name])} labels; give it a word as a "
                    "name, and one label at least."
                )
        object.__setattr__(self, "axes", MappingProxyType(axes))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what is measured of one sample."""
        return tuple(map(len, self.axes.values()))

    @property
    def variable(self) -> Variable:
        """How it is kept."""
        dtype = "float32" if self.axes else "float64"
        return Variable(self.name, ("sample", *self.axes), dtype, self.unit, self.words)

    def __call__(self, view: View) -> np.ndarray:
        """The number of each sample: float64 (sample,), or float32 (sample, *axes), NaN where it failed.

        Raises:
            MeasureError: the function gives something else.
            ValueError: what it needs was not recorded.
        """
        found = np.asarray(self.function(view, **self.settings))
        if found.shape != (view.samples, *self.shape) or found.dtype.kind not in "bif":
            each = "one number for each" if not self.axes else f"numbers of the shape {(view.samples, *self.shape)}"
            raise MeasureError(
                f"the measure {self.name!r} gives {found.dtype} {found.shape} for {view.samples} samples; give {each}."
            )
        done = view.done.reshape(-1, *(1,) * len(self.axes))
        return np.where(done, found, np.nan).astype(self.variable.dtype)

    def digest(self) -> str:
        """From all that decides the numbers: name, unit, settings and the code that computes them."""
        axes = [canonical({name: list(labels)}) for name, labels in self.axes.items()]
        return digest(self.name, self.unit, canonical(self.settings), *axes, code_digest(roots=self._roots()))

    def _roots(self) -> tuple[Any, ...]:
        return (self.function, View, *_classes(self.settings))

    @property
    def attributes(self) -> dict[str, str]:
        """What a variable that holds the numbers says of itself."""
        return self.variable.attributes


def digest_of(measures: Sequence[Measure]) -> str:
    """The name of some measures, whatever their order.

    Raises:
        MeasureError: two of one name.
    """
    names = [measure.name for measure in measures]
    if twice := [name for k, name in enumerate(names) if name in names[:k]]:
        raise MeasureError(f"two measures are called {twice[0]!r}; rename one of them.")
    return digest(*sorted(measure.digest() for measure in measures))


def labels_of(measures: Sequence[Measure]) -> dict[str, np.ndarray]:
    """The labels along every axis of some measures, by name.

    Raises:
        MeasureError: two measures label one axis differently.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for measure in measures:
        for name, labels in measure.axes.items():
            if found.setdefault(name, tuple(labels)) != tuple(labels):
                raise MeasureError(f"two measures label the axis {name!r} differently; rename it in {measure.name!r}.")
    return {name: np.array(labels) for name, labels in found.items()}


def evaluate(measures: Sequence[Measure], results: xr.Dataset) -> dict[str, np.ndarray]:
    """Every measure of some samples, by name: as `Measure` gives it.

    Raises:
        MeasureError, ValueError: as a measure raises them.
    """
    view = View(results)
    return {measure.name: measure(view) for measure in measures}


def check_measures(measures: Sequence[Measure], schema: Schema) -> None:
    """Evaluate the measures on a sample that has failed: what was not recorded is told before anything runs.

    Raises:
        MeasureError, ValueError: as a measure raises them.
    """
    one = {v.name: np.full((1, *schema.shape(v)[1:]), v.fill, v.dtype) for v in schema.variables}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        evaluate(measures, schema.dataset(slice(0, 1), one, np.array([Status.FAILED_NOT_FINITE])))


def _classes(value: Any) -> list[type]:
    """The classes of the declared values in some settings: their methods compute."""
    if isinstance(value, Mapping):
        return [kind for item in value.values() for kind in _classes(item)]
    if isinstance(value, (list, tuple)):
        return [kind for item in value for kind in _classes(item)]
    fields = getattr(value, "__dataclass_fields__", None)
    return (
        [] if fields is None else [type(value), *(kind for name in fields for kind in _classes(getattr(value, name)))]
    )
