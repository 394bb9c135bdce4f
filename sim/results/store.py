"""A Zarr group that knows what is done.

The whole store is created first, empty but labelled; each slab of samples is then written once, data first and status
last. Whatever ends the process in between, `kill -9` included, a slab is either done or still to do.
"""

import builtins
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xarray as xr
import zarr

from sim.results import template
from sim.results.disk import StoreError, writing
from sim.results.rounding import rounded
from sim.results.schema import STATUS, Schema
from sim.results.slabs import slab_number, slabs
from sim.results.status import Status


@dataclass(frozen=True)
class Store:
    """Results of one design at `path`; made by `create`, `open` or `create_or_resume`.

    Several processes may write to one store at the same time as long as each slab has one writer.
    """

    path: Path
    digest: str
    n_samples: int
    samples_per_slab: int
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
        """Create the whole store, all samples to do.

        It is built in a hidden folder beside `path` and renamed, so that `path` is never half a store.

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
        building = path.with_name(f".{path.name}.{uuid.uuid4().hex}.building")
        try:
            with writing(
                "the template of the store", path, sum(np.asarray(c.values).nbytes for c in schema.coordinates)
            ):
                template.build(
                    building,
                    schema,
                    samples_per_slab=samples_per_slab,
                    attributes=dict(Conventions="CF-1.11", digest=digest, **(attributes or {})),
                )
                os.rename(building, path)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return cls.open(path, digest=digest)

    @classmethod
    def open(cls, path: str | Path, *, digest: str | None = None) -> "Store":
        """Open a store that exists.

        Args:
            digest: what the store must hold; None accepts any, for looking without writing.

        Raises:
            StoreError: `path` is missing, not a store, or holds the results of another digest.
        """
        path = Path(path)
        if not path.exists():
            raise StoreError(f"no store at {path}. Run the experiment first, or correct the path.")
        try:
            group = zarr.open_group(path, mode="r+", zarr_format=3)
            arrays = dict(group.arrays())
            found, status = str(group.attrs["digest"]), arrays[STATUS.name]
            variables = {name: arrays[name] for name in cast(list[str], group.attrs["variables"])}
        except (OSError, KeyError, ValueError) as error:
            raise StoreError(
                f"{path} exists but is not a result store ({type(error).__name__}: {error}). "
                "Move it away or choose another path; nothing was changed."
            ) from error
        if digest is not None and digest != found:
            raise StoreError(
                f"asked for results with digest {digest}, but {path} holds those of {found}: the model, protocol, "
                "design or numerics differ. Choose another path, or restore the settings that it was made with."
            )
        return cls(path, found, status.shape[0], status.chunks[0], status, variables)

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
        """`Status` code of each sample as it is on disk now, int8 (sample,)."""
        return np.asarray(self._status[:])

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
        return bool((np.asarray(self._status[slab]) != Status.TODO).all())

    def write(
        self, slab: slice, data: Mapping[str, npt.ArrayLike], status: npt.ArrayLike, *, again: bool = False
    ) -> None:
        """Write one slab: all variables, then its status.

        Args:
            slab: one of `todo()`, or, `again`, any.
            data: every variable of the schema, its shape with `sample` cut to the slab, its dtype exactly.
            status: `Status` code of each sample, (slab,), none to do; a failed sample's data are written as they come.

        Raises:
            ValueError: the slab is not aligned or already finished, or a name, shape, dtype or status does not fit.
            StoreError: the disk refuses; the slab stays to do.
        """
        number = slab_number(slab, self.n_samples, self.samples_per_slab)
        arrays = self._checked(slab, data)
        codes = self._checked_status(slab, status)
        if not again and self.finished(slab):
            raise ValueError(
                f"samples {slab.start}:{slab.stop} of {self.path} are finished already. Ask todo() for what is left; "
                "if another process writes to this store, give each its own slice."
            )
        for name, values in arrays.items():
            self._put(self._variables[name], number, slab, values)
        self._put(self._status, number, slab, codes)

    def dataset(self) -> xr.Dataset:
        """Everything, labelled and lazy: values are read from disk when they are used.

        `dataset.isel(sample=dataset.status == Status.DONE)` leaves out what is not done.
        """
        return xr.open_zarr(self.path, chunks=None, consolidated=False)

    def _checked(self, slab: slice, data: Mapping[str, npt.ArrayLike]) -> dict[str, np.ndarray]:
        if set(data) != set(self._variables):
            raise ValueError(
                f"a slab of {self.path} consists of {', '.join(self._variables)}, but "
                f"{', '.join(data) or 'nothing'} was given. Write exactly the variables of the schema."
            )
        arrays = {name: np.asarray(values) for name, values in data.items()}
        for name, values in arrays.items():
            target = self._variables[name]
            shape = (slab.stop - slab.start, *target.shape[1:])
            if values.shape != shape or values.dtype != target.dtype:
                raise ValueError(
                    f"'{name}' of samples {slab.start}:{slab.stop} is {values.dtype} {values.shape}, but the store "
                    f"holds {target.dtype} {shape}. Convert or pad it before writing."
                )
        return arrays

    def _checked_status(self, slab: slice, status: npt.ArrayLike) -> np.ndarray:
        codes = np.asarray(status)
        if (
            codes.shape != (slab.stop - slab.start,)
            or not np.isin(codes, [s for s in Status if s != Status.TODO]).all()
        ):
            raise ValueError(
                f"status of samples {slab.start}:{slab.stop} is {codes.shape} with codes {np.unique(codes).tolist()}. "
                f"Give one code for each sample, {int(Status.DONE)} to {int(max(Status))}."
            )
        return codes.astype("int8")

    def _put(self, array: zarr.Array, number: int, slab: slice, values: np.ndarray) -> None:
        bits = array.attrs.get("mantissa_bits")
        if isinstance(bits, int):
            values = rounded(values, bits)
        with writing(f"'{array.basename}' of samples {slab.start}:{slab.stop}", self.path, values.nbytes):
            # Only this slab's leftovers of a killed writer: those of other slabs may belong to a writer that lives.
            chunks = self.path / array.basename / "c"
            for orphan in (*chunks.glob(f"{number}.*.partial"), *chunks.glob(f"{number}/**/*.partial")):
                orphan.unlink(missing_ok=True)
            array[slab] = values
