"""Bad input ends in one sentence that says what was asked and what to do, never in a traceback from inside JAX.

What can be known when a thing is declared is refused there; what shows only in a run is the status of its sample.
"""

import numpy as np
import pytest

from networks.motor_pool import build
from sim.backends.jax_backend import JaxBackend
from sim.design import Design, DesignError
from sim.results.disk import StoreError
from sim.results.status import Status
from sim.run import Study, run
from sim.spec.model import Block, Model
from sim.spec.network import Network, NetworkError, Population
from sim.spec.numerics import Numerics, NumericsError
from sim.spec.params import Graded, Param
from sim.spec.protocol import Hold, ProtocolError, Settle, Step, Triangle
from sim.spec.record import Record, RecordError
from sim.units import UnitError

CELL = Model(
    "leaky integrate-and-fire",
    Block(
        "dv/dt = (g*(E - v) + I)/C : volt (unless refractory)\ndx/dt = (1 - x)/tau : 1\nI : amp",
        params={
            "g": Param("0.1 uS", "test", ("0 uS", None)),
            "E": Param("-65 mV", "test"),
            "C": Param("1 nF", "test"),
            "tau": Param("5 ms", "test"),
        },
        initial={"v": "-65 mV", "x": 0},
    ),
    threshold="v > -50*mV",
    refractory="0.1 ms",
    reset="v = E",
)
POOL = Network((Population("pool", CELL, 2),))
SHORT = Settle("5 ms")
ROW = {"low": "1 uS", "high": "2 uS"}

DECLARED = {  # what is asked: (how, the error, what the sentence quotes)
    "a step of zero": (lambda: Numerics(dt="0 ms"), UnitError, ["step `dt`", "larger than zero", "'0 ms'"]),
    "a step backwards": (lambda: Numerics(dt="-1 ms"), UnitError, ["step `dt`", "'-1 ms'"]),
    "a step in mV": (lambda: Numerics(dt="0.05 mV"), UnitError, ["a quantity in ms", "'0.05 mV' (mV)"]),
    "a step without unit": (lambda: Numerics(dt=0.05), UnitError, ["a quantity in ms", "0.05 (no unit)"]),
    "a broken window": (lambda: Numerics(window="0.52 ms"), NumericsError, ["0.52 ms / 0.05 ms is 10.4", "change"]),
    "a window too long": (lambda: Numerics(window="50 ms"), NumericsError, ["1 to 250", "is 1000"]),
    "an unknown scheme": (lambda: Numerics(scheme="rk4"), NumericsError, ["'rk4'", "staggered"]),
    "an unknown type": (lambda: Numerics(dtype="float16"), NumericsError, ["'float16'", "'float32'"]),
    "an empty population": (lambda: Population("pool", CELL, 0), NetworkError, ["at least one cell", "0"]),
    "a size in words": (lambda: Population("pool", CELL, "3"), NetworkError, ["at least one cell", "'3'"]),
    "a name of two words": (lambda: Population("my pool", CELL, 1), NetworkError, ["one word", "'my pool'"]),
    "an unknown parameter": (lambda: Population("pool", CELL, 1, {"gg": 1}), NetworkError, ["'gg'", "'g'"]),
    "a parameter in mV": (lambda: Population("pool", CELL, 1, {"g": "1 mV"}), UnitError, ["'g'", "in uS", "in mV"]),
    "a parameter below its bound": (lambda: Population("pool", CELL, 1, {"g": "-1 uS"}), UnitError, ["'g'", "0 uS"]),
    "a parameter that is NaN": (lambda: Population("pool", CELL, 1, {"g": np.nan}), UnitError, ["NaN"]),
    "a gradient below a bound": (
        lambda: Population("pool", CELL, 1, {"g": Graded("-1 uS", "1 uS")}),
        UnitError,
        ["'g'", "lower bound"],
    ),
    "no population": (lambda: Network(()), NetworkError, ["at least one population"]),
    "two of one name": (lambda: Network(POOL.populations * 2), NetworkError, ["same name", "pool, pool"]),
    "an unknown cell": (
        lambda: build(name="pool", cell="purkinje", size=1, table={}, source="test"),
        NetworkError,
        ["'purkinje'", "powers_heckman"],
    ),
    "a row without end": (
        lambda: build(name="pool", cell="powers_heckman", size=1, table={"g_na": {"low": 1}}, source="test"),
        NetworkError,
        ["'g_na'", "`low` and `high`"],
    ),
    "a table without a row": (
        lambda: build(name="pool", cell="powers_heckman", size=1, table={"g_na": ROW}, source="test"),
        NetworkError,
        ["lacks", "theta_m"],
    ),
    "a row with more than it may have": (
        lambda: build(name="pool", cell="powers_heckman", size=1, table={"g_na": {**ROW, "mid": 1}}, source="test"),
        NetworkError,
        ["'g_na'", "'mid'"],
    ),
    "a duration below zero": (lambda: Settle("-1 s"), UnitError, ["'duration' of 'settle'", "'-1 s'"]),
    "a duration in mV": (lambda: Settle("1 mV"), UnitError, ["'duration' of 'settle'", "'1 mV'"]),
    "a level that cannot be read": (lambda: Hold("pool.I", "much"), UnitError, ["'much'"]),
    "a recording interval of zero": (lambda: Record(every="0 ms"), UnitError, ["`every`", "'0 ms'"]),
    "a cell before the first": (lambda: Record(cells=(-1,)), RecordError, ["whole numbers from 0", "-1"]),
    "one variable instead of a list": (lambda: Record("v"), RecordError, ["'v'", "write [v]"]),
    "a variable twice": (lambda: Record(("v", "v")), RecordError, ["'v'", "twice"]),
    "an axis without values": (lambda: Design({"a": []}), DesignError, ["'a'", "at least one"]),
    "an axis that is one value": (lambda: Design({"a": 0.9}), DesignError, ["'a'", "write [0.9]"]),
    "an axis that is one text": (lambda: Design({"a": "1 ms"}), DesignError, ["'a'", "write [1 ms]"]),
    "an axis with a value twice": (lambda: Design({"a": [0.9, 0.9]}), DesignError, ["'a'", "twice"]),
    "a level without end": (lambda: Step("pool.I", "1e400 nA", "1 ms"), UnitError, ["finite", "1e400"]),
    "an axis in two units": (lambda: Design({"a": ["1 ms", "1 mV"]}), UnitError, ["'a'", "mV and ms"]),
    "no seed": (lambda: Design(seeds=0), DesignError, ["at least one seed", "0"]),
    "a seed that is no number": (lambda: Design(first_seed="a"), DesignError, ["'a'"]),
}


