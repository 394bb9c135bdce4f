"""JAX as the engine needs it: its settings while a simulation is compiled and runs, and what is kept between starts.

A second start does not compile again.
"""

import platform
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

from sim import flags
from sim.cache import cache_folder

FOLDER, LEAST = "jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs"


@contextmanager
def settings(*, double: bool) -> Iterator[None]:
    """JAX's settings as a simulation needs them, whatever the user's are; afterwards they are as before.

    Args:
        double: whether numbers may have 64 bits.
    """
    with ExitStack() as own:
        own.enter_context(jax.enable_x64(double))
        own.enter_context(jax.debug_nans(False))  # a sample that fails holds them, and says so in its status
        own.enter_context(jax.debug_infs(False))
        own.enter_context(jax.disable_jit(False))
        own.enter_context(jax.default_matmul_precision(None))
        own.enter_context(jax.numpy_dtype_promotion("standard"))
        own.enter_context(jax.numpy_rank_promotion("allow"))
        yield


def kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that JAX compiles, each compilation kept in the cache, apart for each kind of processor.

    JAX's cache is set for these compilations alone, and only if the user keeps none; see `sim.flags.leave_alone`.
    """
    compiled, known = jax.jit(function), set()

    def call(*arguments: Any) -> Any:
        kind = tuple((x.shape, x.dtype) for x in jax.tree.leaves(arguments))
        if kind in known or not flags.wanted() or jax.config.values[FOLDER] is not None:
            return compiled(*arguments)
        known.add(kind)
        before = {name: jax.config.values[name] for name in (FOLDER, LEAST)}
        compilation_cache.reset_cache()  # JAX looks at the folder once
        jax.config.update(FOLDER, str(cache_folder() / "xla" / f"compiled-{_processor()}"))
        jax.config.update(LEAST, 0.5)
        try:
            return compiled(*arguments)
        finally:
            for name, value in before.items():
                jax.config.update(name, value)
            compilation_cache.reset_cache()

    return call


def on_gpu() -> bool:
    """Whether JAX runs on a GPU."""
    return jax.default_backend() != "cpu"


def devices() -> str:
    """What JAX runs on, in words: '2 x cpu'."""
    kinds = [device.device_kind for device in jax.devices()]
    return ", ".join(f"{kinds.count(kind)} x {kind}" for kind in dict.fromkeys(kinds))


@cache
def _processor() -> str:
    """Names what this processor can do: code for another one may end a process that runs it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        able = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        able = platform.processor()
    return f"{platform.machine()}-{zlib.crc32(able.encode()):08x}"
