"""What Brian2 cannot run is refused in a sentence."""

import pytest

from sim.backends.brian2_backend import Brian2Backend
from sim.spec.numerics import NumericsError
from sim.spec.protocol import Settle
from tests.parity.cells import DRIFT
from tests.parity.feature import cell

REFUSED = {  # model, method, what the sentence quotes
    "a phase": (DRIFT, "exponential_euler", ["'a test'", "not linear", "'rk4'"]),
    "a name of Brian2": (cell("dv/dt = -v/(N*ms) : volt", {"N": 2}, v="1 mV"), "same", ["'a test'", "'N'"]),
    "a name of a spike": (
        cell("dv/dt = -v/lastspike : volt", {"lastspike": "1 ms"}, v="1 mV"),
        "same",
        ["'lastspike'", "rename it"],
    ),
    "a name of a table": (
        cell("dv/dt = I*I_start : volt\nI : volt", {"I_start": "1 Hz"}, v="1 mV"),
        "same",
        ["'I_start'", "rename it"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_model_that_brian2_cannot_run_is_refused_in_a_sentence(simulate, what):
    model, method, quoted = REFUSED[what]
    with pytest.raises(ValueError, match="Brian2") as problem:
        simulate(model, Settle("1 ms"), backend=Brian2Backend(method))
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith(".")
    assert all(piece in said for piece in quoted)


def test_an_unknown_method_is_refused_in_a_sentence():
    with pytest.raises(NumericsError, match=r"^Brian2 .*'rk5'.*did you mean 'rk4'.*\?$"):
        Brian2Backend("rk5")
