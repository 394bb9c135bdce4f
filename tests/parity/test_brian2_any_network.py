"""Any network that can be drawn fires the same spikes in JAX and in Brian2."""

from typing import Any

import numpy as np
import pytest

from sim.design import Design
from sim.spec.network import Network, Population
from sim.spec.params import Graded
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Settle, Step, Train
from sim.spec.trigger import When
from sim.spec.wiring import OneToOne, Random, Table
from tests.parity.circuits import ADAPTING, BARE, MUSCLE, NOISY, RELAY, WAITING, coupled
from tests.parity.feature import Feature, agree, run

CELLS = {  # model: what may reach its states, what may be read, its port
    "relay": (RELAY, {"g_e": ("5 nS", "20 nS"), "g_i": ("2 nS", "10 nS")}, {"r": "", "v": "/mV"}, "I"),
    "bare": (BARE, {"v": ("-3 mV", "3 mV")}, {"v": "/mV"}, "I"),
    "waiting": (WAITING, {"v": ("1 mV", "9 mV")}, {"v": "/mV"}, "I"),
    "adapting": (ADAPTING, {"g_k": ("-1 nS", "6 nS"), "v": ("1 mV", "3 mV")}, {"g_k": "/uS"}, "I"),
    "noisy": (NOISY, {"g_e": ("2 nS", "10 nS"), "s": ("-0.1 nA", "0.1 nA")}, {"s": "/nA"}, "I"),
    "muscle": (MUSCLE, {"a": (0.2, 1)}, {"force": "", "l": ""}, "stretch"),
}


def random_network(seed: int) -> Feature:
    """Up to three populations of up to six cells, any of them reaching any other in any way, perhaps a trigger."""
    rng = np.random.default_rng(seed)

    def drawn(low: float, high: float, unit: str = "") -> str:
        return f"{float(rng.uniform(low, high)):.4g}{unit}"

    def one_of(options):
        return list(options)[rng.integers(len(options))]

    kinds = {name: one_of(CELLS) for name in "abc"[: rng.integers(1, 4)]}
    kinds["a"] = one_of([k for k in CELLS if k != "muscle"])  # something fires
    populations = [Population(name, CELLS[kind][0], int(rng.integers(1, 7))) for name, kind in kinds.items()]
    size = {p.name: p.size for p in populations}
    projections = []
    for k in range(rng.integers(1, 6)):
        source, target = one_of(kinds), one_of(kinds)
        _, states, _, port = CELLS[kinds[target]]
        n, m = size[source], size[target]
        weights = tuple(tuple(rng.uniform(-0.3, 1, m)) for _ in range(n))
        wiring = one_of([Random(0.6, int(rng.integers(9))), Table(weights), *[OneToOne()] * (n == m)])
        late = Graded(drawn(1, 3, " ms"), drawn(3, 12, " ms")) if rng.random() < 0.6 else drawn(1, 12, " ms")
        if kinds[source] != "muscle" and rng.random() < 0.6:
            into = one_of(states)
            weight = Graded(*states[into]) if rng.random() < 0.5 else one_of(states[into])
            plain = [name for name, per in CELLS[kinds[source]][2].items() if not per]
            gain = one_of(plain) if plain and rng.random() < 0.5 else None
            projections.append(Projection(f"p{k}", source, f"{target}.{into}", weight, late, wiring, gain=gain))
        else:
            variable, per = one_of(CELLS[kinds[source]][2].items())
            unit = (" nA" if port == "I" else " 1") + per
            small = {"/mV": 0.002, "/uS": 5}.get(per, 0.1)
            ends = drawn(-small, small, unit), drawn(-small, small, unit)
            projections.append(
                Projection(f"p{k}", f"{source}.{variable}", f"{target}.{port}", Graded(*ends), late, wiring)
            )
    signals, protocol = [], Settle("100 ms")
    for p in populations:
        port, variables = CELLS[kinds[p.name]][3], CELLS[kinds[p.name]][2]
        signals.append(Signal(f"signal_{p.name}", f"{p.name}.{one_of(variables)}", one_of(["sum", "mean"])))
        if port == "I":
            protocol += Settle("5 ms") >> Step(f"{p.name}.I", drawn(0.5, 1, " nA"), drawn(40, 90, " ms"), p.name)
    if rng.random() < 0.7:
        port = CELLS[kinds["a"]][3]
        train = Train(f"a.{port}", drawn(20, 400, " Hz"), drawn(5, 20, " ms"), "0.8 nA", "1 ms", "pulses")
        watched = CELLS[kinds["a"]][2][signals[0].variable]
        level = {"": 0.5, "/mV": "-60 mV", "/uS": "1 nS", "/nA": "0 nA"}[watched]
        latency: dict[str, Any] = {
            "latency": drawn(0, 6, " ms"),
            "spread": drawn(0, 9, " ms"),
            "refractory": drawn(0, 60, " ms"),
        }
        protocol += When("signal_a", train, **{one_of(["above", "below"]): level}, **latency)
    window = one_of(["0.5 ms", "0.3 ms", "1 ms"])
    return coupled(
        Network(tuple(populations), tuple(projections), tuple(signals)),
        protocol,
        design=Design(seeds=2),
        dt=one_of(["0.1 ms", "0.05 ms"]),
        window=window,
    )


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 15))])
def test_any_network_runs_without_nan_and_alike(simulate, seed):
    row = random_network(seed)
    ours = run(simulate, row)
    assert ours.counts.sum() > 0
    agree(row, ours, run(simulate, row, method="same"))
