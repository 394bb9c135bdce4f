"""Geometry, rest and input resistance of the pool hTA, against NEURON and against an independent implementation."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.verification.claims import Claim, Family
from experiments.verification.runs import pool, simulate
from experiments.words import number
from sim.design import Design
from sim.spec.protocol import Settle, Step
from sim.spec.record import Record

GEOMETRY = {  # of the lowest-threshold cell, by NEURON: (value, half of the last digit that it is known to)
    "area_soma": (204_028, 0.5),  # um**2
    "area_dend": (49_210, 5),  # um**2
    "axial resistance": (7.648, 0.0015),  # Mohm, from the middle of a dendrite to the soma
}
REST = {  # mV, after 500 ms without input
    "v_soma": (-67.28, 0.005),
    "v_d1": (-67.08, 0.005),
    "v_d2": (-67.01, 0.005),
    "v_d3": (-66.98, 0.005),
    "v_d4": (-66.88, 0.005),
}
PIC = {"with": 1.0, "without": 0.0}
INPUT_RESISTANCE = {  # Mohm by cell: steady response of the soma to -1 nA, from rest
    "with": {0: 3.06, 5: 2.36, 10: 1.33, 15: 0.69, 19: 0.41},
    "without": {0: 2.72, 19: 0.40},
}
HALF_A_DIGIT = 0.006  # Mohm: and 0.001 for a potential that float32 stops short of its rest


class Passive(NamedTuple):
    lowest: Mapping[str, float]  # of the lowest-threshold cell, by the names of `GEOMETRY` and `REST`
    resistance: Mapping[str, np.ndarray]  # Mohm, (cell,), by the names of `PIC`


def measure() -> Passive:
    return Passive(lowest_threshold_cell(), input_resistance())


def lowest_threshold_cell() -> dict[str, float]:
    """Values by the names of `GEOMETRY` and `REST`."""
    record = Record((*REST, "area_soma", "area_dend", "g_axial"), "500 ms", (0,), commands=False)
    # float64: in float32 a potential stops up to 0.001 mV short of its rest, where its steps round to nothing
    run = simulate(pool(noise=0), Settle("510 ms"), record=record, dtype="float64")
    found = {name: float(x[0, 0, 1]) for name, x in run.traces.items()}
    return {**found, "axial resistance": 1 / found["g_axial"]}


def input_resistance() -> dict[str, np.ndarray]:
    """Mohm, (cell,), by the names of `PIC`."""
    step = Settle("1.5 s") >> Step("hTA.current", "-1 nA", "1 s") >> Settle("0.1 s")
    record = Record(("v_soma",), "10 ms", commands=False)
    design = Design({"network.hTA.monoamine": list(PIC.values())})
    v = simulate(pool(noise=0), step, record=record, design=design).traces["v_soma"]
    return dict(zip(PIC, v[..., 149] - v[..., 249], strict=True))


def claims(m: Passive) -> list[Claim]:
    against = "NEURON 9.0.2"
    geometry = [
        ("area of the soma", "area_soma", "µm²", 0),
        ("area of a dendrite", "area_dend", "µm²", 0),
        ("axial resistance from a dendrite's middle to the soma", "axial resistance", "MΩ", 4),
    ]
    rows = []
    for name, key, unit, digits in geometry:
        value, half = GEOMETRY[key]
        rows.append(
            Claim(
                name,
                against,
                f"{half:g} {unit}: half of the last digit that is known",
                f"{number(m.lowest[key], digits)} against {number(value, min(digits, 3), unit)}",
                abs(m.lowest[key] - value) <= half,
            )
        )
    rows.append(
        Claim(
            "rest of the soma and the four dendrites after 500 ms without input",
            against,
            "0.005 mV: half of the last digit that is known",
            ", ".join(f"{number(m.lowest[v], 3)} ({number(value)})" for v, (value, _) in REST.items()) + " mV",
            all(abs(m.lowest[v] - value) <= half for v, (value, half) in REST.items()),
        )
    )
    return rows + [_resistance(pic, m.resistance[pic]) for pic in PIC]


def _resistance(pic: str, found: np.ndarray) -> Claim:
    expected = INPUT_RESISTANCE[pic]
    return Claim(
        f"input resistance {pic} PIC of motoneurons {', '.join(str(cell + 1) for cell in expected)}",
        "an independent implementation of the equations, dt 0.025 ms",
        f"{HALF_A_DIGIT:g} MΩ: half a digit, and 0.001 that float32 stops short of rest",
        ", ".join(f"{number(found[cell], 3)} ({number(value)})" for cell, value in expected.items()) + " MΩ",
        all(abs(found[cell] - value) <= HALF_A_DIGIT for cell, value in expected.items()),
    )


FAMILY = Family(
    "Geometry, rest, input resistance",
    "Of the lowest-threshold motoneuron of the pool hTA; input resistance along the pool, from −1 nA for 1 s. "
    "In brackets: what it is compared with.",
    measure,
    claims,
)
