"""The error of a scheme shrinks with its declared order: one table of smooth models, all schemes through one claim.

Potentials are compared with an independent integrator (scipy's LSODA, relative tolerance 1e-11) on the same
right-hand side. Gates are compared through the potentials that they move, because the staggered scheme keeps them half
a step away. Everything in float64, so that rounding does not hide the order.
"""

from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from networks.cells.powers_heckman import REFERENCE
from sim.compile.assemble import assemble, cells, parameters
from sim.compile.interventions import drives, pieces, time_course
from sim.engine.batch import compile_lanes
from sim.engine.integrate import SCHEMES
from sim.engine.kernels import xla
from sim.engine.lanes import Lanes
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Hold, Settle, Step, Triangle
from sim.spec.record import Record

WINDOW, END = 1.0, 40.0  # ms
STEPS = ["0.1 ms", "0.05 ms"]


def cell(text: str, params: dict, into: dict | None = None, sums: dict | None = None, **initial) -> Model:
    table = {name: Param(value, "test") for name, value in params.items()}
    return Model("smooth", Block(text, params=table, into=into or {}, sums=sums or {}, initial=initial))


def cable() -> Model:
    lines = ["I : amp", "dw/dt = (1/(1 + exp(-(v4 + 55*mV)/(8*mV))) - w)/(25*ms) : 1"]
    for k in range(5):
        axial = " + ".join(f"g_a*(v{j} - v{k})" for j in (k - 1, k + 1) if 0 <= j < 5)
        extra = {0: " + I", 4: " - g_w*w*(v4 + 90*mV)"}.get(k, "")
        lines.append(f"dv{k}/dt = (g*(E - v{k}) + {axial}{extra})/C : volt")
    numbers = {"g": "0.02 uS", "g_a": "0.1 uS", "g_w": "0.05 uS", "E": "-70 mV", "C": "0.2 nF"}
    return cell("\n".join(lines), numbers, **{f"v{k}": "-70 mV" for k in range(5)})


PIC_DENDRITE = """
    dv/dt = (g*(E - v) + g_c*(u - v))/C : volt
    du/dt = (g*(E - u) + g_c*(v - u) + g_pic*m*h*(80*mV - u) + g_e*(0*mV - u))/C : volt
    dm/dt = (1/(1 + exp(-(u + 42*mV)/(6*mV))) - m)/(10*ms) : 1
    dh/dt = (1/(1 + exp((u + 30*mV)/(5*mV))) - h)/(50*ms) : 1
    g_e : siemens
"""
CALCIUM = """
    dv/dt = (g*(E - v) + I - g_k*n**2*(v + 90*mV))/C : volt
    dCa/dt = k*m_ca*(60*mV - v) - Ca/(20*ms) : 1
    m_ca = 1/(1 + exp(-(v + 45*mV)/(6*mV))) : 1
    dn/dt = 0.3/ms*Ca**2*(1 - n) - 0.1/ms*n : 1
    I : amp
"""
CIRCLE = """
    dv/dt = (g*(E - v) + I - g_k*a*b*(v + 90*mV))/C : volt
    da/dt = (1/(1 + exp(-(v + 50*mV)/(7*mV) + 3*b)) - a)/(5*ms) : 1
    db/dt = (a - b)/(3*ms*(1 + a)) : 1
    I : amp
"""
DRIFT = """
    dv/dt = (g*(E - v) + g_s*sin(phi)*(0*mV - v) + I)/C : volt
    dphi/dt = (1.5 - cos(phi) + 0.02*(v - E)/mV)/(10*ms) : 1
    I : amp
"""
QUADRATIC = """
    dv/dt = (k*(v - E)*(v - v_t) + I - w)/C : volt
    dw/dt = (b*(v - E) - w)/(15*ms) : amp
    I : amp
"""
START = {"v": "-70 mV"}
NUMBERS = {"g": "0.02 uS", "E": "-70 mV", "C": "0.2 nF"}
SYNAPSE = """
    dv/dt = (g*(E - v) + s)/C : volt
    ds/dt = (I - s)/(5*ms) : amp
    I : amp
"""
JUMP = "a synapse that a command switches on"
SMOOTH = {  # model, the port that is driven, level at the top
    JUMP: (cell(SYNAPSE, NUMBERS, **START), "I", "1 nA"),
    "passive cable of five compartments with a slow gate": (cable(), "I", "1 nA"),
    "dendrite with a persistent inward current": (
        cell(PIC_DENDRITE, {**NUMBERS, "g_c": "0.05 uS", "g_pic": "0.01 uS"}, **START, u="-70 mV"),
        "g_e",
        "0.02 uS",
    ),
    "calcium that opens a gate": (
        cell(CALCIUM, {**NUMBERS, "g_k": "0.1 uS", "k": "0.01 1/(mV*ms)"}, **START),
        "I",
        "1.5 nA",
    ),
    "two gates that need each other": (cell(CIRCLE, {**NUMBERS, "g_k": "0.1 uS"}, **START), "I", "1.5 nA"),
    "a phase that drifts": (cell(DRIFT, {**NUMBERS, "g_s": "0.01 uS"}, **START), "I", "0.5 nA"),
    "quadratic integrate-and-fire below threshold": (
        cell(
            QUADRATIC,
            {"k": "0.0005 uS/mV", "b": "0.01 uS", "E": "-70 mV", "v_t": "-45 mV", "C": "0.2 nF"},
            **START,
            w="0 nA",
        ),
        "I",
        "0.1 nA",
    ),
    "the motoneuron below threshold": (REFERENCE, "excitation", 3),
}


