"""What a pool's measures depend on: a contraction at every point of a design, each measure against each parameter."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from experiments.pool import sweep_figure
from experiments.pool.factors import varied, varying
from experiments.pool.pool import Pool
from experiments.question import Asked
from experiments.statistics import attributes, summarised
from experiments.words import listed, number, span

SHOWN = ("delta_f", "brace_height", "peak_rate", "n_recruited", "peak_force", "mean_emg")
LEAST = 4  # points, below which a rank correlation says nothing


class Sweep(Pool):
    """The settings, and the measures, are those of `Pool`."""

    def fits(self, factors: Mapping[str, int]) -> list[str]:
        """What else than points varies: one factor at most.

        Raises:
            ValueError: there is more, or there are no points.
        """
        if "point" not in factors:
            raise ValueError(
                "this question looks at single points, but the design has none. Take design=sobol, latin_hypercube, "
                "points or table; without points take experiment=pool."
            )
        return varying({k: n for k, n in factors.items() if k != "point"}, 1, "Keep one beside the points.")

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure at every point, its mean, and its rank correlation with every parameter, by case."""
        by = self.fits({str(k): n for k, n in asked.grid.sizes.items()})
        m = summarised(asked.folded(*by, "point"))
        paths = sorted(str(name) for name, x in m.coords.items() if "point" in x.dims and name not in m.dims)
        like = m["delta_f_mean"].transpose(*by, "point")
        columns = [m[path].broadcast_like(like).transpose(*by, "point").values for path in paths]
        shown = [name for name in SHOWN if name in m]
        found = {name: m[f"{name}_mean"].transpose(*by, "point").values for name in shown}
        rank = [[_rank(x, found[name]) for x in columns] for name in shown]
        said = {"parameters": "value of each parameter, coherent units", "rank": "Spearman's rank correlation"}
        m = m.drop_vars(paths).assign(
            parameters=(("path", *by, "point"), np.array(columns), attributes("", said["parameters"])),
            rank_correlation=(("measure", "path", *by), np.array(rank), attributes("1", said["rank"])),
            path=("path", paths, attributes("", "path of each parameter")),
            measure=("measure", shown, attributes("", "measures that are shown")),
        )
        units = [str(asked.grid[path].attrs.get("units", "1")) for path in paths]
        return m.assign_attrs(along=by, path_units=units)

    def draw(self, m: xr.Dataset) -> Figure:
        """Each measure against each parameter."""
        return sweep_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """For every measure its range over the points, and the parameters in order of their rank correlation."""
        by = listed(m, "along")
        lines = [f"pool {self.population}: {m.sizes['point']} points × {varied(m, by)}"]
        for name in map(str, m["measure"].values):
            x, unit = m[f"{name}_mean"].values, m[name].attrs["units"]
            known = x[np.isfinite(x)]
            if not known.size:
                lines.append(f"{name}: not measurable")
                continue
            rank = m["rank_correlation"].sel(measure=name)
            order = np.argsort(-np.nan_to_num(np.abs(rank.values)).reshape(len(rank), -1).max(axis=-1), kind="stable")
            said = "; ".join(
                f"{path} {', '.join(number(r, 2, sign=True) for r in np.atleast_1d(rank.sel(path=path).values))}"
                for path in m["path"].values[order]
            )
            low, high = number(known.min(), 2), number(known.max(), 2, "" if unit == "1" else unit)
            valid = f" of {span(m['n_brace_valid_mean'].values)} valid units" * (name == "brace_height")
            count = f"{known.size} point{'s' * (known.size != 1)}{valid}"
            lines.append(f"{name}: {low} to {high} at {count}; rank correlation {said}")
        return [*lines, m.attrs["convention"], m.attrs["brace_convention"]]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [sweep_figure.NOTE + " Each case has its colour, points and ρ alike." * bool(listed(m, "along"))]


def _rank(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation of the points (..., point) that have a value; NaN where they are too few or equal."""
    found = np.full(x.shape[:-1], np.nan)
    for place in np.ndindex(found.shape):
        known = np.isfinite(x[place]) & np.isfinite(y[place])
        one, other = x[place][known], y[place][known]
        if known.sum() >= LEAST and np.ptp(one) > 0 and np.ptp(other) > 0:
            found[place] = np.asarray(spearmanr(one, other))[0]
    return found
