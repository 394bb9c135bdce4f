"""A measure: one number for each sample, declared once and used by every question, table and figure."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from sim.fingerprint import code_digest
from sim.results.digest import digest
from sim.results.schema import Schema
from sim.results.status import Status
from sim.results.view import View
from sim.spec.canonical import canonical
from sim.spec.kinds import table, text


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

    Raises:
        MeasureError: a name that cannot name a variable, a function that depends on more than its settings.
    """

    name: str
    unit: str
    words: str
    function: Callable[..., Any]
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

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

    def __call__(self, view: View) -> np.ndarray:
        """The number of each sample: float64 (sample,), NaN where it failed.

        Raises:
            MeasureError: the function gives something else.
            ValueError: what it needs was not recorded.
        """
        found = np.asarray(self.function(view, **self.settings))
        if found.shape != (view.samples,) or found.dtype.kind not in "bif":
            raise MeasureError(
                f"the measure {self.name!r} gives {found.dtype} {found.shape} for {view.samples} samples; give one "
                "number for each."
            )
        return np.where(view.done, found.astype(float), np.nan)

    def digest(self) -> str:
        """From all that decides the numbers: name, unit, settings and the code that computes them."""
        return digest(self.name, self.unit, canonical(self.settings), code_digest(roots=self._roots()))

    def _roots(self) -> tuple[Any, ...]:
        return (self.function, View, *_classes(self.settings))

    @property
    def attributes(self) -> dict[str, str]:
        """What a variable that holds the numbers says of itself."""
        return {"units": self.unit, "long_name": self.words}


def digest_of(measures: Sequence[Measure]) -> str:
    """The name of some measures, whatever their order.

    Raises:
        MeasureError: two of one name.
    """
    names = [measure.name for measure in measures]
    if twice := [name for k, name in enumerate(names) if name in names[:k]]:
        raise MeasureError(f"two measures are called {twice[0]!r}; rename one of them.")
    return digest(*sorted(measure.digest() for measure in measures))


def evaluate(measures: Sequence[Measure], results: xr.Dataset) -> dict[str, np.ndarray]:
    """Every measure of some samples, by name: float64 (sample,).

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
