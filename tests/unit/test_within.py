"""What a port may be given is checked before anything runs: of protocols, of every sample of a design, of programs."""

import numpy as np
import pytest

import networks
from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.describe import main
from networks.cells.joint import RANGE
from networks.protocols import depressed_reflex, joint_rotation, nerve_stimulus, stretch, tendon_vibration
from sim.design import Space
from sim.fit.evaluator import Evaluator
from sim.measure import Measure
from sim.simulator import Simulator
from sim.spec.canonical import canonical
from sim.spec.formula import FormulaError
from sim.spec.model import Block, Model, ModelError
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Signal
from sim.spec.protocol import Course, Hold, ProtocolError, Settle, Step, Train
from sim.spec.record import Record
from sim.spec.targets import check_declared
from sim.spec.trigger import When
from sim.spec.within import Within
from sim.units import UnitError

TEXT = "dx/dt = (a + offset - x)/tau : 1\na : 1\nb : hertz"
PARAMS = {"tau": Param("2 ms", "test"), "offset": Param(1.0, "test")}
SUM = Within("a + offset", -5, 10, "the sum", "it is -5 to 10")


def cell(**within) -> Model:
    return Model("cell", Block(TEXT, params=PARAMS, initial={"x": 0}, within=within))


def alone(model: Model, offset=1.0) -> Network:
    signals = (Signal("height", "cells.x", "mean"),)
    return Network((Population("cells", model, 3, {"offset": offset}),), signals=signals)


NETWORK = alone(cell(a=SUM))
WAIT = Settle("10 ms")

FIT = {
    "as high as may be": Hold("cells.a", 9) + WAIT,
    "as low as may be": Hold("cells.a", -6) + WAIT,
    "one after the other": Step("cells.a", 6, "5 ms", "first") >> Step("cells.a", 6, "0.1 s", "then"),
    "one where another ends, within rounding": (Settle("0.1 ms") >> Settle("0.2 ms") >> Step("cells.a", 6, "1 ms", "x"))
    + Step("cells.a", 6, "0.3 ms", "y"),
    "what takes away from another": Hold("cells.a", 20, "much") + Hold("cells.a", -15, "less") + WAIT,
    "what is off": Hold("cells.a", 90, on=0) + WAIT,
    "trains that do not meet": Train("cells.a", "100 Hz", "50 ms", 6, name="one")
    + (Settle("5 ms") >> Train("cells.a", "100 Hz", "40 ms", 6, name="other")),
    "an action": WAIT + When("height", Step("cells.a", 9, "1 ms"), above=0.5),
}
BEYOND = {
    "a level": (Hold("cells.a", 9.1) + WAIT, "a command without a name brings to 'cells.a' makes the sum 10.1"),
    "below": (
        Hold("cells.a", -7, "low") + WAIT,
        "what 'low' brings to 'cells.a' makes the sum -6, but it is -5 to 10.",
    ),
    "two at once": (
        Hold("cells.a", 6, "one") + (WAIT >> Step("cells.a", 6, "1 ms", "two")),
        "what 'one' and 'two' bring to 'cells.a' makes the sum 13, but",
    ),
    "a corner": (Course("cells.a", ("0 ms", "1 ms", "2 ms"), (0, 20, 0), "peak"), "makes the sum 21, but"),
    "the end of a ramp that jumps back": (Course("cells.a", ("0 ms", "1 ms", "1 ms", "2 ms"), (0, 20, 0, 0)), "sum 21"),
    "a pulse": (
        Train("cells.a", "10 Hz", "1 s", 12, name="pulse"),
        "what 'pulse' brings to 'cells.a' makes the sum 13",
    ),
    "a pulse on a ramp": (
        Course("cells.a", ("0 ms", "10 ms", "20 ms"), (0, 6, 0), "up")
        + Train("cells.a", "99 Hz", "30 ms", 6, name="on"),
        "makes the sum 13",
    ),
    "an action": (WAIT + When("height", Step("cells.a", 30, "1 ms", "act"), above=0.5), "what 'act' brings .* sum 31"),
}


