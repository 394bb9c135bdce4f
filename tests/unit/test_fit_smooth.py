"""Derivatives find the numbers of a passive membrane, through formulas of a space, and refuse to go through spikes."""

import jax.numpy as jnp
import numpy as np
import pytest

from sim.design import Space
from sim.fit.errors import FitError
from sim.fit.smooth import descend
from sim.gradient import DerivativeError
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.protocol import Settle, Step
from sim.spec.record import Record

CELL = Model(
    "a cable of two compartments",
    Block(
        """
        dv/dt = (g*(E - v) + g_c*(u - v) + I)/C : volt
        du/dt = (g*(E - u) + g_c*(v - u))/C : volt
        I : amp
        """,
        params={
            "g": Param("0.02 uS", "test"),
            "E": Param("-70 mV", "test"),
            "C": Param("0.2 nF", "test"),
            "g_c": Param("0.05 uS", "test"),
        },
        initial={"v": "-70 mV", "u": "-70 mV"},
    ),
    threshold="v > -40*mV",
)
NETWORK = Network((Population("cell", CELL, 1),))
PROTOCOL = Settle("2 ms") >> Step("cell.I", "-0.4 nA", "30 ms", name="pulse") >> Settle("10 ms")
RECORD = Record(variables=("v", "u"), every="1 ms", commands=False, max_rate="100 Hz")
TRUE = {"leak": 0.031, "tau": 7.5, "join": 0.08}
SPACE = Space(
    {"leak": ["0.01 uS", "0.1 uS"], "tau": ["2 ms", "20 ms"], "join": ["0.01 uS", "0.2 uS"]},
    {"network.cell.g": "leak", "network.cell.C": "leak*tau", "network.cell.g_c": "join"},
    logarithmic=["leak", "join"],
)


def courses(simulate) -> np.ndarray:
    """What the cell of the true numbers does: mV, (variable, time)."""
    numbers = np.array([[TRUE[name] for name in SPACE.names]])
    values = {path: float(x[0]) for path, x in SPACE.values(SPACE.points(numbers)).items()}
    params = {"g": f"{values['network.cell.g']!r} uS", "C": f"{values['network.cell.C']!r} nF",
              "g_c": f"{values['network.cell.g_c']!r} uS"}  # fmt: skip
    run = simulate(Network((Population("cell", CELL, 1, params),)), PROTOCOL, record=RECORD, dtype="float64")
    return np.array([run.traces[name][0, 0] for name in ("v", "u")])


def test_the_numbers_of_a_passive_cell_are_found_from_its_potentials(simulate):
    seen = courses(simulate)

    def loss(found):
        return sum(jnp.mean((found[f"cell.{name}"][0] - x) ** 2) for name, x in zip("vu", seen, strict=True))

    found = descend(SPACE, NETWORK, PROTOCOL, loss, record=RECORD, starts=3)
    np.testing.assert_allclose(SPACE.numbers(found.point), [TRUE[name] for name in SPACE.names], rtol=1e-3)
    assert found.loss < 1e-6
    assert found.ends.shape == (3, 3)
    assert found.end_loss.min() == found.loss


def test_an_optimum_beyond_the_range_is_found_on_its_end():
    def lowest(found):
        return jnp.mean((found["cell.v"] + 70) ** 2)  # the less resistance, the less it moves

    found = descend(SPACE, NETWORK, PROTOCOL, lowest, record=RECORD, starts=1)
    assert found.point[0] == found.point[2] == 1


def test_a_target_that_goes_through_spikes_is_refused():
    strong = Settle("2 ms") >> Step("cell.I", "4 nA", "30 ms", name="pulse")
    with pytest.raises(
        FitError, match=r"^at leak 0\.03162 uS, .*'cell' fired: .* exact and useless .*sim\.fit\.search"
    ):
        descend(SPACE, NETWORK, strong, lambda c: jnp.mean(c["cell.v"]), record=RECORD, starts=1)


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ({"starts": 0}, FitError, "at least one"),
        ({"starts": np.array([[0.5, 0.5]])}, FitError, "points are numbers"),
        ({"space": Space({"protocol.pulse.duration": ["1 ms", "30 ms"]})}, DerivativeError, "whole windows"),
        ({"space": Space({"network.cell.gc": ["1 nS", "30 nS"]})}, ValueError, "did you mean"),
        ({"objective": lambda c: jnp.log(jnp.mean(c["cell.v"]))}, FitError, "no finite number"),
    ],
)
def test_a_descent_that_cannot_be_is_refused_in_a_sentence(asked, kind, said):
    asked = {"space": SPACE, "objective": lambda c: jnp.mean(c["cell.v"] ** 2), "starts": 1, **asked}
    with pytest.raises(kind, match=said) as refused:
        descend(asked.pop("space"), NETWORK, PROTOCOL, asked.pop("objective"), record=RECORD, **asked)
    assert str(refused.value).endswith((".", "?"))