def one_sentence(problem: BaseException, quoted) -> None:
    text = str(problem)
    assert "\n" not in text
    assert "Traceback" not in text
    assert "jax" not in text.lower()
    assert text.endswith((".", "?"))
    for piece in quoted:
        assert piece in text


@pytest.mark.parametrize("what", DECLARED)
def test_what_cannot_be_is_refused_when_it_is_declared(what):
    declare, error, quoted = DECLARED[what]
    with pytest.raises(error) as problem:
        declare()
    one_sentence(problem.value, quoted)


TOGETHER = {  # parts that do not fit each other: (protocol, record, design, the error, what the sentence quotes)
    "a protocol of no length": (Hold("pool.I", "1 nA"), None, None, ValueError, ["lasts no time", "Settle('1 s')"]),
    "a protocol of zero length": (Settle("0 s"), None, None, ValueError, ["lasts no time"]),
    "a port that is not there": (
        Step("pool.i", "1 nA", "5 ms"),
        None,
        None,
        ProtocolError,
        ["'pool.i'", "no port", "'pool.I'"],
    ),
    "a population that is not there": (
        Step("pol.I", "1 nA", "5 ms"),
        None,
        None,
        ProtocolError,
        ["'pol.I'", "'pool.I'"],
    ),
    "a level in another unit": (Step("pool.I", "1 mV", "5 ms"), None, None, UnitError, ["in nA", "'1 mV' is in mV"]),
    "two commands of one name": (
        Step("pool.I", "1 nA", "5 ms") >> Step("pool.I", "2 nA", "5 ms"),
        None,
        None,
        ProtocolError,
        ["'pool.I'", "name='...'"],
    ),
    "an unknown variable": (SHORT, Record(("vv",)), None, RecordError, ["'vv'", "did you mean 'v'?"]),
    "a cell behind the last": (SHORT, Record(("v",), cells=(2,)), None, RecordError, ["cell 2", "0 to 1"]),
    "a run shorter than its recording interval": (
        SHORT,
        Record(("v",), every="10 ms"),
        None,
        ValueError,
        ["10 ms", "5 ms"],
    ),
    "a duration below zero in a design": (
        Step("pool.I", "1 nA", "5 ms", name="pulse"),
        None,
        {"protocol.pulse.duration": ["5 ms", "-1 ms"]},
        UnitError,
        ["-1 ms", "bound of 0 ms"],
    ),
    "a path to nothing": (SHORT, None, {"network.pool.gg": [1]}, DesignError, ["'network.pool.gg'", "network.pool.g"]),
    "a path in another unit": (SHORT, None, {"network.pool.g": ["1 mV"]}, UnitError, ["in uS", "by 1 mV"]),
    "a value below its bound": (
        SHORT,
        None,
        {"network.pool.g": ["1 uS", "-1 uS"]},
        UnitError,
        ["-1 uS", "bound of 0 uS"],
    ),
    "what changes a shape": (
        SHORT,
        None,
        {"network.pool.size": ["2", "3"]},
        DesignError,
        ["'network.pool.size'", "one for all samples", "sherrington -m"],
    ),
    "a path of a command that is not there": (
        Triangle("pool.I", "1 nA", "1 ms", "1 ms", name="up"),
        None,
        {"protocol.down.peak": ["1 nA"]},
        DesignError,
        ["'protocol.down.peak'", "'protocol.up.peak'"],
    ),
}


