"""Read a file in a process of its own, with limits of time, memory and size, so that no file can stop or fill this one.

Whatever happens there, a crash of a library included, is one sentence here. The limits grow with the file.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sim.results.recordings import message
from sim.results.recordings.kinds import seems
from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording

_T = TypeVar("_T")
SECONDS, SECONDS_A_MB = 9.0, 0.5
MEMORY, MEMORY_A_BYTE = 2**30, 4
LONGEST, LARGE = 600.0, 2**32  # s, B; a larger file is HDF5, of which parts are read
ALONE = {
    "OPENBLAS_NUM_THREADS": "1",  # more threads reserve memory that is never used
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HDF5_PLUGIN_PRELOAD": "::",  # no filters from elsewhere
    "HDF5_USE_FILE_LOCKING": "FALSE",  # which some shared disks refuse
    "PYTHONIOENCODING": "utf-8:replace",
}


def recording(path: Path) -> Recording:
    """What a file, or an openhdemg module folder, holds.

    Raises:
        RecordingError: it does not hold what is needed; one sentence.
        ImportError: HDF5 without h5py.
    """
    return _read("recording", path, message.recording)


def force(path: Path) -> tuple[Force, str]:
    """The force of a table (time_s,force) or of a recording, and a remark.

    Raises:
        RecordingError, ImportError: as `recording`.
    """
    return _read("force", path, message.force)


def _read(what: str, path: Path, unpacked: Callable[[bytes], _T]) -> _T:
    """What the process that reads answers, taken apart."""
    answer = _answer(what, path)
    try:
        return unpacked(answer)
    except (KeyError, TypeError, IndexError) as problem:
        raise _unfinished(path, f"its answer is incomplete ({problem})") from None
    except ValueError as problem:
        raise problem if isinstance(problem, RecordingError) else _unfinished(path, str(problem)) from None


def _answer(what: str, path: Path) -> bytes:
    """What the process that reads answers."""
    size = sum(p.stat().st_size for p in ([path] if path.is_file() else path.glob("files/*")) if p.is_file())
    seconds = min(SECONDS + SECONDS_A_MB * size / 1e6, LONGEST)
    n_bytes = MEMORY + MEMORY_A_BYTE * min(size, LARGE)
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-W", "ignore", "-m", f"{__package__}.child", what, str(path), str(n_bytes)]
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env={**os.environ, **ALONE, "PYTHONPATH": paths},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RecordingError(
            f"{path.name} seems to be {seems(path)}, but was not read within {seconds:.0f} s. Export the discharges "
            "without raw signals, or as CSV (unit,time_s)."
        ) from None
    except (OSError, ValueError) as problem:
        raise RecordingError(f"cannot start the process that reads {path.name}: {problem}.") from None
    if ended.returncode == 0:
        return ended.stdout
    last = ended.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if ended.returncode < 0:
        number = -ended.returncode
        known = number in set(signal.Signals)
        last = signal.Signals(number).name if known else f"signal {number}"
    raise _unfinished(path, " ".join(last.split())[:100])


def _unfinished(path: Path, why: str) -> RecordingError:
    return RecordingError(
        f"{path.name} seems to be {seems(path)}, but reading it ended early ({why or 'no reason given'}). It is "
        "damaged "
        "or too large; export it again, without raw signals, or as CSV (unit,time_s)."
    )
