"""BENCHMARKS.md: rates with their range, ratios within rounds, and targets met or missed."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.workloads import LONGER, WORKLOADS
from sim.flags import cores
from sim.results.provenance import PACKAGES, versions

NAMES = {
    "sherrington": "Sherrington",
    "xla": "Sherrington, `backend.kernel=xla`",
    "brian2": "Brian2 C++ standalone (float64, without noise)",
    "limit": "limit: C++ with SIMD by hand",
    "plain": "the same loop, vectorised by gcc",
}
SECONDS = {
    "sweep": WORKLOADS["two"].seconds,
    "longer": LONGER * WORKLOADS["two"].seconds,
    "measured": WORKLOADS["short"].seconds,
}  # simulated, of a whole study
SECOND_START = 8.0  # s
REMOTO = {"volley": 2284.0, "pulse": 85.0}
"""s of computing that ReMoto's notebook states for these two (rnwatanabe/projectPR; another machine)."""
POOL_STEPS = 20 * 22_000 / 0.05  # of one pool run of 22 s


@dataclass(frozen=True)
class Run:
    """One timed run; see `benchmarks.engines`."""

    engine: str
    workload: str
    turn: int
    lanes: float
    seconds: float
    rate: float
    compile: float
    spikes: float
    peak_bytes: float


@dataclass(frozen=True)
class Target:
    """A ratio, what it must be and what is aimed at."""

    words: str
    ratios: Sequence[float]
    must: float
    aim: float

    def row(self) -> str:
        if not self.ratios:
            return f"| {self.words} | not measured | {self.must:g} | {self.aim:g} | |"
        found = statistics.median(self.ratios)
        verdict = "aim reached" if found >= self.aim else "met" if found >= self.must else "**MISSED**"
        return f"| {self.words} | {_range(self.ratios, '{:.2f}')} | {self.must:g} | {self.aim:g} | {verdict} |"


def text(
    runs: Sequence[Run],
    neuron: Sequence[float],
    starts: Mapping[str, tuple[float, float]],
    errors: Mapping[str, Mapping[str, float]],
) -> str:
    """The report.

    Args:
        neuron: s of one core for one pool run, by round.
        starts: by workload, s until a first simulation is done, with an empty cache and a second time.
        errors: by workload, spike count of each engine's scheme against the converged one, in percent.
    """
    parts = [
        "# Benchmarks",
        "Written by `make bench`: every run a process of its own, engines in turns, median (range) over rounds. One "
        "step is one cell for one dt (0.05 ms). Ours, and the kernel by hand: float32, staggered scheme, with noise "
        "and raster. Brian2's: its exponential Euler in float64, without noise, which that cannot integrate, and "
        "without raster; NEURON's: without noise. All but NEURON take every core. Our time is that of a whole call, "
        "from declared numbers to spike steps, after the first one has compiled: the median of those that a second "
        "holds. Only ratios mean something elsewhere.",
        f"Machine: {_machine()}. {_packages()}.",
        "## Ratios",
        "| | found | must | aim | |\n|---|---|---|---|---|\n"
        + "\n".join(t.row() for t in targets(runs, neuron, cores())),
        "## Rates",
        _rates([r for r in runs if r.engine in NAMES]),
    ]
    if ankle := _ankle(runs):
        parts.append(ankle)
    if neuron:
        parts.append(
            f"NEURON 9.0.2 with lean MOD files, the pool hTA, 20 motoneurons for 22 s without noise, dt 0.025 ms, one "
            f"core: {_range(neuron, '{:.1f}')} s."
        )
    of_two = (
        "A study of two compartments, uncoupled, 64 cells in a sample, from declarations to its store on disk, the "
    )
    of_two += "compilation (or its load) included: cost and memory from few samples to many, from short ones to long."
    of_short = "A contraction of 2 cells of five compartments, measured (ΔF, brace height, peak rate ...) as its slabs "
    of_short += "are finished, spikes not kept, from declarations to the measures of all samples in memory."
    parts += ["## A sweep as it grows", of_two, _growth([r for r in runs if r.engine in ("sweep", "longer")])]
    parts += [of_short, _growth([r for r in runs if r.engine == "measured"])]
    parts += ["## Starting", _starts(starts), "## Spikes", _errors(errors)]
    return "\n\n".join(parts) + "\n"


