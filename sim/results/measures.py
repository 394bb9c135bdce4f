"""The few numbers that a figure shows: `measures.zarr` to redraw it from, `measures.json` to read and to compare."""

import errno
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.results.disk import StoreError, writing


def write_measures(measures: xr.Dataset, folder: str | Path) -> None:
    """Write `measures.zarr` and `measures.json` into `folder`, replacing earlier ones only when the new are whole.

    Raises:
        StoreError: the disk refuses.
    """
    folder = Path(folder)
    text = as_json(measures)
    token = uuid.uuid4().hex
    new, old = (folder / f".measures.{token}.{state}" for state in ("new", "old"))
    try:
        with writing("the measures", folder, measures.nbytes + len(text)):
            folder.mkdir(parents=True, exist_ok=True)
            new.mkdir()
            old.mkdir()
            (new / "measures.json").write_text(text, encoding="utf-8")
            storable(measures).to_zarr(new / "measures.zarr", zarr_format=3, consolidated=False)
            for chance in range(9, -1, -1):  # another process may replace them at the same moment
                try:
                    if (folder / "measures.zarr").exists():
                        os.rename(folder / "measures.zarr", old / uuid.uuid4().hex)
                    os.rename(new / "measures.zarr", folder / "measures.zarr")
                    break
                except OSError as problem:
                    if not chance or problem.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                        raise
            os.replace(new / "measures.json", folder / "measures.json")
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_texts(texts: Mapping[str, str], folder: str | Path) -> None:
    """Write texts by the name of their file, each whole or not at all.

    Raises:
        StoreError: the disk refuses.
    """
    for name, text in texts.items():
        path = Path(folder) / name
        partial = path.with_name(f".{name}.{uuid.uuid4().hex}.new")
        try:
            with writing(name, path, len(text)):
                partial.write_text(text, encoding="utf-8")
                os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


def read_measures(folder: str | Path) -> xr.Dataset:
    """The measures in `folder`, in memory.

    Raises:
        StoreError: there are none.
    """
    path = Path(folder) / "measures.zarr"
    if not path.exists():
        raise StoreError(f"no measures at {path}. Run the experiment first, or correct the path.")
    return xr.open_zarr(path, chunks=None, consolidated=False).load()


def storable(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset as Zarr takes it: its format 3 knows texts of any length, but none of a fixed length.

    Chunks and codecs that came with a lazily opened dataset are dropped: they do not fit what was computed from it.
    """
    texts = {name: values.astype(object) for name, values in dataset.variables.items() if values.dtype.kind == "U"}
    return dataset.assign(texts).drop_encoding()


def as_json(measures: xr.Dataset) -> str:
    """All numbers of a dataset as JSON, names sorted, one line a variable, floats as short as they can be read back.

    NaN becomes null, an infinity the text "inf" or "-inf".
    """

    def section(variables: Any) -> str:
        lines = (f"    {json.dumps(str(name))}: {_entry(variables[name])}" for name in sorted(variables, key=str))
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
