"""What no ankle takes is refused in one sentence before anything runs, and what it takes is not."""

import numpy as np
import pytest

import networks
from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.describe import main
from networks.cells.joint import RANGE
from networks.protocols import depressed_reflex, joint_rotation, nerve_stimulus, stretch, tendon_vibration
from sim.simulator import Simulator
from sim.spec.protocol import Hold, ProtocolError, Settle
from sim.spec.targets import check_declared

WAIT = Settle("10 ms")
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
        with pytest.raises(ProtocolError, match=r"a program bring to 'posterior_tibial.stimulus'"):
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


def test_the_range_of_a_level_is_that_of_its_port(capsys):
    main(["experiment=reflex/h_reflex", *SMALL])
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if "protocol." in line}
    assert rows["protocol.stimulus.level"].endswith("the intensity of a pulse: 0 to 100 times the motor threshold")
    assert rows["protocol.voluntary.level"].endswith("any")
    assert not any("1e6" in line for path, line in rows.items() if path.endswith(".level"))
