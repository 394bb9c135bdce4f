"""The device at hand, and what is kept between starts: a second one does not compile again."""

import os
import platform
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
from jax.experimental.compilation_cache import compilation_cache

from sim.engine import kept
from sim.flags import switched_off

PROCESSOR = ("vendor_id", "cpu family", "model", "flags", "CPU implementer", "CPU part", "Features")
"""Lines of /proc/cpuinfo that tell one kind from another, of x86 and of Arm."""
FOLDER, LEAST = "jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs"


@contextmanager
def computing(dtype: Any) -> Iterator[None]:
    """JAX as the engine computes with it, and afterwards again as the user has it.

    Whatever the user says of x64, NaN or promotion, numbers are as long as `dtype`; what XLA compiles is kept in the
    cache, apart for each kind of processor, unless the user says where.
    """
    with ExitStack() as own:
        own.enter_context(jax.enable_x64(jnp.dtype(dtype) == jnp.float64))
        own.enter_context(jax.debug_nans(False))  # a sample that fails holds them, and says so in its status
        own.enter_context(jax.debug_infs(False))
        own.enter_context(jax.disable_jit(False))
        own.enter_context(jax.default_matmul_precision(None))
        own.enter_context(jax.numpy_dtype_promotion("standard"))
        own.enter_context(jax.numpy_rank_promotion("allow"))
        if switched_off() or jax.config.values[FOLDER] is not None:
            yield
            return
        before = {name: jax.config.values[name] for name in (FOLDER, LEAST)}
        folder = kept.checked(f"xla-{processor()}")
        jax.config.update(FOLDER, str(folder) if folder else None)
        jax.config.update(LEAST, 0.1)
        try:
            yield
        finally:
            kept.sealed(folder)
            for name, value in before.items():
                jax.config.update(name, value)
            compilation_cache.reset_cache()  # else the user's functions would be kept here too


class PlatformError(ValueError):
    """JAX does not start; the message says why."""


def devices() -> list[Any]:  # of jax.Device, which is no type to a checker
    """What JAX runs on; whoever wants to know asks here, so that a device that is not here is a sentence everywhere.

    Raises:
        PlatformError: it does not start, as where it is told to use a device that is not here.
    """
    try:
        return jax.devices()
    except (RuntimeError, AssertionError) as problem:  # of jax: no such platform, no device of it
        asked = os.environ.get("JAX_PLATFORMS", "")
        said = " ".join(str(problem).split())[:200]
        raise PlatformError(
            f"JAX finds no device{f' of JAX_PLATFORMS={asked}' if asked else ''}{f' ({said})' if said else ''}; "
            "unset JAX_PLATFORMS or name cpu, or install the JAX that fits the device."
        ) from problem


def on_gpu() -> bool:
    """Whether JAX runs on a GPU."""
    return devices()[0].platform != "cpu"


def devices_in_words() -> str:
    """What JAX runs on: '2 x cpu'."""
    kinds = [device.device_kind for device in devices()]
    return ", ".join(f"{kinds.count(kind)} x {kind}" for kind in dict.fromkeys(kinds))


@cache
def processor() -> str:
    """Names this processor: what it can do, since code for another one may end a process that runs it, and which one
    it is, since compilers choose instructions by that, and the same instruction may round otherwise."""
    try:
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
        able = "\n".join(line for line in lines if line.startswith(PROCESSOR))
    except OSError:
        able = platform.processor()
    return f"{platform.machine()}-{zlib.crc32(able.encode()):08x}"
