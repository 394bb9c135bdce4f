"""Settings that XLA reads once, when JAX starts: on the CPU they make a step two to four times faster.

- 512-bit vectors; several outputs per fused loop; no call per operation inside the time loop, all of it one function;
  any number of checks for overlapping arrays, above which LLVM would leave a loop scalar.
- one XLA device per core, so that a batch is spread over all of them.

An unknown flag ends the process, and the flags differ between jaxlib versions. So they are tried once in a child
process, the answer is kept in the cache, and without them everything runs as before, only slower.

To import `sim` sets nothing: `start` does, which the first prepared simulation calls. `SHERRINGTON_FLAGS=off` in the
environment keeps it from that, and from keeping what XLA compiles.
"""

import importlib.metadata
import math
import os
import subprocess
import sys
import warnings
import zlib
from functools import cache

from sim import child, control_groups
from sim.cache import recall, remember

FAST = (
    "--xla_cpu_prefer_vector_width=512",
    "--xla_backend_extra_options="
    "xla_cpu_use_multi_output_fusion=true,xla_cpu_small_while_loop_byte_threshold=100000000,"
    "-vectorize-memory-check-threshold=100000",
)
LONGEST = 60.0  # s, that JAX may take to start


def cores() -> int:
    """Processor cores that this process may use, of the machine, its container and its job."""
    found = _machine()
    asked = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return max(1, min(found, math.ceil(min(control_groups.cores(), found)), int(asked) if asked.isdigit() else found))


def _machine() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def switched_off() -> bool:
    """Whether the user wants JAX as it is: no flags, no devices, nothing kept that it compiles."""
    return os.environ.get("SHERRINGTON_FLAGS", "").strip().lower() in ("off", "0", "no", "false")


@cache
def start() -> None:
    """Set `XLA_FLAGS` for the simulations of this process, once, before JAX starts; it does not load JAX.

    What the user has set stays. Where JAX already runs, nothing is set, and a warning says what that costs.
    """
    present = os.environ.get("XLA_FLAGS", "").split()
    named = {flag.partition("=")[0] for flag in present}
    devices = f"--xla_force_host_platform_device_count={cores()}"
    fast, devices = ([f for f in flags if f.partition("=")[0] not in named] for flags in (FAST, [devices]))
    if switched_off() or not (fast or devices):
        return
    if running := _on_cpu():
        warnings.warn(
            f"JAX had started before the first simulation was prepared, so simulations run on {running} of {cores()} "
            "cores, and with backend.kernel=xla two to four times slower on each; call sim.flags.start() before the "
            "first JAX computation.",
            stacklevel=2,
        )
    if _jax_has_started():
        return
    for flags in (fast, fast[:1], []):  # all, the wider vectors alone, none
        if not flags or _accepted([*present, *devices, *flags]):
            os.environ["XLA_FLAGS"] = " ".join([*present, *devices, *flags])
            return


def _jax_has_started() -> bool:
    bridge = sys.modules.get("jax._src.xla_bridge")
    return bool(bridge and getattr(bridge, "_backends", None))


def _on_cpu() -> int:
    """The devices of JAX if it already runs, and on a CPU; else 0."""
    started = _jax_has_started() and sys.modules["jax"].default_backend() == "cpu"
    return sys.modules["jax"].device_count() if started else 0


def _accepted(flags: list[str]) -> bool:
    """Whether this jaxlib starts with the flags; asked once per version."""
    version = importlib.metadata.version("jaxlib")
    key = zlib.crc32(" ".join(flags).encode())
    answer = f"{version}-{key:08x}"
    if (kept := recall("flags", answer)) is not None:
        return kept == "yes"
    environment = {**os.environ, "XLA_FLAGS": " ".join(flags), "JAX_PLATFORMS": "cpu"}
    trial = "import jax; jax.jit(lambda x: x + 1)(1.0).block_until_ready()"
    try:
        done = child.run([sys.executable, "-c", trial], LONGEST, environment=environment)
    except (OSError, subprocess.TimeoutExpired):
        return False
    works = done.returncode == 0
    if works or "Unknown" in done.stderr:  # whatever else ended it may not do so again
        remember("flags", answer, "yes" if works else "no")
    return works
