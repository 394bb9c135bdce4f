"""CMA-ES recovers known numbers of a simulated pool from what is measured of it, within the spread over seeds, with
either kernel. What a killed search goes on with is told in tests/unit/test_fit_search.py."""

import itertools

import numpy as np
import pytest
from scipy.stats import chi2

import networks
from experiments.measures.pool import pool_measures
from networks.protocols import triangular_contraction
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.design import Space
from sim.fit.evaluator import Evaluator
from sim.fit.loss import Loss, Target
from sim.fit.objective import Fit
from sim.fit.profile import profile
from sim.fit.search import Rules, search
from sim.measure import Measure
from sim.spec.numerics import Numerics
from sim.spec.record import Record

pytest.importorskip("cmaes")
RECORD = Record(every="50 ms", max_rate="60 Hz")


def rate(view, population: str, start: float, stop: float) -> np.ndarray:
    """Spikes of a pool per unit and second in a window: (sample,)."""
    spikes = view.spikes(population)
    inside = (spikes >= start) & (spikes < stop)
    return inside.sum(axis=(1, 2)) / (spikes.shape[1] * (stop - start))


def irregularity(view, population: str) -> np.ndarray:
    """Difference of neighbouring intervals over their sum, mean over a pool: (sample,)."""
    intervals = np.diff(view.spikes(population), axis=-1)
    change = np.abs(np.diff(intervals, axis=-1)) / (intervals[..., 1:] + intervals[..., :-1])
    known = np.isfinite(change)
    with np.errstate(invalid="ignore"):
        return np.where(known, change, 0).sum(axis=(1, 2)) / known.sum(axis=(1, 2))


def windows(population: str, start: float, stop: float, count: int) -> list[Measure]:
    """The rate of a pool in windows of equal length, and its irregularity."""
    ends = np.linspace(start, stop, count + 1).tolist()
    found = [
        Measure(
            f"rate_{k}", "pps", f"rate from {a:g} to {b:g} s", rate, {"population": population, "start": a, "stop": b}
        )
        for k, (a, b) in enumerate(itertools.pairwise(ends))
    ]
    return [*found, Measure("irregularity", "1", "irregularity", irregularity, {"population": population})]


def recovered(make, space: Space, true: dict[str, float], rules: Rules, population: int, seed: int = 0):
    """The search for known numbers: the targets are means of 16 other seeds, their uncertainty the spread over seeds.

    Args:
        make: an evaluator of (seeds, first_seed).
    """
    point = space.points(np.array([true[name] for name in space.names]))
    known = make(16, 1000 + 100 * seed)(point[None]).measures
    evaluator = make(4, 0)
    targets = [Target(name, float(x.mean()), float(max(x.std(ddof=1), 1e-3))) for name, x in known.items()]
    found = search(
        Fit(evaluator, Loss(targets, evaluator.measures)), space.names, rules=rules, population=population, seed=seed
    )
    return found, point, known


def within_the_seed_spread(found, point: np.ndarray, known: dict, fresh: dict) -> None:
    """Each number lies in its profile's interval twice as wide, and each measure at the set that was found, under seeds
    that neither the search nor the truth has seen, where 95 % of the seeds of the true set are: within two of their
    standard deviations."""
    told = profile(found.history)
    half = np.diff(told.interval)[:, 0] / 2
    for k, name in enumerate(told.names):
        assert abs(found.point[k] - point[k]) < 2 * half[k] + 0.01, f"{name}: {told.sentences[k]}"
    for name, x in known.items():
        assert abs(fresh[name].mean() - x.mean()) < 2 * max(x.std(ddof=1), 1e-3), name


THREE = Space(
    {"level": [0.7, 1.3], "peak": [10, 40], "noise": [0.2, 3]},
    {"network.hTA.monoamine": "level", "protocol.excitation.peak": "peak", "network.hTA.noise": "noise"},
    logarithmic=["noise"],
)
"""Monoaminergic level, peak of the excitation, synaptic noise."""


def small(kernel: str):
    """The evaluator of a small pool in a short contraction, of (seeds, first_seed)."""
    network = networks.pool("hTA", size=6)
    protocol = triangular_contraction(
        population="hTA", peak=25, up="2 s", down="2 s", before="0.2 s", after="0.5 s", tonic_inhibition=1.5
    )
    numerics, measures = Numerics(dt="0.1 ms", window="0.5 ms"), windows("hTA", 0.2, 4.7, 9)

    def make(seeds: int, first: int) -> Evaluator:
        return Evaluator(
            network, protocol, THREE, measures, record=RECORD, numerics=numerics, seeds=seeds, first_seed=first,
            kernel=kernel,
        )  # fmt: skip

    return make


