"""Units in a ramp of torque, drawn by hand: each begins and ends at one torque, and its rate follows the target."""

import numpy as np

from tests.made_results import padded

BEGIN, FLANK = 5.0, 10.0
"""s, when the ramp begins, and how long it rises and falls."""
ON = np.array([2.0, 4, 6, 8])
"""% MVC, at which units begin and end."""


def target(time: np.ndarray) -> np.ndarray:
    """Part of the MVC, up to a fifth."""
    return 0.2 * np.clip(1 - np.abs(time - BEGIN - FLANK) / FLANK, 0, None)


def spikes(rate: float) -> np.ndarray:
    """Units whose rate rises and falls by 4 pps with the target, to `rate` at its top; smoothing lowers it a little."""
    trains = []
    for on in ON:
        first, last = BEGIN + FLANK * on / 20, BEGIN + 2 * FLANK - FLANK * on / 20
        time = np.arange(first, last, 1e-3)
        cycles = np.cumsum((rate - 4 + 20 * target(time)) * 1e-3)
        trains.append(np.interp(np.arange(1, int(cycles[-1])), cycles, time))
    return padded(trains)
