"""A question: what is measured in every sample, what follows from it, which panels show it, and what it says.

    @dataclass(frozen=True)
    class MyQuestion(Question):
        dims = ("monoamine",)                                 # the factors of the design that it compares
        population: str                                       # settings of the analysis, from conf/experiment

        def measures(self):                                   # one number per sample, taken while the sweep runs
            return pool_measures(self.population, LATER_SPIKE_FROM_SECOND)

        def answer(self, asked):                              # folded by name, with means over seeds
            return summarised(asked.folded())

        def draw(self, m): ...                                # from the answer alone
        def headline(self, m): ...

Settings are frozen fields. An answer is kept by the digest of the settings and of the code of `measures` and `answer`;
figure, headline and notes are made anew each time.
"""

import traceback
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.settings import checked
from experiments.statistics import expect
from sim.measure import Measure
from sim.results.status import Status
from sim.results.view import View


class Asked:
    """What a question is answered from: the results, lazy, and the measures of every sample.

    Args:
        results: as a simulation or a recording left them, (sample, ...).
        table: the measures of the question, (sample,), with the factors of the design.
        question: that is asked.
        answers: of other experiments, by name, where there are several together.
    """

    def __init__(
        self,
        results: xr.Dataset,
        table: xr.Dataset,
        question: "Question",
        answers: Mapping[str, xr.Dataset] = MappingProxyType({}),
    ) -> None:
        self.results, self.table, self.question, self.answers = results, table, question, answers

    @cached_property
    def grid(self) -> xr.Dataset:
        """The measures along the factors of the design; `sample` is the number of each, -1 where none is done."""
        from sim.results.grid import grid

        return grid(self.table)

    def folded(self, *dims: str) -> xr.Dataset:
        """The measures along these factors of the design, by default those that the question compares, seeds and
        participants; other factors of one level are dropped.

        Raises:
            ValueError: the design lacks one, or has another.
        """
        dims = dims or self.question.dims
        expect(self.grid.sizes, dims, self.question.name)
        spare = [name for name in self.grid.dims if name not in (*dims, "seed", "participant")]
        return self.grid.squeeze(spare, drop=True).transpose(*dims, ...)

    def view(self, samples: Sequence[int] | np.ndarray) -> View:
        """Spikes and courses of some samples."""
        return View(self.results.isel(sample=np.asarray(samples, int)))

    def done(self, samples: xr.DataArray, most: int = 1) -> View:
        """The first of some samples that are done, `most` at most; the first sample of all if none is."""
        numbers = samples.values.ravel()
        return self.view(numbers[numbers >= 0][:most] if (numbers >= 0).any() else [0])

    def number(self, path: str) -> float:
        """A number of the network or the protocol, as it was under its states, in coherent units.

        Raises:
            ValueError: there is none, or the design varies it.
        """
        known = self.results.attrs.get("leaves", {})
        if path not in known or path in self.results.coords:
            raise ValueError(f"{self.question.name} asks for the one value of {path!r}, but the study has none.")
        return float(known[path])

    def counted(self) -> dict[str, int]:
        """Samples, and how many failed."""
        status = self.results["status"].values
        return {"runs": int(status.size), "failed": int((status > Status.DONE).sum())}


@dataclass(frozen=True)
class Question(ABC):
    """What an experiment brings besides its configuration."""

    dims: ClassVar[tuple[str, ...]] = ()
    """The factors of the design that it compares; none if it takes any design, or says otherwise in `fits`."""

    def __post_init__(self) -> None:
        for name, value in checked(self).items():
            object.__setattr__(self, name, value)

    def measures(self) -> tuple[Measure, ...]:
        """What is measured in every sample."""
        return ()

    @property
    def name(self) -> str:
        """How an error and a report call it: 'paired ΔF'."""
        return type(self).__module__.rpartition(".")[2].replace("delta_f", "ΔF").replace("_", " ")

    @property
    def said(self) -> Mapping[str, str]:
        """What every answer says of its settings, as attributes."""
        return {}

    def fits(self, factors: Mapping[str, int]) -> Any:
        """Refuse a design that the question cannot be asked of, before anything runs.

        Args:
            factors: how many levels each factor has, by name.

        Raises:
            ValueError: one sentence.
        """
        if self.dims:
            expect(factors, self.dims, self.name)

    def needs(
        self, results: xr.Dataset, table: xr.Dataset, answers: Mapping[str, xr.Dataset] = MappingProxyType({})
    ) -> None:
        """Refuse a study that lacks what the answer is made of, before anything runs: it is answered once without any
        sample, as `sim.expected` gives it.

        Args:
            results, table, answers: as `Asked` takes them, all samples failed.

        Raises:
            ValueError: one sentence.
        """
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                asked = Asked(results, table, self, answers)
                found = self.answer(asked)
                self.headline(found.assign_attrs({**asked.counted(), **self.said, **found.attrs}))
        except ValueError as problem:
            if said_by(problem, ("sim", "experiments", type(self).__module__)):
                raise
        except Exception as problem:  # of the answer of nothing: it may be of use with samples, but not here
            if type(self).__module__.startswith("experiments."):
                said = f"{type(problem).__name__}: {' '.join(str(problem).split())}".rstrip(".")
                raise ValueError(
                    f"{self.name} cannot be answered with these settings and this design ({said})."
                ) from problem

    @abstractmethod
    def answer(self, asked: Asked) -> xr.Dataset:
        """Everything that the figure and the report show.

        Raises:
            ValueError: the design does not fit the question, or something was not recorded; one sentence.
        """

    @abstractmethod
    def draw(self, m: xr.Dataset) -> Figure:
        """The figure, from the answer alone."""

    @abstractmethod
    def headline(self, m: xr.Dataset) -> list[str]:
        """The answer in a few lines of text, numbers with units."""

    def notes(self, m: xr.Dataset) -> list[str]:
        """Paragraphs for the report: how to read the panels, what people show, what to keep in mind."""
        return []

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """Further texts by the name of their file, as CSV for a spreadsheet."""
        return {}

    def files(self, m: xr.Dataset) -> Mapping[str, bytes]:
        """Further files by name, which the answer holds as bytes."""
        return {}


def said_by(problem: BaseException, packages: Sequence[str]) -> bool:
    """Whether an error was raised in one of some packages, and so is a sentence for the user."""
    *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
    name = str(frame.f_globals["__name__"])
    return any(name == package or name.startswith(f"{package}.") for package in packages)
