"""Where the results that a question is asked of come from: a simulation, or a recording."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import xarray as xr

from sim.results.status import Status

if TYPE_CHECKING:
    from sim.run import Study

INSIDE = "pkg://"  # begins the path of a file that comes with Sherrington


class Source(Protocol):
    """What brings results, once, into the folder that is named by its digest."""

    def digest(self) -> str:
        """The name of the results."""
        ...

    def results(self, folder: Path) -> xr.Dataset:
        """The results as they are kept in `folder`; what is not there yet is brought there first.

        As long as other processes are still at work on some of them, the `status` of each sample is enough.
        """
        ...


@dataclass(frozen=True)
class Simulation:
    """A study that is run into `store.zarr`.

    Args:
        study: what decides the results.
        batch: samples that run together; None chooses.
        config: resolved configuration, for the provenance.
        seed: for the provenance.
        slice, slices: which part of the samples is run, see `sim.run.run`.
    """

    study: "Study"
    batch: int | None
    config: str
    seed: int
    slice: int = 0
    slices: int = 1

    def digest(self) -> str:
        self.study.check()
        return self.study.digest()

    def results(self, folder: Path) -> xr.Dataset:
        from sim.run import run

        return run(
            self.study,
            folder / "store.zarr",
            batch=self.batch,
            slice=self.slice,
            slices=self.slices,
            config=self.config,
            seed=self.seed,
        )


@dataclass(frozen=True)
class Variants:
    """The same question asked of several simulations that cannot be samples of one design, because shapes differ.

    Args:
        parts: a simulation by the name of its variant; all have the same units and times.
    """

    parts: Mapping[str, Simulation]

    def digest(self) -> str:
        """From the digests of the parts."""
        from sim.results.digest import digest

        return digest(*(text for name, part in self.parts.items() for text in (name, part.digest())))

    def results(self, folder: Path) -> xr.Dataset:
        """All samples, variant after variant; `variant` is the number of each, its attribute `names` their names."""
        found = []
        for k, (name, part) in enumerate(self.parts.items()):
            results = part.results(folder / name.replace(" ", "_"))
            status = results["status"].load()  # before the rest, which is whole where it says so
            variant = ("sample", np.full(results.sizes["sample"], k))
            found.append(results.assign_coords(status=status, variant=variant))
        if any((results["status"] == Status.TODO).any() for results in found):
            found = [results[["status"]] for results in found]
        whole = xr.concat(
            found, "sample", data_vars="minimal", coords="minimal", compat="override", combine_attrs="override"
        )
        whole["variant"].attrs["names"] = list(self.parts)
        return whole.assign_coords(sample=np.arange(whole.sizes["sample"]))


@dataclass(frozen=True)
class Recorded:
    """A file of decomposed motor units, kept as `recording.zarr`.

    Args:
        file: path of the recording.
        force: path of a CSV (time_s,force) instead of the force in the recording, or None.
        asked: settings of the analysis as text. They name the folder too: to measure is the whole work here, so the
            same recording measured in two ways lies side by side.
        config: resolved configuration, for the provenance.
    """

    file: str
    force: str | None
    asked: str
    config: str

    def digest(self) -> str:
        """From the content of the files and the code that reads them, and not from their names or places.

        Raises:
            ValueError: a file cannot be read.
        """
        import sim.results.recordings as readers
        from sim.fingerprint import code_digest
        from sim.results.digest import digest, file_digest

        try:
            content = [file_digest(path) for path in self._paths() if path.is_file()]
        except OSError as problem:
            raise ValueError(f"cannot read the recording {self.file!r}: {problem.strerror or problem}.") from problem
        return digest(*content, self.asked, code_digest(Path(str(readers.__file__)).parent))

    def results(self, folder: Path) -> xr.Dataset:
        from sim.results.provenance import provenance, write_provenance
        from sim.results.recordings.datasets import keep
        from sim.results.recordings.files import read
        from sim.results.store import Store

        path, digest = folder / "recording.zarr", self.digest()
        if path.exists() and not (store := Store.open(path, digest=digest)).todo():
            return store.dataset()
        recording, *force = self._paths()
        found = read(recording, force=force[0] if force else None)
        origin = provenance(config_text=self.config, seed=0, backend="recording", device="none", wall_seconds={})
        write_provenance(origin, folder)
        return keep(found, path, digest=digest)

    def _paths(self) -> list[Path]:
        return [place(path) for path in (self.file, self.force) if path is not None]


def place(path: str) -> Path:
    """Path of a file; `pkg://conf/x.csv` comes with Sherrington and lies where it is installed."""
    if not path.startswith(INSIDE):
        return Path(path).expanduser()
    package, _, inside = path.removeprefix(INSIDE).partition("/")
    return Path(str(files(package) / inside))
