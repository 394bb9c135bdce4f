"""The process that reads a recording for another one: `python -m sim.results.recordings.child WHAT FILE BYTES`.

It answers on its standard output with a message (`message`) and ends. Its memory is limited to so many bytes beyond
what it has loaded by then, it cannot write files, and whatever goes wrong is one sentence. `guarded` starts it and
watches its time.
"""

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

from sim.results.recordings import formats
from sim.results.recordings.kinds import seems
from sim.results.recordings.message import packed, packed_force, refused
from sim.results.recordings.parts import RecordingError


def main(what: str, file: str, n_bytes: int) -> None:
    """Answer, `what` being recording or force."""
    gc.disable()  # a table of a million rows is a million lists, looked through again and again
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answer
    limit(n_bytes)
    out.write(answer(what, Path(file), n_bytes))
    out.flush()
    os._exit(0)  # nothing of a half-read file is tidied up


def limit(n_bytes: int) -> None:
    """Allow so many bytes beyond those in use, and no writing of files, where the system can limit it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in (("RLIMIT_AS", _used(resource) + n_bytes), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is not None:
            with suppress(ValueError, OSError):
                _, hard = resource.getrlimit(kind)
                resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _used(resource: object) -> int:
    """B, of address space in use; twice the memory where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # pyright: ignore[reportAttributeAccessIssue]
        return 2 * usage * (1 if sys.platform == "darwin" else 1024)


def answer(what: str, path: Path, n_bytes: int) -> bytes:
    """The message about a file: what it holds, or the sentence that says why not."""

    def ready() -> None:
        limit(n_bytes)

    try:
        if what == "force":
            return packed_force(*formats.force(path, ready))
        return packed(formats.recording(path, ready))
    except RecordingError as problem:
        return refused(str(problem))
    except ImportError as problem:
        return refused(str(problem), missing=True)
    except MemoryError:
        said = f"needs more than {n_bytes // 2**20} MiB of memory to read. Export the discharges without raw signals."
    except RecursionError:
        said = "is nested too deeply to be a recording. Export it again."
    except OSError as problem:
        said = f"cannot be read ({problem.strerror or problem})."
    except Exception as problem:  # whatever a library raises of a damaged file
        reason = " ".join(f"{type(problem).__name__}: {problem}".split())[:100]
        said = f"is damaged or laid out as no format that is known ({reason}). Export it again."
    return refused(f"{path.name} seems to be {seems(path)}, but {said}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
