"""The JSON file of openhdemg: compressed or plain, a table of names whose values are JSON texts themselves.

Read are MUPULSES (for each unit the samples of its discharges, from 0), FSAMP (Hz) and REF_SIGNAL, the force or
torque at every sample, as pandas splits a table into columns, index and data, or by column. The unit of the force is
not in the file. That is how `save_json_emgfile` of openhdemg 0.1 writes it; its first betas wrote a list of thirteen
JSON texts instead, each a table of one name, and MUPULSES without a name. Source: openhdemg, library/openfiles.py and
its pages "What is the emgfile" and "Save and load binary modules"."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording

READ = ("MUPULSES", "FSAMP", "REF_SIGNAL", "NUMBER_OF_MUS", "SOURCE")


def read(name: str, text: str) -> Recording:
    """Discharges, named from 0 in the order of the file, and the reference signal.

    Raises:
        RecordingError: the file is cut off, is no JSON, or lacks MUPULSES or FSAMP.
    """
    entries = _entries(name, text)
    pulses, fs = _entry(name, entries, "MUPULSES"), _entry(name, entries, "FSAMP")
    count = _unpacked(name, "NUMBER_OF_MUS", entries.get("NUMBER_OF_MUS"))
    try:
        fs_hz = float(np.ravel(fs)[0])
    except (TypeError, ValueError, IndexError, OverflowError):
        raise RecordingError(
            f"{name} should hold a sampling rate in FSAMP, but it is {_short(fs)}. Save the file again in openhdemg."
        ) from None
    trains, remarks = trains_of(name, pulses, count)
    if not fs_hz > 0:
        return Recording(name=name, trains=trains, fs_hz=fs_hz)  # which refuses it
    return Recording(
        name=name,
        trains={unit: train / fs_hz for unit, train in trains.items()},
        fs_hz=fs_hz,
        force=_force(name, entries, fs_hz),
        remarks=remarks,
    )


def trains_of(name: str, pulses: Any, count: Any) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Samples by the label of the unit, and remarks.

    Args:
        name: of the file.
        pulses: for each unit its samples; one list of numbers is one unit if the file says that there is one.
        count: NUMBER_OF_MUS, where the file tells it.

    Raises:
        RecordingError: something else than that.
    """
    remarks: tuple[str, ...] = ()
    if isinstance(pulses, list) and pulses and not any(isinstance(train, list) for train in pulses):
        told = count[0] if isinstance(count, list) and count else count
        if len(pulses) > 1 and str(told) not in ("1", "1.0"):
            raise RecordingError(
                f"MUPULSES of {name} is one list of {len(pulses)} numbers, but a list for each unit is needed. Save it "
                "as a list of lists, or tell NUMBER_OF_MUS 1 if it is one unit."
            )
        pulses = [pulses]
        remarks = ("MUPULSES is one list of numbers, read as one unit",)
    if not isinstance(pulses, list | dict):
        pulses = [pulses]
    named = pulses.items() if isinstance(pulses, Mapping) else enumerate(pulses)
    try:
        trains = {str(unit): np.array(train, dtype=float).reshape(-1) for unit, train in named}
        return {unit.encode("utf-8", "replace").decode("utf-8"): train for unit, train in trains.items()}, remarks
    except (TypeError, ValueError, OverflowError):
        raise RecordingError(
            f"{name} should hold lists of samples in MUPULSES, but they are {_short(pulses)}. Save the file again in "
            "openhdemg."
        ) from None


def _entries(name: str, text: str) -> dict[str, Any]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        raise RecordingError(
            f"{name} is no whole openhdemg file ({problem}). If it was cut off, copy it again; "
            "else save it again in openhdemg."
        ) from None
    if isinstance(whole, list) and whole and all(isinstance(part, str) for part in whole):
        return _of_first_betas(whole)
    if not isinstance(whole, dict):
        raise RecordingError(f"{name} is JSON, but no openhdemg file: it holds a {type(whole).__name__}.")
    return whole


def _of_first_betas(parts: list[str]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for part in parts:
        start = part.lstrip()[:1]
        if start == "[":
            entries["MUPULSES"] = part
        elif start == "{" and any(f'"{word}"' in part[:40] for word in READ):
            try:
                one = json.loads(part)
            except json.JSONDecodeError:
                continue
            entries.update(one)
    return entries


def _entry(name: str, entries: Mapping[str, Any], entry: str) -> Any:
    if entry not in entries:
        raise RecordingError(
            f"{name} has no {entry} (it has {', '.join(map(str, list(entries)[:20]))[:200] or 'nothing'}). "
            "Save a decomposed recording in openhdemg."
        )
    return _unpacked(name, entry, entries[entry])


def _force(name: str, entries: Mapping[str, Any], fs_hz: float) -> Force | None:
    signal = _unpacked(name, "REF_SIGNAL", entries.get("REF_SIGNAL"))
    if not isinstance(signal, dict) or not signal:
        return None
    try:
        if "data" in signal:
            data = signal["data"] or []
            values = np.array([row[0] for row in data], dtype=float)  # null becomes NaN
        else:
            column = signal[min(signal, key=int)]
            values = np.array([column[k] for k in sorted(column, key=int)], dtype=float)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError):
        raise RecordingError(
            f"{name} should hold one number for each sample in REF_SIGNAL, but it holds {_short(signal)}. "
            "Save the file again in openhdemg."
        ) from None
    return Force(np.arange(len(values)) / fs_hz, values) if len(values) > 1 else None


def _unpacked(name: str, entry: str, value: Any) -> Any:
    """The value of a text of JSON; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as problem:
        raise RecordingError(
            f"{entry} of {name} is cut off or no JSON ({problem}). Save the file again in openhdemg."
        ) from None


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = "nested too deeply"
    return text if len(text) <= 40 else text[:37] + "..."
