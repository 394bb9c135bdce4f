"""One timed run of one engine on one workload, in a process of its own; the numbers go to standard output as JSON.

python -m benchmarks.engines sherrington two 4096
"""

import json
import resource
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.workloads import LONGER, SPIKES, WORKLOADS, Workload
from experiments.verification import runs
from sim.backends.jax_backend import JaxBackend
from sim.flags import cores


def sherrington(workload: Workload, lanes: int, kernel: str = "auto") -> dict[str, Any]:
    """Calls of a prepared simulation after the first, from declared numbers to spike steps; noise and raster included.

    Their median, of as many as a second holds: a call of a few milliseconds is at the mercy of the scheduler.
    """
    design = workload.design(lanes)
    protocol = workload.protocol(workload.seconds)
    backend = JaxBackend(kernel)
    prepared = runs.prepare(workload.network(True), protocol, record=SPIKES, design=design, backend=backend)
    everything, taken = slice(0, prepared.batch), []
    began = time.perf_counter()
    found = prepared.run(everything)
    first = time.perf_counter() - began
    while sum(taken) < 1:
        began = time.perf_counter()
        found = prepared.run(everything)
        taken.append(time.perf_counter() - began)
    second = statistics.median(taken)
    cells = prepared.batch * workload.size
    steps = prepared.windows * prepared.numerics.steps
    return {
        "lanes": cells,
        "seconds": second,
        "rate": cells * steps / second,
        "compile": max(0.0, first - second),
        "spikes": int(found.arrays["n_spikes"].sum()),
    }


def sweep(workload: Workload, lanes: int, times: float = 1) -> dict[str, Any]:
    """A whole study, from declarations to its store on disk; what a batch is, the machine decides.

    Args:
        times: as much simulated time as the workload's own.
    """
    from sim.run import Study, run
    from sim.spec.numerics import Numerics

    seconds = times * workload.seconds
    network, protocol, design = workload.network(True), workload.protocol(seconds), workload.design(lanes)
    study = Study(network, protocol, SPIKES, design, JaxBackend(), Numerics())
    with TemporaryDirectory(prefix="benchmark_") as folder:
        began = time.perf_counter()
        found = run(study, Path(folder) / "store.zarr")
        taken = time.perf_counter() - began
        cells = found.sizes["sample"] * workload.size
        spikes = int(found.n_spikes.sum())
    steps = round(seconds / 0.05e-3)
    return {"lanes": cells, "seconds": taken, "rate": cells * steps / taken, "compile": 0.0, "spikes": spikes}


def longer(workload: Workload, lanes: int) -> dict[str, Any]:
    """A whole study of four times the simulated time."""
    return sweep(workload, lanes, LONGER)


def measured(workload: Workload, lanes: int) -> dict[str, Any]:
    """A whole study whose measures are taken while it runs, and whose spikes are not kept."""
    from dataclasses import replace

    from experiments.measures.pool import pool_measures
    from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
    from sim.measured import measured
    from sim.run import Study, run
    from sim.spec.numerics import Numerics

    network, protocol, design = workload.network(True), workload.protocol(workload.seconds), workload.design(lanes)
    record = replace(SPIKES, commands=True, every="50 ms", keep_spikes=False)
    study = Study(network, protocol, record, design, JaxBackend(), Numerics())
    measures = pool_measures(network.populations[0].name, LATER_SPIKE_FROM_SECOND)
    with TemporaryDirectory(prefix="benchmark_") as folder:
        began = time.perf_counter()
        found = run(study, Path(folder) / "store.zarr", measures=measures)
        values = measured(Path(folder) / "store.zarr", measures)
        taken = time.perf_counter() - began
        cells = found.sizes["sample"] * workload.size
        recruited = int(values["n_recruited"].sum())
    assert recruited > cells // 4, "most units stay silent, so that there is nothing to measure"
    steps = round(workload.seconds / 0.05e-3)
    return {"lanes": cells, "seconds": taken, "rate": cells * steps / taken, "compile": 0.0, "spikes": recruited}


