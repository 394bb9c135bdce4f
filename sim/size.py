"""How much memory and disk a study takes, before anything is allocated; what no machine here holds is refused."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.batch_size import free_memory
from sim.design import Design
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.units import positive

COPIES = 6
"""Of the arrays of a sample, of all cells, also of those that are not kept: as the device makes and leaves them,
sorted, and as they are written. Measured on a CPU, of one pool of 20 cells of two compartments: 0.31 GB above a
short run for 1203 s of spikes (5.7 copies), 1.57 GB with a variable every 0.5 ms (5.3), 1.51 GB with that of one cell
only (5.1)."""
OF_NUMBERS = 3
"""Copies of the numbers of a design."""
LEAST_ADDRESSED = 2.4e9
"""B, of address space: three samples of a small pool ran on two cores with 2.5e9, and not with 2.0e9."""
SMALLEST = 100
"""How many times smaller than its arrays a store may be at best, for it is compressed."""


class Parts(NamedTuple):
    """What decides how large a sample is.

    Args:
        numbers: of what the design varies, by path, (sample,).
    """

    network: Network
    protocol: Protocol
    record: Record
    numerics: Numerics
    numbers: Mapping[str, np.ndarray]


class SizeError(ValueError):
    """A study that is too large; the message is one sentence with the room that it would take."""


def check_address_space() -> None:
    """A process must be able to address what a simulation takes; where it is not, libraries wait for ever.

    Raises:
        SizeError: its limit (`ulimit -v`) is too low.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if 0 <= most < LEAST_ADDRESSED:
        raise SizeError(
            f"this process may address {most / 1e9:.1f} GB (ulimit -v), but a simulation and its measures take "
            f"{LEAST_ADDRESSED / 1e9:.1f} GB and more; raise the limit."
        )


def check_samples(design: Design) -> None:
    """The coordinates of all samples must fit the memory.

    Raises:
        SizeError: they do not.
    """
    factors = design.factors
    count = math.prod(map(len, factors))
    paths = {path for factor in factors for path in factor.columns()}
    wanted = 8.0 * count * (2 * len(factors) + len(paths) + 2) * OF_NUMBERS
    if wanted > (free := free_memory()) or count >= 2**31:
        parts = " × ".join(f"{len(factor)} {factor.name}" for factor in factors)
        raise SizeError(
            f"the design has {count:g} samples ({parts}), whose numbers alone would take {said(wanted)} of memory, and "
            f"{said(free)} are free; take fewer, or several designs."
        )


def check_one(study: Parts) -> None:
    """One sample must fit the memory.

    Raises:
        SizeError: it does not.
    """
    lasts, windows, kept = _lengths(study, device=True)
    cells = sum(p.size for p in study.network.populations)
    wanted = COPIES * (windows * cells + kept)
    if wanted > (free := free_memory()):
        raise SizeError(
            f"one sample of the study would take about {said(wanted)} of memory ({lasts / 1000:g} s in windows of "
            f"{study.numerics.window}, {cells} cells, max_rate {study.record.max_rate}), and {said(free)} are free; "
            "take a shorter protocol, fewer cells, a longer window, or record less."
        )


def check_disk(study: Parts, samples: int, path: Path) -> None:
    """The store must fit the disk, however well it is compressed.

    Raises:
        SizeError: it does not.
    """
    folder = next((place for place in path.absolute().parents if place.exists()), Path("/"))
    try:
        free = float(shutil.disk_usage(folder).free)
    except OSError:
        return
    wanted = samples * _lengths(study)[2]
    if wanted / SMALLEST > free:
        raise SizeError(
            f"the result of {samples} samples would be {said(wanted)} before it is compressed, and {said(free)} are "
            f"free in {folder}; record less, or let record.keep_spikes=false keep measures only."
        )


def said(size: float) -> str:
    """'1.2 GB'."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} PB"


def _lengths(study: Parts, *, device: bool = False) -> tuple[float, float, float]:
    """ms, the longest sample; its windows; and the bytes of it that are kept, or that a device makes."""
    record, numerics = study.record, study.numerics
    with np.errstate(over="ignore"):
        lasts = float(np.max(study.protocol.length(study.numbers)))
    kept = [p for p in study.network.populations if record.populations is None or p.name in record.populations]
    units = sum(p.size for p in kept)
    recorded = units if device or record.cells is None else len(record.cells)
    times = lasts / max(positive(record.every, "ms", "every"), numerics.window_ms)
    spikes = units * max(8.0, lasts * positive(record.max_rate, "Hz", "max_rate"))
    courses = len(study.network.signals) + len(study.protocol.elements()) if record.commands else 0
    return lasts, lasts / numerics.window_ms, 4.0 * (spikes + times * (recorded * len(record.variables) + courses))
