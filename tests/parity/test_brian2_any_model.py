"""Any model that can be drawn runs alike in JAX and in Brian2."""

import numpy as np
import pytest

from sim.engine.integrate import SCHEMES
from sim.spec.network import Network, Population
from sim.spec.params import Graded
from sim.spec.protocol import Settle, Step, Triangle
from tests.parity.feature import Feature, agree, cell, run


def random_feature(seed: int) -> Feature:
    """A tree of compartments with channels, perhaps calcium, noise, and a spike rule; a few cells of it."""
    rng = np.random.default_rng(seed)

    def drawn(low: float, high: float, unit: str = "") -> str:
        return f"{float(rng.uniform(low, high)):.4g}{unit}"

    def sigmoid(x: str, low: float, high: float, scale: str) -> str:
        sign = rng.choice(["-", ""])
        return f"1/(1 + exp({sign}({x} + {drawn(low, high, scale)})/({drawn(4, 12, scale)})))"

    places = [f"v{k}" for k in range(rng.integers(1, 5))]
    currents = {v: [f"g*(E - {v})"] for v in places}
    currents["v0"].append("I")
    numbers = {"g": drawn(10, 30, " nS"), "E": drawn(-75, -60, " mV"), "C": drawn(0.1, 0.4, " nF")}
    lines, start = ["I : amp"], {v: drawn(-75, -55, " mV") for v in places}
    for k, v in enumerate(places[1:], 1):
        parent, numbers[f"g_a{k}"] = places[rng.integers(k)], drawn(10, 80, " nS")
        currents[v].append(f"g_a{k}*({parent} - {v})")
        currents[parent].append(f"g_a{k}*({v} - {parent})")
    gates = []
    for k in range(rng.integers(0, 5)):
        v, kind = places[rng.integers(len(places))], rng.choice(["steady", "moving", "instantaneous"])
        numbers |= {f"g_{k}": drawn(2, 30, " nS"), f"E_{k}": drawn(-90, 50, " mV")}
        infinity = sigmoid(v, 30, 60, "*mV")
        if kind == "instantaneous":
            lines += [f"open{k} = {infinity} : 1", f"m{k} = open{k} : 1"]  # one subexpression through another
        else:
            tau = f"{drawn(1, 30)}*ms" + (f"*(0.2 + {sigmoid(v, 30, 60, '*mV')})" if kind == "moving" else "")
            needs = f"*(1 - 0.3*m{rng.choice(gates)})" if gates and rng.random() < 0.4 else ""
            lines.append(f"dm{k}/dt = ({infinity}{needs} - m{k})/({tau}) : 1")
        gates.append(k)
        currents[v].append(f"g_{k}*m{k}**{rng.integers(1, 5)}*(E_{k} - {v})")
    if rng.random() < 0.5:
        v = places[-1]
        lines.append(f"dCa/dt = {drawn(0.01, 0.1)}/ms*{sigmoid(v, 30, 60, '*mV')} - Ca/({drawn(10, 80)}*ms) : 1")
        lines.append(f"dq/dt = {drawn(0.05, 0.5)}/ms*Ca**2*(1 - q) - {drawn(0.05, 0.5)}/ms*q : 1")
        currents[v].append(f"{drawn(5, 30)}*nS*q*(-90*mV - {v})")
    if rng.random() < 0.6:
        lines.append("ds/dt = -s/tau_s + sigma*sqrt(2/tau_s)*xi_s : amp")
        numbers |= {"tau_s": drawn(2, 30, " ms"), "sigma": drawn(0.02, 0.2, " nA")}
        currents[places[0]].append("s")
    waits, rules = "", {}
    if rng.random() < 0.9:
        rules = {"threshold": f"v0 > {drawn(-55, -45)}*mV", "reset": f"v0 = {drawn(-75, -60)}*mV"}
        if rng.random() < 0.5:
            rules["refractory"], waits = drawn(0.2, 5, " ms"), rng.choice(["", " (unless refractory)"])
    lines += [f"d{v}/dt = ({' + '.join(c)})/C : volt{waits}" for v, c in currents.items()]
    text = "\n".join(lines[k] for k in rng.permutation(len(lines)))
    network = Network((Population("cells", cell(text, numbers, rules, **start), 3, {"g": Graded("10 nS", "30 nS")}),))
    command = (
        Step("cells.I", drawn(0.2, 3, " nA"), "12 ms")
        if rng.random() < 0.5
        else Triangle("cells.I", drawn(0.5, 3, " nA"), "9 ms", "6 ms")
    )
    return Feature(
        network, Settle("3 ms") >> command >> Settle("5 ms"), fires=None, dt=rng.choice(["0.05 ms", "0.1 ms"])
    )


@pytest.mark.parametrize("seed", range(8))
def test_any_model_runs_without_nan_and_alike(simulate, seed):
    row, scheme = random_feature(seed), list(SCHEMES)[seed % len(SCHEMES)]
    ours = run(simulate, row, scheme)
    assert all(np.isfinite(x).all() for x in ours.traces.values())
    agree(row, ours, run(simulate, row, scheme, "same"))
