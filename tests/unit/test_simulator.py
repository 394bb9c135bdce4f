"""A simulator in memory gives what a store gives, compiles once, and refuses in a sentence what it cannot run."""

import logging
import pickle
import re
from dataclasses import replace

import jax
import numpy as np
import pytest
import xarray as xr

import sim.simulator
from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.results.rounding import rounded
from sim.results.schema import ROUNDING
from sim.run import Study, run
from sim.simulator import Simulator
from sim.simulator_state import SimState, StateError
from sim.spec.numerics import Numerics
from sim.spec.projection import Projection
from sim.spec.protocol import Settle, Step, Triangle
from sim.spec.record import Record
from sim.spec.trigger import When

RECORD = Record(variables=("v",), every="10 ms", max_rate="200 Hz")
DELAY = "network.excite.delay.high"
LONG = {DELAY: ("4 ms", "21 ms")}


@pytest.fixture(scope="module")
def simulator(circuit):
    """Two populations, spikes and values between them, a trigger; four samples together."""
    return Simulator(*circuit, RECORD, samples=4, ranges=LONG, live=("b.I", "activity"))


def test_a_run_in_memory_is_what_a_store_holds(circuit, simulator, tmp_path):
    conditions = Design({"network.inhibit.weight": ["0 nS", "3 nS"], DELAY: ["4 ms", "21 ms"]}, seeds=3)
    stored = run(Study(*circuit, RECORD, conditions, JaxBackend(), Numerics()), tmp_path / "store.zarr")
    design = conditions.dataset()
    values = {str(path): design[path].values for path in design.coords if "." in str(path) and "network" in str(path)}
    found = simulator.run(values, design["stream"].values)
    assert int(found.n_spikes.sum()) > 100
    for name, variable in found.variables.items():
        kept = stored[name]
        bits = kept.attrs.get("mantissa_bits")
        values = variable.values if bits is None else rounded(variable.values, bits)
        np.testing.assert_array_equal(values, kept.values, err_msg=str(name))
        assert variable.dims == kept.dims
        assert values.dtype == kept.dtype or values.dtype.kind == "U"
        assert variable.attrs == {k: v for k, v in kept.attrs.items() if k not in ROUNDING}
    of_design = {label for name in stored.attrs["factors"] for label in (name, f"{name}_index")}
    assert set(found.variables) == set(stored.variables) - of_design
    assert set(found.coords) == set(stored.coords) - of_design


def test_any_call_after_the_first_compiles_nothing(simulator, caplog):
    def called(values, stream) -> int:
        caplog.clear()
        with jax.log_compiles(), caplog.at_level(logging.DEBUG, logger="jax"):
            simulator.run(values, stream)
            state = simulator.first(values, stream)
            for windows in (1, 70):
                state = simulator.advance(state, windows, live={"b.I": "0.1 nA"})
                simulator.observe(state)
            simulator.advance(state.select([0]), 3)
        return sum("Compiling" in record.getMessage() for record in caplog.records)

    called({}, 0)
    assert called({DELAY: ["4 ms", "21 ms"], "network.inhibit.weight": "1 nS"}, [3, 4]) == 0
    assert called({DELAY: np.linspace(4.0, 21.0, 9)}, 7) == 0  # three batches
    assert called({}, 11) == 0


def test_quantities_and_arrays_in_coherent_units_are_the_same_values(simulator):
    written = simulator.run({DELAY: ["5 ms", "0.02 s"]}, [0, 1])
    numbers = simulator.run({DELAY: xr.DataArray([5.0, 20.0])}, np.array([0, 1]))
    xr.testing.assert_identical(written, numbers)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"network.excite.delay.hi": "5 ms"}, "did you mean 'network.excite.delay.high'"),
        ({DELAY: "5 mV"}, "must be in ms"),
        ({DELAY: 5}, "must be in ms"),
        ({DELAY: ["-1 ms"]}, "below its lower bound"),
        ({DELAY: np.array([5.0, -1.0])}, "is -1 ms, below its lower bound"),
        ({DELAY: np.array([np.nan])}, "finite numbers"),
        ({DELAY: np.array(["a"])}, "finite numbers"),
        ({DELAY: []}, "holds no value"),
        ({DELAY: "40 ms"}, "room for 1 to 21 ms; say how far it may go when this is made"),
        ({"protocol.drive.duration": "2 s"}, "ranges="),
        ({DELAY: ["5 ms", "6 ms"], "network.inhibit.weight": ["1 nS"] * 3}, "has 3 values but"),
    ],
)
def test_values_that_cannot_be_run_are_refused(simulator, values, said):
    for ask in (simulator.run, simulator.first):
        with pytest.raises(ValueError, match=re.escape(said)) as refused:
            ask(values)
        assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize("stream", [-1, 0.5, [], "one", [[0]]])
def test_a_stream_is_a_whole_number(simulator, stream):
    with pytest.raises(ValueError, match="whole numbers from 0"):
        simulator.run({}, stream)


