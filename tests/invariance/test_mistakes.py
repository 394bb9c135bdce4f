"""Whatever is wrong in a declaration is refused in one sentence that names it, before anything runs: place by place.

The study into which each wrong value goes is in `conftest.py`.
"""

import operator
from functools import reduce

import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.spec.model import Model
from sim.spec.params import Graded, Param
from sim.spec.protocol import Hold, ProtocolError, Settle, Step
from sim.spec.wiring import OneToOne, Random
from sim.spec.within import Within

TEXT = """
    dv/dt = (g*(E - v) + i_in - w)/C : volt
    dw/dt = a*(v - E)/tau - w/tau : amp
    x = v - E : volt
    I : amp
"""
DRIVES = {"hold": "level", "step": "level", "triangle": "peak", "trapezoid": "peak", "train": "level"}
RANGE = Within("I", "-9 nA", "9 nA", "it", "no")
PATH, TWO_ROWS = "network.pool.g", np.zeros((2, 2))
SOMETHING_ELSE = [TWO_ROWS, object(), object]
NOT_A_NUMBER = [None, True, [], ["1 ms"], {}, 1j, b"1 ms", np.nan, np.inf, -np.inf, "", " ", "ms", "much", "nan ms"]
NOT_A_NUMBER += [10**400, *SOMETHING_ELSE]
UNREADABLE = ["nan", "inf ms", "1 msec", "1 ms ms", "1,5 ms", "0x1 ms", "1e400 ms", "1 ms(", "1 ms**x", "1 ms**400"]
UNREADABLE += ["1 ms**'a'", "1 ms**None", "1 ms**(1,)", "1 ms**[1]", "1 ms**1j", "1 ms**1e999", "1 ms**True", "1 m**60"]
UNREADABLE += ["1 True*ms", "1 ms" + "*ms" * 3000]
NOT_A_TIME = [*NOT_A_NUMBER, "1 mV", 5, 0.5, "-1 ms", "1", "1 ms**2"]
NOT_A_CURRENT = [*NOT_A_NUMBER, "1 mV", 1.0, "1 uS"]
NOT_A_COUNT = [
    0,
    -1,
    True,
    False,
    1.0,
    "1",
    None,
    [],
    np.nan,
    "x",
    np.int64(0),
    np.float64(1),
    np.True_,
    *SOMETHING_ELSE,
]
NOT_A_TABLE = [None, 3, "g", ["g"], True, [("g", "1 nS")], {3: 1}, {None: 1}, *SOMETHING_ELSE]
NOT_A_TEXT = [None, 3, True, 1j, [], ["v"], {}, b"v", *SOMETHING_ELSE]
NOT_A_WORD = ["", " ", "two words", "a.b", "1a", "a-b", ("pool",), *NOT_A_TEXT]
NOT_A_LIST = [3, True, "v", b"v", {}, {"v": 1}, {"v"}, 1j, np.array(3), object(), object]
NOT_A_PART = [None, 3, True, "cell", b"v", [], {}, *SOMETHING_ELSE]
NOT_YES_OR_NO = [None, "no", 3, [], np.True_, *SOMETHING_ELSE]

