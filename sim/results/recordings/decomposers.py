"""What MUedit and DEMUSE leave in MATLAB files: samples of the recorder counted from 1, in cells.

MUedit: the struct `signal` (with `fsamp`, Hz) and, once it was edited, `edition`. Discharges are taken from the first
of `edition.Distimeclean` (a cell for each grid, with a cell for each unit), `edition.Dischargetimes`,
`signal.Dischargetimes` (cells, grid by unit, filled up with empty ones). `signal.path`, the force that was performed,
is a number for each sample; `signal.target` is what was asked for, and no force. Source: MUedit, HDEMGdecomposition.m
and its user manual.

DEMUSE: the variables `MUPulses` (a cell for each unit), `fsamp` (Hz), and `ref_signal`, the force at each sample.
Source: `emg_from_demuse` of openhdemg, which subtracts the 1 as well.

An empty cell is no unit; a matrix has a row for each unit, padded with zeros. A unit is named by its number in its
grid, from 1, with the grid in front where there are several that have units: `G2.3`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording

WANTED = ("signal", "edition", "MUPulses", "fsamp", "fs", "ref_signal", "preview")
RATES = ("fsamp", "fs")


def read(name: str, variables: Mapping[str, Any], names: list[str]) -> Recording:
    """The recording in the variables of a MATLAB file.

    Args:
        name: of the file.
        variables: those of `WANTED` that it has.
        names: of all that it has.

    Raises:
        RecordingError: there are no discharges, no sampling rate, or something else than samples.
    """
    signal, edition = (variables[key] if isinstance(variables.get(key), dict) else {} for key in ("signal", "edition"))
    remarks: tuple[str, ...] = ()
    if "MUPulses" in variables:
        grids, reference = {1: _units(variables["MUPulses"])}, variables.get("ref_signal")
    else:
        places = ((edition, "Distimeclean"), (edition, "Dischargetimes"), (signal, "Dischargetimes"))
        found = (place.get(key) for place, key in places)
        cells = next((one for one in found if one is not None and np.size(one)), None)
        if cells is None:
            raise RecordingError(
                f"{name} is a MATLAB file without discharges of MUedit (signal.Dischargetimes, edition.Distimeclean) "
                "or "
                f"DEMUSE (MUPulses); it has {', '.join(names[:20])[:200] or 'nothing'}. Save the decomposed or edited "
                "file."
            )
        grids, reference = _grids(cells), signal.get("path")
        if reference is None and "target" in signal:
            remarks = ("the file has only the force that was asked for (signal.target), which is not read",)
    fs_hz = _rate(name, (signal, variables, edition))
    several = sum(any(len(train) for train in units.values()) for units in grids.values()) > 1
    trains = {
        f"G{grid}.{unit}" if several else str(unit): (train - 1) / fs_hz
        for grid, units in grids.items()
        for unit, train in units.items()
        if len(train)
    }
    if any((train < 0).any() for train in trains.values()):
        raise RecordingError(f"{name} has discharges before sample 1, where MATLAB begins to count. Save it again.")
    muscle = signal.get("muscle", "")
    return Recording(
        name=name,
        trains=trains,
        fs_hz=fs_hz,
        force=_force(reference, fs_hz),
        muscle=", ".join(dict.fromkeys(_texts(muscle))),
        remarks=remarks,
    )


def _grids(cells: Any) -> dict[int, dict[int, np.ndarray]]:
    """Samples by grid and unit, both from 1."""
    if not _is_cells(cells):
        return {1: _units(cells)}
    if any(_is_cells(one) for one in cells.ravel()):  # a cell for each grid
        return {grid: _units(one) for grid, one in enumerate(cells.ravel(), 1) if one is not None}
    return {grid: _units(row) for grid, row in enumerate(np.atleast_2d(cells), 1)}


def _units(cells: Any) -> dict[int, np.ndarray]:
    """Samples by unit, from 1: of cells, of the rows of a matrix, or of one vector."""
    if isinstance(cells, dict) or cells is None:
        return {}
    if _is_cells(cells):
        return {unit: _samples(one) for unit, one in enumerate(cells.ravel(), 1)}
    values = np.atleast_2d(np.asarray(cells))
    if min(values.shape) <= 1:
        return {1: _samples(values)}
    return {unit: _samples(row) for unit, row in enumerate(_rows(values.astype(float)), 1)}


def _rows(values: np.ndarray) -> np.ndarray:
    """A matrix with a row for each unit: along a unit samples increase, and zeros or NaN stand at the end.

    If that is so both ways, the trains are the longer ones.
    """

    def fits(rows: np.ndarray) -> bool:
        padded = ~(rows > 0)
        return bool((padded[:, 1:] | (~padded[:, :-1] & (np.diff(rows, axis=1) > 0))).all())

    by_row, by_column = fits(values), fits(values.T)
    turned = values.shape[0] > values.shape[1] if by_row == by_column else by_column
    return values.T if turned else values


def _samples(value: Any) -> np.ndarray:
    """float (discharge,), without zeros and NaN, which pad."""
    while _is_cells(value) and value.size == 1:
        value = value.ravel()[0]
    if value is None or isinstance(value, dict | str) or np.size(value) == 0:
        return np.zeros(0)
    try:
        values = np.ravel(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        raise RecordingError(
            "a MATLAB file should hold samples in the cells of its units, but holds something else. Save it again."
        ) from None
    return values[np.isfinite(values) & (values != 0)]


def _is_cells(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == object


def _rate(name: str, places: tuple[Mapping[str, Any], ...]) -> float:
    for place in places:
        for key in RATES:
            value = place.get(key)
            if value is not None and np.size(value) == 1 and np.asarray(value).dtype.kind in "iuf":
                rate = float(np.ravel(value)[0])
                if rate > 0:
                    return rate
    raise RecordingError(f"{name} tells no sampling rate (fsamp, above 0). Save it with the rate, or write it as CSV.")


def _force(reference: Any, fs_hz: float) -> Force | None:
    if not isinstance(reference, np.ndarray) or reference.dtype.kind not in "iufb" or reference.size < 2:
        return None
    rows = np.atleast_2d(reference).astype(float)
    course = rows[0] if rows.shape[0] <= rows.shape[1] else rows[:, 0]
    return Force(np.arange(len(course)) / fs_hz, course)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, np.ndarray):
        return [text for one in value.ravel() for text in _texts(one if not isinstance(one, np.str_) else str(one))]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []
