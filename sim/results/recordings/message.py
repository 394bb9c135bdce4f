"""A recording as bytes from one process to another: a line of JSON and plain numbers, nothing that could be called."""

import json
from collections.abc import Callable

import numpy as np

from sim.results.recordings.parts import Force, RecordingError, Trial
from sim.results.recordings.recording import Recording

PLAIN = ("name", "fs_hz", "muscle", "task", "note")
LENGTH = 8  # B, before the JSON


def packed(recording: Recording) -> bytes:
    """The bytes of a recording."""
    arrays: list[np.ndarray] = []
    trials = []
    for trial in recording.parts:
        trains = {label: np.asarray(train, float) for label, train in trial.trains.items()}
        arrays += trains.values()
        about: dict[str, object] = {"name": trial.name, "trains": [[k, len(train)] for k, train in trains.items()]}
        if trial.force is not None:
            arrays += [np.asarray(trial.force.time, float), np.asarray(trial.force.values, float)]
            about["force"] = [trial.force.units, len(trial.force.time)]
        trials.append(about)
    told = {
        **{name: getattr(recording, name) for name in PLAIN},
        "trials": trials,
        "split": bool(recording.trials),
        "quality": dict(recording.quality),
        "remarks": list(recording.remarks),
    }
    return framed(told, *arrays)


def packed_force(force: Force, remark: str) -> bytes:
    """The bytes of a force and a remark."""
    time, values = np.asarray(force.time, float), np.asarray(force.values, float)
    return framed({"units": force.units, "count": len(time), "values": len(values), "remark": remark}, time, values)


def refused(sentence: str, *, missing: bool = False) -> bytes:
    """The bytes of an error, `missing` if something is not installed."""
    return framed({"missing" if missing else "refused": sentence})


def framed(told: dict, *arrays: np.ndarray) -> bytes:
    """JSON behind its length, and numbers behind it."""
    head = json.dumps(told).encode()
    return b"".join([len(head).to_bytes(LENGTH, "big"), head, *(array.tobytes() for array in arrays)])


def recording(message: bytes) -> Recording:
    """The recording in some bytes.

    Raises:
        RecordingError, ImportError: what they say.
        ValueError: they are no whole message.
    """
    told, numbers = _opened(message)
    trials = []
    for about in told["trials"]:
        trains = {label: numbers(count) for label, count in about["trains"]}
        force = None
        if "force" in about:
            units, count = about["force"]
            force = Force(numbers(count), numbers(count), units)
        trials.append(Trial(about["name"], trains, force))
    whole = None if told["split"] else trials[0]
    return Recording(
        **{name: told[name] for name in PLAIN},
        trains=whole.trains if whole else {},
        force=whole.force if whole else None,
        trials=() if whole else tuple(trials),
        quality=told["quality"],
        remarks=tuple(told["remarks"]),
    )


def force(message: bytes) -> tuple[Force, str]:
    """The force in some bytes, and a remark.

    Raises:
        RecordingError, ImportError, ValueError: as `recording`.
    """
    told, numbers = _opened(message)
    return Force(numbers(told["count"]), numbers(told["values"]), told["units"]), told["remark"]


def _line(text: str) -> str:
    """A sentence on one line, without what no terminal shows."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _opened(message: bytes) -> tuple[dict, Callable[[int], np.ndarray]]:
    """What a message tells, and a function that gives so many of its numbers, from where the last call ended."""
    length = int.from_bytes(message[:LENGTH], "big")
    head = message[LENGTH : LENGTH + length]
    if len(head) < length or len(message) < LENGTH:
        raise ValueError("a message was cut off")
    told = json.loads(head)
    if "missing" in told:
        raise ImportError(_line(told["missing"]))
    if "refused" in told:
        raise RecordingError(_line(told["refused"]))
    at = LENGTH + length

    def numbers(count: int) -> np.ndarray:
        nonlocal at
        start, at = at, at + 8 * count
        return np.frombuffer(message[start:at], float, count)

    return told, numbers