REFUSED: dict[str, list] = {  # by place: values that cannot be
    "g.value": [*NOT_A_NUMBER, "1 mV", 20, "0.5 nS", "101 nS", "-1 nS"],
    "g.source": NOT_A_TEXT,
    "g.bounds": [
        *("1 nS", ("1 nS", "2 nS"), ("30 nS", "1 nS"), (1, None), (None, "x"), ([], None)),
        *(None, 3, (), ("1 nS",), ("1 nS", "90 nS", "99 nS"), *SOMETHING_ELSE),
    ],
    "tau.low": [*NOT_A_NUMBER, "1 mV", 10],
    "tau.high": [*NOT_A_NUMBER, "1 mV", 10],
    "tau.skew": [*NOT_A_NUMBER, -1, -2.5, "1 mV"],
    "tau.source": NOT_A_TEXT,
    "block.text": [
        *("", TEXT.replace("tau", "tua"), TEXT.replace("volt", "vlt"), TEXT + "y = y : 1"),
        *("v", "dv/dt = ", TEXT + "I : amp", *NOT_A_TEXT),
    ],
    "block.params": [
        *({"E": Param("-65 mV", "a")}, {}, {"E": "-65 mV"}, {"E": None}, {3: Param(1, "a")}),
        *({"E": Graded("-65 mV", "-60 mV")}, *NOT_A_TABLE),
    ],
    "block.into": [*({"i_out": "I"}, {"i_in": "J"}, {"i_in": "v"}), *({"i_in": x} for x in NOT_A_TEXT), *NOT_A_TABLE],
    "block.sums": [*({}, {"i_in": "volt"}, {"i_in": "ampp"}), *({"i_in": x} for x in NOT_A_TEXT), *NOT_A_TABLE],
    "block.initial": [{}, {"u": "-65 mV"}, *({"v": x} for x in [*NOT_A_NUMBER, "1 nA", 1]), *NOT_A_TABLE],
    "block.within": [
        *({"I": x} for x in [*NOT_A_PART, ("0 nA", "1 nA"), Within("I", 0, 1, "it", "no"), Within]),
        *({"J": RANGE}, {"v": RANGE}, {"I": Within("J", "0 nA", "1 nA", "it", "no")}, *NOT_A_TABLE),
        *({"I": Within("I", "-0.1 nA", "0.1 nA", "it", "no")}, {"I": Within("I", "1 nA", "2 nA", "it", "no")}),
    ],
    "model.name": NOT_A_TEXT,
    "model.block": NOT_A_PART,
    "model.threshold": ["v", "v > 3", "u > 1*mV", "v >", "v = 3*mV", "v*mV and v > E", *NOT_A_TEXT],
    "model.refractory": ["2 mV", "0 ms", "2", "2 msec", "v", "-2 ms", *NOT_A_TEXT],
    "model.reset": ["v", "v == E", "v = ", "u = E", "v = 3", "E = v", "v /= 2", *NOT_A_TEXT],
    "population.name": NOT_A_WORD,
    "population.model": [*NOT_A_PART, Model],
    "population.size": NOT_A_COUNT,
    "population.params": [
        *({"E": x} for x in [*NOT_A_NUMBER, {"low": "1 mV", "high": "2 mV"}, "1 ms"]),
        *({"g": x} for x in ["1 ms", "0.5 nS", "200 nS", Graded("20 nS", "200 nS"), Graded("1 ms", "2 ms")]),
        *({"gg": 1}, *NOT_A_TABLE),
    ],
    "random.probability": [None, True, "0.5", -0.1, 1.1, np.nan, np.inf, [], {}, 1j, b"1", 10**400, *SOMETHING_ELSE],
    "random.wiring": [-1, True, 0.5, "a", None, [], np.nan, np.int64(-1), *SOMETHING_ELSE],
    "table.rows": [
        *([], [[]], [1.0, 1.0], [[1.0], [1.0, 1.0]], [["1", "1"]] * 2, ["11", "11"], [b"11"] * 2, [[True, True]] * 2),
        *([[np.nan, 0]] * 2, [[np.inf, 0]] * 2, [[1e306, 0]] * 2, [[10**400, 0]] * 2, [[1j, 0]] * 2, [{1, 2}] * 2),
        *(np.zeros((2, 2, 2)), np.zeros(2), np.zeros((3, 2)), None, *NOT_A_LIST),
    ],
    **{f"{name}.name": [*NOT_A_WORD, "pool"] for name in ("spikes", "current")},
    "spikes.source": ["", " ", "pol", "pool.", "pool.I", ".v", *NOT_A_TEXT],
    "spikes.target": ["", " ", "w", "pool", "pool.", ".w", "pol.w", "pool.I", "pool.x", *NOT_A_TEXT],
    "spikes.weight": [*NOT_A_CURRENT, Param("1 mV", "a"), Graded("1 mV", "2 mV"), Param],
    "spikes.delay": [*NOT_A_TIME, "0 ms", "0.3 ms", "1e300 ms", Param("1 mV", "a"), Graded("-1 ms", "2 ms"), Graded],
    "spikes.wiring": [*NOT_A_PART, Random],
    "spikes.origin": NOT_A_TEXT,
    "spikes.gain": ["y", "v", "I", "tau", *(x for x in NOT_A_WORD if x is not None)],
    "current.source": ["", "pool", "pool.", "pool.x", "pool.I", "pol.w", "other.w", *NOT_A_TEXT],
    "current.target": ["", "pool", "pool.", "pool.w", "pool.J", "pol.I", *NOT_A_TEXT],
    "current.weight": [*NOT_A_NUMBER, "1 mV", "1 pA"],
    "current.delay": [*NOT_A_TIME, "1e300 ms"],
    "current.wiring": [*NOT_A_PART, OneToOne],
    "signal.name": NOT_A_WORD,
    "signal.of": ["", "pool", "pool.", ".v", "pool.vv", "pool.I", "pol.v", *NOT_A_TEXT],
    "signal.how": ["", "max", "Sum", *NOT_A_TEXT],
    "network.populations": [
        *([], ["one", "one"], ["one", "other", "other"], [None], ["one", None], [3], None, *NOT_A_LIST),
    ],
    **{f"network.{name}": [[None], [3], ["x"], [[]], None, *NOT_A_LIST] for name in ("projections", "signals")},
    "settle.duration": [*NOT_A_TIME, *UNREADABLE, "1e300 ms"],
    **{
        f"{name}.target": [
            "pool.i",
            "I",
            "pool.",
            ".I",
            "pool.I ",
            "pol.I",
            "pool.v",
            ("pool", "I"),
            "",
            " ",
            *NOT_A_TEXT,
        ]
        for name in DRIVES
    },
    **{f"{name}.{field}": NOT_A_CURRENT for name, field in DRIVES.items()},
    "hold.level": [*NOT_A_CURRENT, "1 nA**400/nA**399"],
    "step.duration": NOT_A_TIME,
    "triangle.up": NOT_A_TIME,
    "triangle.down": NOT_A_TIME,
    "trapezoid.up": NOT_A_TIME,
    "trapezoid.hold": NOT_A_TIME,
    "trapezoid.down": NOT_A_TIME,
    "train.frequency": [*NOT_A_NUMBER, "0 Hz", "-1 Hz", "1 ms", 60],
    "train.duration": [*NOT_A_TIME, "1 h", "2000 s"],
    "train.width": [*NOT_A_TIME, "2000 s"],
    "when.signal": ["", " ", "heigth", "pool.v", *NOT_A_TEXT],
    "when.do": [*NOT_A_PART, Hold("pool.I", "1 nA"), Settle("0 s"), Settle],
    "when.above": [*NOT_A_NUMBER, "1 ms", 1],
    "when.below": ["1 mV", *NOT_A_NUMBER[1:]],
    **{f"when.{name}": NOT_A_TIME for name in ("latency", "spread", "refractory")},
    "when.at_most": [-1, True, 0.5, "1", None, [], np.nan, 2**31, np.int64(-1), *SOMETHING_ELSE],
    **{
        f"names.{name}": [*(x for x in NOT_A_WORD if not isinstance(x, str) or x), "answer"]
        for name in ("settle", *DRIVES, "when")
    },
    "protocol.then": [*NOT_A_PART, Settle],
    "protocol.beside": [*NOT_A_PART, Settle],
    "record.variables": [
        *("v", ["vv"], ["v", "v"], [""], ["pool.v"], [3], [None], [True], [["v"]], [b"v"], None, *NOT_A_LIST),
    ],
    "record.every": [*NOT_A_TIME, "0 ms", 0, "1e9 ms", "1e308 ms"],
    "record.populations": [[], ["pol"], ["pool", "pool"], [3], [None], [["pool"]], *NOT_A_LIST],
    "record.cells": [
        *([-1], [99], [True], [0.0], ["0"], "0", [None], [[0]], [np.nan], [], [0, 0], [0, np.int64(0)], TWO_ROWS),
        *NOT_A_LIST,
    ],
    "record.commands": NOT_YES_OR_NO,
    "record.max_rate": [*NOT_A_NUMBER, "0 Hz", "-1 Hz", "1 ms", 60, "1e300 Hz"],
    "design.axes": [
        *({PATH: x} for x in [[], {}, 3, "20 nS", {"low": ["20 nS"]}, b"20", ["20 nS", "20 nS"], ["20 nS", "1 mV"]]),
        *({PATH: x} for x in [None, *NOT_A_LIST]),
        *({PATH: [x]} for x in [*NOT_A_NUMBER, "1 mV", 20, "0.5 nS", "200 nS"]),
        *({"protocol.step.duration": [x]} for x in ["-1 ms", "1 mV", 1]),
        *({"network.pool.tau.skew": [x]} for x in (-1, -2)),
        *({"network.spikes.delay": [x]} for x in ("-1 ms", "0.1 ms", "1 mV")),
        *({path: ["20 ms"]} for path in [3, None, "", "network.pool.ta", "protocol.setle.duration", "protocol.stp.up"]),
        *({"network": {}}, {PATH: ["20 nS"], "network": {"pool": {"g": ["30 nS"]}}}, *NOT_A_TABLE),
    ],
    "design.seeds": NOT_A_COUNT,
    "design.first_seed": [-1, True, 0.5, "a", None, [], np.nan, 2**62, np.int64(-1), *SOMETHING_ELSE],
    "design.ends_only": NOT_YES_OR_NO,
    "numerics.dt": [*NOT_A_TIME, "0 ms", 0, "0.3 ms", "1 ms", "1e-3 ms", "1e300 ms", "1e-310 ms"],
    "numerics.window": [*NOT_A_TIME, "0 ms", 0, "0.25 ms", "50 ms", "1e-310 ms", "1e300 ms"],
    "numerics.scheme": ["rk4", "", "Staggered", *NOT_A_TEXT],
    "numerics.dtype": ["float16", "", "Float32", np.float32, *NOT_A_TEXT],
    "study.protocol": [
        *(Hold("pool.I", "1 nA"), Settle("0 s"), Settle("0 s") >> Step("pool.I", "1 nA", "0 ms"), Settle("1e-10 ms")),
        *(reduce(operator.rshift, [Settle("21600 s")] * 11), *NOT_A_PART),
    ],
    **{f"study.{name}": NOT_A_PART for name in ("network", "record", "design", "numerics")},
    "study.backend": [*NOT_A_PART, JaxBackend],
}

