"""The command of a muscle: what all motoneurons of a pool share lies in a band of known width and strength."""

import numpy as np
import pytest

from networks.cells.descending import COMMAND
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.network import Network, Population
from sim.spec.protocol import Hold, Protocol, Settle
from sim.spec.record import Record

LASTS, EVERY = 40.0, 0.02
"""s."""
SAMPLES = 32


@pytest.fixture(scope="module")
def course():
    """Excitation over the drive that it follows, less 1: (sample, time), without the first four seconds."""
    protocol: Protocol = Settle(f"{LASTS} s") + Hold("command.voluntary", 8.0, name="drive")
    record = Record(variables=("excitation",), every=f"{EVERY} s")
    simulator = Simulator(Network((Population("command", COMMAND, 1),)), protocol, record)
    found = View(simulator.run({"network.command.common": 0.1}, np.arange(SAMPLES))).traces("excitation", "command")
    return found.reshape(SAMPLES, -1)[:, round(4 / EVERY) :] / 8.0 - 1


def test_the_drive_fluctuates_about_its_mean_by_the_part_that_is_given(course):
    """A low-pass of 10 ms leaves 1/(1 + 2 pi 1 Hz 10 ms + (2 pi 2 Hz 10 ms)^2) = 93 % of the variance of such a band.

    Its SD is known within 1 % from 32 times 36 s; a tolerance of three times that.
    """
    left = 1 / (1 + 2 * np.pi * 0.01 + (2 * np.pi * 2 * 0.01) ** 2)
    assert abs(course.mean()) < 0.002
    assert course.std() == pytest.approx(0.1 * np.sqrt(left), rel=0.03)


def test_half_of_the_fluctuation_lies_within_its_band(course):
    """A resonance has half of its power between the frequencies at which its power is half, and 2 % below 1 Hz."""
    power = (np.abs(np.fft.rfft(course - course.mean(-1, keepdims=True))) ** 2).mean(0)
    frequency = np.fft.rfftfreq(course.shape[-1], EVERY)
    inside = (frequency > 1.5) & (frequency < 2.5)
    assert power[inside].sum() / power.sum() == pytest.approx(0.5, abs=0.05)
    assert power[frequency < 1].sum() / power.sum() < 0.03
