"""What a calibration leaves for others: rows for people and spreadsheets, and the numbers for later runs."""

import csv
import io
import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr

from experiments.fit.driven import estimate
from experiments.words import number
from sim.fit.profile import TOGETHER, WIDEST

HOW = "since on its profile the loss stays above that of the best set by"
NONE = "none"
"""How much a target is missed by of which nothing is simulated."""
EDGE = 1.0
"""%, of a range, from its ends, at which a number is said to be held by it."""
NOWHERE = 1e-3
"""Of a range, up to which an interval is none."""
STATE, DESIGN = "state/calibrated.yaml", "design/calibrated.yaml"


class Row(NamedTuple):
    """A target in words: '4.39 ± 0.22 pps', '1.72 ± 0.21', '4.31 ± 0.25', and by how much it is missed, if it is."""

    name: str
    unit: str
    observed: str
    before: str
    after: str
    missed: str

    @classmethod
    def of(cls, m: xr.Dataset, k: int) -> "Row":
        """The `k`-th target of an answer."""
        sure, unit = float(m["uncertainty"].values[k]), f" {m['target_unit'].values[k]}".removesuffix(" 1")
        digits = int(np.clip(1 - np.floor(np.log10(sure)), 0, 6))  # so that the uncertainty has two
        low, high = (number(float(m[f"observed_{end}"].values[k]), digits) for end in ("low", "high"))
        seen = f"{low if low == high else f'{low} to {high}'} ± {number(sure, digits)}"
        away = abs(float(m["away"].values[k, 1]))
        missed = (f"{away:.1f}" if np.isfinite(away) else NONE) if m["missed"].values[k, 1] else ""
        name = str(m["target"].values[k])
        before, after = (_simulated(m, k, case, digits) for case in (0, 1))
        return cls(name, unit, f"{seen}{unit}", before, after, missed)

    def __str__(self) -> str:
        said = f"{self.name}: observed {self.observed}, simulated {self.after} (before {self.before})"
        if self.missed == NONE:
            return f"{said}, MISSED"
        return said + (f", MISSED by {self.missed} uncertainties" if self.missed else "")


def said(m: xr.Dataset, k: int) -> str:
    """'72 ms (60 to 95 ms)' of a number, and whether the targets say what it is."""
    best, ends = estimate(m["search_value"].values[k], m["search_interval"].values[k], _unit(m, k))
    if _free(m, k):
        return f"{best} ({ends}); not constrained by these targets"
    if m["search_trusted"].values[k]:
        return f"{best} ({ends})"
    if not _known(m, k):
        return f"{best} (how far it may go is not known)"
    return f"{best} (at least {ends}; how much farther is not known)"


def sentence(m: xr.Dataset, k: int) -> str:
    """How well a number is determined, and by which others it can be replaced."""
    names, together = [str(name) for name in m["number"].values], m["search_correlation"].values[k]
    others = [f"{names[j]} ({together[j]:+.2f})" for j in range(len(names)) if j != k and abs(together[j]) >= TOGETHER]
    trade = f" It can be traded for {' and '.join(others)}.".replace("-", "−") if others else ""
    low, high = 100 * m["search_place"].values[k]
    part = f"{low:.0f} to {high:.0f} % of its range"
    if _free(m, k):
        return f"{names[k]} is not constrained by these targets: {part} fit about as well.{trade}"
    edge = ""
    if min(low, 100 - high) < EDGE:
        edge = f" It comes to the {'lowest' if low < EDGE else 'highest'} end of its range, which may hold it there."
    if not m["search_trusted"].values[k]:
        above = f"is not known, {HOW} {float(m['search_above'].values[k]):.2g}"
        if not _known(m, k):
            return f"{names[k]} lies at {low:.0f} % of its range; how far it may go {above}.{edge}{trade}"
        return f"{names[k]} is free over {part} at least; how much farther {above}.{edge}{trade}"
    return f"{names[k]} lies at {part}.{edge}{trade}"