@pytest.mark.parametrize("what", TOGETHER)
def test_parts_that_do_not_fit_are_refused_before_anything_runs(prepare, what):
    protocol, record, axes, error, quoted = TOGETHER[what]
    with pytest.raises(error) as problem:
        prepare(POOL, protocol, record=record, design=Design(axes or {}))
    one_sentence(problem.value, quoted)


# ---- what shows only in a run


def test_a_sample_that_explodes_is_a_status_and_the_others_finish(simulate):
    design = Design({"network.pool.tau": ["5 ms", "0.001 ms", "2 ms"]})
    run_ = simulate(POOL, Step("pool.I", "3 nA", "20 ms"), design=design, scheme="euler")  # dt is 50 times its tau
    assert run_.status.tolist() == [Status.DONE, Status.FAILED_NOT_FINITE, Status.DONE]
    alone = simulate(POOL, Step("pool.I", "3 nA", "20 ms"), scheme="euler")
    np.testing.assert_array_equal(run_.steps[0], alone.steps[0])
    assert alone.counts.sum() > 0


def test_more_spikes_than_there_is_room_for_is_a_status(simulate):
    record = Record(commands=False, max_rate="10 Hz")  # at least eight
    run_ = simulate(
        POOL, Step("pool.I", "3 nA", "200 ms"), record=record, design=Design({"network.pool.g": ["0.1 uS", "1 uS"]})
    )
    assert run_.counts[0, 0] > run_.steps.shape[-1]
    assert run_.status.tolist() == [Status.FAILED_SPIKE_OVERFLOW, Status.DONE]


def test_two_spikes_in_one_window_is_a_status(simulate):
    run_ = simulate(POOL, Step("pool.I", "100 nA", "20 ms"), window="2 ms")
    assert run_.status.tolist() == [Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW]


@pytest.mark.parametrize("status", Status)
def test_every_status_explains_itself_in_a_sentence(status):
    one_sentence(Exception(status.sentence), [])


def test_a_store_of_another_study_is_refused(tmp_path):
    def study(dt: str) -> Study:
        return Study(POOL, SHORT, Record(), Design(), JaxBackend(), Numerics(dt))

    run(study("0.05 ms"), tmp_path / "store.zarr")
    with pytest.raises(StoreError) as problem:
        run(study("0.025 ms"), tmp_path / "store.zarr")
    one_sentence(problem.value, [study("0.05 ms").digest(), study("0.025 ms").digest(), "another path"])


# ---- on the command line


@pytest.mark.parametrize(
    ("asked", "quoted"),
    [
        ("network=HTA", ["network/HTA", "hTA"]),
        ("protocol.peek=5", ["protocol.peek", "Key 'peek'"]),
        ("batch=abc", ["batch=abc", "Integer"]),
        ("foo=3", ["'foo'"]),
        ("network=inf", ["Config group"]),
        ("dt=0 ms", ["step `dt`", "larger than zero"]),
        ("network.size=0", ["at least one cell"]),
    ],
)
def test_a_command_that_cannot_be_ends_in_one_line(command, asked, quoted):
    done = command(asked)
    assert done.returncode == 2
    assert not done.stdout
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("sherrington: ")
    for piece in quoted:
        assert piece in sentence
