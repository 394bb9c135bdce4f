"""A recording's Dataset: kept as a store, made from a sample of a simulation, and taken apart for a writer."""

from pathlib import Path

import numpy as np
import xarray as xr

from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import NO_UNIT, Recording
from sim.results.schema import NO_SPIKE, STATUS, Coordinate, Schema, Variable, spike_times
from sim.results.status import Status
from sim.results.store import Store


def keep(dataset: xr.Dataset, path: str | Path, *, digest: str) -> xr.Dataset:
    """Write a recording as a store with the tools of simulations, unless it is there, and return it from there.

    Raises:
        StoreError: the path holds another recording, or the disk refuses.
    """
    variables = tuple(
        Variable(
            str(name),
            tuple(map(str, v.dims)),
            str(v.dtype),
            v.attrs["units"],
            v.attrs["long_name"],
            np.nan if v.dtype.kind == "f" else NO_SPIKE if v.dtype.kind == "i" else 0,
            attrs={k: value for k, value in v.attrs.items() if k not in ("units", "long_name")},
        )
        for name, v in dataset.data_vars.items()
    )
    coordinates = tuple(
        Coordinate(str(name), str(c.dims[0]), c.values, c.attrs)
        for name, c in dataset.coords.items()
        if name != STATUS.name
    )
    sizes = {str(dim): size for dim, size in dataset.sizes.items()}
    store = Store.create_or_resume(
        path, Schema(sizes, variables, coordinates), digest=digest, samples_per_slab=1, attributes=dataset.attrs
    )
    for slab in store.todo():
        store.write(slab, {v.name: dataset[v.name].values[slab] for v in variables}, [Status.DONE])
    return store.dataset()


def simulated(
    results: xr.Dataset, *, sample: int = 0, population: str | None = None, force: str | None = None
) -> xr.Dataset:
    """One sample of a simulation as if it had been recorded, to be written for other tools.

    Args:
        results: of a simulation, for example `xarray.open_zarr(".../store.zarr")`.
        sample: which one, from 0.
        population: name of the pool; None for the only one.
        force: variable (sample, time) that stands for the force; None for the command `POPULATION.excitation`, if it
            was recorded.

    Raises:
        RecordingError: no such sample, population or variable.
    """
    pools = sorted(set(results["population"].values.tolist()))
    population = pools[0] if population is None and len(pools) == 1 else population
    if population is None or population not in pools:
        raise RecordingError(
            f"a recording is of one population, but {population!r} was asked for and there are {', '.join(pools)}. "
            "Name one of these."
        )
    if not 0 <= sample < results.sizes["sample"]:
        raise RecordingError(f"there is no sample {sample}; the result has 0 to {results.sizes['sample'] - 1}.")
    one = results.isel(sample=sample, unit=np.flatnonzero(results["population"].values == population))
    steps, fs_hz = one["spike_step"].values, 1000 / one["spike_step"].attrs["dt_ms"]
    name = f"{population}.excitation" if force is None else force
    if force is not None and (name not in one or one[name].dims != ("time",)):
        raise RecordingError(f"{name!r} was not recorded as one course in time. Add it to the record, or leave it out.")
    trace = None
    if name in one:
        units = "excitatory command" if force is None else str(one[name].attrs["units"])
        trace = Force(one["time"].values, one[name].values.astype(float), units)
    return Recording(
        name=f"{population}, sample {sample}",
        trains={str(unit): row[row != NO_SPIKE] / fs_hz for unit, row in enumerate(steps)},
        fs_hz=fs_hz,
        force=trace,
        muscle=population,
        note="Simulated with Sherrington, not recorded.",
    ).dataset()


def contents(dataset: xr.Dataset) -> Recording:
    """What a recording's Dataset holds, as a file would: contractions of one clock one after the other.

    Raises:
        RecordingError: its contractions are trials on clocks of their own.
    """
    if "trial" in dataset.coords and dataset.sizes["sample"] > 1:
        raise RecordingError(
            "a file holds one clock, but this recording has trials on clocks of their own. Write them one by one: "
            "dataset.isel(sample=[0])."
        )
    times = spike_times(dataset).values
    force = None
    if "force" in dataset:
        units = dataset["force"].attrs["units"]
        courses = dataset["force"].values.astype(float)
        known = np.where(np.isfinite(courses[0]), 0, np.isfinite(courses).argmax(axis=0))
        values = courses[known, np.arange(courses.shape[1])]
        force = Force(dataset["time"].values, values, "" if units == NO_UNIT else units)
    labels = [str(label) for label in dataset["label"].values]
    rows = np.moveaxis(times, 1, 0).reshape(len(labels), -1)
    return Recording(
        name=dataset.attrs["recording"],
        trains={label: row[np.isfinite(row)] for label, row in zip(labels, rows, strict=True)},
        fs_hz=dataset.attrs.get("fs_hz"),
        force=force,
        muscle=dataset.attrs["muscle"],
        task=dataset.attrs["task"],
        note=dataset.attrs["note"],
        quality=dict(zip(labels, map(str, dataset["quality"].values), strict=True)) if "quality" in dataset else {},
    )
