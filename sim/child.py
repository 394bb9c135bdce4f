"""Other programs, asked with a limit of time: one that hangs ends with everything that it has started."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(
    command: Sequence[str | Path],
    seconds: float,
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, without input.

    Args:
        seconds: after which it is ended.

    Returns:
        With its output as text.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it did not end by itself; nothing of it is left.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
        cwd=cwd,
        start_new_session=True,
    ) as process:
        try:
            said, problems = process.communicate(timeout=seconds)
        except BaseException:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, said, problems)
