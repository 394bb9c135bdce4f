"""How many samples run together when the user does not say: as many as keep the devices busy and memory holds."""

import os
from pathlib import Path

from sim import control_groups

SHARE = 0.25
"""Of the free memory, what a batch may take: the batch before is still being written, and others use the machine."""


def batch_size(samples: int, *, together: int, sample_bytes: float, free: float) -> int:
    """Samples in a batch, at least one.

    Args:
        samples: that are to be run.
        together: as many keep the devices busy.
        sample_bytes: memory that one of them takes.
        free: bytes.
    """
    fits = SHARE * free / max(sample_bytes, 1.0)
    return max(1, int(min(samples, together, fits)))


def free_memory() -> float:
    """Bytes that this process may still take; infinite where the system does not say."""
    return min(_of_machine(), control_groups.free_memory(), _of_job())


def _of_machine() -> float:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return 1024.0 * int(found.split()[1])
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def _of_job() -> float:
    """What was asked of Slurm for this job, MB in its variables: some clusters watch it instead of setting a limit."""
    whole = float(os.environ.get("SLURM_MEM_PER_NODE") or 0)
    each = float(os.environ.get("SLURM_MEM_PER_CPU") or 0) * float(os.environ.get("SLURM_CPUS_ON_NODE") or 0)
    return 2.0**20 * (whole or each) or float("inf")
