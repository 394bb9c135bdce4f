"""A Zarr group that knows what is done.

The whole store is created first, empty but labelled; each slab of samples is then written once: data, then its seal,
which says what they are (`sim.results.seals`), then its status; the data are on the disk before the others are written.
Whatever ends the process in between, `kill -9` and a power cut included, a slab is either done or still to do; and what
becomes of it later is found when it is read.
"""

import builtins
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xarray as xr
import zarr

from sim.results import template
from sim.results.checked import CheckedFiles, Sealed
from sim.results.disk import StoreError, writing
from sim.results.drafts import present
from sim.results.rounding import rounded
from sim.results.schema import STATUS, Schema
from sim.results.seals import FOLDER, break_seal, looks, remove, seal
from sim.results.slab_data import checked_arrays, checked_status, chunk_keys
from sim.results.slabs import slab_at, slab_number, slabs
from sim.results.spare import restored
from sim.results.status import Status

log = logging.getLogger("sherrington")


@dataclass(frozen=True)
class Store:
    """Results of one design at `path`; made by `create`, `open` or `create_or_resume`.

    Several processes may write to one store at the same time as long as each slab has one writer.
    """

    path: Path
    digest: str
    n_samples: int
    samples_per_slab: int
    known: Sealed = field(repr=False, compare=False)
    _status: zarr.Array = field(repr=False, compare=False)
    _variables: Mapping[str, zarr.Array] = field(repr=False, compare=False)

    @classmethod
    def create(
        cls,
        path: str | Path,
        schema: Schema,
        *,
        digest: str,
        samples_per_slab: int,
        attributes: Mapping[str, Any] | None = None,
    ) -> "Store":
        """Create the whole store, all samples to do; `path` is never half a store.

        Args:
            digest: names everything that decides the results.
            samples_per_slab: samples that are written together.
            attributes: more root attributes, anything JSON can hold: title, provenance ...

        Raises:
            StoreError: `path` exists, or the disk refuses.
        """
        path = Path(path)
        if samples_per_slab < 1:
            raise ValueError(f"a slab of {samples_per_slab} samples holds nothing. Give samples_per_slab at least 1.")
        if path.exists():
            raise StoreError(f"cannot create a store at {path}: it exists. Resume it with open(), or move it away.")
        with present(path.parent):
            template.place(
                path,
                schema,
                samples_per_slab=samples_per_slab,
                attributes=dict(Conventions="CF-1.11", digest=digest, **(attributes or {})),
            )
        return cls.open(path, digest=digest)

    @classmethod
    def open(cls, path: str | Path, *, digest: str | None = None) -> "Store":
        """Open a store that exists; if its template was damaged, it is restored.

        Args:
            digest: what the store must hold; None accepts any, for looking without writing.

        Raises:
            StoreError: `path` is missing, not a store, or holds the results of another digest.
        """
        path = Path(path)
        if not path.exists():
            raise StoreError(f"no store at {path}. Run the experiment first, or correct the path.")
        whole = restored(path)
        try:
            group = zarr.open_group(path, mode="r", zarr_format=3)
            found, names = str(group.attrs["digest"]), cast(list[str], group.attrs["variables"])
            sizes = cast(zarr.Array, group[STATUS.name])
            known = Sealed(path, whole, frozenset(names), sizes.shape[0], sizes.chunks[0])
            arrays = dict(zarr.open_group(CheckedFiles(path, known=known), mode="r+", zarr_format=3).arrays())
            status, variables = arrays[STATUS.name], {name: arrays[name] for name in names}
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise StoreError(
                f"{path} exists but is not a result store ({type(error).__name__}: {error}). "
                "Move it away or choose another path; nothing was changed."
            ) from error
        if digest is not None and digest != found:
            raise StoreError(
                f"asked for results with digest {digest}, but {path} holds those of {found}: the model, protocol, "
                "design or numerics differ. Choose another path, or restore the settings that it was made with."
            )
        return cls(path, found, known.n_samples, known.samples_per_slab, known, status, variables)

    @classmethod
    def create_or_resume(
        cls,
        path: str | Path,
        schema: Schema,
        *,
        digest: str,
        samples_per_slab: int,
        attributes: Mapping[str, Any] | None = None,
    ) -> "Store":
        """Open the store if it exists, else create it; safe when several processes try at the same time.

        A store that exists keeps its own `samples_per_slab`.

        Raises:
            StoreError: as `create` and `open`.
        """
        if not Path(path).exists():
            try:
                return cls.create(path, schema, digest=digest, samples_per_slab=samples_per_slab, attributes=attributes)
            except StoreError:
                if not Path(path).exists():
                    raise
        return cls.open(path, digest=digest)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables that a slab consists of."""
        return tuple(self._variables)

    def status(self) -> np.ndarray:
        """`Status` code of each sample as it is on disk now, int8 (sample,); to do where it cannot be read."""
        try:
            return np.asarray(self._status[:])
        except Exception:  # whatever Zarr makes of a chunk that is none, or another one
            return np.concatenate([self.status_of(slab) for slab in self.slabs()])

    def status_of(self, slab: slice) -> np.ndarray:
        """As `status`, of the samples of a slab."""
        try:
            return np.asarray(self._status[slab])
        except Exception:  # as above
            return np.full(slab.stop - slab.start, Status.TODO, STATUS.dtype)

    def status_counts(self) -> dict[Status, int]:
        """Number of samples with each status, zeros included."""
        codes = self.status()
        return {status: int(np.count_nonzero(codes == status)) for status in Status}

    def slabs(self, *, slice: int = 0, slices: int = 1) -> list[builtins.slice]:
        """Slabs in order.

        Args:
            slice, slices: only every `slices`-th slab of the store from number `slice`, so that processes with
                different `slice` never share a slab, whenever they ask.
        """
        return slabs(self.n_samples, self.samples_per_slab)[slice::slices]

    def todo(self, *, slice: int = 0, slices: int = 1) -> list[builtins.slice]:
        """Slabs that are not finished, in order; a slab is finished when each of its samples is done or has failed.

        Args as `slabs`.
        """
        codes = self.status()
        return [slab for slab in self.slabs(slice=slice, slices=slices) if (codes[slab] == Status.TODO).any()]

    def finished(self, slab: slice) -> bool:
        """Whether each sample of a slab is done or has failed, as it is on disk now."""
        return bool((self.status_of(slab) != Status.TODO).all())

    def write(
        self,
        slab: slice,
        data: Mapping[str, npt.ArrayLike],
        status: npt.ArrayLike,
        *,
        again: bool = False,
        flush: bool = True,
    ) -> None:
        """Write one slab: all variables, its seal, then its status; the data are on the disk before these.

        A slab that is finished is left as it is: another process has done it meanwhile.

        Args:
            slab: one of `todo()`, or, `again`, any.
            data: every variable of the schema, its shape with `sample` cut to the slab, its dtype exactly.
            status: `Status` code of each sample, (slab,), none to do; a failed sample's data are written as they come.
            again: write it in place of what is finished.
            flush: False leaves it to the system when all this is on the disk: after a power cut it may be to do again.

        Raises:
            ValueError: the slab is not aligned, or a name, shape, dtype or status does not fit.
            StoreError: the disk refuses; the slab stays to do.
        """
        number = slab_number(slab, self.n_samples, self.samples_per_slab)
        arrays = checked_arrays(slab, data, self._variables, self.path)
        codes = checked_status(slab, status)
        if not again and self.finished(slab):
            log.info("samples %d to %d were finished by another process meanwhile", slab.start, slab.stop - 1)
            return
        for name, values in arrays.items():
            self._put(self._variables[name], slab, values)
        with writing(
            f"the seal of samples {slab.start}:{slab.stop}", self.path, sum(x.nbytes for x in arrays.values())
        ):
            keys = chunk_keys(number, self._variables)
            seal(self.path, number, self.known.template, codes, keys, flush=flush)
        self._put_status(number, codes, flush=flush)

    def withdraw(self, number: int) -> None:
        """Have the slab of this number to do again.

        Raises:
            OSError: the disk refuses.
        """
        break_seal(self.path, number, chunk_keys(number, self._variables))

    def restore(self, number: int, codes: Iterable[int]) -> None:
        """Write the status of a slab anew, whose data are what was written.

        Args:
            codes: as its seal says.

        Raises:
            StoreError: the disk refuses.
        """
        with writing("a status", self.path, 0):
            remove(self.path / STATUS.name / "c" / str(number))
        self._put_status(number, np.array(list(codes), STATUS.dtype))

    def dataset(self) -> xr.Dataset:
        """Everything, labelled and lazy: values are read from disk when they are used.

        `dataset.isel(sample=dataset.status == Status.DONE)` leaves out what is not done.

        Raises:
            DamagedError: when values are used that are not what was written.
        """
        files = CheckedFiles(self.path, read_only=True, known=self.known)
        return xr.open_zarr(files, chunks=None, consolidated=False)

    def _put(self, array: zarr.Array, slab: slice, values: np.ndarray) -> None:
        bits = array.attrs.get("mantissa_bits")
        if isinstance(bits, int):
            values = rounded(values, bits)
        with writing(f"'{array.basename}' of samples {slab.start}:{slab.stop}", self.path, values.nbytes):
            array[slab] = values

    def _put_status(self, number: int, codes: np.ndarray, *, flush: bool = True) -> None:
        """Write the status of a slab whose seal is written, and have both on the disk; one without the other is to do
        again."""
        slab = slab_at(number, self.n_samples, self.samples_per_slab)
        self._put(self._status, slab, codes)
        if flush:
            with writing(f"the status of samples {slab.start}:{slab.stop}", self.path, codes.nbytes):
                looks(self.path, [f"{FOLDER}/{number}", f"{STATUS.name}/c/{number}"], flush=True)
