"""Stretches made up: impulses at the belly of a soleus of ten units, angle and torque, all known."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from sim.design import Design
from sim.results.status import Status
from tests.made_reflexes import UNITS
from tests.made_results import spike_variables

AT = 0.4
"""s, start of the stretch."""
END = 1.0
"""s, of the recording."""


def results(design: Design, fired: Callable[[xr.Dataset, int], int], moving: float = 0.1, torque: float = 3.0):
    """A Dataset as a simulation leaves it.

    Args:
        design: whose samples these are.
        fired: (design, sample) -> how many units, the largest first, an impulse passes 40 ms after the start.
        moving: s, how long the stretch lasts.
        torque: N m, with which each unit that fires resists from 100 to 150 ms after the start; 2 N m are there before.
    """
    whole, samples, torques = design.dataset(), [], []
    time = np.arange(0, END, 0.002)
    for k in range(whole.sizes["sample"]):
        units = fired(whole, k)
        spikes = np.full((UNITS, 2), np.nan)
        spikes[UNITS - units :, 0] = AT + 0.040
        samples.append(spikes)
        torques.append(-1e15 * (2 + torque * units * ((time > AT + 0.1) & (time < AT + 0.15))))
    velocity = np.where((time >= AT) & (time < AT + moving), 1.0, 0.0)
    courses = {
        "ankle.imposed_velocity": (("sample", "time"), np.tile(velocity, (len(samples), 1))),
        "ankle_torque": (("sample", "time"), np.array(torques)),
    }
    return whole.assign({**spike_variables(samples), **courses}).assign_coords(
        population=("unit", ["soleus_motor_belly"] * UNITS),
        status=("sample", np.full(len(samples), Status.DONE)),
        time=time,
    )