@pytest.mark.parametrize("what", FIT)
def test_what_a_port_may_be_given_is_accepted(what):
    check_declared(NETWORK, FIT[what])


@pytest.mark.parametrize("what", BEYOND)
def test_what_a_port_may_not_be_given_is_refused(what):
    protocol, said = BEYOND[what]
    with pytest.raises(ProtocolError, match=said):
        check_declared(NETWORK, protocol)
    with pytest.raises(ProtocolError, match=said):
        Simulator(NETWORK, protocol)


def test_each_cell_counts_with_its_own_numbers():
    network = alone(cell(a=SUM), Graded(0.0, 4.0, 0.0, "test"))
    check_declared(network, Hold("cells.a", 6) + WAIT)
    with pytest.raises(ProtocolError, match="makes the sum 11, but"):
        check_declared(network, Hold("cells.a", 7) + WAIT)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(NETWORK, Hold("cells.a", 3, "held") + WAIT, live=("cells.a", "cells.b"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"protocol.held.level": 9.5}, "what 'held' brings to 'cells.a' makes the sum 10.5, but"),
        ({"protocol.held.level": [2, 12, 13]}, "makes the sum 13 in 2 of 3 samples, but|sum 14 in 2 of 3 samples"),
        ({"network.cells.offset": 8}, "makes the sum 11, but"),
        ({"network.cells.offset": [3, -6], "protocol.held.level": [3, 0]}, "makes the sum -6 in 1 of 2 samples, but"),
    ],
)
def test_a_program_gives_values_within(simulator, values, said):
    for ask in (simulator.first, simulator.run, lambda x: simulator.change(simulator.first(stream=[0] * 3), x)):
        if ask not in (simulator.first, simulator.run) and len(np.atleast_1d(next(iter(values.values())))) != 3:
            continue
        with pytest.raises(ProtocolError, match=said):
            ask(values)
    assert simulator.first({"protocol.held.level": 9}).samples == 1


def test_what_is_given_live_is_within(simulator):
    state = simulator.first({"network.cells.offset": [0, 6]}, [0, 1])
    with pytest.raises(ProtocolError, match=r"what is given live to 'cells.a' makes the sum 11 in 1 of 2 samples"):
        simulator.advance(state, 1, live={"cells.a": 5})
    assert simulator.advance(state, 1, live={"cells.a": 4, "cells.b": "1 kHz"}).window == 1


def none(view) -> np.ndarray:
    return np.zeros(1)


def test_a_search_does_not_begin_where_it_would_leave_the_range():
    measure = Measure("spikes", "1", "spikes", none)
    protocol = Hold("cells.a", 3, "held") + WAIT
    record = Record(("x",), "1 ms", commands=False)
    for high, fits in ((8, True), (11, False)):
        space = Space({"protocol.held.level": [0, high]})
        if fits:
            Evaluator(NETWORK, protocol, space, [measure], record=record)
        else:
            with pytest.raises(ProtocolError, match="makes the sum 12 in 1 of 2 samples"):
                Evaluator(NETWORK, protocol, space, [measure], record=record)


def test_a_range_decides_no_result():
    assert canonical(alone(cell())) == canonical(NETWORK)


def test_a_range_goes_where_its_port_goes():
    with_port = Block("dx/dt = (a - x)/tau : 1\na : 1", params=PARAMS, initial={"x": 0}, within={"a": SUM})
    renamed = with_port.renamed(a="given", offset="from_rest")
    assert renamed.within["given"].of == "given + from_rest"
    assert (renamed + Block("dy/dt = -y/tau : 1")).within == renamed.within