def start(workload: Workload, lanes: int) -> dict[str, Any]:
    """The first simulation of a process, a single sample."""
    prepared = runs.prepare(workload.network(True), workload.protocol(workload.seconds), record=SPIKES)
    began = time.perf_counter()
    prepared.run(slice(0, 1))
    first = time.perf_counter() - began
    return {"lanes": workload.size, "seconds": first, "rate": 0.0, "compile": 0.0, "spikes": 0}


def xla(workload: Workload, lanes: int) -> dict[str, Any]:
    """The same without C++."""
    return sherrington(workload, lanes, "xla")


def brian2(workload: Workload, lanes: int) -> dict[str, Any]:
    """Brian2's C++ program, a thread for each core; see `benchmarks.brian2_peer`."""
    from benchmarks.brian2_peer import run

    assert workload.peer is not None, "this workload has no Brian2 peer"
    samples = max(1, round(lanes / workload.size))
    began = time.perf_counter()
    taken, spikes = run(
        workload.peer,
        samples=samples,
        size=workload.size,
        seconds=workload.seconds,
        threads=cores(),
        coupled=workload.size > 64,
    )
    whole = time.perf_counter() - began
    cells = samples * workload.size
    return {
        "lanes": cells,
        "seconds": taken,
        "rate": cells * workload.seconds * 20_000 / taken,
        "compile": whole - taken,
        "spikes": spikes,
    }


def limit(workload: Workload, lanes: int, *, by_hand: bool = True) -> dict[str, Any]:
    """The kernel written by hand, a thread for each core, its wall time alone; see `benchmarks.limit.backend`."""
    from benchmarks.limit.backend import LimitBackend, LimitSimulation

    prepared = runs.prepare(
        workload.network(True),
        workload.protocol(workload.seconds),
        record=SPIKES,
        design=workload.design(lanes),
        backend=LimitBackend(threads=cores(), by_hand=by_hand),
    )
    assert isinstance(prepared, LimitSimulation)
    found = prepared.run(slice(0, prepared.batch))
    cells, steps = prepared.batch * workload.size, prepared.windows * prepared.numerics.steps
    return {
        "lanes": cells,
        "seconds": prepared.seconds,
        "rate": cells * steps / prepared.seconds,
        "compile": float("nan"),
        "spikes": int(found.arrays["n_spikes"].sum()),
    }


def plain(workload: Workload, lanes: int) -> dict[str, Any]:
    """The plain loop of the same kernel, vectorised by the compiler."""
    return limit(workload, lanes, by_hand=False)


def errors(workload: Workload, lanes: int) -> dict[str, Any]:
    """Spikes of one sample without noise, in percent of the converged number, for two schemes at dt 0.05 ms."""

    def spikes(**numerics: Any) -> int:
        found = runs.simulate(workload.network(False), workload.protocol(workload.seconds), record=SPIKES, **numerics)
        return int(found.counts.sum())

    converged = spikes(dt="0.005 ms", dtype="float64")
    schemes = {"staggered, float32": "staggered", "exponential Euler (Brian2's), float32": "exponential_euler"}
    return {words: 100 * (spikes(scheme=scheme) / converged - 1) for words, scheme in schemes.items()}


ENGINES = {
    "sherrington": sherrington,
    "sweep": sweep,
    "longer": longer,
    "measured": measured,
    "start": start,
    "xla": xla,
    "brian2": brian2,
    "limit": limit,
    "plain": plain,
    "errors": errors,
}


def main(arguments: list[str]) -> None:
    """Run `ENGINE WORKLOAD LANES`."""
    engine, workload, lanes = arguments
    found = {name: float(x) for name, x in ENGINES[engine](WORKLOADS[workload], int(lanes)).items()}
    if engine != "errors":
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        found["peak_bytes"] = peak * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
