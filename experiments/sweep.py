"""What a pool's measures depend on: a contraction at every point of a design, each measure against each parameter."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from experiments import sweep_figure as figure
from experiments.conditions import known_mean
from experiments.conventions import convention
from experiments.pool_measures import MEASURED, measured
from experiments.simulated import in_words
from experiments.words import attributes, number
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.results.status import Status

SHOWN = ("delta_f", "brace_height", "peak_rate", "n_recruited")
LEAST = 4  # points, below which a rank correlation says nothing


@dataclass(frozen=True)
class Sweep:
    """Settings of the analysis.

    Args:
        population: name of the pool.
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full.

    Raises:
        ValueError: no such convention.
    """

    population: str
    convention: DeltaFConvention | str = "later_spike_from_second"

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Every measure at every point (mean over its seeds), and its rank correlation with every parameter.

        Raises:
            ValueError: the design is not one of points, or the command was not recorded.
        """
        if "point" not in results.coords:
            raise ValueError(
                "this question looks at single points, but the design has none. Take design=sobol, latin_hypercube, "
                "points or table; for a grid take experiment=pool."
            )
        chosen = convention(self.convention)
        values = measured(results, self.population, chosen)
        done = results["status"].values == Status.DONE
        names, first, place = np.unique(results["point"].values, return_index=True, return_inverse=True)
        others = ("sample", "status", "stream", "point")
        paths = [str(n) for n, c in results.coords.items() if c.dims == ("sample",) and str(n) not in others]
        paths = sorted(paths)
        parameters = np.array([results[path].values[first] for path in paths], float)
        found = {
            name: np.array([known_mean(x[(place == k) & done]) for k in range(len(names))], float)
            for name, x in values.items()
        }
        rank = np.array([[_rank(row, found[name]) for row in parameters] for name in SHOWN])
        units = [str(results[path].attrs.get("units", "1")) for path in paths]
        return xr.Dataset(
            {
                "parameters": (
                    ("path", "point"),
                    parameters,
                    attributes("", "value of each parameter, coherent units"),
                ),
                **{
                    name: ("point", x, attributes(MEASURED[name][0], f"{MEASURED[name][1]}: mean over seeds"))
                    for name, x in found.items()
                },
                "rank_correlation": (("measure", "path"), rank, attributes("1", "Spearman's rank correlation")),
            },
            {
                "path": ("path", paths, attributes("", "path of each parameter")),
                "measure": ("measure", list(SHOWN), attributes("", "measures that are shown")),
            },
            {
                "simulated": in_words(results),
                "convention": chosen.describe(),
                "population": self.population,
                "path_units": units,
                "seeds": int(len(results["point"]) // max(len(names), 1)),
                "runs": int(results.sizes["sample"]),
                "failed": int((~done).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """Each measure against each parameter."""
        return figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """For every measure its range over the points, and the parameters in order of their rank correlation."""
        m = measures
        lines = [
            f"{m.attrs['runs']} contractions of the pool {m.attrs['population']}, {m.attrs['failed']} failed: "
            f"{m.sizes['point']} points × {m.attrs['seeds']} seeds"
        ]
        for name in SHOWN:
            x, unit = m[name].values, m[name].attrs["units"]
            known = x[np.isfinite(x)]
            if not known.size:
                lines.append(f"{name}: not measurable")
                continue
            rank = m["rank_correlation"].sel(measure=name)
            order = sorted(m["path"].values, key=lambda path: -abs(np.nan_to_num(float(rank.sel(path=path)))))
            said = ", ".join(f"{path} {number(rank.sel(path=path), 2, sign=True)}" for path in order)
            low, high = number(known.min(), 2), number(known.max(), 2)
            lines.append(f"{name}: {low} to {high} {unit} at {known.size} points; rank correlation {said}")
        return [*lines, m.attrs["convention"]]


def _rank(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's rank correlation of the points that have a value; NaN where there are too few, or nothing varies."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < LEAST or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return np.nan
    return float(np.asarray(spearmanr(x[known], y[known]))[0])
