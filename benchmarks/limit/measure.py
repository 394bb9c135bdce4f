"""How near the engine comes to the limit: M cell steps/s of the same workload, taken in turns.

    python -m benchmarks.limit.measure --lanes 4096 --threads 1 2 --rounds 5
    taskset -c 0 python -m benchmarks.limit.measure          # the engine on one core, too

`kernel` counts the loop alone, `run` all from declared numbers to spike steps. The engine takes every core that the
process may use; the first call, which compiles, is not counted. `busy` is processor time over wall time of a kernel:
where it is below the threads asked for, other work runs beside it and the numbers are worth little.
"""

import argparse
import statistics
import time
from dataclasses import replace
from functools import partial

from benchmarks.limit.backend import LimitBackend, LimitSimulation, TimedSimulation
from benchmarks.workloads import SPIKES, WORKLOADS
from sim.flags import cores
from sim.spec.numerics import Numerics

TWO = WORKLOADS["two"]


def prepared(
    lanes: int, *, seconds: float, seed: int, threads: list[int]
) -> dict[str, LimitSimulation | TimedSimulation]:
    """Each engine by name, all on the same workload."""
    design = replace(TWO.design(lanes), first_seed=seed).dataset()
    samples = design.sizes["sample"]
    network, protocol, numerics = TWO.network(True), TWO.protocol(seconds), Numerics()
    make = partial(LimitSimulation, network, protocol, SPIKES, design, numerics, samples)
    found: dict[str, LimitSimulation | TimedSimulation] = {}
    for n in threads:
        found[f"by hand, {n} thread(s)"] = make(LimitBackend(n))
        found[f"plain loop, {n} thread(s)"] = make(LimitBackend(n, by_hand=False))
    found[f"engine, {cores()} core(s)"] = TimedSimulation(network, protocol, SPIKES, design, numerics, samples)
    return found


def main() -> None:
    ask = argparse.ArgumentParser(description="The engine and the limit, M cell steps/s.")
    ask.add_argument("--lanes", type=int, default=4096)
    ask.add_argument("--seconds", type=float, default=1.0, help="simulated")
    ask.add_argument("--seed", type=int, default=0, help="number of the first random stream")
    ask.add_argument("--threads", type=int, nargs="+", default=[1])
    ask.add_argument("--rounds", type=int, default=5)
    asked = ask.parse_args()
    engines = prepared(asked.lanes, seconds=asked.seconds, seed=asked.seed, threads=asked.threads)
    rates: dict[str, list[tuple[float, float, float]]] = {name: [] for name in engines}
    spikes: dict[str, int] = {}
    for turn in range(asked.rounds + 1):
        for name, engine in engines.items():
            began = time.perf_counter()
            slab = engine.run(slice(0, engine.batch))
            whole = time.perf_counter() - began
            steps = engine.batch * TWO.size * engine.windows * engine.numerics.steps / 1e6
            spikes[name] = int(slab.arrays["n_spikes"].sum())
            if turn:
                rates[name].append((steps / engine.seconds, steps / whole, engine.processor / engine.seconds))
    print(f"{'M cell steps/s':26} kernel, median and range   run, median   busy    spikes")
    for name, found in rates.items():
        kernel, run, busy = zip(*found, strict=True)
        span = f"{statistics.median(kernel):7.1f} [{min(kernel):.1f}, {max(kernel):.1f}]"
        print(f"{name:26}{span:28}{statistics.median(run):11.1f}{statistics.median(busy):7.2f}{spikes[name]:10d}")


if __name__ == "__main__":
    main()
