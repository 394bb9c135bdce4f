"""Protocols of reflexes refuse in a sentence what cannot be done to an ankle."""

from typing import Any

import pytest

from networks.protocols import depressed_reflex, isometric_contraction, stretch
from sim.spec.protocol import ProtocolError
from sim.units import UnitError

REST: dict[str, Any] = {"muscle": "soleus", "voluntary": 1.5, "tonic": 1.5}
STRETCH: dict[str, Any] = {
    **REST, "degrees": 6, "velocity": 100, "nerve": "common_peroneal", "conditioning": 0, "interval": "140 ms",
    "before": "400 ms", "after": "500 ms",
}  # fmt: skip
DEPRESSED: dict[str, Any] = {
    **REST, "nerve": "posterior_tibial", "intensity": 1.1, "interval": "2 s", "pulses": 5, "degrees": 4,
    "velocity": 17, "before": "20 s", "after": "500 ms",
}  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "given", "other", "error", "said"),
    [
        (stretch, STRETCH, {"velocity": 0}, ProtocolError, "never there"),
        (stretch, STRETCH, {"velocity": -20}, ProtocolError, "of the same sign"),
        (stretch, STRETCH, {"velocity": "fast"}, UnitError, "`velocity` of a stretch"),
        (stretch, STRETCH, {"degrees": "6 mV"}, UnitError, "`degrees` of a stretch must be a plain number"),
        (stretch, STRETCH, {"conditioning": -1}, ProtocolError, "times the motor threshold"),
        (stretch, STRETCH, {"interval": "500 ms"}, UnitError, "'lead' must not be negative"),
        (depressed_reflex, DEPRESSED, {"velocity": 0}, ProtocolError, "never there"),
        (
            depressed_reflex,
            DEPRESSED,
            {"interval": "0 s"},
            UnitError,
            "between pulses must be larger than zero",
        ),
        (depressed_reflex, DEPRESSED, {"before": "5 s"}, UnitError, "'lead' must not be negative"),
        (depressed_reflex, DEPRESSED, {"intensity": 1000}, ProtocolError, "times the motor threshold"),
    ],
)
def test_what_cannot_be_done_is_refused(protocol, given, other, error, said):
    assert protocol(**given).elements()
    with pytest.raises(error, match=said):
        protocol(**{**given, **other})


def test_an_ankle_is_turned_either_way():
    down = stretch(**{**STRETCH, "degrees": -6, "velocity": -100})
    assert down.leaves()["protocol.speed.duration"].number == pytest.approx(60)  # ms


def test_contractions_of_no_muscle_are_refused():
    with pytest.raises(ProtocolError, match="one muscle at least"):
        isometric_contraction(muscles=[], command=3, tonic=1, before="1 s", up="1 s", hold="2 s")
