"""The factors of any design, as a figure and a headline name them: by the labels, words and units that they have."""

from collections.abc import Mapping

import xarray as xr

COUNTED = ("participant", "seed")
"""What means are taken over."""


def varying(levels: Mapping[str, int], most: int, otherwise: str) -> list[str]:
    """The factors with several levels, besides what means are taken over.

    Raises:
        ValueError: more than `most`; the sentence ends with what to do `otherwise`.
    """
    found = [name for name, count in levels.items() if count > 1 and name not in COUNTED]
    if len(found) > most:
        raise ValueError(
            f"this question shows at most {most} factor{'s' * (most != 1)}, but the design varies {', '.join(found)}. "
            f"{otherwise}"
        )
    return found


def label(axis: xr.DataArray) -> str:
    """'network.hTA.tau_ca.low (ms)': the path that a factor varies, or the name that its design gives it."""
    path, name = str(axis.attrs.get("long_name", axis.name)), str(axis.name)
    return f"{path if path.endswith(f'.{name}') else name} ({_unit(axis)})".removesuffix(" ()")


def setting(m: xr.Dataset, dim: str, which: int) -> str:
    """'tau_ca.low 60 ms', '30 Hz'."""
    text = level(m[dim].values[which])
    return text if named(m[dim]) else f"{'.'.join(dim.split('.')[-2:])} {text} {_unit(m[dim])}".strip()


def varied(m: xr.Dataset, along: list[str]) -> str:
    """'network.hTA.tau_ca.low (ms) 60, 90 × 4 seeds'."""
    parts = [f"{label(m[dim])} {', '.join(map(level, m[dim].values))}" for dim in along]
    return " × ".join([*parts, *(f"{m.sizes[x]} {x}{'s' * (m.sizes[x] != 1)}" for x in COUNTED if x in m.sizes)])


def named(axis: xr.DataArray) -> bool:
    """Whether its levels are names and no numbers."""
    return axis.dtype.kind not in "iuf"


def level(value: object) -> str:
    """'60', '30 Hz'."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _unit(axis: xr.DataArray) -> str:
    unit = str(axis.attrs.get("units", "1"))
    return "" if unit == "1" else unit.replace("**2", "²").replace("**3", "³")
