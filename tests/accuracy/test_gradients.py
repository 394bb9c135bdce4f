"""Derivatives through a whole run are those of central finite differences, for every kind of number."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from sim.gradient import DerivativeError, gradient
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Hold, Protocol, Settle, Step, Train, Triangle
from sim.spec.record import Record
from sim.spec.trigger import When

CELL = Model(
    "a dendrite with a persistent inward current",
    Block(
        """
        dv/dt = (g*(E - v) + g_c*(u - v) + I)/C : volt (unless refractory)
        du/dt = (g*(E - u) + g_c*(v - u) + g_pic*m*(80*mV - u) + g_e*(0*mV - u))/C : volt
        dm/dt = (m_inf - m)/tau_m : 1
        dn/dt = (m_inf**2 - n)/(20*ms*(1 + exprel((v - E)/(10*mV)))) : 1
        dz/dt = -z/tau_z + sqrt(2/tau_z)*xi : 1
        dg_e/dt = (s*(1 + spread*z)*nS - g_e)/(5*ms) : siemens
        m_inf = 1/(1 + exp(-(u - half)/(6*mV))) : 1
        i_pic = g_pic*m*(80*mV - u) : amp
        I : amp
        s : 1
        """,
        params={
            "g": Param("0.02 uS", "test"),
            "E": Param("-70 mV", "test"),
            "C": Param("0.2 nF", "test"),
            "g_c": Param("0.05 uS", "test"),
            "g_pic": Param("0.003 uS", "test"),
            "half": Param("-58 mV", "test"),
            "tau_m": Param("10 ms", "test"),
            "tau_z": Param("4 ms", "test"),
            "spread": Param(0.3, "test"),
        },
        initial={"v": "-70 mV", "u": "-68 mV"},
    ),
    threshold="v > -30*mV",
    reset="v = -65*mV",
    refractory="2 ms",
)
MUSCLE = Model(
    "a muscle that follows a variable",
    Block(
        "df/dt = (drive - f)/tau : volt\ndrive : volt", params={"tau": Param("30 ms", "test")}, initial={"f": "-20 mV"}
    ),
)
NETWORK = Network(
    (
        Population("pool", CELL, 3, {"g": Graded("0.015 uS", "0.03 uS", skew=0.7)}),
        Population("muscle", MUSCLE, 3),
    ),
    (
        Projection("pull", "pool.u", "muscle.drive", weight=Graded(0.2, 0.5, skew=1.5), delay="2 ms"),
        Projection("back", "muscle.f", "pool.s", weight="-0.003 1/mV", delay="1 ms"),
    ),
    (Signal("force", "muscle.f"),),
)
PROTOCOL = Hold("pool.s", 0.5, name="tone") + (
    Settle("5 ms")
    >> Triangle("pool.I", "0.8 nA", "20 ms", "10 ms", name="ramp")
    >> Train("pool.I", "200 Hz", "15 ms", level="0.4 nA", width="1 ms", name="pulses")
    >> Settle("5 ms")
)
RECORD = Record(variables=("v", "n", "i_pic", "g_e"), every="2 ms", max_rate="200 Hz")
PATHS = {
    "low end of a graded parameter": "network.pool.g.low",
    "high end of a graded parameter": "network.pool.g.high",
    "skew of a graded parameter": "network.pool.g.skew",
    "conductance": "network.pool.g_pic",
    "reversal potential, where gates begin": "network.pool.E",
    "half activation, where gates begin": "network.pool.half",
    "capacitance": "network.pool.C",
    "time constant": "network.pool.tau_m",
    "time constant of noise": "network.pool.tau_z",
    "size of noise": "network.pool.spread",
    "time constant of a muscle": "network.muscle.tau",
    "graded weight, low": "network.pull.weight.low",
    "graded weight, high": "network.pull.weight.high",
    "graded weight, skew": "network.pull.weight.skew",
    "weight of a feedback": "network.back.weight",
    "level held": "protocol.tone.level",
    "peak of a ramp": "protocol.ramp.peak",
    "height of pulses": "protocol.pulses.level",
}


def objective(courses):
    """A potential, a gate, a current, a conductance, a signal and a command, each of order one."""
    return (
        jnp.mean(((courses["pool.v"] + 60) / 10) ** 2)
        + jnp.mean(courses["pool.n"])
        + jnp.mean(jnp.tanh(courses["pool.i_pic"]))
        + jnp.mean(courses["pool.g_e"] * 1e3) ** 2
        + jnp.mean((courses["force"] / 30) ** 2)
        + jnp.mean(courses["pool.I"] ** 2)
    )


@pytest.fixture(scope="module", params=["staggered", "exponential_euler", "euler"])
def slope(request):
    """The derivatives by every path, in one scheme."""
    numerics = Numerics(scheme=request.param, dtype="float64")
    return gradient(NETWORK, PROTOCOL, objective, PATHS.values(), record=RECORD, numerics=numerics, mode="reverse")


@pytest.fixture(scope="module")
def found(slope):
    return slope()


@pytest.mark.parametrize("kind", PATHS)
def test_a_derivative_is_that_of_central_differences(slope, found, kind):
    """A hundred thousandth of the number to either side: the third derivative and rounding leave about 1e-9."""
    path = PATHS[kind]
    number = {**NETWORK.leaves(), **PROTOCOL.leaves()}[path].number
    h = 1e-5 * abs(number)
    expected = (slope({path: number + h}).value - slope({path: number - h}).value) / (2 * h)
    assert expected != 0
    assert found.by_path[path] == pytest.approx(expected, rel=1e-6)


def test_both_modes_agree_and_the_value_is_that_of_a_run(simulate):
    forward = gradient(NETWORK, PROTOCOL, objective, PATHS.values(), record=RECORD, mode="forward")
    reverse = gradient(NETWORK, PROTOCOL, objective, PATHS.values(), record=RECORD, mode="reverse")()
    assert forward().by_path == pytest.approx(reverse.by_path, rel=1e-9)
    run = simulate(NETWORK, PROTOCOL, record=RECORD, dtype="float64")
    courses = {f"pool.{name}": np.asarray(run.traces[name][0, :3], float) for name in RECORD.variables}
    courses |= {name: np.asarray(run.traces[name][0], float) for name in ("force", "pool.I")}
    assert forward().value == pytest.approx(float(objective(courses)), rel=1e-5)  # courses are kept in float32


def test_a_number_may_carry_its_unit_and_another_point_compiles_nothing():
    slope = gradient(NETWORK, PROTOCOL, objective, ["network.pool.g_pic"], record=RECORD)
    assert slope({"network.pool.g_pic": "3 nS"}) == slope({"network.pool.g_pic": 0.003}) == slope()
    with pytest.raises(ValueError, match=r"is in uS, but .3 nA. is in nA"):
        slope({"network.pool.g_pic": "3 nA"})
    with pytest.raises(DerivativeError, match=r"no derivative by 'network\.pool\.g_c' was asked for"):
        slope({"network.pool.g_c": 0.1})


STRONG = Step("pool.I", "4 nA", "20 ms", name="strong")


@pytest.mark.parametrize(
    ("protocol", "path", "words"),
    [
        (PROTOCOL, "network.back.delay", "rounded to whole steps"),
        (PROTOCOL, "protocol.ramp.up", "rounded to whole windows"),
        (PROTOCOL, "protocol.pulses.frequency", "rounded to whole windows"),
        (PROTOCOL, "network.pool.g.lo", "did you mean"),
        (PROTOCOL + When("force", STRONG, below="-40 mV"), "network.pool.C", "answers to the signal 'force'"),
    ],
)
def test_what_has_no_derivative_is_refused_before_anything_runs(protocol, path, words):
    with pytest.raises(DerivativeError, match=words):
        gradient(NETWORK, protocol, objective, [path], record=RECORD)


def test_a_precision_a_mode_and_an_objective_that_cannot_be_are_refused():
    path = ["network.pool.C"]
    with pytest.raises(DerivativeError, match="taken in float64"):
        gradient(NETWORK, PROTOCOL, objective, path, record=RECORD, numerics=Numerics())
    with pytest.raises(DerivativeError, match="auto, forward, reverse"):
        gradient(NETWORK, PROTOCOL, objective, path, record=RECORD, mode="backward")
    with pytest.raises(DerivativeError, match="must leave one number"):
        gradient(NETWORK, PROTOCOL, lambda courses: courses["force"], path, record=RECORD)()


def test_spikes_that_act_have_no_derivative_and_those_that_only_stand_in_a_raster_do_no_harm():
    alone = Network((Population("pool", CELL, 1),))
    record = Record(variables=("v",), every="2 ms", commands=False, max_rate="200 Hz")

    def slope(network: Network):
        return gradient(network, STRONG, lambda c: jnp.mean(c["pool.v"]), ["network.pool.C"], record=record)

    with pytest.raises(DerivativeError, match="a cell of 'pool' fired, and its spikes act"):
        slope(alone)()
    block = replace(CELL.block, text=CELL.block.text.replace(" (unless refractory)", ""))
    raster = slope(Network((Population("pool", replace(CELL, block=block, reset=""), 1),)))
    h = 2e-6
    expected = (raster({"network.pool.C": 0.2 + h}).value - raster({"network.pool.C": 0.2 - h}).value) / (2 * h)
    assert raster().by_path["network.pool.C"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_gain_of_spikes_stands_in_the_way_of_no_derivative_below_threshold(mode):
    """It acts through spikes, which have none: where no cell fires it brings nothing, where one does it is refused."""
    record = Record(variables=("v", "n", "i_pic", "g_e"), every="2 ms", max_rate="200 Hz")
    recurrent = Projection("recurrent", "pool", "pool.g_e", "5 nS", "1 ms", gain="n")
    gained = replace(NETWORK, projections=(*NETWORK.projections, recurrent))

    def slope(network: Network, protocol: Protocol):
        return gradient(network, protocol, objective, ["network.pool.g_pic"], record=record, mode=mode)

    assert slope(gained, PROTOCOL)() == slope(NETWORK, PROTOCOL)()
    with pytest.raises(DerivativeError, match="its spikes act on what is recorded"):
        slope(gained, PROTOCOL + STRONG)()


MEMORY = """
import resource, jax.numpy as jnp
from tests.accuracy.test_gradients import CELL, Population, Network, Record, Step, gradient
network = Network((Population("pool", CELL, 20),))
for seconds in (1, 8):
    slope = gradient(network, Step("pool.I", "0.1 nA", f"{seconds} s"), lambda c: jnp.mean(c["pool.v"]),
        ["network.pool.C"], record=Record(("v",), "10 ms", commands=False, max_rate="1 Hz"), mode="reverse")
    slope()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length_of_the_run(in_child):
    """Without checkpoints the second would take 2 GB more: 160,000 steps of 20 cells, some 80 numbers each."""
    short, long = map(float, in_child(MEMORY).split())  # the most that the process has taken by then
    assert long < short + 50  # MB


def test_the_pools_own_cell_has_a_derivative_where_its_drive_begins_at_nothing(pool):
    """The amplitude of its noise is a root of the drive, which is 0 to begin with."""
    ramp = Settle("2 ms") >> Triangle("hTA.excitation", 4, "8 ms", "8 ms", name="ramp")
    slope = gradient(
        pool("hTA", size=1, noise=0), ramp, lambda c: jnp.mean(c["hTA.v_soma"]), ["protocol.ramp.peak"],
        record=Record(("v_soma",), "1 ms"),
    )  # fmt: skip
    ends = [slope({"protocol.ramp.peak": 4 + step}).value for step in (-1e-3, 1e-3)]
    assert slope().by_path["protocol.ramp.peak"] == pytest.approx((ends[1] - ends[0]) / 2e-3, rel=1e-6)
