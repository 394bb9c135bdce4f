"""What measures read of some samples: spike times, courses and traces, each read once.

A view may be of a whole result, of some of its samples, of a slab that has just been simulated, or of a recording; a
measure cannot tell them apart.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from sim.results.schema import SPIKES, spike_times
from sim.results.status import Status


@dataclass(frozen=True, eq=False)
class View:
    """Some samples of a result.

    Args:
        results: with `status` (sample,) and `population` (unit,), as `Store.dataset`, `Schema.dataset` and a recording
            give it.
    """

    results: xr.Dataset
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def samples(self) -> int:
        """How many there are."""
        return self.results.sizes["sample"]

    @property
    def done(self) -> np.ndarray:
        """Which samples were simulated to the end: bool, (sample,)."""
        return self.once("done", lambda: self.results["status"].values == Status.DONE)

    @property
    def time(self) -> np.ndarray:
        """Times of the courses and traces: s, (time,).

        Raises:
            ValueError: no course was recorded.
        """
        if "time" not in self.results.variables:
            raise ValueError(
                "nothing was recorded along time. Set record.commands=true, or give a recording with its force."
            )
        return self.once("time", lambda: self.results["time"].values)

    @property
    def end(self) -> float:
        """When the recording ends: s, one interval after the last time.

        Raises:
            ValueError: no course was recorded, or a single moment of it.
        """
        if len(self.time) < 2:
            raise ValueError("one moment was recorded, which has no end. Set record.every to less than the protocol.")
        return float(self.time[-1] + (self.time[1] - self.time[0]))

    def spikes(self, population: str) -> np.ndarray:
        """Spike times of a population.

        Returns:
            s, float64 (sample, unit, spike), padded with NaN no further than needed; a failed sample has none.

        Raises:
            ValueError: there is no such population, or spikes were not kept.
        """
        return self.once(("spikes", population), lambda: self._spikes(population))

    def course(self, name: str) -> np.ndarray:
        """A command or a signal in time: float64 (sample, time), in the unit of the variable.

        Raises:
            ValueError: it was not recorded.
        """
        return self.once(("course", name), lambda: self._recorded(name, ("sample", "time")).values.astype(float))

    def traces(self, name: str, population: str) -> np.ndarray:
        """A variable of all cells of a population: (sample, unit, time), as precise as it was kept.

        Raises:
            ValueError: it was not recorded, or not of every cell.
        """
        return self.once(("traces", name, population), lambda: self._traces(name, population))

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """What `compute` returns, computed when `key` is first asked for: what several measures share."""
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def _spikes(self, population: str) -> np.ndarray:
        members = self._members(population)
        if not any(name in self.results for name in SPIKES):
            raise ValueError(
                f"the spikes of {population!r} were not kept (record.keep_spikes=false), so nothing more can be "
                "measured from them. Run the study again with these measures, or with record.keep_spikes=true."
            )
        pool = self.results.isel(unit=members)
        longest = min(pool.sizes["spike"], max(2, int(pool["n_spikes"].max())))
        times = spike_times(pool.isel(spike=slice(0, longest))).values
        return np.where(self.done[:, None, None], times, np.nan)

    def _traces(self, name: str, population: str) -> np.ndarray:
        members, values = self._members(population), self._recorded(name, ("sample", "recorded", "time"))
        of_them = np.isin(self.results["recorded"].values, members)
        if of_them.sum() != len(members):
            raise ValueError(
                f"{name!r} was recorded of {of_them.sum()} of the {len(members)} cells of {population!r}. Set "
                "record.cells=null."
            )
        return values.isel(recorded=of_them).values

    def _members(self, population: str) -> np.ndarray:
        """Numbers of the units of a population, (unit,)."""
        of = self.results["population"].values
        if not (of == population).any():
            known = ", ".join(map(repr, dict.fromkeys(map(str, of))))
            raise ValueError(f"no population {population!r} was recorded; there is {known}. Set record.populations.")
        return np.flatnonzero(of == population)

    def _recorded(self, name: str, dims: tuple[str, ...]) -> xr.DataArray:
        found = self.results.data_vars.get(name)
        if found is None or found.dims != dims:
            with_dims = [repr(str(key)) for key, x in self.results.data_vars.items() if x.dims == dims]
            there = f"; there is {', '.join(with_dims)}" if with_dims else ""
            hint = "Add it to record.variables" if "recorded" in dims else "Set record.commands=true"
            raise ValueError(f"{name!r} was not recorded{there}. {hint}.")
        return found