@pytest.mark.parametrize(
    ("within", "error", "said"),
    [
        ({"c": SUM}, ModelError, "has no port 'c' to be given: choose one of a, b"),
        ({"x": SUM}, ModelError, "has no port 'x'"),
        ({"b": SUM}, ModelError, "is of that port and of parameters"),
        ({"a": Within("a + b/hertz", 0, 1, "it", "no")}, ModelError, "is of that port and of parameters"),
        ({"a": Within("2*off", 0, 1, "it", "no")}, FormulaError, "uses 'off', which is neither"),
        ({"a": Within("a + x", 0, 1, "it", "no")}, FormulaError, "uses 'x', which is neither"),
        ({"a": Within("a", "0 Hz", "1 Hz", "it", "no")}, UnitError, "it, 'a', is in no unit, but not '0 Hz'"),
        (
            {"a": Within("a", 1, 2, "it", "it is 1 to 2")},
            ModelError,
            "it is 0 while nothing is given to 'a', but it is 1",
        ),
        ({"a": (0, 1)}, ModelError, "'a' in `within` of a block is a Within"),
    ],
)
def test_a_range_that_cannot_be_is_refused(within, error, said):
    with pytest.raises(error, match=said):
        cell(**within)


@pytest.mark.parametrize("ends", [(1, 0), ("1 Hz", 2), ("x", 1), (0, float("nan"))])
def test_ends_that_cannot_be_are_refused(ends):
    with pytest.raises(UnitError):
        Within("a", *ends, "it", "no")


# ---- the ankle


REST = {"muscle": "soleus", "voluntary": 1.5, "tonic": 1.5}
PULSE = {"nerve": "posterior_tibial", "intensity": 1, "before": "20 ms", "after": "20 ms", **REST}


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle(size=2, scale=0.05)


def stretched(degrees, velocity=100.0):
    return stretch(
        degrees=degrees, velocity=velocity, nerve="common_peroneal", conditioning=0, interval="140 ms",
        before="400 ms", after="1300 ms", **REST,
    )  # fmt: skip


def depressed(degrees):
    return depressed_reflex(**{**PULSE, "before": "20 s"}, interval="1 s", pulses=1, degrees=degrees, velocity=17)


def rotated(degrees):
    return joint_rotation(
        muscles=["soleus"], muscle="soleus", degrees=degrees, turning="500 ms", before="1 s", clamped="0 mV", drive=0,
        up="1 s", down="1 s", after="1 s", gamma_static="25 Hz", gamma_dynamic="25 Hz", tonic=1,
    )  # fmt: skip


def vibrated(frequency):
    return tendon_vibration(
        frequency=frequency, muscle="soleus", antagonist="tibialis", voluntary=0, antagonist_voluntary=0, tonic=0,
        nerve="posterior_tibial", intensity=0, interval="0 ms", before="0 ms", lasts="10 ms", after="0 ms",
    )  # fmt: skip


HELD = "turned between -50 degrees .plantarflexion. and 30 .dorsiflexion."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: stretched(45), f"what 'stretch' brings to 'ankle.imposed_angle' .* 35 degrees, but it is {HELD}"),
        (lambda: stretched(40.1), "30.1 degrees"),
        (lambda: stretched(-45, -100), "-55 degrees"),
        (lambda: depressed(45), "35 degrees"),
        (lambda: Hold("ankle.imposed_angle", 3) + WAIT, "161.89 degrees"),
        (lambda: Hold("ankle.imposed_angle", 0.5, "x") + stretched(20), "'x' and 'stretch' bring to"),
        (lambda: stretched(6, 3000), "the velocity of the ankle 3000 degrees per second, but no ankle"),
        (lambda: vibrated("5 kHz"), "the vibration of a tendon 5000 Hz, but a tendon is vibrated at 500 Hz at most"),
        (lambda: Hold("soleus_spindle.gamma_static", "5 kHz") + WAIT, "a gamma motoneuron fires at 500 Hz at most"),
        (
            lambda: Hold("posterior_tibial.stimulus", 101) + WAIT,
            "pulse 101 times the motor threshold, but it is 0 to 100",
        ),
        (
            lambda: Hold("soleus_motor_nerve.stimulus", -1) + WAIT,
            "pulse -1 times the motor threshold, but it is 0 to 100",
        ),
    ],
)
def test_what_no_ankle_takes_is_refused(ankle, asked, said):
    with pytest.raises(ProtocolError, match=said):
        check_declared(ankle, asked())


@pytest.mark.parametrize("degrees", [90, 400, -81])
@pytest.mark.parametrize("protocol", [lambda x: stretched(x, x), depressed, rotated])
def test_a_movement_is_no_wider_than_the_range(protocol, degrees):
    with pytest.raises(
        ProtocolError, match=rf"turned by {degrees} degrees, but it is .* 80 in all; turn it less far|never"
    ):
        protocol(degrees)


