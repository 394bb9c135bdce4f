"""A result in memory: the Dataset that a store of the same schema gives, without the store."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from sim.results.schema import ROUNDING, STATUS, Schema


def labelled(schema: Schema, arrays: Mapping[str, np.ndarray], status: np.ndarray) -> xr.Dataset:
    """Every variable of the schema with its name, dimensions, type and attributes.

    Floats keep all their bits, so that the attributes that say how a store rounds them are missing.

    Args:
        arrays: by name of the schema's variables, all samples.
        status: `Status` code of each sample, (sample,).
    """
    data = {
        v.name: (v.dims, np.asarray(arrays[v.name]).astype(v.dtype, copy=False), _kept(v.attributes))
        for v in schema.variables
    }
    labels = {c.name: (c.dim, np.asarray(c.values), dict(c.attrs)) for c in schema.coordinates}
    how = (STATUS.dims, status.astype(STATUS.dtype), STATUS.attributes)
    return xr.Dataset(data, {STATUS.name: how, **labels}, {"Conventions": "CF-1.11"})


def _kept(attributes: dict) -> dict:
    return {name: value for name, value in attributes.items() if name not in ROUNDING}
