"""Settings that XLA reads once, when JAX starts: on the CPU they make a step two to four times faster.

- 512-bit vectors; several outputs per fused loop; no call per operation inside the time loop, all of it one function;
  any number of checks for overlapping arrays, above which LLVM would leave a loop scalar.
- one XLA device per core, so that a batch is spread over all of them.

An unknown flag ends the process, and the flags differ between jaxlib versions. So they are tried once in a child
process, the answer is kept in the cache, and without them everything runs as before, only slower.

They are set when a simulation is first prepared, not when something is imported. They hold for all JAX code of the
process that is compiled afterwards; `leave_alone()`, or `SHERRINGTON_FLAGS=off` in the environment, keeps them off.
"""

import importlib.metadata
import logging
import math
import os
import subprocess
import sys
import uuid
import zlib
from functools import cache
from pathlib import Path

from sim import control_groups
from sim.cache import cache_folder

FAST = (
    "--xla_cpu_prefer_vector_width=512",
    "--xla_backend_extra_options="
    "xla_cpu_use_multi_output_fusion=true,xla_cpu_small_while_loop_byte_threshold=100000000,"
    "-vectorize-memory-check-threshold=100000",
)
SWITCH = "SHERRINGTON_FLAGS"
"""Environment variable; `off` leaves XLA and JAX as they are."""
_log = logging.getLogger("sherrington.flags")


def cores() -> int:
    """Processor cores that this process may use, of the machine, its container and its job."""
    found = _machine()
    asked = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return max(1, min(found, math.ceil(min(control_groups.cores(), found)), int(asked) if asked.isdigit() else found))


def _machine() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def leave_alone() -> None:
    """From now on this process, and those that it starts, leave XLA's settings and JAX's cache as they are."""
    os.environ[SWITCH] = "off"


def wanted() -> bool:
    """Whether settings may be made at all."""
    return os.environ.get(SWITCH, "").lower() not in ("off", "0", "false", "no")


@cache
def set_flags() -> None:
    """Set `XLA_FLAGS`, once, unless the user has set these flags or wants none. It does not load JAX.

    Where JAX has already started they cannot be set any more, which is said once in the log.
    """
    if not wanted():
        return
    present = os.environ.get("XLA_FLAGS", "").split()
    named = {flag.partition("=")[0] for flag in present}
    devices = f"--xla_force_host_platform_device_count={cores()}"
    fast, devices = ([f for f in flags if f.partition("=")[0] not in named] for flags in (FAST, [devices]))
    if not fast and not devices:
        return
    if _jax_has_started():
        _log.warning(
            "JAX had started before the first simulation was prepared and keeps its settings, so simulations on the "
            "CPU take one core instead of %d, and longer on it where C++ cannot be compiled; prepare one before the "
            "first JAX computation, or call sim.flags.set_flags().",
            cores(),
        )
        return
    for flags in (fast, fast[:1], []):  # all, the wider vectors alone, none
        if not flags or _accepted([*present, *devices, *flags]):
            os.environ["XLA_FLAGS"] = " ".join([*present, *devices, *flags])
            return


def _jax_has_started() -> bool:
    bridge = sys.modules.get("jax._src.xla_bridge")
    return bool(bridge and getattr(bridge, "_backends", None))


def _accepted(flags: list[str]) -> bool:
    """Whether this jaxlib starts with the flags; asked once per version."""
    version = importlib.metadata.version("jaxlib")
    key = zlib.crc32(" ".join(flags).encode())
    answer = cache_folder() / "xla" / f"{version}-{key:08x}"
    try:
        return answer.read_text() == "yes"
    except OSError:
        pass
    environment = {**os.environ, "XLA_FLAGS": " ".join(flags), "JAX_PLATFORMS": "cpu"}
    trial = "import jax; jax.jit(lambda x: x + 1)(1.0).block_until_ready()"
    done = subprocess.run([sys.executable, "-c", trial], env=environment, capture_output=True, text=True)
    works = done.returncode == 0
    if works or "Unknown" in done.stderr:  # whatever else ended it may not do so again
        _keep(answer, "yes" if works else "no")
    return works


def _keep(file: Path, text: str) -> None:
    """Whole or not at all; several processes may start at once."""
    draft = file.with_name(f"{file.name}.{uuid.uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text)
        draft.replace(file)
    except OSError:
        pass