def test_what_is_given_live_has_a_name_and_a_unit(circuit, simulator):
    state = simulator.first()
    for live, said in (({"a.I": "1 nA"}, "leads to no number"), ({"b.I": "1 mV"}, "must be in nA")):
        with pytest.raises(ValueError, match=said):
            simulator.advance(state, 1, live)
    with pytest.raises(ValueError, match="at least 1"):
        simulator.advance(state, 0)
    with pytest.raises(ValueError, match="no port or signal"):
        Simulator(*circuit, live=("a.J",))
    with pytest.raises(ValueError, match="lowest and its highest"):
        Simulator(*circuit, ranges={DELAY: ["4 ms"]})
    with pytest.raises(ValueError, match="`samples`"):
        Simulator(*circuit, samples=0)


def test_a_port_given_live_acts_as_a_command_does(circuit):
    """A current from outside, from 20 to 50 ms: the spikes of a command, but for its first and last step, where a
    command is half as high."""
    network = circuit[0]
    commanded = Simulator(network, Settle("20 ms") >> Step("a.I", "0.7 nA", "30 ms") >> Settle("30 ms")).run()
    live = Simulator(network, Settle("80 ms"), live=("a.I",))
    state = live.advance(live.first(), 40)
    assert int(live.observe(state).n_spikes.sum()) == 0
    state = live.advance(state, 60, {"a.I": "0.7 nA"})
    during = live.observe(state)
    assert 0.2 < float(during["a.I"][0]) < 0.7  # and what `rate` takes from it
    expected = ((commanded.spike_step >= 0) & (commanded.spike_step < 1000)).sum("spike")
    assert int(during.n_spikes.sum()) > 10
    np.testing.assert_allclose(during.n_spikes, expected, atol=1)
    still = live.advance(live.advance(state, 20, {"a.I": "0 nA"}), 40)
    assert int(live.observe(still).n_spikes.sum()) == 0


def test_a_signal_given_live_pulls_a_trigger(circuit):
    reply = When("activity", Step("b.I", "0.5 nA", "5 ms", name="push"), above=0.5, at_most=1, name="reply")
    simulator = Simulator(circuit[0], Settle("50 ms") + reply, live=("activity",))
    state = simulator.advance(simulator.first(), 10)
    assert int(simulator.observe(state)["actions.reply"][0]) == 0
    pressed = simulator.advance(state, 1, {"activity": 1.0})
    assert int(simulator.observe(pressed)["actions.reply"][0]) == 1
    assert int(simulator.observe(state)["actions.reply"][0]) == 0  # the state before is as it was


def test_a_port_that_a_projection_drives_is_recorded(circuit):
    """What `rate` brings after 0 ms, to each cell the same: the weight times the value that it reads."""
    network, protocol = circuit
    rate = Projection("rate", "b.r", "a.I", "-0.02 nA", "0 ms")
    found = Simulator(replace(network, projections=(*network.projections[:2], rate)), protocol, RECORD).run()
    assert found["a.I"].attrs["long_name"] == "input to a.I, mean over its cells"
    command = np.where((found.time >= 0.01 - 1e-9) & (found.time < 0.13 - 1e-9), 0.7, 0.0)
    brought = -0.02 * found["activity"].values * 9  # the sum over nine cells
    assert np.abs(brought).max() > 0.05
    np.testing.assert_allclose(found["a.I"].values - command, brought, atol=1e-6)


def test_a_saved_state_goes_on(simulator, tmp_path):
    values, stream = {DELAY: ["4 ms", "21 ms"]}, [1, 2]
    state = simulator.advance(simulator.first(values, stream), 90, {"b.I": ["0.1 nA", "0 nA"]})
    on = simulator.observe(simulator.advance(state, 100))
    state.save(tmp_path / "state.npz")
    for other in (simulator.load(tmp_path / "state.npz"), pickle.loads(pickle.dumps(state)), state.select([0, 1])):
        assert other.time == pytest.approx(0.045)
        xr.testing.assert_identical(simulator.observe(other), simulator.observe(state))
        xr.testing.assert_identical(simulator.observe(simulator.advance(other, 100)), on)


def test_a_state_of_something_else_is_refused(circuit, simulator, tmp_path):
    state = simulator.first()
    other = Simulator(*circuit, RECORD, Numerics(dt="0.1 ms"), ranges=LONG, live=("b.I", "activity"))
    for ask in (lambda: other.advance(state, 1), lambda: other.observe(state)):
        with pytest.raises(StateError, match=r"start with first\(\)"):
            ask()
    (tmp_path / "no.npz").write_text("no state")
    with pytest.raises(StateError, match=r"no\.npz"):
        SimState.load(tmp_path / "no.npz")
    state.save(tmp_path / "state.npz")
    whole = (tmp_path / "state.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StateError, match=r"half\.npz"):
        SimState.load(tmp_path / "half.npz")
    with pytest.raises(StateError, match="0 to 0"):
        state.select([1])


def test_the_three_lines_of_a_notebook_run(pool):
    text = sim.simulator.__doc__
    assert text is not None
    blocks = [part for part in text.split("\n\n") if part.startswith("    ")]
    assert len(blocks) == 2
    scope: dict = {"network": pool(size=3), "Simulator": Simulator, "Settle": Settle, "Triangle": Triangle}
    for block in blocks:
        exec("\n".join(line[4:] for line in block.splitlines()), scope)
    assert scope["found"].sizes["sample"] == 3
    assert scope["state"].time == pytest.approx(0.1)
