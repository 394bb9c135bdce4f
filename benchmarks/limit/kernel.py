"""The kernel of motoneuron.cpp: compiled for this processor, kept in the cache, called with numpy arrays.

It runs the workload `two` of `benchmarks.workloads`; see `benchmarks.limit.backend` for the way there from a declared
network.
"""

import ctypes
import time
import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.engine.kernels import compiler

SOURCE = Path(__file__).with_name("motoneuron.cpp")
FLAGS = ("-std=c++17", "-O3", "-ffast-math", "-fopenmp", "-fschedule-insns", "-fsched-pressure")
CHANNEL = zlib.crc32(b"xi")
"""The key word of the noise channel, as in `sim.engine.rng.channel_word`."""


class Ran(NamedTuple):
    """What a run leaves.

    Args:
        marks: uint8, (window, lane), as those of `sim.engine.lanes.Outcome`.
        seconds: wall time of the kernel alone.
        processor: s, processor time in it, of all threads.
    """

    marks: np.ndarray
    seconds: float
    processor: float


class _Job(ctypes.Structure):
    _fields_ = (
        ("lanes", ctypes.c_int),
        ("windows", ctypes.c_int),
        ("half", ctypes.c_int),
        ("spread", ctypes.c_float),
        ("peak", ctypes.c_void_p),
        ("g_cal", ctypes.c_void_p),
        ("key", ctypes.c_void_p),
        ("second_key", ctypes.c_void_p),
        ("word", ctypes.c_uint32),
        ("marks", ctypes.c_void_p),
    )


def run(
    peak: np.ndarray,
    g_cal: np.ndarray,
    keys: tuple[np.ndarray, np.ndarray],
    *,
    windows: int,
    half: int,
    spread: float,
    threads: int = 1,
    by_hand: bool = True,
) -> Ran:
    """Run every lane from time zero.

    Args:
        peak: mS/cm2, (lane,), of the command; below 0.5.
        g_cal: mS/cm2, (lane,).
        keys: two of (lane,), uint32, of the noise.
        windows: of 0.5 ms.
        half: windows in which the command rises, and again falls.
        spread: mS/cm2, standard deviation of the noise.
        by_hand: the kernel written by hand, else the plain loop.

    Raises:
        OSError: it cannot be compiled here; `lacking` says why.
    """
    built = library()
    lanes, group = len(peak), built.lanes_of_a_group()
    missing = -lanes % group
    numbers = [np.pad(np.asarray(x, np.float32), (0, missing), "edge") for x in (peak, g_cal)]
    words = [np.pad(np.asarray(x, np.uint32), (0, missing), "edge") for x in keys]
    marks = np.zeros((windows, lanes + missing), np.uint8)  # touched before the clock starts
    job = _Job(
        lanes + missing, windows, half, spread, *(x.ctypes.data for x in (*numbers, *words)), CHANNEL, marks.ctypes.data
    )
    began = time.process_time()
    seconds = built.run(ctypes.byref(job), by_hand, threads)
    return Ran(marks[:, :lanes], seconds, time.process_time() - began)


def draw(keys: tuple[int, int], step: int) -> int:
    """The sum of the four bytes that become a normal draw."""
    return library().draw(*keys, CHANNEL, step)


def lacking() -> str:
    """Why the kernel cannot be compiled here, in words; empty where it can."""
    if why := compiler.lacking():
        return why
    able = compiler.macros()
    if {"__AVX512BW__", "__AVX512DQ__"} <= able or {"__AVX2__", "__FMA__"} <= able:
        return ""
    return "the processor has neither AVX-512 nor AVX2 with FMA"


@cache
def library() -> Any:
    """The compiled kernel, from the cache or compiled anew.

    Raises:
        OSError: it cannot be compiled here.
    """
    if why := lacking():
        raise OSError(f"the kernel {SOURCE.name} cannot be compiled here: {why}.")
    built = ctypes.CDLL(str(compiler.library(SOURCE.read_text(), FLAGS, "limit")))
    built.run.restype = ctypes.c_double
    built.draw.argtypes = [ctypes.c_uint32] * 4
    return built
