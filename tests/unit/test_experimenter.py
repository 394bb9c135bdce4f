"""An experimenter who turns up the current until muscles bring what is wanted, on muscles of one line."""

import numpy as np
import pytest

from networks.cells.experimenter import EXPERIMENTER
from networks.protocols import vibration_and_stimulation
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Protocol, ProtocolError, Settle, Step, Train
from sim.spec.record import Record
from sim.units import UnitError, quantity

METRE = quantity("1 N*m").number
MVC = 100.0
"""N m."""
MUSCLES = Model(
    "muscles of one line",
    Block(
        """
        dtorque/dt = (-power*clip(intensity - 1, 0, inf) - torque)/(50*ms) : newton*metre  # plantarflexion is negative
        intensity : 1
        given : 1                                                        # of the stimulus, here
        dmost/dt = (given - most)*int(given > most)/(0.02*ms) : 1
        mvc = most_torque : newton*metre
        side = turned : 1
        """,
        params={
            "power": Param("300 N*m", "test", ("0 N*m", "1000 N*m")),
            "most_torque": Param(f"{MVC} N*m", "test", ("0 N*m", "1000 N*m")),
            "turned": Param(-1.0, "test", (-1, 1)),
        },
        initial={"torque": "0 N*m", "most": 0},
    ),
)
NETWORK = Network(
    (Population("experimenter", EXPERIMENTER, 1), Population("muscles", MUSCLES, 1)),
    (
        Projection("read", "muscles.torque", "experimenter.seen", 1.0),
        Projection("known", "muscles.mvc", "experimenter.mvc", 1.0),
        Projection("turned", "muscles.side", "experimenter.side", 1.0),
        Projection("tried", "experimenter.intensity", "muscles.intensity", 1.0),
        Projection("stimulates", "experimenter.plantar_stimulus", "muscles.given", 1.0),
    ),
    (
        Signal("intensity", "experimenter.intensity"),
        Signal("brought", "experimenter.brought"),
        Signal("most", "muscles.most"),
    ),
)
RECORD = Record(every="5 ms", commands=True, populations=("experimenter",))


def run(protocol: Protocol, **values) -> dict[str, np.ndarray]:
    given = {f"network.{name.replace('__', '.')}": x for name, x in values.items()}
    view = View(Simulator(NETWORK, protocol, RECORD).run(given, np.zeros(1, int)))
    assert view.done.all()
    return {name: view.course(name)[0] for name in ("intensity", "brought", "most")} | {"time": view.time}


def setting(wanted: float, lasts: str = "10 s") -> Protocol:
    return (Settle("500 ms") >> Step("experimenter.wanted", wanted, lasts, name="wanted")) >> Settle("2 s")


@pytest.mark.parametrize("wanted", [0.1, 0.2, 0.3])
def test_it_finds_the_intensity_that_brings_what_is_wanted_and_keeps_it(wanted):
    """The muscles bring 3 MVC for each motor threshold above 1: p takes 1 + p/3."""
    found = run(setting(wanted))
    assert found["intensity"][-1] == pytest.approx(1 + wanted / 3, rel=2e-3)
    after = found["time"] > 10.6
    assert np.ptp(found["intensity"][after]) == 0


def test_until_something_is_brought_it_rises_as_its_gain_says():
    found = run(setting(0.2))
    early = (found["time"] > 0.55) & (found["intensity"] < 1)
    slope = np.polyfit(found["time"][early], found["intensity"][early], 1)[0]
    assert slope == pytest.approx(0.5 * 0.2, rel=0.01)


def test_it_never_goes_beyond_the_strongest():
    found = run(setting(0.5), muscles__power="0 N*m", experimenter__strongest=1.5)
    assert found["intensity"].max() == pytest.approx(1.5, abs=1e-3)


def test_pulses_have_the_intensity_that_was_set_and_go_to_the_side_of_the_task():
    pulses = setting(0.2) >> Train("experimenter.pulse", "20 Hz", "500 ms", name="pulses") >> Settle("100 ms")
    assert run(pulses)["most"][-1] == pytest.approx(1 + 0.2 / 3, rel=5e-3)
    assert run(pulses, muscles__turned=1.0)["most"][-1] == 0


def test_before_anything_is_known_nothing_is_undefined():
    found = run(Settle("1 s"), muscles__most_torque="0 N*m")
    assert np.isfinite(found["intensity"]).all()
    assert not found["brought"].any()


GIVEN = {
    "muscles": ["soleus"], "vibrated": ["soleus"], "tonic": 1.5, "wanted": 0.2, "vibration": "115 Hz",
    "stimulation": "20 Hz", "bouts": 5, "bout": "2 s", "gap": "2 s", "lead": "10 s", "lasts": "33 s", "before": "1 s",
    "effort": "3 s", "setting": "5 s", "rest": "10 s", "after": "8 s",
}  # fmt: skip


def test_a_trial_has_bouts_at_their_times_within_the_vibration():
    protocol = vibration_and_stimulation(**GIVEN)
    names = [str(getattr(element, "name", "")) for element in protocol.elements()]
    assert [name for name in names if name.startswith("bout_")] == [f"bout_{k}" for k in range(1, 6)]
    assert float(protocol.length({}).max()) == pytest.approx(1e3 * (1 + 3 + 10 + 5 + 10 + 33 + 8), abs=5)


def test_a_person_lets_go_within_the_rests_and_changes_no_times():
    going = vibration_and_stimulation(**{**GIVEN, "letting_go": 12.0})
    assert float(going.length({}).max()) == float(vibration_and_stimulation(**GIVEN).length({}).max())
    leaves = going.leaves()
    assert {leaves[f"protocol.soleus_lets_go_{rest}.level"].number for rest in ("rest", "rest_after")} == {12}


@pytest.mark.parametrize(
    ("other", "error", "said"),
    [
        ({"letting_go": 12.0, "lets_go": "20 s"}, ProtocolError, "lets go for 20 s, longer than the rest of 10 s"),
        ({"vibrated": []}, ProtocolError, "`vibrated` names one muscle at least"),
        ({"muscles": []}, ProtocolError, "`muscles` names one muscle at least"),
        ({"bouts": 0}, ProtocolError, "1 to 100 bouts"),
        ({"bouts": 10}, ProtocolError, "the last bout of stimulation ends 48 s after"),
        ({"gap": "2 mV"}, UnitError, "gap"),
        ({"setting": "1 ms"}, UnitError, "wanted"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(other, error, said):
    with pytest.raises(error, match=said):
        vibration_and_stimulation(**{**GIVEN, **other})
