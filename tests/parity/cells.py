"""One cell for each feature of the language, and the table of them that two back ends must agree on."""

from dataclasses import replace

from networks.synapses import fluctuating_synapses
from sim.design import Design
from sim.spec.model import FUNCTIONS, Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.protocol import Hold, Protocol, Settle, Step, Trapezoid, Triangle
from tests.parity.feature import FIRE, LEAK, Feature, cell


def pulse(level: str | float, duration: str = "150 ms", port: str = "cells.I") -> Protocol:
    """A step of current after 10 ms of rest."""
    return Settle("10 ms") >> Step(port, level, duration)


HODGKIN_HUXLEY = cell(
    """
    dv/dt = (g*(E - v) + g_na*m**3*h*(50*mV - v) + g_k*n**4*(-77*mV - v) + I)/C : volt
    dm/dt = 1/ms/exprel(-(v + 40*mV)/(10*mV))*(1 - m) - 4/ms*exp(-(v + 65*mV)/(18*mV))*m : 1
    dh/dt = 0.07/ms*exp(-(v + 65*mV)/(20*mV))*(1 - h) - h/ms/(1 + exp(-(v + 35*mV)/(10*mV))) : 1
    dn/dt = 0.1/ms/exprel(-(v + 55*mV)/(10*mV))*(1 - n) - 0.125/ms*exp(-(v + 65*mV)/(80*mV))*n : 1
    I : amp
    """,
    {"g": "3 nS", "E": "-54.4 mV", "C": "10 pF", "g_na": "1.2 uS", "g_k": "0.36 uS"},
    {"threshold": "v > -20*mV"},
    v="-65 mV",
)
INSTANTANEOUS = cell(  # Morris & Lecar 1981
    """
    dv/dt = (g*(E - v) + g_ca*m_inf*(120*mV - v) + g_k*w*(-84*mV - v) + I)/C : volt
    m_inf = 0.5*(1 + tanh((v + 1.2*mV)/(18*mV))) : 1
    dw/dt = 0.04/ms*cosh((v - 2*mV)/(60*mV))*(0.5*(1 + tanh((v - 2*mV)/(30*mV))) - w) : 1
    I : amp
    """,
    {"g": "20 nS", "E": "-60 mV", "C": "0.2 nF", "g_ca": "44 nS", "g_k": "80 nS"},
    {"threshold": "v > 0*mV"},
    v="-60 mV",
)
DRIFT = cell(
    """
    dv/dt = (g*(E - v) + g_s*sin(phi)*(0*mV - v) + I)/C : volt
    dphi/dt = (1.5 - cos(phi) + 0.02*(v - E)/mV)/(10*ms) : 1
    I : amp
    """,
    {**LEAK, "g_s": "10 nS"},
    {"threshold": "sin(phi) > 0.9"},
    v="-65 mV",
)
QUADRATIC = cell(  # Izhikevich 2003: v times itself
    """
    dv/dt = (k*(v - E)*(v - v_t) + I - u)/C : volt
    du/dt = a*(b*(v - E) - u) : amp
    I : amp
    """,
    {"k": "0.7e-3 uS/mV", "E": "-60 mV", "v_t": "-40 mV", "C": "100 pF", "a": "0.03 1/ms", "b": "-2 nS"},
    {"threshold": "v > 35*mV", "reset": "v = -50*mV; u += 100*pA"},
    v="-60 mV",
)


def compartments(joined: dict[str, str], others: str = "", waits: str = "") -> str:
    """Leaky compartments, each with the names of those that it takes current from."""
    lines = []
    for k, (name, neighbours) in enumerate(joined.items()):
        axial = " + ".join(f"g_a*({n} - {name})" for n in neighbours.split())
        lines.append(f"d{name}/dt = (g*(E - {name}) + {axial}{'' if k else ' + I'})/C : volt{'' if k else waits}")
    return "\n".join([*lines, "I : amp", others])


