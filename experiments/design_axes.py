"""The axes of a design in measures: dimensions `first` and `second`, named and in units as the user wrote them."""

import xarray as xr

from sim.design import Design

DIMS = ("first", "second")  # in the order in which the design names them


def paths(design: Design) -> list[str]:
    """Paths of the axes.

    Raises:
        ValueError: not a grid, or more axes than a figure shows.
    """
    if not isinstance(design, Design):
        raise ValueError(
            f"this experiment draws the axes of a grid, but the design is one of {type(design).__name__.lower()}; "
            "take experiment=sweep for points, or design=single."
        )
    if len(design.axes) > len(DIMS):
        raise ValueError(
            f"this experiment draws at most two axes, but the design has {len(design.axes)} "
            f"({', '.join(design.axes)}). Keep two, and run once for each value of any other."
        )
    return list(design.axes)


def unit_as_written(value: object) -> str:
    """'mS/cm**2' of '0.1 mS/cm**2'; no text for a plain number."""
    return str(value).lstrip("+-.0123456789eE ")


def dims(m: xr.Dataset) -> list[str]:
    """The axes that there are."""
    return [dim for dim in DIMS if dim in m.dims]


def label(axis: xr.DataArray) -> str:
    """'network.hTA.tau_ca.low (ms)'."""
    return f"{axis.attrs['long_name']} ({_unit(axis)})".removesuffix(" ()")


def setting(m: xr.Dataset, dim: str, which: int) -> str:
    """'tau_ca.low 60 ms'."""
    short = ".".join(m[dim].attrs["long_name"].split(".")[-2:])
    return f"{short} {float(m[dim][which]):g} {_unit(m[dim])}".strip()


def varied(m: xr.Dataset) -> str:
    """'network.hTA.tau_ca.low 60, 90 ms × 4 seeds'."""
    seeds = m.sizes["seed"]
    parts = [f"{m[d].attrs['long_name']} {', '.join(f'{v:g}' for v in m[d].values)} {_unit(m[d])}" for d in dims(m)]
    return " × ".join([*map(str.strip, parts), f"{seeds} seed{'s' * (seeds != 1)}"])


def _unit(axis: xr.DataArray) -> str:
    unit = axis.attrs["units"]
    return "" if unit == "1" else unit.replace("**2", "²").replace("**3", "³")