def _free(m: xr.Dataset, k: int) -> bool:
    return float(np.diff(m["search_place"].values[k])[0]) > WIDEST


def _known(m: xr.Dataset, k: int) -> bool:
    """Whether the search has gone anywhere along a number without the loss rising."""
    return float(np.diff(m["search_place"].values[k])[0]) > NOWHERE


def _unit(m: xr.Dataset, k: int) -> str:
    return str(np.atleast_1d(m.attrs["search_units"])[k])


def _simulated(m: xr.Dataset, k: int, case: int, digits: int) -> str:
    mean, spread = (float(m[name].values[k, case]) for name in ("simulated", "simulated_spread"))
    return f"{number(mean, digits)} ± {number(spread, digits)}" if np.isfinite(spread) else number(mean, digits)


def targets(m: xr.Dataset, sources: Mapping[str, str]) -> str:
    """A row for each target: observed, before, fitted, missed, with its source."""
    head = ("target", "unit", "use", "observed_low", "observed_high", "uncertainty", "before", "before_sd", "fitted",
            "fitted_sd", "seeds", "away", "missed", "source")  # fmt: skip
    rows = []
    for k, name in enumerate(map(str, m["target"].values)):
        cells = [m["observed_low"].values[k], m["observed_high"].values[k], m["uncertainty"].values[k]]
        for case in (0, 1):
            cells += [m["simulated"].values[k, case], m["simulated_spread"].values[k, case]]
        use, missed = "held out" if m["held_out"].values[k] else "fitted", "yes" if m["missed"].values[k, 1] else "no"
        seeds, away = int(m["simulated_seeds"].values[k, 1]), f"{float(m['away'].values[k, 1]):.3g}"
        written = [f"{float(x):.6g}" for x in cells]
        rows.append([name, m["target_unit"].values[k], use, *written, seeds, away, missed, sources.get(name, "")])
    return _csv(head, rows)


def numbers(m: xr.Dataset) -> str:
    """A row for each number: value, interval, whether it is determined, and its correlations."""
    names, units = [str(name) for name in m["number"].values], np.atleast_1d(m.attrs["search_units"])
    head = ("number", "unit", "value", "low", "high", "determined", *(f"correlation_{name}" for name in names))
    rows = []
    for k, name in enumerate(names):
        cells = [m["search_value"].values[k], *m["search_interval"].values[k]]
        known = "yes" if m["search_determined"].values[k] else "no" if _free(m, k) else "unknown"
        together = [f"{x:.3f}" for x in m["search_correlation"].values[k]]
        rows.append([name, units[k], *(f"{float(x):.6g}" for x in cells), known, *together])
    return _csv(head, rows)


def files(m: xr.Dataset, said: str) -> dict[str, bytes]:
    """A state of the network, and a design of one case with the numbers of the protocol too."""
    changes = {
        str(path): _written(float(m["leaf_value"].values[k, 1]), str(m["leaf_unit"].values[k]))
        for k, path in enumerate(m["leaf"].values)
    }
    own = {path: text for path, text in changes.items() if path.startswith("network.")}
    state = [
        "# @package state.calibrated", f"# {_line(said)}", "_target_: sim.spec.state.State", "name: calibrated",
        "changes:" if own else "changes: {}", *(f"  {path}: {text}" for path, text in own.items()),
        f"source: {json.dumps(said, ensure_ascii=False)}",
    ]  # fmt: skip
    design = [
        f"# {_line(said)}; numbers of the network and of the protocol.", "defaults: [factors]", "cases:",
        "  calibrated:" if changes else "  calibrated: {}", *(f"    {path}: {text}" for path, text in changes.items()),
    ]  # fmt: skip
    return {STATE: _lines(state), DESIGN: _lines(design)}


def _written(value: float, unit: str) -> str:
    """A quantity as YAML takes it, to the last bit."""
    return repr(value) if unit == "1" else json.dumps(f"{value!r} {unit}")


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _csv(head: tuple[str, ...], rows: list[list]) -> str:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(head)
    out.writerows(rows)
    return text.getvalue()