def protocol(name: str):
    """A command that rises and falls; its corners lie on windows, because a corner inside a step is not smooth."""
    _, port, peak = SMOOTH[name]
    if name == JUMP:
        return Settle("5 ms") >> Step(f"cells.{port}", peak, "20 ms") >> Settle("17 ms")
    held = Hold("cells.inhibition", 2) if port == "excitation" else Settle("0 ms")
    return held + (Settle("5 ms") >> Triangle(f"cells.{port}", peak, "20 ms", "10 ms") >> Settle("7 ms"))


@cache
def population(name: str) -> Population:
    changes = {"noise": 0} if SMOOTH[name][0] is REFERENCE else {}
    return Population("cells", SMOOTH[name][0], 1, changes)


def driven(name: str):
    network, done = Network((population(name),)), protocol(name)
    leaves = {**network.leaves(), **done.leaves()}
    numbers = {path: np.array([q.number]) for path, q in leaves.items()}
    whole = drives(pieces(done, numbers, end=END + WINDOW), tuple(network.ports()), window=WINDOW, samples=1)
    return numbers, {path.partition(".")[2]: drive for path, drive in whole.items()}


@cache
def computed(name: str, scheme: str, dt: str) -> np.ndarray:
    """mV, (potential,), at the end."""
    potentials = tuple(e.name for e in potentials_of(name))
    numerics = Numerics(dt, f"{WINDOW} ms", scheme, "float64")
    part = assemble(population(name), Record(variables=potentials), numerics)
    numbers, found = driven(name)
    start = Lanes(cells(part, parameters(part, numbers), np.zeros(1, int)), found)
    outcome = compile_lanes(xla.KERNEL, part.program, 2, round(END / WINDOW))(start)
    return np.array([outcome.traces[v][1, 0] for v in potentials])


def potentials_of(name: str):
    parsed = population(name).model.parsed
    volt = next(e.dimensions for e in parsed.states if e.name in ("v", "v0", "v_soma"))
    return [e for e in parsed.states if e.dimensions == volt]


@cache
def exact(name: str) -> np.ndarray:
    """mV, (potential,), at the end, by scipy."""
    numerics = Numerics("0.5 ms", f"{WINDOW} ms", "euler", "float64")  # euler: gates and potentials start together
    part = assemble(population(name), Record(), numerics)
    numbers, found = driven(name)
    start = cells(part, parameters(part, numbers), np.zeros(1, int))
    system, names = part.compiled.steady, [e.name for e in part.compiled.steady.equations]
    params = {
        key: param.across(1, {leaf: numbers[f"network.cells.{key}{leaf}"] for leaf in param.leaves()})[0]
        for key, param in population(name).table().items()
    }
    constants = part.compiled.constants(params)

    def slope(t, x):
        ports = {port: time_course(c, np.array([t / WINDOW]))[0, 0] for port, c in found.items()}
        values = {**constants, **ports, **dict(zip(names, x, strict=True))}
        slopes = []
        for equation, own in zip(system.equations, x, strict=True):
            if equation.kind == "drift":
                slopes.append(np.squeeze(equation.slope(values)))
            else:
                target, rate = equation.relaxation(values)
                slopes.append(np.squeeze((target - own) * rate))
        return np.array(slopes, dtype=float)

    x = np.array([start.state[n][0] for n in names], dtype=float)
    for begin, end in ((0, 5), (5, 25), (25, 35), (35, END)):  # from corner to corner
        x = solve_ivp(slope, (begin, end), x, method="LSODA", rtol=1e-11, atol=1e-11).y[:, -1]
    return np.array([x[names.index(e.name)] for e in potentials_of(name)])


WHOLE_CELL = "the motoneuron below threshold"
NAMES = [*(name for name in SMOOTH if name != WHOLE_CELL), pytest.param(WHOLE_CELL, marks=pytest.mark.slow)]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", NAMES)
def test_error_shrinks_with_the_declared_order(name, scheme):
    coarse, fine = (np.abs(computed(name, scheme, dt) - exact(name)).max() for dt in STEPS)
    assert np.log2(coarse / fine) == pytest.approx(SCHEMES[scheme].order, abs=0.2)  # 0.2: the next order's share


@pytest.mark.parametrize("name", NAMES)
def test_the_second_order_scheme_is_the_most_accurate_one(name):
    errors = {s: np.abs(computed(name, s, "0.05 ms") - exact(name)).max() for s in SCHEMES}
    assert errors["staggered"] < 0.2 * min(errors["euler"], errors["exponential_euler"])
