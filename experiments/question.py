"""What an experiment brings besides its configuration: how to measure, how to draw, what to say."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import xarray as xr
from matplotlib.figure import Figure


class Question(Protocol):
    """A frozen dataclass whose fields are the settings of the analysis."""

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Everything that the figure shows, from the results of a simulation or a recording."""
        ...

    def draw(self, measures: xr.Dataset) -> Figure:
        """The figure, from the measures alone."""
        ...

    def headline(self, measures: xr.Dataset) -> list[str]:
        """The answer in a few lines of text, numbers with units."""
        ...


@runtime_checkable
class Tabulated(Question, Protocol):
    """A question that also leaves tables for a spreadsheet."""

    def tables(self, measures: xr.Dataset) -> Mapping[str, str]:
        """Texts by the name of their file."""
        ...
