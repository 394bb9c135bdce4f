"""How well does ΔF tell the persistent inward current of the motor units that it is read from, and what misleads it?

Over many sets of numbers the current of every unit is known. ΔF is compared with it by rank (Spearman), and what else
moves ΔF at the same current is the slope of a linear model of ΔF on the current and on what else was drawn, all in
standard deviations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from experiments.conventions import CONVENTIONS, DeltaFQuestion
from experiments.measures.validity import FEW, validity_measures
from experiments.people import delta_f_validity_figure
from experiments.question import Asked
from experiments.statistics import attributes, per_person
from experiments.words import number
from sim.analysis.means import known_mean
from sim.measure import Measure
from sim.spec.kinds import listed, whole
from sim.spec.params import nearest

FEWEST = 30
"""Sets with a ΔF, below which nothing is said."""
WEAK = 0.1
"""Of the density of CaL, below which there is no current to speak of."""
TRUTH = ("pic", "pic_kept")


@dataclass(frozen=True)
class DeltaFValidity(DeltaFQuestion):
    """Settings, besides the convention:

    Args:
        population: the motoneurons.
        causes: numbers that are drawn and act through the current, which stands for them where others are looked at.
        others: names of conventions that ΔF of the same contractions is read with too.
        resamples: bootstrap resamples, for intervals.
        seed: of these.

    Raises:
        ValueError: a convention that there is not, or too few resamples.
    """

    dims: ClassVar[tuple[str, ...]] = ("draw",)
    population: str = field(kw_only=True)
    causes: Sequence[str] = field(kw_only=True)
    others: Sequence[str] = field(kw_only=True)
    resamples: int = field(default=500, kw_only=True)
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        names = tuple(map(str, listed("question.others", self.others, ValueError)))
        for name in names:
            if name not in CONVENTIONS:
                raise ValueError(f"there is no ΔF convention {name!r}: {nearest(name, CONVENTIONS)}")
        object.__setattr__(self, "others", names)
        object.__setattr__(self, "causes", tuple(map(str, listed("question.causes", self.causes, ValueError))))
        if (count := whole(self.resamples)) is None or count < 20:
            raise ValueError(f"question.resamples is a whole number from 20, but it is {self.resamples!r}.")

    def measures(self) -> tuple[Measure, ...]:
        return validity_measures(self.population, self.chosen, {name: CONVENTIONS[name] for name in self.others})

    @property
    def readings(self) -> tuple[str, ...]:
        """The measures that are ΔF, in one way or another."""
        return ("delta_f", *(f"delta_f_{name}" for name in self.others), "delta_f_few", "delta_f_low")

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every set's ΔF and current, their correlations, and what else moves ΔF.

        Raises:
            ValueError: the design draws nothing by a name of its own.
        """
        m = asked.folded()
        m = m.drop_vars("sample").assign(
            {name: ("draw", known_mean(per_person(x, "draw")), x.attrs) for name, x in m.items() if name != "sample"}
        )
        drawn = [
            str(name) for name, x in m.coords.items()
            if x.dims == ("draw",) and "." not in str(name) and name not in ("draw", "draw_index", "stream", "seed")
            and x.dtype.kind == "f"
        ]  # fmt: skip
        if not drawn:
            raise ValueError("what misleads ΔF is looked for among numbers that are drawn; take design=validity.")
        if unknown := [name for name in self.causes if name not in drawn]:
            raise ValueError(f"question.causes has {unknown[0]!r}, which is not drawn: {nearest(unknown[0], drawn)}")
        others = [name for name in drawn if name not in self.causes]
        rows = np.arange(m.sizes["draw"])
        rng = np.random.default_rng(self.seed)
        again = rng.integers(0, len(rows), (self.resamples, len(rows)))
        rank = np.full((len(TRUTH), len(self.readings), 3), np.nan)
        for i, truth in enumerate(TRUTH):
            for j, name in enumerate(self.readings):
                rank[i, j] = self._interval(lambda at, x=m[truth].values, y=m[name].values: _rank(x[at], y[at]), again)
        x = np.column_stack([m["pic"].values, *(m[name].values.astype(float) for name in others)])
        slopes = self._interval(lambda at: _slopes(x[at], m["delta_f"].values[at]), again)
        both = ("truth", "reading", "end")
        return m.assign(
            rank=(both, rank, attributes("1", "Spearman's rank correlation with the current: value, low, high")),
            slope=(
                ("number", "end"), np.moveaxis(slopes, 0, -1),
                attributes("1", "ΔF on each number at the same others, in SD: value, low, high"),
            ),
            number=["pic", *others], truth=list(TRUTH), reading=list(self.readings),
        )  # fmt: skip

    def _interval(self, of, again: np.ndarray) -> np.ndarray:
        """A value, and the ends of its bootstrap interval, 95 %: (3, ...)."""
        value = np.asarray(of(np.arange(again.shape[1])), float)
        found = np.array([of(at) for at in again], float)
        if not np.isfinite(value).all():
            return np.full((3, *value.shape), np.nan)
        return np.stack([value, *np.nanquantile(found, [0.025, 0.975], axis=0)])

    def draw(self, m: xr.Dataset) -> Figure:
        """ΔF against the current (A, B), what else moves it (C), and how the way of reading matters (D)."""
        return delta_f_validity_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """How well ΔF follows the current, what it is without one, and what misleads it most."""
        there = int(np.isfinite(m["delta_f"].values).sum())
        lines = [
            f"{there} of {m.sizes['draw']} sets have a ΔF. Rank correlation of ΔF with the largest current of its "
            f"units {_with(m['rank'].sel(truth='pic', reading='delta_f'))}, with the current that is kept from "
            f"recruitment to derecruitment {_with(m['rank'].sel(truth='pic_kept', reading='delta_f'))}"
        ]
        if "cal" in m.coords:
            weak = m["delta_f"].where(m["cal"] < WEAK).values
            weak = weak[np.isfinite(weak)]
            if weak.size:
                lines.append(
                    f"without the current (CaL below {WEAK:g} of its density, {weak.size} sets): ΔF "
                    f"{number(weak.mean(), 2, 'pps', sign=True)}, {number(weak.min(), 2, sign=True)} to "
                    f"{number(weak.max(), 2, 'pps', sign=True)}"
                )
        others = m["slope"].isel(number=slice(1, None))
        order = np.argsort(-np.abs(others.isel(end=0).values))[:4]
        told = [f"{others['number'].values[k]} {_with(others.isel(number=int(k)))}" for k in order]
        lines.append(f"at the same current ΔF moves with {', '.join(told)} (SD for each SD)")
        ranks = m["rank"].sel(truth="pic")
        told = [f"{_words(str(name))} {_with(ranks.sel(reading=name))}" for name in m["reading"].values[1:]]
        return [*lines, f"read in other ways: {', '.join(told)}"]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            f"ΔF: {self.chosen.describe()}.",
            "Current: of all dendrites of a unit, averaged over half a second; means over the units that have a ΔF. "
            "What else moves ΔF: slopes of one linear model of ΔF on the current and on what else was drawn, in "
            f"standard deviations, {self.resamples} bootstrap resamples, 95 %. Few units: {FEW}, drawn at random. "
            "Ranges of what is drawn are chosen (conf/design/validity.yaml); what is found hangs on them.",
            "A ΔF above 0 without any persistent inward current, from adaptation or accommodation alone: Revill & "
            "Fuglevand 2011.",
        ]


def _rank(x: np.ndarray, y: np.ndarray) -> float:
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < FEWEST or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return float("nan")
    return float(np.asarray(spearmanr(x[known], y[known]))[0])


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of a linear model, all in standard deviations: (number,)."""
    known = np.isfinite(y) & np.isfinite(x).all(axis=-1)
    if known.sum() < FEWEST + x.shape[1]:
        return np.full(x.shape[1], np.nan)
    x, y = x[known], y[known]
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (x - x.mean(axis=0)) / x.std(axis=0)
    moves = np.isfinite(z).all(axis=0)
    found = np.full(x.shape[1], np.nan)
    scaled = np.column_stack([z[:, moves], np.ones(len(z))])
    found[moves] = np.linalg.lstsq(scaled, (y - y.mean()) / y.std(), rcond=None)[0][:-1]
    return found


def _with(x: xr.DataArray) -> str:
    value, low, high = (float(v) for v in x.values)
    return f"{number(value, 2, sign=True)} [{number(low, 2, sign=True)}, {number(high, 2, sign=True)}]"


def _words(name: str) -> str:
    return {"delta_f_few": f"{FEW} units", "delta_f_low": "lowest control"}.get(
        name, name.removeprefix("delta_f_").replace("_", " ")
    )
