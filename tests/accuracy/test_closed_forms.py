"""What can be solved on paper: charging, firing rate, noise, charge. Every scheme through the same claims."""

from dataclasses import replace

import numpy as np
import pytest

from networks.cells.powers_heckman import REFERENCE
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.compile import algebra
from sim.design import Design
from sim.engine.integrate import SCHEMES
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.protocol import Hold, Settle, Step
from sim.spec.record import Record

EXPONENTIAL = [name for name in SCHEMES if name != "euler"]
MEMBRANE = {"g": Param("0.1 uS", "test"), "E": Param("-65 mV", "test"), "C": Param("1 nF", "test")}
TAU = 10.0  # ms, C/g
CHARGING = "dv/dt = (g*(E - v) + I)/C : volt\nI : amp"
FLOAT32_MV = 65 * 2**-24  # mV, half a unit in the last place of the potential as it is stored


def traced(*names: str, every: str) -> Record:
    return Record(variables=names, every=every, commands=False)


@pytest.mark.parametrize("scheme", EXPONENTIAL)
@pytest.mark.parametrize("dt", ["0.05 ms", "0.5 ms", "5 ms", "20 ms"])
def test_a_membrane_charges_along_its_exponential_whatever_the_step(simulate, one_model, scheme, dt):
    membrane = one_model(CHARGING, MEMBRANE, v="-65 mV")
    run = simulate(
        membrane,
        Step("cells.I", "1 nA", "100 ms"),
        record=traced("v", every="20 ms"),
        dt=dt,
        window="20 ms" if dt == "20 ms" else "5 ms",
        scheme=scheme,
        dtype="float64",
    )
    t = np.arange(5) * 20.0
    np.testing.assert_allclose(run.traces["v"][0, 0], -65 + 10 * (1 - np.exp(-t / TAU)), rtol=0, atol=FLOAT32_MV)


def test_euler_charges_along_its_own_power(simulate, one_model):
    membrane = one_model(CHARGING, MEMBRANE, v="-65 mV")
    run = simulate(
        membrane,
        Step("cells.I", "1 nA", "100 ms"),
        record=traced("v", every="20 ms"),
        dt="0.5 ms",
        scheme="euler",
        dtype="float64",
    )
    steps = np.arange(5) * 40
    np.testing.assert_allclose(run.traces["v"][0, 0], -65 + 10 * (1 - 0.95**steps), rtol=0, atol=FLOAT32_MV)


GATED = "dv/dt = (I - g*int(open > 0.5)*(v - E))/C : volt\nI : amp\nopen : 1"
"""A membrane without a leak: while its channel is closed, nothing pulls it back."""


@pytest.mark.parametrize("backend", [JaxBackend("xla"), JaxBackend("auto"), Brian2Backend("same")], ids=str)
@pytest.mark.parametrize("scheme", EXPONENTIAL)
def test_what_nothing_pulls_back_goes_on_as_it_is_pushed(simulate, one_model, scheme, backend):
    """1 nA charges 1 nF by 1 mV in 1 ms; with the channel open, from 20 ms on, it relaxes toward 10 mV above E."""
    exact = backend != JaxBackend("auto")
    run = simulate(
        one_model(GATED, MEMBRANE, v="-65 mV"),
        Step("cells.I", "1 nA", "60 ms", "push") + (Settle("20 ms") >> Step("cells.open", 1, "40 ms", "open")),
        record=traced("v", every="10 ms"),
        dt="0.5 ms",
        window="5 ms",
        scheme=scheme,
        dtype="float64" if exact else "float32",
        backend=backend,
    )
    t = np.arange(6) * 10.0
    course = np.where(t < 20, -65 + t, -55 + 10 * np.exp(-(t - 20) / TAU))
    np.testing.assert_allclose(run.traces["v"][0, 0], course, rtol=0, atol=FLOAT32_MV if exact else 1e-3)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_conductance_that_begins_at_nothing_is_no_reason_to_fail(simulate, one_model, scheme):
    """What a conductance pulls back that is 0 at first; it starts where it is told, or where it finds itself."""
    text = "dx/dt = (a - gate*x)/ms : 1\ndgate/dt = (b - gate)/(5*ms) : 1\na : 1\nb : 1"
    protocol = Step("cells.a", 1, "4 ms", "a") >> Step("cells.b", 1, "40 ms", "b")
    for initial in ({"x": 0, "gate": 0}, {}):
        run = simulate(one_model(text, {}, **initial), protocol, record=traced("x", every="1 ms"), scheme=scheme)
        x = run.traces["x"][0, 0]
        assert x[4] == pytest.approx(4, abs=0.03)
        assert np.abs(x[-1]) < 1e-3


