"""A motoneuron under voltage clamp: the amplifier holds its soma, and supplies what the cell takes there."""

import numpy as np
import pytest

from networks.cells.clamped import CLAMPED
from networks.cells.powers_heckman import ANKLE
from sim.spec.model import Model
from sim.spec.network import Network, Population
from sim.spec.protocol import Course, Hold, Protocol, Settle
from sim.spec.record import Record

SHOWN = Record(variables=("v_soma", "i_clamp"), every="1 ms", commands=False)


def cell(model: Model, **params) -> Network:
    return Network((Population("cell", model, 1, {"noise": 0, **params}),))


def test_the_soma_follows_the_command_through_its_own_sodium_current(simulate):
    ramp: Protocol = Course("cell.command", ("0 ms", "1000 ms", "2000 ms"), ("0 mV", "40 mV", "0 mV"), name="ramp")
    run = simulate(cell(CLAMPED, clamp="1 mS"), ramp, record=SHOWN)
    potential = run.traces["v_soma"][0, 0]
    time = np.arange(len(potential)) / 1000  # s
    command = -80 + 40 * (1 - np.abs(time - 1))
    assert np.abs(potential - command)[time > 0.1].max() < 0.2  # mV
    assert np.isnan(run.times).all()


def test_the_current_of_the_clamp_is_what_holds_the_cell_there_without_a_clamp(simulate):
    held = simulate(cell(CLAMPED, clamp="1 mS", holding="-63 mV"), Settle("4 s"), record=SHOWN)
    current = float(held.traces["i_clamp"][0, 0, -1])
    shown = Record(variables=("v_soma",), every="1 ms", commands=False)
    free = simulate(cell(ANKLE), Hold("cell.current", f"{current} nA") + Settle("4 s"), record=shown)
    assert float(free.traces["v_soma"][0, 0, -1]) == pytest.approx(-63, abs=0.1)  # mV


@pytest.mark.slow
def test_without_conductance_it_is_the_cell_of_the_ankle(simulate):
    driven = Hold("cell.excitation", 12) + Settle("1 s")
    plain = simulate(cell(ANKLE), driven, record=Record(commands=False))
    off = simulate(cell(CLAMPED), driven, record=Record(commands=False))
    assert np.isfinite(plain.times).sum() > 5
    assert np.array_equal(plain.times, off.times, equal_nan=True)
