"""What an estimator reads of a pool does not hang on the kernel that simulated it."""

import numpy as np
import pytest

import networks
from experiments.fit.shipped import CONTRACTIONS, named
from networks.protocols import shaped_contraction
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.fit.observation import Observation
from sim.fit.posterior import Estimator
from sim.fit.summarised import summary_measure
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.numerics import Numerics
from sim.spec.record import Record

POOLS = 24


@pytest.mark.slow
def test_posterior_means_of_both_kernels_differ_by_a_small_part_of_their_spread():
    """The same 24 pools of the prior, seen alike. C++ and XLA round their sums in another order: of 94,000 spikes 2.1 %
    fall into another step and 0.7 % more than one step of 0.1 ms away, and one is there once only. Posterior means then
    lie 0.02 SD apart in the median and 0.12 SD at most, of which the 2000 draws of each are 0.03."""
    estimator, own = Estimator.load(named("triangle")), CONTRACTIONS["triangle"]
    network = networks.pool("hTA")
    protocol = shaped_contraction(
        population="hTA", up=f"{own.up} s", hold=f"{own.hold} s", down=f"{own.down} s", before=f"{own.start} s",
        after="2 s", peak=1.0,
    )  # fmt: skip
    seen = Observation(views=1, missed=0.05, spurious=0.01, timing="100 ms")
    summarised = summary_measure("hTA", own, seen, LATER_SPIKE_FROM_SECOND)
    values = estimator.space.values(estimator.space.sobol(POOLS, spread=3), {**network.leaves(), **protocol.leaves()})
    spikes, found = {}, {}
    for kernel in ("native", "xla"):
        simulator = Simulator(
            network, protocol, Record(commands=False, max_rate="100 Hz"), Numerics("0.1 ms"), samples=POOLS,
            kernel=kernel,
        )  # fmt: skip
        view = View(simulator.run(values, stream=np.arange(POOLS)))
        spikes[kernel] = view.spikes("hTA")
        found[kernel] = [estimator.infer(x) for x in summarised(view)[:, 0] if np.isfinite(x).any()]
    room = min(x.shape[-1] for x in spikes.values())
    one, other = (x[..., :room] for x in spikes.values())
    assert np.nanmax(abs(one - other)) > 0  # s: two kernels, not one twice
    assert len(found["native"]) == len(found["xla"]) > POOLS / 2
    pairs = list(zip(found["native"], found["xla"], strict=True))
    apart = np.array([abs(a.mean - b.mean) / a.draws.std(axis=0) for a, b in pairs])
    assert apart.max() < 0.25  # SD; added to a posterior at random, this would widen it by 3 %
    assert np.median(apart) < 0.05
    assert [a.possible for a, _ in pairs] == [b.possible for _, b in pairs]
