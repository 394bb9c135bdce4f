"""The few numbers that a figure shows: `measures.zarr.zip` to redraw it from, `measures.json` to read and to compare.

The first is one file that is replaced whole and says whether it is; a Zarr store in a ZIP file, which opens as
`xarray.open_zarr(zarr.storage.ZipStore(path))`. The second is made from the same numbers in memory.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from zarr.core.buffer import Buffer, default_buffer_prototype
from zarr.storage import MemoryStore

from sim.results.disk import StoreError, replace, writing
from sim.results.packed import pack, unpack

log = logging.getLogger("sherrington")
PACKED, TEXT = "measures.zarr.zip", "measures.json"
ORDER = "order"
"""Attribute with the names of the measures as they stood; Zarr lists them in any order, and a report would too."""


def write_measures(measures: xr.Dataset, folder: str | Path) -> xr.Dataset:
    """Write both files into `folder`, each in place of an earlier one when it is whole.

    Returns:
        The measures as they will be read.

    Raises:
        StoreError: the disk refuses.
    """
    folder, files = Path(folder), dict[str, Buffer]()
    with writing("the measures", folder, measures.nbytes):
        folder.mkdir(parents=True, exist_ok=True)
        kept = storable(measures).assign_attrs({ORDER: [str(name) for name in measures.variables]})
        kept.to_zarr(MemoryStore(files), zarr_format=3, consolidated=False)
    replace(folder / PACKED, pack({name: content.to_bytes() for name, content in files.items()}))
    replace(folder / TEXT, as_json(measures))
    return _opened(files)


def write_files(files: Mapping[str, str | bytes], folder: str | Path) -> None:
    """Write files by name (of one in a folder, 'FOLDER/NAME'), each whole or not at all.

    Raises:
        StoreError: the disk refuses.
    """
    for name, content in files.items():
        place = Path(folder) / name
        with writing(name, place, len(content)):
            place.parent.mkdir(parents=True, exist_ok=True)
        replace(place, content)


def read_measures(folder: str | Path) -> xr.Dataset:
    """The measures in `folder`, in memory.

    Raises:
        StoreError: there are none, or they are damaged.
    """
    path = Path(folder) / PACKED
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise StoreError(f"no measures at {path}. Run the experiment first, or correct the path.") from None
    except OSError as problem:
        raise StoreError(f"cannot read {path}: {problem.strerror or problem}.") from problem
    files = unpack(data)
    if files is None:
        raise StoreError(f"{path} is damaged. The same command makes it anew.")
    buffer = default_buffer_prototype().buffer
    return _opened({name: buffer.from_bytes(content) for name, content in files.items()})


def _opened(files: dict[str, Buffer]) -> xr.Dataset:
    found = xr.open_zarr(MemoryStore(files, read_only=True), chunks=None, consolidated=False).load()
    names = [name for name in found.attrs.pop(ORDER, []) if name in found.variables]
    ordered = {name: found.variables[name] for name in (*names, *found.variables)}
    coords = {name: x for name, x in ordered.items() if name in found.coords}
    return xr.Dataset({name: x for name, x in ordered.items() if name not in coords}, coords, found.attrs)


def kept_measures(folder: str | Path, settings: str) -> xr.Dataset | None:
    """The measures in `folder` if they are whole and were made with these settings; damage is said in the log."""
    if not (Path(folder) / PACKED).exists():
        return None
    try:
        found = read_measures(folder)
    except StoreError as problem:
        log.warning("%s", problem)
        return None
    return found if found.attrs.get("settings") == settings else None


def storable(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset as Zarr takes it: its format 3 knows texts of any length, but none of a fixed length.

    Chunks and codecs that came with a lazily opened dataset are dropped: they do not fit what was computed from it.
    """
    texts = {name: values.astype(object) for name, values in dataset.variables.items() if values.dtype.kind == "U"}
    return dataset.assign(texts).drop_encoding()


def as_json(measures: xr.Dataset) -> str:
    """All numbers of a dataset as JSON, names sorted, one line a variable, floats as short as they can be read back.

    NaN becomes null, an infinity the text "inf" or "-inf". Bytes of a file (uint8) are left out.
    """

    def section(variables: Any) -> str:
        names = sorted((name for name, x in variables.items() if x.dtype != np.uint8), key=str)
        lines = (f"    {json.dumps(str(name))}: {_entry(variables[name])}" for name in names)
        return "{\n" + ",\n".join(lines) + "\n  }"

    attributes = json.dumps({name: _plain(value) for name, value in measures.attrs.items()}, sort_keys=True)
    return (
        f'{{\n  "attributes": {attributes},\n  "coordinates": {section(measures.coords)},\n'
        f'  "variables": {section(measures.data_vars)}\n}}\n'
    )


def _entry(variable: xr.DataArray) -> str:
    entry = {
        "dims": list(variable.dims),
        "units": variable.attrs.get("units", "1"),
        "long_name": variable.attrs.get("long_name", str(variable.name)),
        "values": _plain(variable.values),
    }
    return json.dumps(entry, ensure_ascii=False, allow_nan=False)


def _plain(values: Any) -> Any:
    """Nested lists of what JSON knows."""
    values = np.asarray(values)
    if values.ndim:
        return [_plain(row) for row in values]
    value = values.item()
    if not isinstance(value, float):
        return value
    if np.isnan(value):
        return None
    # str of a numpy float is the shortest text that reads back as the same float of its own width
    return float(str(values[()])) if np.isfinite(value) else str(value)
