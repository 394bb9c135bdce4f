"""Antidromic volleys made up: motoneurons, Renshaw cells and axons of a soleus of ten units, all spikes known."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.design import Design
from sim.results.status import Status
from tests.made_reflexes import AT, UNITS
from tests.made_results import padded, spike_variables

CELLS = 4
"""Renshaw cells."""
TIME = np.arange(0, AT + 0.15, 0.001)
REST = -67.0
"""mV."""


class Volley(NamedTuple):
    """What is known of a sample.

    Args:
        axons: motor axons in the volley, the largest first; their motoneurons fire, the others sink.
        discharges: of each Renshaw cell but the last, which is silent, every 2 ms from 15 ms after the stimulus on.
        ipsp: mV, how deep silent motoneurons sink, 20 ms after the command of the stimulus.
        rate: pps, of half of the motoneurons, before the stimulus.
    """

    axons: int
    discharges: int
    ipsp: float
    rate: float = 0.0


def results(design: Design, happened: Callable[[xr.Dataset, int], Volley]) -> xr.Dataset:
    """A Dataset as a simulation leaves it.

    Args:
        design: whose samples these are.
        happened: (design, sample) -> what is known of it.
    """
    whole, spikes, potentials = design.dataset(), [], []
    felt = AT + 0.0005
    for k in range(whole.sizes["sample"]):
        own = happened(whole, k)
        before = (np.arange(AT * own.rate) + 0.5) / own.rate if own.rate else np.zeros(0)
        fires = [unit >= UNITS - own.axons for unit in range(UNITS)]
        neurons = [
            np.append(before if unit < UNITS // 2 else np.zeros(0), [felt + 0.014] * fires[unit])
            for unit in range(UNITS)
        ]
        burst = felt + 0.015 + 0.002 * np.arange(own.discharges)
        belly = [np.array([felt + 0.004] * there) for there in fires]
        spikes.append(padded([*neurons, *[burst] * (CELLS - 1), np.zeros(0), *belly]))
        sinks = REST - own.ipsp * np.exp(-(((TIME - AT - 0.02) / 0.005) ** 2))
        potentials.append([np.full_like(TIME, REST + 10) if there else sinks for there in fires])
    names = ["soleus"] * UNITS + ["soleus_renshaw"] * CELLS + ["soleus_motor_belly"] * UNITS
    return whole.assign(
        {**spike_variables(spikes), "v_soma": (("sample", "recorded", "time"), np.array(potentials))}
    ).assign_coords(
        population=("unit", names),
        recorded=np.arange(UNITS),
        time=TIME,
        status=("sample", np.full(len(spikes), Status.DONE)),
    )