def test_an_ankle_is_turned_to_both_ends(ankle):
    for protocol in (stretched(40), stretched(-40, -100), depressed(40), vibrated("220 Hz")):
        check_declared(ankle, protocol)
    clamped = networks.ankle(size=2, scale=0.05, cell="powers_heckman_ankle_clamped")
    check_declared(clamped, rotated(40))
    with pytest.raises(ProtocolError, match=r"30\.1 degrees"):
        check_declared(clamped, rotated(40.1))
    for start in RANGE:
        other = networks.ankle(size=2, scale=0.05, degrees=start)
        way = sum(RANGE) - 2 * start  # to the other end
        check_declared(other, stretched(way, np.copysign(100, way)))


def test_a_simulator_takes_no_pulse_of_an_intensity_that_no_stimulator_has(ankle):
    simulator = Simulator(ankle, nerve_stimulus(**PULSE), live=("posterior_tibial.stimulus",))
    for level in (1e5, -3):
        with pytest.raises(ProtocolError, match="0 to 100 times the motor threshold"):
            simulator.first({"protocol.stimulus.level": level})
        with pytest.raises(ProtocolError, match=r"what is given live to 'posterior_tibial.stimulus'"):
            simulator.advance(simulator.first(), 1, live={"posterior_tibial.stimulus": level})
    with pytest.raises(ProtocolError, match=r"30\.5 degrees"):
        Simulator(ankle, stretched(6)).first({"network.ankle.position": np.radians(24.5)})


SMALL = ["network.size=2", "network.scale=0.05"]


def check(*settings: str) -> None:
    source, _ = declare(configured([*settings, *SMALL]), settings)
    next(iter(source.studies().values())).check()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["experiment=reflex/stretch_reflex", "protocol.degrees=90"], "turned by 90 degrees, but"),
        (["experiment=reflex/stretch_reflex", "protocol.degrees=45"], "the angle of the ankle 35 degrees in .*, but"),
        (
            ["experiment=reflex/joint_angle_and_pic", "design.axes.angle.values=[-90,0]"],
            "-90 degrees in 24 of 48 samples",
        ),
        (["experiment=reflex/joint_angle_and_pic", "network.degrees=-40"], "-60 degrees in 24 of 96 samples"),
        (["experiment=reflex/h_reflex", "design.axes.intensity.values=[0.7,500]"], "500 times .* in 16 of 32"),
        (["experiment=reflex/h_reflex", "design.axes.intensity.values=[-1,1]"], "-1 times the motor threshold in"),
        (["experiment=reflex/tendon_vibration", "design.axes.frequency.values=[80 Hz,5 kHz]"], "5000 Hz in"),
    ],
)
def test_a_study_is_refused_before_it_runs(settings, said):
    with pytest.raises((ProtocolError, UserError), match=said):
        check(*settings)


@pytest.mark.parametrize("name", ["stretch_reflex", "joint_angle_and_pic", "h_reflex", "post_activation_depression"])
def test_a_study_as_it_comes_is_within(name):
    check(f"experiment=reflex/{name}")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["experiment=reflex/h_reflex", "protocol.nerve=sural"], "drives 'sural.stimulus', which is no port"),
        (["experiment=reflex/stretch_reflex", "protocol.degrees=45", *SMALL], "the angle of the ankle 35 degrees"),
        (["network=hTA", "protocol.population=hTB"], "drives 'hTB.inhibition', which is no port"),
    ],
)
def test_what_does_not_fit_is_not_described(settings, said):
    with pytest.raises(UserError, match=said):
        main(settings)


def test_ranges_are_described(capsys):
    main(["network=ankle", *SMALL])  # the default protocol is of a pool
    said = capsys.readouterr().out
    assert "the angle of the ankle: -50 to 30 degrees" in said
    assert "the intensity of a pulse: 0 to 100 times the motor threshold" in said
    assert "the vibration of a tendon: 0 to 500 Hz" in said
