"""What a slab consists of, held against the arrays of its store before anything is written."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zarr

from sim.results.status import Status


def checked_arrays(
    slab: slice, data: Mapping[str, npt.ArrayLike], variables: Mapping[str, zarr.Array], path: Path
) -> dict[str, np.ndarray]:
    """The arrays of a slab.

    Raises:
        ValueError: a name, shape or dtype does not fit.
    """
    if set(data) != set(variables):
        raise ValueError(
            f"a slab of {path} consists of {', '.join(variables)}, but "
            f"{', '.join(data) or 'nothing'} was given. Write exactly the variables of the schema."
        )
    arrays = {name: np.asarray(values) for name, values in data.items()}
    for name, values in arrays.items():
        target = variables[name]
        shape = (slab.stop - slab.start, *target.shape[1:])
        if values.shape != shape or values.dtype != target.dtype:
            raise ValueError(
                f"'{name}' of samples {slab.start}:{slab.stop} is {values.dtype} {values.shape}, but the store "
                f"holds {target.dtype} {shape}. Convert or pad it before writing."
            )
    return arrays


def checked_status(slab: slice, status: npt.ArrayLike) -> np.ndarray:
    """The status of each sample of a slab, int8.

    Raises:
        ValueError: another number of samples, a code that there is not, or one to do.
    """
    codes = np.asarray(status)
    if codes.shape != (slab.stop - slab.start,) or not np.isin(codes, [s for s in Status if s != Status.TODO]).all():
        raise ValueError(
            f"status of samples {slab.start}:{slab.stop} is {codes.shape} with codes {np.unique(codes).tolist()}. "
            f"Give one code for each sample, {int(Status.DONE)} to {int(max(Status))}."
        )
    return codes.astype("int8")


def chunk_keys(number: int, variables: Mapping[str, zarr.Array]) -> list[str]:
    """The chunks of a slab, as their files are called within the store."""
    keys = []
    for name, array in variables.items():
        sizes = zip(array.shape[1:], array.chunks[1:], strict=True)
        along = (range(-(-size // chunk)) for size, chunk in sizes)
        keys += ["/".join((name, "c", str(number), *map(str, place))) for place in product(*along)]
    return keys