@pytest.mark.slow
@pytest.mark.parametrize(("kernel", "seed"), [("auto", 0), ("auto", 1), ("xla", 0)])
def test_three_numbers_of_a_small_pool_come_back(kernel, seed):
    """Also with other seeds of the search and of the truth, and where XLA computes what C++ does otherwise."""
    make = small(kernel)
    true = {"level": 1.1, "peak": 21.0, "noise": 0.8}
    rules = Rules(evaluations=600, restarts=0, narrow=0.01)
    found, point, known = recovered(make, THREE, true, rules, population=12, seed=seed)
    within_the_seed_spread(found, point, known, make(16, 5000)(found.point[None]).measures)


@pytest.mark.slow
def test_the_kernels_give_the_same_loss():
    """C++ and XLA round their sums in another order, so that some spikes fall into a neighbouring step of 0.1 ms. The
    counts of the windows stay what they are; the irregularity moves by 0.00002, of an SD between seeds of 0.002."""
    points = THREE.sobol(32)
    native, xla = (small(kernel)(4, 0) for kernel in ("native", "xla"))
    one, other = native(points), xla(points)
    np.testing.assert_array_equal(one.status, other.status)
    for name, x in one.measures.items():
        if name == "irregularity":
            np.testing.assert_allclose(x, other.measures[name], rtol=0, atol=1e-4)  # 1/20 of that SD
        else:
            np.testing.assert_array_equal(x, other.measures[name], err_msg=name)
    assert (one.measures["irregularity"] != other.measures["irregularity"]).any()  # two kernels, not one twice
    targets = [Target(name, float(x[5].mean()), float(max(x[5].std(ddof=1), 1e-3))) for name, x in one.measures.items()]
    loss = Loss(targets, native.measures)
    np.testing.assert_allclose(loss(one.measures).loss, loss(other.measures).loss, rtol=1e-3, atol=1e-3)


SIX = Space(
    {"level": [0.7, 1.3], "pattern": [-6, 6], "tonic": [0, 4], "peak": [12, 40], "noise": [0.3, 3], "ahp": [0.5, 2]},
    {
        "network.hTA.monoamine": "level",
        "protocol.inhibition_slope.peak": "pattern",
        "protocol.inhibition.level": "tonic",
        "protocol.excitation.peak": "peak",
        "network.hTA.noise": "noise",
        "network.hTA.tau_ca.low": "90*ms*ahp",
        "network.hTA.tau_ca.high": "30*ms*ahp",
    },
    logarithmic=["noise", "ahp"],
)
"""Monoaminergic level, push-pull to balanced inhibition, its tonic part, peak of the excitation, synaptic noise,
duration of the afterhyperpolarisation."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_six_numbers_of_a_pool_come_back(seed):
    """From a contraction of 20 s: ΔF, its test units, peak rate, recruited units, the pool's rate in 14 windows, and
    the irregularity of the intervals. The search starts again, with twice the population, until the loss is as low as
    95 % of the seeds of the true set have it: a population of 16 may end in a valley of its own (loss 11 for 4 at the
    truth), one of 32 ended there in none of the searches tried."""
    network = networks.pool("hTA")
    protocol = triangular_contraction(
        population="hTA", peak=30, up="10 s", down="10 s", before="1 s", after="1 s", tonic_inhibition=1.5
    )
    taken = ("delta_f", "n_test_units", "peak_rate", "n_recruited")
    measures = [m for m in pool_measures("hTA", LATER_SPIKE_FROM_SECOND) if m.name in taken]
    measures += windows("hTA", 1, 22, 14)

    def make(seeds: int, first: int) -> Evaluator:
        numerics = Numerics(dt="0.1 ms", window="0.5 ms")
        return Evaluator(
            network, protocol, SIX, measures, record=RECORD, numerics=numerics, seeds=seeds, first_seed=first
        )

    true = {"level": 1.1, "pattern": 2.0, "tonic": 1.5, "peak": 25.0, "noise": 1.2, "ahp": 1.2}
    spread = 1 / 4 + 1 / 16  # of a mean of 4 seeds around one of 16, both without anything but their noise
    enough = spread * float(chi2.ppf(0.95, len(measures)))
    rules = Rules(evaluations=4000, restarts=2, narrow=0.01, flat=0.05, enough=enough)
    found, point, known = recovered(make, SIX, true, rules, population=32, seed=seed)
    assert found.loss <= enough
    within_the_seed_spread(found, point, known, make(16, 5000 + 100 * seed)(found.point[None]).measures)
