"""Reflexes made up: impulses at the belly of a soleus of ten units whose times are known."""

from collections.abc import Callable

import numpy as np
import xarray as xr

import networks
from sim.design import Design
from sim.results.status import Status
from sim.spec.network import Network
from tests.made_results import spike_variables

UNITS = 10
AT = 0.5
"""s, of the command of the stimulus; a pulse acts a window later."""


def ankle() -> Network:
    """An ankle with ten motoneurons of each muscle."""
    return networks.ankle(size=UNITS)


def results(design: Design, fired: Callable[[xr.Dataset, int], tuple[int, int]]) -> xr.Dataset:
    """A Dataset as a simulation leaves it.

    Args:
        design: whose samples these are.
        fired: (design, sample) -> how many units, the largest first, have an M wave (9 ms after the stimulus) and how
            many, the smallest first, a reflex (27 ms after it).
    """
    whole, samples = design.dataset(), []
    for k in range(whole.sizes["sample"]):
        m, h = fired(whole, k)
        spikes = np.full((UNITS, 3), np.nan)
        spikes[UNITS - m :, 0] = AT + 0.0005 + 0.004
        spikes[:h, 1] = AT + 0.0005 + 0.024
        samples.append(spikes)
    return whole.assign(spike_variables(samples)).assign_coords(
        population=("unit", ["soleus_motor_belly"] * UNITS),
        status=("sample", np.full(len(samples), Status.DONE)),
    )
