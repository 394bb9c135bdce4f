"""Designs of a segment whose network and protocol are a table of numbers, for the tests of designs."""

import xarray as xr

from sim.design import Design, Participants
from sim.units import quantity

ON, RATE, CALM = "protocol.nerve.on", "protocol.nerve.frequency", "protocol.relaxation.peak"
LEVEL, E_CL = "network.soleus.monoamine", "network.soleus.E_cl"
NUMBERS = {ON: 0, RATE: "60 Hz", CALM: 0, LEVEL: 0.35, "protocol.wait.duration": "4 s", E_CL: "-75 mV"}
LEAVES = {path: quantity(value) for path, value in NUMBERS.items()}
BOUNDS = {ON: (0, 1), LEVEL: (0, 5), "protocol.wait.duration": ("0 ms", None)}
CASES = {
    "nothing": {},
    "train": {ON: 1},
    "a slow train": {ON: 1, RATE: "20 Hz"},
    "weaker": {E_CL: {"shift": "10 mV"}, RATE: {"scale": 0.5}},
}
AXES = {"level": {"values": [0.5, 0.7, 0.9], "of": LEVEL}}
PEOPLE = Participants(4, {E_CL: 0.1, RATE: 0.2})
RANGES = {LEVEL: [0.5, 1.5], RATE: ["10 Hz", "1 kHz"]}
HERTZ = quantity("1 Hz").number


def crossed(**changes) -> Design:
    """Three levels, four cases and three seeds, but for what is changed."""
    return Design(**{"axes": AXES, "cases": CASES, "seeds": 3, "first_seed": 7} | changes)


def rows(found: xr.Dataset, *names: str) -> list[tuple]:
    """The values of some coordinates, sample by sample."""
    return list(zip(*(found[name].values.tolist() for name in names), strict=True))
