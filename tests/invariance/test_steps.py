"""A run that is cut into steps is the whole run, bit for bit, and so is one that begins with what others share."""

import numpy as np
import pytest
import xarray as xr

from sim.simulator import Simulator
from sim.spec.numerics import Numerics
from sim.spec.protocol import Hold, Settle, Triangle
from sim.spec.record import Record

EVERY = 20  # windows
CUTS = {
    "window by window": lambda windows: [1] * 90 + [windows - 90],
    "uneven": lambda windows: [3, 64, 100, 1, windows - 168],
    "at once": lambda windows: [windows],
}
WEIGHT = "network.inhibit.weight"


def stepped(simulator: Simulator, state, cuts: list[int]) -> tuple[list[xr.Dataset], dict[int, xr.Dataset]]:
    """What is seen after every step, and, by window, what is seen whenever a whole run records."""
    seen, recorded = [], {}
    for windows in cuts:
        if state.window % EVERY == 0:
            recorded[state.window] = simulator.observe(state)
        state = simulator.advance(state, windows)
        seen.append(simulator.observe(state))
    return seen, recorded


def alike(whole: xr.Dataset, seen: list[xr.Dataset], recorded: dict[int, xr.Dataset]) -> None:
    assert int(whole.n_spikes.sum()) > 30
    np.testing.assert_array_equal(sum(x.n_spikes.values for x in seen), whole.n_spikes)
    steps = np.concatenate([x.spike_step.values for x in seen], axis=-1)
    order = np.argsort(steps < 0, axis=-1, kind="stable")  # the spikes of a unit first, in time
    np.testing.assert_array_equal(
        np.take_along_axis(steps, order, -1)[..., : whole.sizes["spike"]],
        whole.spike_step.values[..., : steps.shape[-1]],
    )
    names = [str(name) for name in whole.data_vars if "time" in whole[name].dims]
    assert len(names) > 1
    for window, moment in recorded.items():
        for name in names:
            np.testing.assert_array_equal(moment[name], whole[name].values[..., window // EVERY], err_msg=name)


@pytest.fixture(scope="module", params=["native", pytest.param("xla", marks=pytest.mark.slow)])
def coupled(request, circuit):
    record = Record(variables=("v", "g_e"), every="10 ms", max_rate="200 Hz")
    return Simulator(*circuit, record, kernel=request.param)


@pytest.fixture(scope="module", params=["native", pytest.param("xla", marks=pytest.mark.slow)])
def uncoupled(request, pool):
    """Its whole run goes through another loop, up to 64 windows at once."""
    protocol = Hold("hTA.inhibition", 1.3, name="inhibition") + (
        Settle("30.5 ms") >> Triangle("hTA.excitation", 31.3, "80 ms", "37 ms", name="excitation")
    )
    record = Record(variables=("v_d1", "i_cal_d1"), every="10 ms", max_rate="200 Hz")
    return Simulator(pool(size=5), protocol, record, kernel=request.param)


@pytest.mark.parametrize("cuts", CUTS)
def test_stepping_is_the_whole_run_of_coupled_cells(coupled, cuts):
    values, stream = {WEIGHT: ["0 nS", "3 nS", "3 nS"]}, [0, 0, 5]
    whole = coupled.run(values, stream)
    assert (whole["actions.reply"] > 0).all()
    seen, recorded = stepped(coupled, coupled.first(values, stream), CUTS[cuts](320))
    alike(whole, seen, recorded)
    np.testing.assert_array_equal(seen[-1]["actions.reply"], whole["actions.reply"])


@pytest.mark.parametrize("cuts", CUTS)
def test_stepping_is_the_whole_run_of_cells_that_nothing_couples(uncoupled, cuts):
    values = {"network.hTA.monoamine": [0.8, 1.0, 1.23]}
    seen, recorded = stepped(uncoupled, uncoupled.first(values, 3), CUTS[cuts](295))
    alike(uncoupled.run(values, 3), seen, recorded)


def test_stepping_is_the_whole_run_in_float64(circuit):
    simulator = Simulator(*circuit, Record(max_rate="200 Hz", every="10 ms"), Numerics(dtype="float64"))
    alike(simulator.run({}, [1, 2]), *stepped(simulator, simulator.first({}, [1, 2]), [20, 100, 7, 193]))


def test_cases_that_differ_later_may_share_their_beginning(coupled):
    """Three cases of two streams from the first 80 ms of one of them: as if each had run from the start."""
    cases = {"protocol.pulse.level": ["0 nA", "0.3 nA", "0.6 nA"] * 2}
    whole = coupled.run(cases, [1, 1, 1, 2, 2, 2])
    shared = coupled.advance(coupled.first({}, [1, 2]), 160)
    begun = coupled.observe(shared)
    branched = coupled.change(shared.select([0, 0, 0, 1, 1, 1]), cases)
    seen, recorded = stepped(coupled, branched, [30, 130])
    assert len({int(x) for x in whole.n_spikes.sum("unit")}) > 3  # the cases do differ
    alike(whole, [begun.isel(sample=[0, 0, 0, 1, 1, 1]), *seen], recorded)


def test_batches_do_not_change_what_is_stepped(circuit):
    few, many = (Simulator(*circuit, Record(max_rate="200 Hz"), samples=n) for n in (2, 7))
    found = [s.observe(s.advance(s.first({WEIGHT: "2 nS"}, range(5)), 200)) for s in (few, many)]
    assert int(found[0].n_spikes.sum()) > 30
    xr.testing.assert_identical(*found)
