"""A study as a draft: the arguments of its every part, so that one of them can be wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.run import Study
from sim.spec.canonical import canonical
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Hold, Settle, Step, Train, Trapezoid, Triangle
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.spec.wiring import Random, Table

TEXT = """
    dv/dt = (g*(E - v) + i_in - w)/C : volt
    dw/dt = a*(v - E)/tau - w/tau : amp
    x = v - E : volt
    I : amp
"""
Draft = dict[str, dict[str, Any]]


def draft(*, size: int = 2, level: float = 0.5, time: float = 5.0, seeds: int = 1, two: bool = True) -> Draft:
    """The arguments of a valid study, by part."""
    ms, nA = f"{time} ms", f"{level} nA"
    return {
        "g": {"value": "20 nS", "source": "test", "bounds": ("1 nS", "100 nS")},
        "block": {
            "text": TEXT,
            "params": {"E": Param("-65 mV", "a"), "C": Param("0.2 nF", "a"), "a": Param("1 nS", "a")},
            "into": {"i_in": "I"},
            "sums": {"i_in": "amp"},
            "initial": {"v": "-65 mV"},
        },
        "model": {"name": "cell", "threshold": "v > -50*mV", "refractory": "2 ms", "reset": "v = E; w += 10*pA"},
        "tau": {"low": "10 ms", "high": "30 ms", "skew": 0.5, "source": "test"},
        "population": {"name": "pool", "size": size, "params": {"E": "-70 mV"}},
        "random": {"probability": 0.5, "wiring": 1},
        "table": {"rows": [[1.0] * size] * size},
        "spikes": {"name": "spikes", "source": "pool", "target": "pool.w", "weight": "1 pA", "delay": "1 ms"},
        "current": {"name": "current", "source": "pool.w", "target": "pool.I", "weight": 0.1, "origin": "test"},
        "signal": {"name": "height", "of": "pool.v", "how": "mean"},
        "network": {"populations": ["one", "other"] if two else ["one"]},
        "settle": {"duration": ms},
        "hold": {"target": "pool.I", "level": nA},
        "step": {"target": "pool.I", "level": nA, "duration": ms},
        "triangle": {"target": "pool.I", "peak": nA, "up": ms, "down": ms},
        "trapezoid": {"target": "pool.I", "peak": nA, "up": ms, "hold": ms, "down": ms},
        "train": {"target": "pool.I", "frequency": "50 Hz", "duration": ms, "level": nA, "width": "1 ms"},
        "when": {"signal": "height", "do": Step("pool.I", nA, "1 ms", "answer"), "above": "-50 mV", "at_most": 3}
        | {"latency": "1 ms", "spread": "1 ms", "refractory": "1 ms"},
        "names": {name: name for name in ("settle", "hold", "step", "triangle", "trapezoid", "train", "when")},
        "protocol": {"then": Settle("5 ms"), "beside": Settle("5 ms")},
        "record": {"variables": ["v", "x"], "every": "1 ms", "cells": [0], "commands": True, "max_rate": "60 Hz"}
        | {"populations": ["pool"]},
        "design": {
            "axes": {"network.pool.g": ["20 nS", "30 nS"], "protocol.step.duration": ["1 ms"]},
            "seeds": seeds,
            "first_seed": 0,
            "ends_only": False,
        },
        "numerics": {"dt": "0.1 ms", "window": "0.5 ms", "scheme": "staggered", "dtype": "float32"},
        "study": {},
    }


def declare(d: Draft) -> None:
    """Build the study, check it, write it out for its digest and prepare it."""
    block = dict(d["block"])
    if isinstance(block["params"], dict):
        block["params"] = {"g": Param(**d["g"]), "tau": Param("20 ms", "test", ("0 ms", None)), **block["params"]}
    model = Model(**{"block": Block(**block), **d["model"]})
    own = d["population"]["params"]
    own = {"tau": Graded(**d["tau"]), **own} if isinstance(own, dict) else own
    population = Population(**{"model": model, **d["population"], "params": own})
    known = {"one": population, "other": Population("other", model, 1)}
    populations: Any = d["network"]["populations"]
    if isinstance(populations, list):
        populations = [known[p] if isinstance(p, str) else p for p in populations]
    projections: Any = [
        Projection(**{"wiring": Random(**d["random"]), **d["spikes"]}),
        Projection(**{"wiring": Table(**d["table"]), **d["current"]}),
    ]
    coupled = {"projections": projections, "signals": [Signal(**d["signal"])], **d["network"]}
    network = Network(**{**coupled, "populations": populations})
    kinds = {"settle": Settle, "step": Step, "triangle": Triangle, "trapezoid": Trapezoid, "train": Train}
    protocol = Settle("1 ms")
    for name, kind in kinds.items():
        protocol = protocol >> kind(**d[name], name=d["names"][name])
    for name, kind in {"hold": Hold, "when": When}.items():
        protocol = protocol + kind(**d[name], name=d["names"][name])
    protocol = (protocol >> d["protocol"]["then"]) + d["protocol"]["beside"]
    parts = {
        "network": network,
        "protocol": protocol,
        "record": Record(**d["record"]),
        "design": Design(**d["design"]),
        "backend": JaxBackend(),
        "numerics": Numerics(**d["numerics"]),
    }
    study = Study(**{**parts, **d["study"]})
    study.check()
    assert canonical(study)
    samples = study.samples()
    study.backend.prepare(study.network, study.protocol, study.record, samples, study.numerics, samples.sizes["sample"])


def with_mistake(valid: Draft, place: str, wrong: Any) -> Draft:
    part, field = place.split(".")
    changed = valid | {part: valid[part] | {field: wrong}}
    return changed | {"design": changed["design"] | {"axes": {}}} if place == "study.protocol" else changed


def pieces(wrong: Any) -> set[str]:
    """The names and values in something, as a message may quote them; of a path, also what it leads through."""
    if isinstance(wrong, dict):
        return {repr(wrong)}.union(*(pieces(x) for pair in wrong.items() for x in pair))
    if isinstance(wrong, (list, tuple)):
        return {repr(wrong), *(text for x in wrong for text in pieces(x))}
    return {repr(wrong), str(wrong), *filter(str.isidentifier, str(wrong).split("."))} - {"", " "}


ALSO_CALLED = {"value": "a parameter", "bounds": "bound", "populations": "population", "dtype": "type"}
ALSO_CALLED |= {"then": "a protocol is joined", "beside": "a protocol is joined"}


def refused_in_one_sentence(place: str, wrong: Any, **valid: Any) -> None:
    try:
        declare(with_mistake(draft(**valid), place, wrong))
    except ValueError as problem:
        said = str(problem)
    else:
        pytest.fail(f"{place} = {wrong!r} was accepted")
    part, field = place.split(".")
    assert "\n" not in said
    assert said.endswith((".", "?")), said
    assert len(said) >= 20
    named = {field, repr(part), ALSO_CALLED.get(field, field), *pieces(wrong)} | (
        {"model 'cell'"} if part == "block" else set()
    )
    assert any(text.lower() in said.lower() for text in named), said


@pytest.fixture(scope="session")
def accepted() -> Callable[..., None]:
    """Build a valid study and prepare it: `accepted(size=3)`, or with one value changed: `accepted("step.up", 3)`."""
    return lambda *changed, **valid: declare(with_mistake(draft(**valid), *changed) if changed else draft(**valid))


@pytest.fixture(scope="session")
def refused() -> Callable[..., None]:
    """Hold that a study with one wrong value is refused in one sentence: `refused("step.duration", "-1 ms")`."""
    return refused_in_one_sentence
