"""Builds the whole store before the first sample is simulated: every array with its name, unit, chunks and labels."""

import os
import shutil
import uuid
import warnings
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec, ZstdCodec

from sim.results.disk import flush_folders, flush_tree, writing
from sim.results.schema import STATUS, Schema
from sim.results.seals import FOLDER
from sim.results.spare import keep_spare

CHUNK_BYTES = 4 * 2**20
"""B before compression: large enough for few files, small enough to read one unit of one slab."""


def place(path: Path, schema: Schema, *, samples_per_slab: int, attributes: Mapping[str, Any]) -> None:
    """Build a store in a hidden folder beside `path`, have it on the disk, and only then call it `path`.

    Raises:
        StoreError: the disk refuses.
    """
    building = path.with_name(f".{path.name}.{uuid.uuid4().hex}.building")
    size = sum(np.asarray(c.values).nbytes for c in schema.coordinates)
    try:
        with writing("the template of the store", path, size):
            build(building, schema, samples_per_slab=samples_per_slab, attributes=attributes)
            keep_spare(building)
            flush_tree(building)
            os.rename(building, path)
            flush_folders([path.parent])
    finally:
        shutil.rmtree(building, ignore_errors=True)


def build(path: Path, schema: Schema, *, samples_per_slab: int, attributes: Mapping[str, Any]) -> None:
    """Create the store at `path` with coordinates written and everything else at its fill value."""
    labels = [c.name for c in schema.coordinates if c.name not in schema.sizes]
    own = {"coordinates": " ".join([STATUS.name, *labels]), "variables": [v.name for v in schema.variables]}
    group = zarr.create_group(path, zarr_format=3, attributes={**schema.attributes, **attributes, **own})
    group.create_group(FOLDER)  # readers of the results pass it by
    for variable in (STATUS, *schema.variables):
        dtype, shape = np.dtype(variable.dtype), schema.shape(variable)
        group.create_array(
            variable.name,
            shape=shape,
            chunks=chunk_shape(shape, dtype.itemsize, samples_per_slab),
            dtype=dtype,
            compressors=codecs(dtype),
            fill_value=variable.fill,
            dimension_names=variable.dims,
            attributes=variable.attributes,
        )
    for coordinate in schema.coordinates:
        values = np.asarray(coordinate.values)
        text = values.dtype.kind in "UOT"
        array = group.create_array(
            coordinate.name,
            shape=values.shape,
            chunks=values.shape,
            dtype=str if text else values.dtype,
            compressors=codecs(values.dtype),
            dimension_names=(coordinate.dim,),
            config={"write_empty_chunks": True},  # each coordinate is a file, in the copy of the template too
            attributes=dict(coordinate.attrs),
        )
        array[:] = values.astype(object) if text else values
    # The metadata never changes after this, so that one copy of it in the root cannot go stale; readers that look for
    # it (xarray by default) then open the store with one read and without a warning.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata")
        zarr.consolidate_metadata(group.store)


def chunk_shape(shape: tuple[int, ...], itemsize: int, samples_per_slab: int) -> tuple[int, ...]:
    """One slab along `sample`; the other axes are halved, units before times, until a chunk has at most CHUNK_BYTES."""
    chunk = [min(samples_per_slab, shape[0]), *shape[1:]]
    for axis in range(1, len(shape)):
        while prod(chunk) * itemsize > CHUNK_BYTES and chunk[axis] > 1:
            chunk[axis] = -(-chunk[axis] // 2)
    return tuple(chunk)


def codecs(dtype: np.dtype) -> tuple[BloscCodec | ZstdCodec, Crc32cCodec]:
    """Zstd over shuffled bytes, for floats over shuffled bits: their rounded mantissas end in zeros; and the crc32c of
    what comes of it, as the last four bytes of each chunk."""
    if dtype.kind in "UOT":
        return ZstdCodec(level=3), Crc32cCodec()
    shuffle: Literal["bitshuffle", "shuffle"] = "bitshuffle" if dtype.kind == "f" else "shuffle"
    return BloscCodec(cname="zstd", clevel=3, shuffle=shuffle, typesize=dtype.itemsize), Crc32cCodec()