def test_what_may_vanish_is_read_from_the_form():
    tree, known = algebra.tree, {"sum": algebra.tree("g + x"), "both": algebra.tree("x + y")}
    vanishing = (
        "x",
        "int(x > 1)",
        "x*g",
        "clip(x, 0, inf)",
        "both",
        "x/g",
        "g*int(x > 0)",
        "1 - x",
        "-x",
        "tanh(x)",
        "clip(x, -1, 1)",
    )
    certain = ("g", "1", "exp(x)", "g + x", "sum", "clip(x, 1, inf)", "g*exp(-x)", "(x + 40)/(1 - exp(-x))")
    for text in vanishing:
        assert algebra.may_vanish(tree(text), known, {"g"}), text
    for text in certain:
        assert not algebra.may_vanish(tree(text), known, {"g"}), text


POTENTIALS = [e.name for e in REFERENCE.parsed.states if e.name.startswith("v_")]


@pytest.fixture(scope="module")
def resting(simulate):
    """The motoneuron that starts at its own rest, and that rest in mV."""
    record = traced(*POTENTIALS, every="20 s")
    settled = simulate(REFERENCE, Settle("21 s"), record=record, dt="0.1 ms", dtype="float64")
    rest = {v: float(settled.traces[v][0, 0, 1]) for v in POTENTIALS}
    block = replace(REFERENCE.block, initial={v: f"{x!r} mV" for v, x in rest.items()})
    return replace(REFERENCE, name="at rest", block=block), rest


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_cell_that_starts_at_rest_stays_there(simulate, resting, scheme):
    model, rest = resting
    run = simulate(model, Settle("100 ms"), record=traced(*POTENTIALS, every="5 ms"), scheme=scheme, dtype="float64")
    for v in POTENTIALS:
        # 1e-4 mV: rest was stored in float32, and the slowest gate (2500 ms) had eight time constants
        np.testing.assert_allclose(run.traces[v][0, 0], rest[v], rtol=0, atol=1e-4)


@pytest.mark.parametrize("scheme", EXPONENTIAL)
@pytest.mark.parametrize(("dt", "period"), [("0.1 ms", "2 ms"), ("0.01 ms", "2 ms"), ("0.1 ms", "0.1 ms")])
def test_an_integrate_and_fire_cell_fires_at_its_closed_form_rate(simulate, scheme, dt, period):
    cell = Model(
        "leaky integrate-and-fire",
        Block(
            "dv/dt = (g*(E - v) + I)/C : volt (unless refractory)\nI : amp",
            params={**MEMBRANE, "v_reset": Param("-70 mV", "test"), "v_thr": Param("-50 mV", "test")},
            initial={"v": "-70 mV"},
        ),
        threshold="v > v_thr",
        refractory=period,
        reset="v = v_reset",
    )
    run = simulate(
        cell,
        Step("cells.I", "2 nA", "1 s"),
        record=Record(commands=False, max_rate="200 Hz"),
        dt=dt,
        scheme=scheme,
        dtype="float64",
    )
    step, silent = float(dt.split()[0]), float(period.split()[0])
    charging = TAU * np.log((-45 + 70) / (-45 + 50))  # towards -65 mV + 2 nA/0.1 uS = -45 mV
    intervals = np.diff(run.times[0, 0][: run.counts[0, 0]]) * 1000
    assert run.times[0, 0, 0] * 1000 == pytest.approx(charging, abs=step)  # a spike falls on the end of its step
    # one step: the crossing is rounded up to a step, and silence counts from the step that held the spike, as in brian2
    np.testing.assert_allclose(intervals, silent + charging, rtol=0, atol=step)


TWO_COMPARTMENTS = """
    dv/dt = (g_c*(u - v) + I)/C_v : volt
    du/dt = g_c*(v - u)/C_u : volt
    I : amp
"""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_charge_into_two_compartments_equals_the_integral_of_the_current(simulate, one_model, scheme):
    numbers = {"g_c": "0.1 uS", "C_v": "0.3 nF", "C_u": "0.7 nF"}
    cell = one_model(TWO_COMPARTMENTS, {k: Param(x, "test") for k, x in numbers.items()}, v="-70 mV", u="-50 mV")

    def charge(dt: str) -> np.ndarray:
        protocol = Settle("10 ms") >> Step("cells.I", "0.5 nA", "40 ms") >> Settle("50 ms")
        run = simulate(cell, protocol, record=traced("v", "u", every="10 ms"), dt=dt, scheme=scheme, dtype="float64")
        return 0.3 * run.traces["v"][0, 0] + 0.7 * run.traces["u"][0, 0]  # pC

    injected = np.clip(np.arange(10) * 10.0 - 10, 0, 40) * 0.5
    errors = {dt: np.abs(charge(dt) - charge(dt)[0] - injected).max() for dt in ("0.1 ms", "0.05 ms")}
    rounding = 10 * FLOAT32_MV
    if scheme == "euler":  # takes from one what it gives to the other
        assert errors["0.1 ms"] < rounding
    # an exponential step relaxes each compartment on its own, so that charge leaks with the scheme's order
    assert errors["0.05 ms"] < errors["0.1 ms"] / 2 ** SCHEMES[scheme].order * 1.1 + rounding
    assert errors["0.05 ms"] < 0.2  # pC, one hundredth of what is injected


