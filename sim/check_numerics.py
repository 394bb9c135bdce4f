"""A study beside itself in double precision, and with half the step: what its numbers owe to how they are computed.

    checked = study.check_numerics(measures)
    checked.agree                                                  # within `Limits`
    print("\n".join(checked.lines()))                              # side by side, in words

Rounding grows where a cell is unstable: under a slow ramp an axon leaves its rest the sooner, the more its numbers are
shaken. Noise is the same in all runs: what two steps of half the length receive is a refinement of what the whole one
does (a Brownian bridge).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.backends.base import Simulation
from sim.measure import Measure, check_measures, evaluate
from sim.progress import progress
from sim.results.schema import spike_times
from sim.results.status import Status
from sim.spec.numerics import Numerics

Prepare = Callable[[Numerics, xr.Dataset], Simulation]
"""A study with other numerical settings, and the samples that are run: (numerics, design) -> simulation."""


@dataclass(frozen=True)
class Limits:
    """How far two runs may be apart and still agree.

    Args:
        spikes: of a unit, as a part of their number; one always: a last interval is there or not.
        onset: ms, of a first spike.
        measure: of a measure, as a part of its largest size among the samples.
    """

    spikes: float = 0.005
    onset: float = 5.0
    measure: float = 0.05


class Run(NamedTuple):
    """What one run left.

    Args:
        counts: spikes, (sample, unit).
        first: s, first spike of each, (sample, unit); infinite where it is silent.
        measures: by name, (sample,).
        status: (sample,).
    """

    counts: np.ndarray
    first: np.ndarray
    measures: Mapping[str, np.ndarray]
    status: np.ndarray


class Row(NamedTuple):
    """One thing that is compared, in words, and whether it agrees."""

    words: str
    agrees: bool


class Pair(NamedTuple):
    """Two runs that differ in one thing; `rows` say what of it is seen, `remedy` what to do where they are apart."""

    what: str
    remedy: str
    rows: tuple[Row, ...]

    @property
    def agree(self) -> bool:
        return all(row.agrees for row in self.rows)


@dataclass(frozen=True)
class Checked:
    """What was found.

    Args:
        samples: numbers of those that were run.
        total: how many the study has.
        pairs: single precision against double, where the study asks for single; the step against half of it.
        limits: within which two runs agree.
    """

    samples: tuple[int, ...]
    total: int
    pairs: tuple[Pair, ...]
    limits: Limits

    @property
    def agree(self) -> bool:
        """Whether all is within the limits."""
        return all(pair.agree for pair in self.pairs)

    def lines(self) -> list[str]:
        """Everything in words."""
        some = f"sample{'s' * (len(self.samples) > 1)} {', '.join(map(str, self.samples))}"
        said = [f"checked {some} of {self.total}"]
        for pair in self.pairs:
            said.append(f"{pair.what}: {'agree' if pair.agree else 'DISAGREE'}")
            said += [f"  {row.words}{'' if row.agrees else '   <- apart'}" for row in pair.rows]
        limits = self.limits
        said.append(
            f"limits: a unit's spikes {limits.spikes:.1%} or one, a first spike {limits.onset:g} ms, a measure "
            f"{limits.measure:.0%} of its largest size"
        )
        said += [f"what is apart hangs on how it is computed; {pair.remedy}" for pair in self.pairs if not pair.agree]
        return said


def check_numerics(
    prepare: Prepare,
    numerics: Numerics,
    design: xr.Dataset,
    measures: Sequence[Measure],
    *,
    samples: int = 3,
    limits: Limits | None = None,
) -> Checked:
    """Run a few samples of a design as they are, in double precision, and there with half the step.

    Args:
        design: coordinates of every sample.
        samples: how many at most; they lie evenly in the design, its first and last among them.

    Raises:
        ValueError: no sample is asked for, the study cannot be run, or a measure needs what is not recorded.
    """
    if samples < 1:
        raise ValueError(f"at least one sample is checked, but {samples} were asked for.")
    total, limits = design.sizes["sample"], limits or Limits()
    chosen = np.unique(np.linspace(0, total - 1, min(samples, total)).round().astype(int))
    some = design.isel(sample=chosen)
    double = replace(numerics, dtype="float64")
    settings = [*dict.fromkeys((numerics, double)), double.halved()]
    runs, names = [], []
    with progress("checking", len(settings) * len(chosen)) as tell:
        for own in settings:
            found, names = _run(prepare(own, some), measures)
            runs.append(found)
            tell(len(chosen))
    single = f"single precision (float32 against float64, dt {numerics.dt})", "take dtype=float64"
    step = f"the step (dt {numerics.dt} against half of it, in float64)", "take a shorter dt, and check again"
    words = [single, step] if len(runs) == 3 else [step]
    pairs = tuple(
        Pair(*said, tuple(_rows(a, b, measures, names, chosen, limits)))
        for said, (a, b) in zip(words, pairwise(runs), strict=True)
    )
    return Checked(tuple(map(int, chosen)), total, pairs, limits)


def _run(simulation: Simulation, measures: Sequence[Measure]) -> tuple[Run, list[str]]:
    """A run of all samples, and the names of its units."""
    check_measures(measures, simulation.schema)
    arrays, status = simulation.run(slice(0, simulation.schema.sizes["sample"]))
    results = simulation.schema.dataset(slice(None), arrays, status)
    first = spike_times(results).isel(spike=0).values
    populations = list(map(str, results["population"].values))
    names = [f"{name} {populations[:k].count(name)}" for k, name in enumerate(populations)]
    found = evaluate(measures, results)
    return Run(results["n_spikes"].values, np.where(np.isnan(first), np.inf, first), found, status), names


def _rows(
    a: Run, b: Run, measures: Sequence[Measure], names: list[str], samples: np.ndarray, limits: Limits
) -> list[Row]:
    failed = [k for k in range(len(samples)) if a.status[k] != Status.DONE or b.status[k] != Status.DONE]
    if failed:
        said = (f"sample {samples[k]}: {Status(max(a.status[k], b.status[k])).sentence}" for k in failed)
        return [Row(" ".join(said), False)]

    def at(where: tuple[np.intp, ...]) -> str:
        return f"{names[where[1]]}, sample {samples[where[0]]}"

    apart = b.counts - a.counts
    worst = _largest(np.abs(apart))
    said = f"spikes: {a.counts.sum()} against {b.counts.sum()}"
    if apart[worst]:
        said += f"; most apart {a.counts[worst]} against {b.counts[worst]} ({at(worst)})"
    allowed = np.maximum(1, limits.spikes * np.maximum(a.counts, b.counts))
    rows = [Row(said, bool((np.abs(apart) <= allowed).all()))]
    alone = np.isinf(a.first) != np.isinf(b.first)
    both = np.isfinite(a.first) & np.isfinite(b.first)
    later = np.where(both, 1000 * (np.where(both, b.first, 0) - np.where(both, a.first, 0)), 0)
    worst = _largest(np.abs(later))
    said = "first spikes: none"
    if both.any():
        said = f"first spikes: within {abs(later[worst]):.3g} ms"
        said += f", {a.first[worst]:.4f} against {b.first[worst]:.4f} s ({at(worst)})" if later[worst] else ""
    if alone.any():
        one = tuple(x[0] for x in np.nonzero(alone))
        said += f"; {int(alone.sum())} of the units fires in one run only ({at(one)})"
    few = bool(np.where(alone, a.counts + b.counts, 0).max(initial=0) <= 1)  # a single spike is there or not
    rows.append(Row(said, float(np.abs(later).max(initial=0)) <= limits.onset and few))
    return rows + [_measure(m, a.measures[m.name], b.measures[m.name], samples, limits) for m in measures]


def _measure(measure: Measure, a: np.ndarray, b: np.ndarray, samples: np.ndarray, limits: Limits) -> Row:
    """One measure of both runs, where they are most apart."""
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    lone = np.isnan(a) != np.isnan(b)
    if lone.any():
        k = int(np.argmax(lone))
        return Row(f"{measure.name}: {a[k]:.4g} against {b[k]:.4g}{unit} (sample {samples[k]})", False)
    if np.isnan(a).all():
        return Row(f"{measure.name}: not measurable in any of these samples", True)
    with np.errstate(invalid="ignore"):
        apart = np.where(a == b, 0, np.abs(b - a))
    k = int(np.nanargmax(apart))
    size = np.nanmax(np.abs([a, b]))
    said = f"{measure.name} ({measure.words}): {a[k]:.4g} against {b[k]:.4g}{unit} (sample {samples[k]})"
    return Row(said, bool(apart[k] <= limits.measure * size))


def _largest(x: np.ndarray) -> tuple[np.intp, ...]:
    return np.unravel_index(int(np.argmax(x)), x.shape)
