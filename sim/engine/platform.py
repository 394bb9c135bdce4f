"""The device at hand, and what is kept between starts: a second one does not compile again."""

import platform
import zlib
from pathlib import Path

import jax

from sim.cache import cache_folder


def keep_compiled() -> None:
    """Keep what XLA compiles in the cache, apart for each kind of processor, unless the user says where."""
    if jax.config.values["jax_compilation_cache_dir"] is None:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "xla" / f"compiled-{_processor()}"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)


def on_gpu() -> bool:
    """Whether JAX runs on a GPU."""
    return jax.default_backend() != "cpu"


def devices() -> str:
    """What JAX runs on, in words: '2 x cpu'."""
    kinds = [device.device_kind for device in jax.devices()]
    return ", ".join(f"{kinds.count(kind)} x {kind}" for kind in dict.fromkeys(kinds))


def _processor() -> str:
    """Names what this processor can do: code for another one may end a process that runs it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        able = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        able = platform.processor()
    return f"{platform.machine()}-{zlib.crc32(able.encode()):08x}"
