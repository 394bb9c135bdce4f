"""Whatever can be declared can be run: any network, protocol, design and record, in JAX and in Brian2, alike.

The models are a handful, and every number stays within `RANGES`; all else is drawn. (`tests/parity` draws the models.)
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.engine.integrate import SCHEMES
from sim.results.status import Status
from sim.run import Study
from sim.spec.canonical import canonical
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Graded, Param
from sim.spec.protocol import Element, Hold, Protocol, Settle, Step, Trapezoid, Triangle
from sim.spec.record import Record
from sim.units import quantity

ROUNDING = 1e-9  # mV (currents nA, gates 1): 1e-16 of a potential in volts, times a thousand steps and a spike's slope

RANGES = {  # of parameters, ports and times: within them a cell rests, or fires slower than once in a window
    "g": (10, 30, "nS"),
    "g_k": (2, 20, "nS"),
    "g_a": (10, 80, "nS"),
    "E": (-75, -60, "mV"),
    "C": (0.1, 0.4, "nF"),
    "v_thr": (-54, -46, "mV"),
    "v_reset": (-75, -62, "mV"),
    "tau": (3, 40, "ms"),
    "sigma": (0, 0.1, "nA"),
    "I": (-0.5, 1, "nA"),
    "lift": (0, 3, "mV"),
    "excitation": (0, 4, ""),
    "time": (0, 40, "ms"),
    "skew": (-0.5, 2, ""),
}


def cell(name: str, params: str, text: str, reset: str = "v = v_reset", **rules: str) -> Model:
    table = {}
    for key in ("g", "E", "C", "v_thr", "v_reset", *params.split()):
        low, high, unit = RANGES[key]
        table[key] = Param(f"{(low + high) / 2} {unit}", "test", (f"{low} {unit}", f"{high} {unit}"))
    start = {f"v{place}": "-65 mV" for place in ("", "_d") if f"dv{place}/dt" in text}
    return Model(name, Block(text, params=table, initial=start), threshold="v > v_thr", reset=reset, **rules)


MODELS = (
    cell("leaky", "", "dv/dt = (g*(E - v) + I)/C : volt\nI : amp"),
    cell(
        "adapting",
        "tau",
        """
        dv/dt = (g*(E - v) + I - w)/C : volt
        dw/dt = -w/tau : amp
        I : amp
        lift : volt
        height = v - E + lift : volt
        """,
        reset="w += 50*pA*(1 + lift/mV); v = v_reset + 0.1*height",
    ),
    cell(
        "waiting",
        "g_a",
        """
        dv/dt = (g*(E - v) + g_a*(v_d - v) + I)/C : volt (unless refractory)
        dv_d/dt = (g*(E - v_d) + g_a*(v - v_d) + g*excitation*(-20*mV - v_d))/C : volt
        excitation : 1
        I : amp
        """,
        refractory="2.3 ms",
    ),
    cell(
        "fluctuating",
        "g_k tau sigma",
        """
        dv/dt = (g*(E - v) + g_k*n*n_inf*(-90*mV - v) + I + s)/C : volt
        n_inf = 1/(1 + exp(-(v + 50*mV)/(5*mV))) : 1
        dn/dt = (n_inf - n)/(8*ms) : 1
        ds/dt = -s/tau + sigma*sqrt(2/tau)*xi_s : amp
        I : amp
        """,
    ),
)


@dataclass(frozen=True)
class Declared:
    """A study, and in how large batches it is run."""

    network: Network
    protocol: Protocol
    record: Record
    design: Design
    numerics: dict[str, str]
    batch: int

    def samples(self) -> list[Design]:
        """Each sample of the design as a design of its own."""
        axes = self.design.axes.values()
        streams = range(self.design.first_seed, self.design.first_seed + self.design.seeds)
        return [
            Design({axis.of[0]: [x] for axis, x in zip(axes, row, strict=True)}, first_seed=int(stream))
            for *row, stream in product(*(axis.values for axis in axes), streams)
        ]

    def check(self) -> None:
        parts = (self.network, self.protocol, self.record, self.design)
        study = Study(*parts, JaxBackend(), Numerics(**self.numerics))
        study.check()
        assert canonical(study)

    def run(self, simulate, **changes: Any):
        given = {"design": self.design, "record": self.record, "batch": self.batch, **self.numerics, **changes}
        return simulate(self.network, self.protocol, **given)


def values(name: str) -> st.SearchStrategy[str]:
    """Quantities within the range of a name, its ends and whole numbers among them."""
    if name == "switch":
        return st.sampled_from(["0", "1"])
    low, high, unit = RANGES[name]
    numbers = st.floats(low, high) | st.sampled_from([low, high])
    if name == "time":  # windows, half windows, steps, and anything
        numbers |= st.integers(0, 160).map(lambda quarters: quarters / 4) | st.integers(0, 400).map(lambda k: k / 10)
    return numbers.map(lambda x: f"{x} {unit}".strip())


def parameters(name: str) -> st.SearchStrategy[str | Graded]:
    return values(name) | st.builds(Graded, values(name), values(name), values("skew").map(float))


@st.composite
def networks(draw) -> Network:
    populations = []
    for name in ["soleus", "tibialis"][: draw(st.integers(1, 2))]:
        model = draw(st.sampled_from(MODELS))
        chosen = draw(st.sets(st.sampled_from(sorted(model.params)), max_size=3))
        params = {key: draw(parameters(key)) for key in sorted(chosen)}
        populations.append(Population(name, model, draw(st.integers(1, 4)), params))
    return Network(tuple(populations))


def commands(port: str, name: str) -> st.SearchStrategy[Element]:
    target, level, called, time = st.just(port), values(port.split(".")[1]), st.just(name), values("time")
    return st.one_of(
        st.builds(Settle, time, st.sampled_from(["", name])),
        st.builds(Hold, target, level, called),
        st.builds(Step, target, level, time, called),
        st.builds(Triangle, target, level, time, time, called),
        st.builds(Trapezoid, target, level, time, time, time, called),
    )


@st.composite
def protocols(draw, network: Network) -> Protocol:
    """Commands, some after and some beside others, and rest at the end, so that it lasts some time."""
    ports = st.sampled_from(sorted(network.ports()))
    parts: list[Protocol] = [draw(commands(draw(ports), f"c{k}")) for k in range(draw(st.integers(1, 4)))]
    while len(parts) > 1:
        k = draw(st.integers(0, len(parts) - 2))
        first, second = parts[k : k + 2]
        parts[k : k + 2] = [first >> second if draw(st.booleans()) else first + second]
    return parts[0] >> Settle("8 ms")


@st.composite
def records(draw, network: Network) -> Record:
    known = sorted({name for p in network.populations for name in p.model.parsed.dimensions()})
    return Record(
        tuple(draw(st.lists(st.sampled_from(known), max_size=4, unique=True))),
        draw(st.sampled_from(["0.5 ms", "0.7 ms", "1 ms", "4 ms"])),  # 8 ms hold two of any; no window is longer
        draw(st.none() | st.lists(st.sampled_from(range(size(network))), min_size=1, unique=True)),
        draw(st.booleans()),
        max_rate="2000 Hz",
    )


@st.composite
def designs(draw, network: Network, protocol: Protocol) -> Design:
    ranges = {path: path.split(".")[2] for path in network.leaves()}
    ranges |= {path: "skew" for path in ranges if path.endswith(".skew")}
    for e in protocol.elements():
        if e.has_path:
            ranges |= {f"protocol.{e.label}.{field}": "time" for field in e.TIMES}
            ranges |= {f"protocol.{e.label}.{field}": getattr(e, "target", "").split(".")[-1] for field in e.LEVELS}
            ranges |= {f"protocol.{e.label}.{field}": "switch" for field in e.written().switches}
    assert ranges.keys() == {**network.leaves(), **protocol.leaves()}.keys()
    axes = {
        path: draw(st.lists(values(ranges[path]), min_size=1, max_size=2, unique_by=lambda text: quantity(text)))
        for path in draw(st.lists(st.sampled_from(sorted(ranges)), max_size=2, unique=True))
    }
    return Design(axes, seeds=draw(st.integers(1, 2)), first_seed=draw(st.sampled_from([0, 7, 2**40])))


@st.composite
def studies(draw) -> Declared:
    network = draw(networks())
    protocol = draw(protocols(network))
    design = draw(designs(network, protocol))
    numerics = {"dt": ["0.1 ms", "0.05 ms"], "window": ["0.5 ms", "0.3 ms"], "scheme": sorted(SCHEMES)}
    return Declared(
        network,
        protocol,
        draw(records(network)),
        design,
        {name: draw(st.sampled_from(choices)) for name, choices in numerics.items()},
        draw(st.integers(1, design.dataset().sizes["sample"])),
    )


def size(network: Network) -> int:
    return sum(p.size for p in network.populations)


def finite(study: Declared, ours) -> None:
    """Every sample has ended well; every number of a cell that has the variable is one."""
    assert (ours.status == Status.DONE).all(), ours.status
    cells = [p for p in study.network.populations for _ in range(p.size)]
    kept = [cells[k] for k in (range(len(cells)) if study.record.cells is None else study.record.cells)]
    for name in study.record.variables:
        has = [name in p.model.parsed.dimensions() for p in kept]
        assert (np.isfinite(ours.traces[name]) == np.array(has)[None, :, None]).all(), name
    for port in ours.traces.keys() - set(study.record.variables):
        assert np.isfinite(ours.traces[port]).all(), port


def spikes(run, sample: int) -> list[list[int]]:
    """Step of every spike of each cell."""
    return [[int(k) for k in cell if k >= 0] for cell in run.steps[sample]]


def both_run_it_alike(simulate, study: Declared) -> None:
    ours = study.run(simulate, dtype="float64")
    theirs = study.run(simulate, dtype="float64", backend=Brian2Backend())
    finite(study, ours)
    finite(study, theirs)
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    assert ours.traces.keys() == theirs.traces.keys()
    for name, x in ours.traces.items():
        np.testing.assert_allclose(theirs.traces[name], x, rtol=0, atol=ROUNDING, equal_nan=True, err_msg=name)


ALWAYS_THE_SAME = settings(derandomize=True, database=None)


@given(study=studies())
@settings(ALWAYS_THE_SAME, max_examples=5)
def test_whatever_is_declared_runs_alike_in_both_back_ends(simulate, study):
    both_run_it_alike(simulate, study)


@pytest.mark.slow
@given(study=studies())
@settings(ALWAYS_THE_SAME, max_examples=40)
def test_whatever_is_declared_runs_alike_in_both_back_ends_forty_times(simulate, study):
    both_run_it_alike(simulate, study)


@pytest.mark.slow
@given(study=studies(), dtype=st.sampled_from(["float32", "float64"]), place=st.floats(0, 1, exclude_max=True))
@settings(ALWAYS_THE_SAME, max_examples=30)
def test_any_sample_of_any_design_is_the_same_alone(simulate, study, dtype, place):
    study.check()
    together = study.run(simulate, dtype=dtype)
    finite(study, together)
    samples = study.samples()
    k = int(place * len(samples))
    if len(samples) > 1:
        alone = study.run(simulate, dtype=dtype, design=samples[k], batch=1, record=Record(max_rate="2000 Hz"))
        assert spikes(together, k) == spikes(alone, 0)
