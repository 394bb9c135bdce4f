"""What no body has and no machine holds is refused before anything runs; equal quantities have one digest."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.configured import configured
from experiments.declare import declare_network, declare_protocol, declare_study
from sim.backends.jax_backend import JaxBackend
from sim.compile.interventions import drives, pieces
from sim.design import Design, DesignError, Participants, sobol, table
from sim.run import Study
from sim.size import SizeError
from sim.spec.canonical import canonical
from sim.spec.model import Block, Model, ModelError
from sim.spec.network import Network, NetworkError, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Settle, Step, Train
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.units import UnitError, quantity

BLOCK = Block(
    "dv/dt = (g*(E - v) + I)/C : volt\nI : amp",
    {"g": Param("20 nS", "a"), "E": Param("-65 mV", "a"), "C": Param("0.2 nF", "a")},
    initial={"v": "-65 mV"},
)
CELL = Model("cell", BLOCK, threshold="v > -50*mV", refractory="2 ms", reset="v = E")
NETWORK = Network((Population("pool", CELL, 3),))


@pytest.mark.parametrize("settings", [["network=hTA"], ["network=cMG"], ["experiment=spasm"], ["experiment=abort_map"]])
def test_every_number_of_a_network_and_a_protocol_has_two_bounds(settings):
    config = configured(settings)
    for declared in (declare_network(config), declare_protocol(config)):
        bounds, leaves = declared.bounds(), declared.leaves()
        assert leaves.keys() <= bounds.keys()
        for path, own in leaves.items():
            low, high = (quantity(end) for end in bounds[path])  # type: ignore[arg-type]
            assert low.dimensions == high.dimensions == own.dimensions
            assert low.number <= own.number <= high.number
            assert abs(high.number) < 1e30


@pytest.mark.parametrize(
    ("name", "value"), [("E", "-1e30 mV"), ("E", "-201 mV"), ("g", "-1 nS"), ("g", "1 S"), ("C", "0 nF"), ("C", "2 mF")]
)
def test_a_cell_of_ones_own_has_the_bounds_of_its_kinds_of_quantity(name, value):
    with pytest.raises(UnitError, match=f"'{name}'.* bound of"):
        Population("pool", CELL, 1, {name: value})
    with pytest.raises(UnitError, match="bound of"):
        Study(
            NETWORK, Settle("1 s"), Record(), Design({f"network.pool.{name}": [value]}), JaxBackend(), Numerics()
        ).check()


def test_a_parameter_may_have_wider_bounds_of_its_own():
    wide = replace(BLOCK, params={**BLOCK.params, "E": Param("-1 V", "a", ("-2 V", None))})
    population = Population("pool", replace(CELL, block=wide), 1, {"E": "-1.5 V"})
    assert Network((population,)).bounds()["network.pool.E"] == ("-2 V", "200 mV")
    with pytest.raises(UnitError, match="'E' in `params` of a block is -1 V, below its lower bound of -200 mV"):
        replace(BLOCK, params={**BLOCK.params, "E": Param("-1 V", "a")})
    assert "bounds" not in str(CELL.describe()["Parameters"])  # tables show those of a parameter's own


@pytest.mark.parametrize("element", [
    lambda: Settle("7 Ms"), lambda: Step("pool.I", "1e6 A", "1 s"), lambda: Train("pool.I", "1 MHz", "1 s", "1 nA"),
    lambda: Train("pool.I", "1e-7 Hz", "1 s", "1 nA"),
])  # fmt: skip
def test_times_rates_and_levels_of_a_protocol_have_bounds(element):
    with pytest.raises(UnitError, match="bound of"):
        element()


@pytest.mark.parametrize("frequency", ["0.001 Hz", "1e-6 Hz", "0.0019 Hz"])
def test_a_slow_train_pulses_as_often_as_it_says(frequency):
    """Its period was cut at 524 s."""
    train = Train("pool.I", frequency, "1040 s", "1 nA")
    drive = drives(pieces(train, {}), ("pool.I",), window=0.5, samples=1)["pool.I"]
    windows = np.arange(2_080_000, dtype=np.int32)
    given = np.flatnonzero(np.concatenate([drive.at(part[:, None, None])[0][:, 0] for part in np.split(windows, 10)]))
    period = 2e3 / float(frequency.split()[0])
    np.testing.assert_allclose(given, np.arange(0, 2_080_000, period), atol=1)


def test_what_a_window_cannot_tell_apart_is_refused(prepare):
    with pytest.raises(ValueError, match=r"pulses of 'fast' come every 0\.2 ms, more than one in a window"):
        prepare(NETWORK, Train("pool.I", "5 kHz", "10 ms", "1 nA", name="fast"))
    network = replace(NETWORK, signals=())
    from sim.spec.projection import Signal

    network = replace(network, signals=(Signal("height", "pool.v", "mean"),))
    watch = When("height", Step("pool.I", "1 nA", "1 ms"), above="-50 mV", spread="40 s", name="late")
    with pytest.raises(ValueError, match="'spread' of 'late' is 40000 ms"):
        prepare(network, Settle("10 ms") + watch)


@pytest.mark.parametrize(
    "large",
    [
        lambda: Design(seeds=10**12),
        lambda: Participants(10**9, {}),
        lambda: sobol({"network.pool.g": ["1 nS", "9 nS"]}, count=10**12),
        lambda: Population("pool", CELL, 10**9),
    ],
)
def test_what_no_memory_holds_is_refused_with_its_size(large):
    with pytest.raises((DesignError, NetworkError), match=r"take .*GB"):
        large()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"design": Design({f"network.pool.{x}": list(range(1, 10_001)) for x in "gEC"})}, "of memory"),
        ({"network": Network((Population("pool", CELL, 10**7),))}, "one sample .* of memory"),
        ({"numerics": Numerics("1e-9 ms", "1e-8 ms")}, "one sample .* of memory"),
    ],
)
def test_a_study_that_no_machine_holds_is_refused_before_anything_is_allocated(changes, words):
    study = Study(NETWORK, Settle("1000 s"), Record(), Design(), JaxBackend(), Numerics())
    with pytest.raises(SizeError, match=words):
        replace(study, **changes).check()


@pytest.mark.parametrize("cells", [None, [0]])
def test_an_hour_with_every_course_is_refused_where_four_gigabytes_are_free(cells, monkeypatch):
    """3600 s in windows of 0.5 ms, 20 cells: a course is 0.58 GB, of which a device makes every cell, also where one is
    kept; 6 copies of it and of the marks are 4.3 GB."""
    monkeypatch.setattr("sim.size.free_memory", lambda: 4e9)
    network = Network((Population("pool", CELL, 20),))
    study = Study(
        network, Settle("3600 s"), Record(("v",), cells=cells, every="0.1 ms"), Design(), JaxBackend(), Numerics()
    )
    with pytest.raises(
        SizeError, match=r"about 4\.\d+ GB of memory \(3600 s in windows of 0.5 ms, 20 cells.* 4 GB are free"
    ):
        study.check()
    replace(study, protocol=Settle("360 s")).check()


EQUAL = [
    (Numerics("0.05 ms"), Numerics("50 us")),
    (Numerics("0.05 ms"), Numerics("0.00005 s")),
    (Settle("1 s"), Settle("1000 ms")),
    (Param(1, "a"), Param(1.0, "a")),
    (Param(1, "a"), Param("1", "a")),
    (Param("0.1 uS", "a", ("0 S", None)), Param("100 nS", "a", ("0 nS", None))),
    (replace(CELL, refractory="2 ms"), replace(CELL, refractory="0.002 s")),
    (Record(every="50 ms", max_rate="60 Hz"), Record(every="0.05 s", max_rate="60 pps")),
    (Design({"a": ["1 ms"]}), Design({"a": ["1000 us"]})),
    (Design(cases={"x": {"a": "1 ms"}}), Design(cases={"x": {"a": "1000 us"}})),
    (Design(cases={"x": {"a": {"shift": "1 mV"}}}), Design(cases={"x": {"a": {"shift": "1000 uV"}}})),
    (replace(BLOCK, initial={"v": "-65 mV"}), replace(BLOCK, initial={"v": "-0.065 V"})),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=str)
def test_equal_quantities_have_one_digest(one, other):
    assert canonical(one) == canonical(other)


def test_names_that_look_like_quantities_stay_apart():
    one, other = ({name: {"a": 1}} for name in ("50 us", "0.05 ms"))
    assert canonical(Design(cases=one)) != canonical(Design(cases=other))
    assert canonical(Numerics("0.05 ms")) != canonical(Numerics("0.025 ms"))


def test_a_quantity_is_the_same_number_however_it_is_written():
    for thousandths in range(1, 2000, 7):
        text = f"{thousandths / 1000:.3f}"
        assert quantity(f"{text} ms").number == quantity(f"{thousandths} us").number == float(text)


def test_a_step_in_other_units_names_the_same_result():
    studies = (declare_study(configured(["scale=smoke", f"dt={dt}"])) for dt in ("0.05 ms", "50 us"))
    assert len({study.digest() for study in studies}) == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a;b\n0,9;20\n1,1;18\n", ["0.9", "1.1"]),
        ("\ufeffa;b\r\n0,9 mV;20\r\n", ["0.9 mV"]),
        ("a\tb\n0,9\t1\n", ["0.9"]),
        ("a\n0,9\n", ["0.9"]),
        ("a,b\n0.9,1\n", ["0.9"]),
        ("# sets\na,b\n0.9,1\n\n", ["0.9"]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_sets_are_read_as_spreadsheets_write_them(text, values, encoding, tmp_path):
    file = tmp_path / "sets.csv"
    file.write_bytes(text.encode(encoding, "ignore"))
    assert list(table(file).values["a"]) == values


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,a\n1,2\n", b"a,b\n1\n", b"a\nmuch\n", b"\0\0\0", b"\xff\xfe\0"])
def test_a_table_that_is_none_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "sets.csv").write_bytes(content)
    with pytest.raises((DesignError, UnitError)) as problem:
        table(tmp_path / "sets.csv")
    assert str(problem.value).endswith(".")
    for missing in (tmp_path / "none.csv", tmp_path, "a\0b", None):
        with pytest.raises(DesignError, match=r"cannot read the table of points|give design\.file"):
            table(missing)


def test_a_block_refuses_what_no_text_can_be_kept_of():
    with pytest.raises(ModelError, match="no file can hold"):
        Model("\ud800", BLOCK)
