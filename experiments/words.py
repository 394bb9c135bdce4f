"""Numbers as a person writes them: mean ± SD with unit and number of seeds."""

import numpy as np
import xarray as xr


def number(value: xr.DataArray | float, digits: int = 2, unit: str = "", *, sign: bool = False) -> str:
    """'1.95 pps', or 'not measurable' where there is no number."""
    number = float(value)
    text = f"{number:{'+' if sign else ''}z.{digits}f}".replace("-", "−")
    return f"{text} {unit}".strip() if number == number else "not measurable"


def p_value(p: float) -> str:
    """'p 0.042', 'p < 0.001'."""
    return f"p {number(p, 3)}" if p >= 0.001 else "p < 0.001"


def mean_and_sd(m: xr.Dataset, name: str, digits: int, unit: str, *, sign: bool = False) -> str:
    """'1.95 ± 0.31 pps (n = 21)' from `name_mean`, `name_sd` and `name_n`, all of one condition."""
    mean, sd, n = (float(m[f"{name}_{part}"]) for part in ("mean", "sd", "n"))
    if mean != mean:
        return "not measurable"
    spread = f" ± {sd:.{digits}f}" if sd == sd else ""
    return " ".join(filter(None, [f"{number(mean, digits, sign=sign)}{spread}", unit, f"(n = {n:.0f})"]))


def brace_height(m: xr.Dataset) -> str:
    """'brace height 40.4 ± 1.9 %rTri (n = 21) of 17.2 valid units', of one condition."""
    valid = number(m["n_brace_valid_mean"], 1)
    return f"brace height {mean_and_sd(m, 'brace_height', 1, '%rTri')} of {valid} valid units"


def span(values: np.ndarray) -> str:
    """'3 to 17', the lowest and the highest; '–' where there is none."""
    known = values[np.isfinite(values)]
    return f"{known.min():.3g} to {known.max():.3g}" if known.size else "–"


def listed(m: xr.Dataset, name: str) -> list[str]:
    """An attribute that names several things; a store may give back one name as a text."""
    found = m.attrs[name]
    return [found] if isinstance(found, str) else list(found)