CABLE = cell(
    compartments({"v": "b", "b": "v c f", "c": "b d", "d": "c", "f": "b"}),
    {**LEAK, "g_a": "50 nS"},
    {"threshold": "v > -50*mV", "reset": "v = -70*mV; b -= 2*mV"},
    **dict.fromkeys("vbcdf", "-65 mV"),
)
RING = cell(  # no tree: eliminating a compartment makes new pulls, and pulls of a compartment on itself
    compartments({"v": "b d o", "b": "c v", "c": "d b", "d": "v c"}, "do/dt = (-60*mV - o)/(20*ms) : volt"),
    {**LEAK, "g_a": "50 nS"},
    {"threshold": "v > -50*mV", "reset": "v = -70*mV"},
    o="-80 mV",
    **dict.fromkeys("vbcd", "-65 mV"),
)
CIRCLE = cell(
    """
    dv/dt = (g*(E - v) + I - g_k*a*b*(v + 90*mV))/C : volt
    da/dt = (1/(1 + exp(-(v + 50*mV)/(7*mV) + 3*b)) - a)/(5*ms) : 1
    db/dt = (a - b)/(3*ms*(1 + a)) : 1
    I : amp
    """,
    {**LEAK, "g_k": "100 nS"},
    v="-65 mV",
)
CALCIUM = cell(
    """
    dv/dt = (g*(E - v) + I - g_k*n**2*(v + 90*mV))/C : volt
    dCa/dt = clip(k*m_ca*(60*mV - v), 0/ms, inf/ms) - Ca/(20*ms) : 1
    m_ca = 1/(1 + exp(-(v + 45*mV)/(6*mV))) : 1
    dn/dt = 0.3/ms*Ca**2*(1 - n) - 0.1/ms*n : 1
    I : amp
    """,
    {**LEAK, "g_k": "30 nS", "k": "0.01 1/(mV*ms)"},
    {"threshold": "v > -50*mV", "reset": "v -= 10*mV; Ca += 0.2"},
    v="-65 mV",
)
FIRE_AT = {"v_thr": "-50 mV", "v_reset": "-70 mV"}
INTEGRATE = "dv/dt = (g*(E - v) + I)/C : volt\nI : amp"
LIF = cell(INTEGRATE, {**LEAK, **FIRE_AT}, FIRE, v="-70 mV")
SEVERAL = cell(
    "dv/dt = (g*(E - v) + I - w)/C : volt\nI : amp\ndw/dt = -w/(80*ms) : amp\ndx/dt = (1 - x)/(50*ms) : 1",
    {**LEAK, **FIRE_AT},
    {
        "threshold": "v > v_thr and not (w > 0.3*nA or x < 0.01)",
        "reset": "x *= 0.5; w += 50*pA*x; v = v_reset; v -= 2*mV*x",  # each reads what those before it left
    },
    v="-70 mV",
    x=1,
)
PORTS = cell(  # a threshold and a reset that read a port and a subexpression of the state that was just set
    "dv/dt = (g*(E - v) + I)/C : volt\nI : amp\nlift : volt\nheight = v - E + lift : volt",
    {**LEAK, **FIRE_AT},
    {"threshold": "height > 15*mV", "refractory": "height > 0*mV", "reset": "v = v_reset + 0.1*lift; v += 0.1*height"},
    v="-70 mV",
)
CHAIN = cell(  # read by a gate at t, by the potential after the gate and with a port at mid-step, and by a reset
    """
    dv/dt = (g*(E - v) + I - pull)/C : volt
    dw/dt = (beyond - w)/(40*ms) : 1
    I : amp
    push : 1
    height = (v - E)/(10*mV) + w + push : 1
    beyond = clip(height, 0, inf) : 1
    pull = 20*pA*beyond : amp
    """,
    {**LEAK, **FIRE_AT},
    {"threshold": "v > v_thr", "reset": "v = v_reset; w += 0.1 + 0.05*beyond; v += 2*mV*beyond"},
    v="-65 mV",
    w=0,
)
PLATEAU = replace(HODGKIN_HUXLEY, refractory="v > -40*mV or n > 0.5")


def waiting(period: str) -> Model:
    """Two compartments, of which one and a current stand still for a period after a spike."""
    text = compartments({"v": "b", "b": "v"}, "dw/dt = (0.1*nA - w)/(30*ms) : amp (unless refractory)")
    rules = {"threshold": "v > -50*mV", "reset": "v = -70*mV; w = 0*nA", "refractory": period}
    text = text.replace("+ I)/C : volt", "+ I + w)/C : volt (unless refractory)")
    return cell(text, {**LEAK, "g_a": "50 nS"}, rules, v="-65 mV", b="-65 mV")