# ---- noise

FLUCTUATION = "dz/dt = -z/tau + sqrt(2/tau)*xi : 1"
CELLS = 1500


@pytest.mark.parametrize("scheme", EXPONENTIAL)
@pytest.mark.parametrize("dt", ["0.1 ms", "1 ms", "10 ms"])
def test_an_ornstein_uhlenbeck_process_has_its_variance_and_memory_whatever_the_step(simulate, one_model, scheme, dt):
    process = one_model(FLUCTUATION, {"tau": Param("20 ms", "test")})
    network = Network((Population("cells", process, CELLS),))
    run = simulate(network, Settle("1.2 s"), record=traced("z", every="10 ms"), dt=dt, window="10 ms", scheme=scheme)
    z = run.traces["z"][0, :, 20:]  # (cell, time), after ten time constants
    # 100 samples 10 ms apart of 1500 cells: 37 000 independent values, so 0.03 is four standard errors of a variance
    assert z.mean() == pytest.approx(0, abs=0.03)
    assert z.var() == pytest.approx(1, abs=0.03)
    for lag in (1, 2, 4):
        covariance = (z[:, lag:] * z[:, :-lag]).mean()
        assert covariance == pytest.approx(np.exp(-lag * 10 / 20), abs=0.03)


def test_the_noise_of_euler_is_too_wide_by_its_known_factor(simulate, one_model):
    process = one_model(FLUCTUATION, {"tau": Param("20 ms", "test")})
    network = Network((Population("cells", process, CELLS),))
    run = simulate(
        network, Settle("1.2 s"), record=traced("z", every="10 ms"), dt="5 ms", window="10 ms", scheme="euler"
    )
    # 2 dt/tau / (1 - (1 - dt/tau)^2); sampling error as above
    assert run.traces["z"][0, :, 20:].var() == pytest.approx(0.5 / (1 - 0.75**2), abs=0.035)


def test_noise_on_a_potential_has_the_variance_of_its_membrane(simulate, one_model):
    membrane = one_model(
        "dv/dt = g*(E - v)/C + sigma*sqrt(2*g/C)*xi : volt", {**MEMBRANE, "sigma": Param("2 mV", "t")}, v="-65 mV"
    )
    network = Network((Population("cells", membrane, CELLS),))
    run = simulate(network, Settle("1.2 s"), record=traced("v", every="10 ms"), dt="0.5 ms")
    assert run.traces["v"][0, :, 20:].std() == pytest.approx(2, abs=0.03)  # mV, sampling error


def test_conditions_share_their_noise_and_streams_do_not(simulate, one_model):
    process = one_model(FLUCTUATION, {"tau": Param("20 ms", "test")})
    network = Network((Population("cells", process, 400),))
    design = Design({"network.cells.tau": ["20 ms", "30 ms"]}, seeds=2)
    run = simulate(network, Settle("600 ms"), record=traced("z", every="20 ms"), design=design)
    z = run.traces["z"][:, :, 15:].reshape(4, -1)  # samples: (20 ms, stream 0), (20, 1), (30, 0), (30, 1)
    r = np.corrcoef(z)
    assert r[0, 2] > 0.9
    assert r[1, 3] > 0.9
    # 5000 nearly independent values: 0.07 is five standard errors
    assert abs(r[0, 1]) < 0.07
    assert abs(r[0, 3]) < 0.07


def test_a_command_reaches_the_cell_as_declared(simulate, one_model):
    cell = one_model("dv/dt = I/C : volt\nI : amp", {"C": MEMBRANE["C"]}, v="0 mV")
    protocol = Hold("cells.I", "0.5 nA", name="bias") + (
        Settle("10 ms") >> Step("cells.I", "1 nA", "20 ms") >> Settle("10 ms")
    )
    run = simulate(cell, protocol, record=Record(variables=("v",), every="10 ms"), dtype="float64")
    np.testing.assert_array_equal(run.traces["cells.I"][0], [0.5, 1.5, 1.5, 0.5])
    np.testing.assert_allclose(run.traces["v"][0, 0], [0, 5, 20, 35], rtol=0, atol=1e-5)  # float32 as stored
