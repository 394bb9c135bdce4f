"""Names of the columns of a table that any program reads: plain ASCII, the unit behind the last underscore."""

import re
import unicodedata

SPELLED = {"1": "", "unit not given": ""}
SIGNS = {"%": "percent_", "/": "_per_", "µ": "u", "μ": "u", "Ω": "ohm", "°": "deg", "Δ": "delta_"}


def header(name: str, unit: str = "1") -> str:
    """The name of a column: `delta_f_pps` of a quantity, the bare name of a count or a word."""
    unit = SPELLED.get(unit, unit)
    text = f"{name}_{unit}" if unit else name
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "_", plain).strip("_") or name