MEMBRANE = Block(
    "dv/dt = (g*(E - v) - i_ion)/C : volt",
    params={
        name: Param(value, "test") for name, value in {"g": "0.2 mS/cm**2", "C": "1 uF/cm**2", "E": "-65 mV"}.items()
    },
    sums={"i_ion": "amp/metre**2"},
    initial={"v": "-65 mV"},
)
RECEPTORS = Model(
    "a cell with receptors",
    MEMBRANE + fluctuating_synapses() + Block(params={name: Param(x, "test") for name, x in FIRE_AT.items()}),
    **FIRE,
)
STILL = cell(
    INTEGRATE.replace("volt\n", "volt (unless refractory)\n"),
    {**LEAK, **FIRE_AT},
    {**FIRE, "refractory": "v < -60*mV"},
    v="-70 mV",
)
FLUCTUATING = cell(  # one source felt by two states, one of them with a rate that changes
    """
    dv/dt = (g*(E - v) + g_k*n*(-90*mV - v) + I + s)/C + 2*mV*sqrt(2*g/C)*xi_v : volt
    dn/dt = (1/(1 + exp(-(v + 50*mV)/(5*mV))) - n)/(8*ms) : 1
    ds/dt = -s/tau + 0.1*nA*sqrt(2/tau)*(xi_s + 0.3*xi_v) : amp
    dp/dt = 0.01*sin(p)/ms + 0.1/sqrt(ms)*xi_s : 1
    I : amp
    """,
    {**LEAK, **FIRE_AT, "g_k": "10 nS", "tau": "20 ms"},
    FIRE,
    v="-70 mV",
)
CALLS = {"clip": "clip({}, -0.2, 0.2)", "log": "log(2 + {})", "log10": "log10(2 + {})", "sqrt": "sqrt(2 + {})"}
EVERY_FUNCTION = cell(
    "dv/dt = (g*(E - v) + I)/C : volt\nI : amp\nx = (v + 60*mV)/(20*mV) : 1\n"
    + "\n".join(f"dy_{f}/dt = ({CALLS.get(f, f + '({})').format('x')} - y_{f})/(10*ms) : 1" for f in FUNCTIONS),
    LEAK,
    v="-65 mV",
)
POOL = Network(
    (
        Population(
            "cells",
            LIF,
            5,
            {"C": Graded("0.1 nF", "0.6 nF", 1.5), "g": Graded("10 nS", "30 nS"), "v_thr": Graded("-52 mV", "-48 mV")},
        ),
    )
)
TWO = Network((Population("small", LIF, 2, {"C": Graded("0.1 nF", "0.2 nF")}), Population("large", FLUCTUATING, 1)))
COMMANDS = (
    Hold("cells.I", "0.2 nA", name="bias")
    + (
        Settle("10 ms")
        >> Step("cells.I", "0.5 nA", "30 ms", name="step")
        >> Step("cells.I", "-0.3 nA", "10.2 ms", name="jump")  # ends within a window: rounded to its border
        >> Triangle("cells.I", "0.8 nA", "70 ms", "50 ms", name="triangle")
        >> Trapezoid("cells.I", "0.7 nA", "20 ms", "50 ms", "0 ms", name="trapezoid")
        >> Settle("20 ms")
    )
    + (Settle("100 ms") >> Step("cells.I", "0.1 nA", "60 ms", name="on_top"))
)
CONDITIONS = Design({"network.cells.tau": ["10 ms", "30 ms"], "protocol.cells.I.level": ["0.3 nA", "0.5 nA"]}, seeds=2)

NESTED = Model(
    "subexpressions of subexpressions",
    Block(
        """
        dangle/dt = turning : 1
        dturning/dt = (restoring - 0.5*turning)/second + I*1/(nA*second**2)*1 : hertz
        turned = angle : 1
        pull = -900*turned/second : hertz
        restoring = pull + 0*hertz : hertz
        I : amp
        """,
        initial={"angle": 0.5, "turning": "0 Hz"},
    ),
)
"""Brian2 would evaluate `restoring`, in which no state stands, once in a step."""

FEATURES = {
    "subexpressions of subexpressions": Feature(NESTED, pulse("5 nA"), fires=False),
    "linear gates": Feature(HODGKIN_HUXLEY, pulse("0.1 nA", "60 ms"), dt="0.05 ms"),
    "an instantaneous gate": Feature(INSTANTANEOUS, pulse("1 nA")),
    "a phase that drifts": Feature(DRIFT, pulse("0.2 nA")),
    "a potential times itself": Feature(QUADRATIC, pulse("0.3 nA")),
    "neighbouring compartments": Feature(CABLE, pulse("2 nA")),
    "a ring of compartments": Feature(RING, pulse("2 nA")),
    "gates that need each other": Feature(CIRCLE, pulse("1.5 nA"), fires=False),
    "calcium that opens a gate": Feature(CALCIUM, pulse("2 nA")),
    "threshold and reset": Feature(LIF, pulse("0.5 nA")),
    "several resets in order": Feature(SEVERAL, pulse("0.6 nA")),
    "rules that read a port": Feature(PORTS, pulse("0.5 nA") + Triangle("cells.lift", "3 mV", "80 ms", "80 ms")),
    "a chain of subexpressions": Feature(CHAIN, pulse("0.7 nA") + Triangle("cells.push", 1, "80 ms", "80 ms")),
    "silence while a condition holds": Feature(PLATEAU, pulse("0.1 nA", "60 ms"), dt="0.05 ms"),
    "silence for a time": Feature(waiting("3 ms"), pulse("2 nA")),
    "silence for no whole number of steps": Feature(waiting("0.28 ms"), pulse("2 nA")),
    "a wait without a time": Feature(STILL, pulse("0.5 nA")),  # only a timed period makes states wait
    "receptors added to a cell": Feature(RECEPTORS, Hold("cells.inhibition", 2) + pulse(8, port="cells.excitation")),
    "noise": Feature(FLUCTUATING, pulse("0.5 nA")),
    "every function": Feature(EVERY_FUNCTION, pulse("0.5 nA", "100 ms"), fires=False),
    "a pool ordered by size": Feature(POOL, pulse("0.6 nA")),
    "two populations": Feature(TWO, pulse("0.6 nA", port="small.I") + Hold("large.I", "0.5 nA")),
    "commands of every shape": Feature(LIF, COMMANDS),
    "samples of a design": Feature(FLUCTUATING, pulse("0.5 nA"), design=CONDITIONS, batch=5),
}


def motoneurons(model: Model, size: int, **params) -> Network:
    """Some cells of a model, called `cells`."""
    return Network((Population("cells", model, size, params),))


DRIVEN = Hold("cells.inhibition", 1.5) + (Settle("5 ms") >> Triangle("cells.excitation", 20, "40 ms", "20 ms"))
