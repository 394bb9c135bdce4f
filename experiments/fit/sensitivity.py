"""Which parameter moves which measure of a pool: sensitivity indices from any sweep, beside what chance does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from experiments.fit import sensitivity_figure
from experiments.fit.driven import WORDS
from experiments.pool.factors import varying
from experiments.pool.pool import Pool
from experiments.question import Asked
from experiments.statistics import SETS, attributes
from experiments.words import listed, number
from sim.analysis.means import known_mean
from sim.fit.sensitivity import FEWEST, METHODS, sensitivity
from sim.spec.params import nearest

SHOWN = ("delta_f", "brace_height", "peak_rate", "n_recruited", "n_still_firing", "peak_force", "mean_emg")
NOTHING = "nothing"
"""Name of a number that cannot matter, drawn at random."""
LEVEL = 0.95
"""Of intervals, and of what is more than chance."""


@dataclass(frozen=True)
class Sensitivity(Pool):
    """Settings besides those of `Pool`.

    Args:
        method: of the indices, see `sim.fit.sensitivity`.
        numbers: names or paths of those whose indices are wanted; none takes all that the design draws.
        resamples: of the bootstrap, and draws of what cannot matter.
        seed: of what is drawn.

    Raises:
        ValueError: no such method, or too few resamples.
    """

    method: str = field(default="pawn", kw_only=True)
    numbers: tuple[str, ...] = field(default=(), kw_only=True)
    resamples: int = field(default=200, kw_only=True)
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.method not in METHODS:
            raise ValueError(f"there is no method {self.method!r} of indices: {nearest(self.method, METHODS)}")
        if self.resamples < 20 or self.seed < 0:
            raise ValueError(
                "question.resamples is at least 20 and question.seed a whole number from 0, not "
                f"{self.resamples} and {self.seed}."
            )

    def fits(self, factors: Mapping[str, int]) -> list[str]:
        """The factor of the sets, by its name.

        Raises:
            ValueError: there is none, or the design varies something else.
        """
        sets = [name for name in SETS if name in factors]
        if len(sets) != 1:
            raise ValueError(
                "sensitivity is read from one set of numbers after the other, but the design has none. Take "
                "design=sensitivity, sobol, latin_hypercube, points or table."
            )
        varying({k: n for k, n in factors.items() if k not in sets}, 0, "Give each its own run.")
        return sets

    def answer(self, asked: Asked) -> xr.Dataset:
        """Indices (measure, number) with intervals, and of a number that cannot matter (measure,).

        Raises:
            ValueError: a number that the design does not draw.
        """
        (by,) = self.fits({str(k): n for k, n in asked.grid.sizes.items()})
        folded = asked.folded(by)
        drawn = self._drawn(folded, by)
        if folded.sizes[by] < FEWEST:
            raise ValueError(
                f"an index is read from {FEWEST} sets of numbers at least, but the design has {folded.sizes[by]}; "
                f"raise {'design.prior.count' if by == 'draw' else 'their number'}."
            )
        x = np.stack([folded[name].values.astype(float) for name in drawn], axis=-1)
        idle = np.random.default_rng(self.seed).random(len(x))
        shown = [name for name in SHOWN if name in folded]
        shape = (len(shown), len(drawn))
        index, chance, rank = (np.full(shape, np.nan) for _ in range(3))
        interval, nothing = np.full((*shape, 2), np.nan), np.full((len(shown), 2), np.nan)
        counts = []
        for k, name in enumerate(shown):
            y = known_mean(folded[name].transpose(by, ...).values.reshape(len(x), -1))
            there = np.isfinite(y)
            counts.append(int(there.sum()))
            if counts[-1] < FEWEST or np.ptp(y[there]) == 0:
                continue
            told = sensitivity(
                np.column_stack([x, idle]), y, [*drawn, NOTHING],
                method=self.method, resamples=self.resamples, level=LEVEL, seed=self.seed,
            )  # fmt: skip
            index[k], interval[k], chance[k] = told.index[:-1], told.interval[:-1], told.chance[:-1]
            nothing[k] = told.interval[-1]
            rank[k] = [np.asarray(spearmanr(column[there], y[there]))[0] for column in x.T]
        both = ("measure", "number")
        return xr.Dataset(
            {
                "index": (both, index, attributes("1", "sensitivity index")),
                "interval": ((*both, "end"), interval, attributes("1", "ends of its bootstrap interval, 95 %")),
                "chance": (both, chance, attributes("1", "how often what cannot matter has as high an index")),
                "matters": (both, chance <= 1 - LEVEL, attributes("1", "whether the index is more than chance")),
                "rank": (both, rank, attributes("1", "Spearman's rank correlation")),
                "nothing": (("measure", "end"), nothing, attributes("1", "interval of a number that cannot matter")),
                "low": ("number", x.min(axis=0), attributes("", "lowest value, coherent units")),
                "high": ("number", x.max(axis=0), attributes("", "highest value, coherent units")),
                "known": ("measure", counts, attributes("1", "sets that have the measure")),
            },
            {
                "measure": ("measure", shown, attributes("", "measures")),
                "number": ("number", drawn, attributes("", "what is varied")),
            },
            {
                "sets": len(x), "method": self.method, "fewest": FEWEST,
                "words": [str(folded[name].attrs["long_name"]) for name in shown],
                "units": [str(folded[name].attrs.get("units", "1")) for name in drawn],
            },
        )  # fmt: skip

    def _drawn(self, folded: xr.Dataset, by: str) -> list[str]:
        """Names of the numbers of each set; where a space has names of its own, these and not the paths that follow."""
        there = [
            str(name)
            for name, x in folded.coords.items()
            if x.dims == (by,) and name not in (by, f"{by}_index", "stream") and x.dtype.kind in "iuf"
        ]
        names = [name for name in there if "." not in name] or there
        if unknown := [name for name in self.numbers if name not in there]:
            raise ValueError(f"question.numbers has {unknown[0]!r}, which the design does not draw: "
                             f"{nearest(unknown[0], there)}")  # fmt: skip
        return list(self.numbers) or names

    def draw(self, m: xr.Dataset) -> Figure:
        """Bars of the indices, a panel for each measure."""
        return sensitivity_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """For every measure the parameters that matter, in order, with their direction, and those that do not."""
        lines = [f"pool {self.population}: {m.attrs['sets']} sets of {m.sizes['number']} numbers; method {self.method}"]
        for k, words in enumerate(listed(m, "words")):
            here = m.isel(measure=k)
            if not np.isfinite(here["index"]).all():
                few = int(here["known"]) < m.attrs["fewest"]
                why = (
                    f"only {int(here['known'])} sets have it, {m.attrs['fewest']} are needed"
                    if few
                    else "never changes"
                )
                lines.append(f"{words}: {why}")
                continue
            matters = here["matters"].values
            order = [j for j in np.argsort(-here["index"].values, kind="stable") if matters[j]]
            said = [_moves(here, j) for j in order]
            left = [name_of(str(here["number"].values[j])) for j in np.flatnonzero(~matters.astype(bool))]
            moved = f"moved by {'; '.join(said)}" if said else "moved by nothing that is varied"
            some = f" ({int(here['known'])} sets have it)" * (int(here["known"]) < m.attrs["sets"])
            lines.append(f"{words}{some}: {moved}" + f". No more than chance: {', '.join(left)}" * bool(left))
        return [*lines, m.attrs["convention"], m.attrs["brace_convention"]]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [NOTES[self.method], sensitivity_figure.NOTE]


NOTES = {
    "pawn": "PAWN: how far the distribution of the measure moves when a number is held in a tenth of its range, from 0 "
    "to 1.",
    "delta": "Delta: half the area between the densities of the measure with and without the number known, 0 to 1.",
    "rbd_fast": "RBD-FAST: the share of the variance that a number explains by itself; what it does only together with "
    "others is not in it.",
}


def name_of(number: str) -> str:
    """How a number is called in words: a name that is known, or its path."""
    return WORDS.get(number, number)


def _moves(here: xr.Dataset, j: int) -> str:
    """'level of monoamines 0.41 [0.36, 0.45], up'."""
    low, high = here["interval"].values[j]
    way = "up" if here["rank"].values[j] > 0 else "down"
    name = name_of(str(here["number"].values[j]))
    return f"{name} {number(here['index'].values[j], 2)} [{number(low, 2)}, {number(high, 2)}], {way}"
