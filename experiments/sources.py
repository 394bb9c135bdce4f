"""Where the results that a question is asked of come from: a simulation, variants of one, or a recording."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from sim.results.status import Status

if TYPE_CHECKING:
    from sim.measure import Measure
    from sim.run import Study

INSIDE = "pkg://"  # begins the path of a file that comes with Sherrington


class Brought(NamedTuple):
    """What a source brings: the results, lazy, and the measures of every sample, each along `sample`; and what other
    questions answered, by the name of the experiment."""

    results: xr.Dataset
    table: xr.Dataset
    answers: Mapping[str, xr.Dataset] = MappingProxyType({})

    @property
    def missing(self) -> int:
        """Samples that other processes are still at work on."""
        return int((self.results["status"].values == Status.TODO).sum())


class Source(typing.Protocol):
    """What brings results, once, into the folder that is named by its digest."""

    def digest(self, measures: Sequence["Measure"]) -> str:
        """The name of the results."""
        ...

    def factors(self) -> Mapping[str, int]:
        """How many levels each factor of the design has, by name; a recording has no design."""
        ...

    def studies(self) -> Mapping[str, "Study"]:
        """What is simulated, by the name of the variant, "" where there is one; nothing of a recording."""
        ...

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        """What `bring` will give, with no sample done; None where nothing is left to run in `folder`.

        Raises:
            ValueError: something does not fit; one sentence.
        """
        ...

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        """The results as they are kept in `folder`; what is not there yet is brought there first."""
        ...


@dataclass(frozen=True)
class Simulation:
    """A study that is run into `store.zarr`.

    Args:
        study: what decides the results.
        batch: samples that run together; None chooses.
        config: resolved configuration, for the provenance.
        slice, slices: which part of the samples is run, see `sim.run.run`.
    """

    study: "Study"
    batch: int | None
    config: str
    slice: int = 0
    slices: int = 1

    def digest(self, measures: Sequence["Measure"]) -> str:
        self.study.check()
        return self.study.digest(measures)

    def factors(self) -> Mapping[str, int]:
        return {factor.name: len(factor) for factor in self.study.design.factors}

    def studies(self) -> Mapping[str, "Study"]:
        return {"": self.study}

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        from sim.expected import expected

        return None if self.finished(folder) else Brought(*expected(self.study, measures))

    def finished(self, folder: Path) -> bool:
        """Whether all samples are in `folder`."""
        from sim.results.store import Store

        path = folder / "store.zarr"
        return path.exists() and not Store.open(path).todo()

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        from sim.measured import measured
        from sim.run import run

        path = folder / "store.zarr"
        results = run(
            self.study,
            path,
            measures=measures,
            batch=self.batch,
            slice=self.slice,
            slices=self.slices,
            config=self.config,
        )
        found = Brought(results, results[["status"]])
        return found if found.missing or not measures else found._replace(table=measured(path, measures))


@dataclass(frozen=True)
class Variants:
    """The same question asked of several simulations that cannot be samples of one design, because shapes differ.

    Args:
        factor: what they are called together; it becomes the first factor of the design.
        simulations: by the name of the variant; all have the same units and times.
    """

    factor: str
    simulations: Mapping[str, Simulation]

    def digest(self, measures: Sequence["Measure"]) -> str:
        """From the digests of all."""
        from sim.results.digest import digest

        named = ((name, one.digest(measures)) for name, one in self.simulations.items())
        return digest(self.factor, *(text for pair in named for text in pair))

    def factors(self) -> Mapping[str, int]:
        return {self.factor: len(self.simulations), **next(iter(self.simulations.values())).factors()}

    def studies(self) -> Mapping[str, "Study"]:
        return {name: one.study for name, one in self.simulations.items()}

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        from sim.expected import expected

        if all(one.finished(self._folder(folder, name)) for name, one in self.simulations.items()):
            return None
        parts = [Brought(*expected(one.study, measures)) for one in self.simulations.values()]
        return self._whole(parts)

    @staticmethod
    def _folder(folder: Path, name: str) -> Path:
        return folder / name.replace(" ", "_")

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        """All samples, variant after variant."""
        found = [one.bring(self._folder(folder, name), measures) for name, one in self.simulations.items()]
        if any(one.missing for one in found):
            found = [Brought(one.results[["status"]], one.table[["status"]]) for one in found]
        return self._whole(found)

    def _whole(self, found: Sequence[Brought]) -> Brought:
        return Brought(self._joined([one.results for one in found]), self._joined([one.table for one in found]))

    def _joined(self, parts: Sequence[xr.Dataset]) -> xr.Dataset:
        numbered = []
        for k, (name, part) in enumerate(zip(self.simulations, parts, strict=True)):
            status = part["status"].load()  # before the rest, which is whole where it says so
            count = part.sizes["sample"]
            own = {self.factor: ("sample", np.full(count, name)), f"{self.factor}_index": ("sample", np.full(count, k))}
            numbered.append(part.assign_coords({"status": status, **own}))
        whole = xr.concat(
            numbered, "sample", data_vars="minimal", coords="minimal", compat="override", combine_attrs="override"
        )
        whole[self.factor].attrs.update(units="1", long_name=self.factor)
        whole.attrs["factors"] = [self.factor, *whole.attrs.get("factors", [])]
        return whole.assign_coords(sample=np.arange(whole.sizes["sample"]))


@dataclass(frozen=True)
class Recorded:
    """A file of decomposed motor units, kept as `recording.zarr`.

    Args:
        file: path of the recording, a file or a folder.
        force: path of a CSV (time_s,force) instead of the force in the recording, or None.
        config: resolved configuration, for the provenance.
        part: `window`, `units`, `exclude`, `contraction` of `sim.results.recordings.files.read`, where they are given.
    """

    file: str
    force: str | None
    config: str
    part: Mapping[str, Any] = field(default_factory=dict)

    def digest(self, measures: Sequence["Measure"] = ()) -> str:
        """From the content of the files, the name that figures show, the part that is measured, and the readers' code.

        Raises:
            ValueError: a file cannot be read.
        """
        import sim.results.recordings as readers
        from sim.fingerprint import code_digest
        from sim.results.digest import digest, file_digest
        from sim.results.recordings.files import files_of
        from sim.results.recordings.selection import selection

        try:
            content = [file_digest(file) for path in self._paths() for file in files_of(path)]
        except OSError as problem:
            raise ValueError(f"cannot read the recording {self.file!r}: {problem.strerror or problem}.") from problem
        named = self._paths()[0].name.encode("utf-8", "surrogateescape")
        part = repr(selection(**self.part))
        return digest(*content, named, part, code_digest(Path(str(readers.__file__)).parent))

    def factors(self) -> Mapping[str, int]:
        return {}

    def studies(self) -> Mapping[str, "Study"]:
        return {}

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        return None  # to read it is the whole work

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        from sim.results.drafts import present
        from sim.results.mend import mend
        from sim.results.provenance import provenance, write_provenance
        from sim.results.recordings.datasets import keep
        from sim.results.recordings.files import read
        from sim.results.store import Store

        path, digest = folder / "recording.zarr", self.digest()
        if path.exists():
            store = Store.open(path, digest=digest)
            with present(folder):
                mend(store)
            if not store.todo():
                return Brought(store.dataset(), store.dataset()[["status"]])
        recording, *force = self._paths()
        found = read(recording, force=force[0] if force else None, **self.part)
        origin = provenance(config_text=self.config, backend="recording", device="none", wall_seconds={})
        with present(folder):
            write_provenance(origin, folder)
            results = keep(found, path, digest=digest)
        return Brought(results, results[["status"]])

    def _paths(self) -> list[Path]:
        return [place(path) for path in (self.file, self.force) if path is not None]


def place(path: str) -> Path:
    """Path of a file; `pkg://conf/x.csv` comes with Sherrington and lies where it is installed."""
    if not path.startswith(INSIDE):
        try:
            return Path(path).expanduser()
        except RuntimeError:  # ~ and no user of that name
            return Path(path)
    package, _, inside = path.removeprefix(INSIDE).partition("/")
    return Path(str(files(package) / inside))
