"""The contraction that NEURON was asked for too, at three levels of the persistent inward current, noise off."""

from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from experiments.verification.runs import contraction, pool, simulate
from sim.design import Design

SCALES = (0.8, 1.0, 1.2)  # of the dendritic calcium conductance


@cache
def pool_runs(**numerics: Any) -> MappingProxyType[float, np.ndarray]:
    """Spike times at each of `SCALES`, s, (unit, spike); `numerics` as `sim.spec.numerics.Numerics` takes them."""
    levels = Design({"network.hTA.monoamine": SCALES})
    run = simulate(pool(noise=0), contraction(), design=levels, **numerics)
    return MappingProxyType(dict(zip(SCALES, run.times, strict=True)))
