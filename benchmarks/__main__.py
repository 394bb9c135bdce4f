"""`python -m benchmarks`: time every engine on every workload, in turns, and write BENCHMARKS.md.

Each run is a process of its own. Engines take turns within a round, so that a machine that slows down slows all of
them; a row shows the median and the range over rounds. Ratios are what counts: they are taken within a round.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Run, text
from benchmarks.workloads import WORKLOADS
from sim.results.disk import replace

HERE = Path(__file__).parent
LANES = {
    "two": (64, 1024, 4096, 16384, 65536),
    "five": (60, 1280, 5120, 65540),
    "coupled": (320, 3200, 64000),
    "segment": (161 * 64,),
    "ankle": (16342,),
    "tenth": (1654, 1654 * 64),
    "apart": (1654 * 64,),
    "volley": (16342,),
    "pulse": (16342,),
}
STARTED = ("two", "five", "coupled", "segment", "tenth")
CONVERGED = ("two", "five", "coupled", "segment")
"""Workloads whose start is timed, and whose spikes are held against the converged ones."""
PEERS = {
    "sweep": {"two": (6_400, 64_000, 640_000)},
    "longer": {"two": (64_000,)},
    "measured": {"short": (2_000, 20_000, 200_000)},
    "xla": {"two": (16384,), "five": (5120,), "coupled": (3200,), "segment": (161 * 64,)},
    "brian2": {"two": (3200,), "coupled": (3200,)},
    "limit": {"two": (16384,)},
    "plain": {"two": (16384,)},
}


def main() -> None:
    ask = argparse.ArgumentParser(description="Time Sherrington against its peers and the machine's limit.")
    ask.add_argument("--rounds", type=int, default=3, help="of all engines (default: 3)")
    ask.add_argument("--only", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="workloads")
    ask.add_argument("--out", type=Path, default=HERE.parent / "BENCHMARKS.md", help="where to write")
    asked = ask.parse_args()
    plan = [("sherrington", w, n) for w in asked.only for n in LANES.get(w, ())]
    plan += [(peer, w, n) for peer, own in PEERS.items() for w in asked.only for n in own.get(w, ())]
    runs: list[Run] = []
    for turn in range(asked.rounds):
        for engine, workload, lanes in plan:
            found = one(engine, workload, lanes)
            if found is not None:
                runs.append(Run(engine, workload, turn, **found))
                print(f"round {turn + 1}: {engine} {workload} {lanes}: {found['rate'] / 1e6:.1f} M steps/s", flush=True)
    neuron = [seconds for _ in range(asked.rounds) if (seconds := pool_in_neuron()) is not None]
    starts = {w: started(w) for w in asked.only if w in STARTED}
    errors = {w: json.loads(child("errors", w, "0")) for w in asked.only if w in CONVERGED}
    replace(asked.out, text(runs, neuron, starts, errors))
    print(f"wrote {asked.out.name}")


def child(*arguments: str, **environment: str) -> str:
    """Last line that a run of `benchmarks.engines` prints.

    Args:
        environment: variables set for it.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", "benchmarks.engines", *arguments]
    done = subprocess.run(
        command, cwd=HERE.parent, capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return done.stdout.splitlines()[-1]


def one(engine: str, workload: str, lanes: int) -> dict[str, float] | None:
    """Numbers of one run; None, with a line that says so, where an engine cannot run here."""
    try:
        return json.loads(child(engine, workload, str(lanes)))
    except subprocess.CalledProcessError as problem:
        said: Sequence[str] = (problem.stderr or "").strip().splitlines()
        print(f"{engine} {workload} {lanes}: not run ({said[-1] if said else problem.returncode})", flush=True)
        return None


def started(workload: str) -> tuple[float, float]:
    """Seconds from launching Python to the end of its first simulation, with an empty cache and a second time."""
    with TemporaryDirectory(prefix="benchmark_") as cache:
        taken = []
        for _ in range(2):
            began = time.perf_counter()
            child("start", workload, "1", SHERRINGTON_CACHE=cache)
            taken.append(time.perf_counter() - began)
    return taken[0], taken[1]


def pool_in_neuron() -> float | None:
    """Seconds of one core for 22 s of the pool hTA, 20 motoneurons, with the lean MOD files; None without NEURON."""
    python = HERE.parent / ".venv-neuron" / "bin" / "python"
    if not python.exists():
        print("NEURON is not here; make bench-peers installs it", flush=True)
        return None
    done = subprocess.run([python, HERE / "neuron" / "pool.py"], capture_output=True, text=True)
    words = done.stdout.split()
    return float(words[-2]) if done.returncode == 0 and len(words) > 1 else None


if __name__ == "__main__":
    main()