ACCEPTED: dict[str, list] = {  # what might be taken for a mistake
    "population.size": [np.int64(2), np.uint8(2), np.array(2)],
    "random.wiring": [np.int64(3)],
    "table.rows": [np.ones((2, 2)), [(1, 0), (0, 1)]],
    "when.at_most": [np.int64(3), 0],
    "record.variables": [np.array(["v", "x"]), (), iter(["v"])],
    "record.cells": [np.array([0, 1]), [np.int32(1)], range(2), None],
    "record.populations": [None, ("other", "pool")],
    "record.every": ["5.2 ms"],
    "design.axes": [{"network.pool.tau.skew": np.array([-0.5, 0.5])}],
    "design.seeds": [np.int64(2)],
    "design.first_seed": [np.int64(2)],
    "g.bounds": [["1 nS", None]],
    "settle.duration": ["1 ms**1.0", "1 s**2/s", np.str_("1 ms")],
    "names.settle": [""],
}


@pytest.mark.parametrize("place", ACCEPTED)
def test_what_looks_like_a_mistake_and_is_none_is_accepted(accepted, place):
    for value in ACCEPTED[place]:
        accepted(place, value)


@pytest.mark.parametrize("place", REFUSED)
def test_a_mistake_is_refused_in_one_sentence(refused, place):
    for wrong in REFUSED[place]:
        refused(place, wrong)


@pytest.mark.parametrize("wrong", [None, 3, "settle", [], Settle], ids=str)
def test_what_is_no_protocol_is_refused_on_either_side(wrong):
    for join in (operator.rshift, operator.add):
        for sides in ((Settle("1 s"), wrong), (wrong, Settle("1 s"))):
            with pytest.raises(ProtocolError, match=r"is joined .* is no protocol"):
                join(*sides)