def targets(runs: Sequence[Run], neuron: Sequence[float], cores: int) -> list[Target]:
    """The project's own targets, set for two cores."""

    def rate(engine: str, workload: str, lanes: float | None = None) -> dict[int, float]:
        own = [r for r in runs if r.engine == engine and r.workload == workload]
        most = max((r.lanes for r in own), default=0)
        near = min((r.lanes for r in own), key=lambda n: abs(n - (most if lanes is None else lanes)), default=0)
        return {r.turn: r.rate for r in own if r.lanes == near}

    def ratios(one: Mapping[int, float], other: Mapping[int, float]) -> list[float]:
        return [one[turn] / other[turn] for turn in one if turn in other]

    ours = rate("sherrington", "two", 16384)
    own = [r.seconds for r in runs if (r.engine, r.workload) == ("sherrington", "ankle")]
    five = [
        x / (cores * POOL_STEPS / r) for x, r in zip(neuron, rate("sherrington", "five", 5120).values(), strict=False)
    ]
    return [
        Target("two compartments, against the limit", ratios(ours, rate("limit", "two")), 0.30, 0.50),
        Target("two compartments, against Brian2", ratios(ours, rate("brian2", "two")), 12, 25),
        Target("64 lanes against 16,384", ratios(rate("sherrington", "two", 64), ours), 0.5, 0.8),
        Target("five compartments, a pool run against NEURON, per core", five, 80, 160),
        Target("320 coupled cells, 10 samples, against Brian2",
               ratios(rate("sherrington", "coupled", 3200), rate("brian2", "coupled")), 4, 15),
        Target("an ankle with human numbers, simulated time against real time",
               [WORKLOADS["ankle"].seconds / seconds for seconds in own], 1, 2),
        Target("64 ankles at a tenth, steps/s against the same cells uncoupled",
               ratios(rate("sherrington", "tenth"), rate("sherrington", "apart")), 1 / 1.5, 1),
        Target("the limit against gcc's own vectorisation", ratios(rate("limit", "two"), rate("plain", "two")), 2, 2),
    ]  # fmt: skip


def _rates(runs: Sequence[Run]) -> str:
    lines = [
        "| workload | engine | lanes | M steps/s | compile, or load (s) | peak memory (MB) |",
        "|---|---|---|---|---|---|",
    ]
    keys = dict.fromkeys((r.workload, r.engine, r.lanes) for r in runs)
    for workload, engine, lanes in sorted(keys, key=lambda k: (list(WORKLOADS).index(k[0]), k[1] != "sherrington")):
        own = [r for r in runs if (r.workload, r.engine, r.lanes) == (workload, engine, lanes)]
        lines.append(
            f"| {WORKLOADS[workload].words} | {NAMES[engine]} | {lanes:,.0f} | "
            f"{_range([r.rate / 1e6 for r in own], '{:.1f}')} | {_range([r.compile for r in own], '{:.1f}')} | "
            f"{max(r.peak_bytes for r in own) / 1e6:,.0f} |"
        )
    return "\n".join(lines)


def _ankle(runs: Sequence[Run]) -> str:
    """What two runs of ReMoto take here."""
    said = []
    for workload, theirs in REMOTO.items():
        if taken := [r.seconds for r in runs if (r.engine, r.workload) == ("sherrington", workload)]:
            own = WORKLOADS[workload]
            said.append(f"{own.words}, {own.seconds:g} s: {_range(taken, '{:.2f}')} s here; ReMoto {theirs:,.0f} s")
    found = "; ".join(said)
    return found and f"{found} (as its notebook states, in Python, on another machine)."


def _growth(runs: Sequence[Run]) -> str:
    if not runs:
        return "Not measured."
    lines = [
        "| samples | simulated (s) | whole time (s) | per sample and simulated second (ms) | peak memory (MB) |",
        "|---|---|---|---|---|",
    ]
    for engine, lanes in sorted({(r.engine, r.lanes) for r in runs}, key=lambda x: (SECONDS[x[0]], x[1])):
        own = [r for r in runs if (r.engine, r.lanes) == (engine, lanes)]
        samples, simulated = lanes / WORKLOADS[own[0].workload].size, SECONDS[engine]
        lines.append(
            f"| {samples:,.0f} | {simulated:g} | {_range([r.seconds for r in own], '{:.1f}')} | "
            f"{_range([1000 * r.seconds / samples / simulated for r in own], '{:.1f}')} | "
            f"{_range([r.peak_bytes / 1e6 for r in own], '{:.0f}')} |"
        )
    return "\n".join(lines)


def _starts(starts: Mapping[str, tuple[float, float]]) -> str:
    lines = [
        f"From launching Python to the end of its first simulation, one sample. A second start finds what was compiled "
        f"in the cache, and must not take longer than {SECOND_START:g} s.",
        "",
        "| workload | first start (s) | second start (s) | |",
        "|---|---|---|---|",
    ]
    for workload, (first, second) in starts.items():
        verdict = "met" if second <= SECOND_START else "**MISSED**"
        lines.append(f"| {WORKLOADS[workload].words} | {first:.1f} | {second:.1f} | {verdict} |")
    return "\n".join(lines)


def _errors(errors: Mapping[str, Mapping[str, float]]) -> str:
    lines = [
        "Number of spikes without noise, against the converged run (staggered, dt 0.005 ms, float64).",
        "",
        "| workload | scheme | spikes, in percent of the converged ones |",
        "|---|---|---|",
    ]
    for workload, found in errors.items():
        lines += [f"| {WORKLOADS[workload].words} | {scheme} | {error:+.2f} |" for scheme, error in found.items()]
    return "\n".join(lines)


def _range(values: Sequence[float], form: str) -> str:
    """'12.3 (11.9 to 12.8)'; a dash where there is no number."""
    if any(value != value for value in values):
        return "–"
    middle = form.format(statistics.median(values))
    ends = [form.format(pick(values)) for pick in (min, max)]
    return middle if len(values) < 2 or ends[0] == ends[1] else f"{middle} ({ends[0]} to {ends[1]})"


def _machine() -> str:
    """Processor and number of cores, without the machine's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{cores()} cores, {model}"


def _packages() -> str:
    found: dict[str, Any] = versions(PACKAGES)
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {version}" for name, version in found.items())
