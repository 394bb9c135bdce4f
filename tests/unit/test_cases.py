"""A design of named cases: the same seeds in every case and condition, and what it changes by name."""

from dataclasses import fields, replace

import numpy as np
import pytest
import xarray as xr

from sim.backends.jax_backend import JaxBackend
from sim.cases import Cases
from sim.design import Design, DesignError
from sim.results.store import Store
from sim.run import Study, run
from sim.spec.canonical import canonical
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Step
from sim.spec.record import Record
from sim.units import UnitError, quantity

LEVEL, FREQUENCY, CALM = "protocol.nerve.level", "protocol.nerve.frequency", "protocol.relaxation.peak"
MONOAMINE = "network.soleus.monoamine"
BASE = {LEVEL: 0, FREQUENCY: "100 Hz", CALM: 0}
CASES = {
    "nothing": {},
    "train": {LEVEL: 1},
    "a slow train": {LEVEL: 1, FREQUENCY: "20 Hz"},
    "all": {LEVEL: 0.5, FREQUENCY: "0.2 kHz", CALM: -1},
}
AXES = {MONOAMINE: [0.5, 0.7, 0.9], "protocol.wait": ["1 s", "500 ms"]}


def design(**changes) -> Cases:
    return Cases(**{"base": BASE, "cases": CASES, "axes": AXES, "seeds": 3, "first_seed": 7} | changes)


def columns(found: xr.Dataset, *names: str) -> list[tuple]:
    return list(zip(*(found[name].values.tolist() for name in names), strict=True))


# ---- samples


@pytest.mark.parametrize(
    "changes",
    [{}, {"axes": {}}, {"seeds": 1}, {"ends_only": True}, {"base": {}, "cases": {"only": {}}}, {"first_seed": 0}],
    ids=str,
)
def test_every_case_runs_at_every_value_of_the_axes_under_the_same_streams(changes):
    asked = design(**changes)
    found = asked.dataset()
    ran = columns(found, "case", *asked.grid.axes, "stream")
    alone = columns(asked.grid.dataset(), *asked.grid.axes, "stream")
    assert len(set(ran)) == len(ran) == len(asked.cases) * len(alone)
    for case in range(len(asked.cases)):
        assert [row[1:] for row in ran if row[0] == case] == alone


def test_seeds_vary_fastest_then_cases_then_axes():
    found = design(cases={"b": {}, "a": {LEVEL: 1}}, axes={"x": [6, 5]}, seeds=2).dataset()
    assert columns(found, "x", "case", LEVEL, "stream") == [
        *((6, 0, 0, 7), (6, 0, 0, 8), (6, 1, 1, 7), (6, 1, 1, 8)),
        *((5, 0, 0, 7), (5, 0, 0, 8), (5, 1, 1, 7), (5, 1, 1, 8)),
    ]


def test_cases_keep_the_order_in_which_they_are_written():
    assert design().dataset()["case"].attrs["names"] == ["nothing", "train", "a slow train", "all"]


def test_the_values_of_a_case_replace_those_of_the_base_in_the_same_unit():
    found = design(axes={}, seeds=1).dataset()
    assert columns(found, LEVEL, FREQUENCY, CALM) == [(0, 0.1, 0), (1, 0.1, 0), (1, 0.02, 0), (0.5, 0.2, -1)]  # kHz
    assert [found[path].attrs["units"] for path in (LEVEL, FREQUENCY, CALM)] == ["1", "1/ms", "1"]
    assert {name: x.dims for name, x in found.coords.items()} == dict.fromkeys([*BASE, "case", "stream"], ("sample",))


def test_cases_that_change_nothing_are_the_design_of_their_axes():
    found = design(base={}, cases={"nothing": {}}).dataset()
    xr.testing.assert_identical(found.drop_vars("case"), Design(AXES, seeds=3, first_seed=7).dataset())


def test_axes_may_be_written_nested():
    nested = {"network": {"soleus": {"monoamine": [0.5, 0.7, 0.9]}}, "protocol": {"wait": ["1 s", "500 ms"]}}
    xr.testing.assert_identical(design(axes=nested).dataset(), design().dataset())


def test_keeping_the_ends_of_the_axes_leaves_no_case_out():
    xr.testing.assert_identical(
        design(ends_only=True).dataset(), design(axes={**AXES, MONOAMINE: [0.5, 0.9]}).dataset()
    )


def test_a_design_does_not_change_with_what_it_was_made_of():
    base, axes, cases = dict(BASE), dict(AXES), {name: dict(changes) for name, changes in CASES.items()}
    asked = design(base=base, axes=axes, cases=cases)
    base[LEVEL], axes["more"], cases["train"][LEVEL], cases["more"] = 9, [9], 9, {}
    xr.testing.assert_identical(asked.dataset(), design().dataset())
    for part in (asked.base, asked.axes, asked.cases, asked.cases["train"]):
        with pytest.raises(TypeError):
            part["more"] = 1  # type: ignore[index]


# ---- refusals


def one_sentence(problem: BaseException, quoted) -> None:
    text = str(problem)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    for piece in quoted:
        assert piece in text


DECLARED = {  # what is asked: (what differs, the error, what the sentence quotes)
    "no case": ({"cases": {}}, DesignError, ["at least one case", "none"]),
    "cases in a list": ({"cases": ["train"]}, DesignError, ["`cases`", "a table", "['train']"]),
    "a base in a list": ({"base": [LEVEL]}, DesignError, ["`base`", "a table", f"['{LEVEL}']"]),
    "a case left empty": ({"cases": {"train": None}}, DesignError, ["'train'", "a table", "None"]),
    "a case without name": ({"cases": {3: {}}}, DesignError, ["`cases`", "3", "in quotes"]),
    "a change of what the base lacks": (
        {"cases": {"train": {"protocol.nerve.levle": 1}}},
        DesignError,
        ["'train'", "'protocol.nerve.levle'", "not in the base", f"did you mean '{LEVEL}'"],
    ),
    "a change of an empty base": (
        {"base": {}, "cases": {"train": {LEVEL: 1}}},
        DesignError,
        ["'train'", f"'{LEVEL}'", "there are none"],
    ),
    "a case in another unit": (
        {"cases": {"train": {FREQUENCY: "10 ms"}}},
        UnitError,
        ["'train'", f"'{FREQUENCY}'", "in ms", "in 1/ms"],
    ),
    "a case without unit": ({"cases": {"train": {FREQUENCY: 60}}}, UnitError, ["'train'", "no unit", "in 1/ms"]),
    "a case that cannot be read": (
        {"cases": {"train": {LEVEL: "much"}}},
        UnitError,
        [f"'{LEVEL}'", "'train'", "'much'", "write"],
    ),
    "a base that cannot be read": ({"base": {**BASE, "x": "much"}}, UnitError, ["'x'", "the base", "'much'", "write"]),
    "a base left empty": ({"base": {**BASE, "x": None}}, UnitError, ["'x'", "the base", "found None"]),
    "a path along an axis and in the base": (
        {"axes": {LEVEL: [0, 1]}},
        DesignError,
        [f"'{LEVEL}'", "along an axis and between its cases", "choose one"],
    ),
    "a nested axis that is in the base": (
        {"axes": {"protocol": {"nerve": {"level": [0, 1]}}}},
        DesignError,
        [f"'{LEVEL}'", "choose one"],
    ),
    "an axis without values": ({"axes": {"x": []}}, DesignError, ["'x'", "at least one"]),
    "no seed": ({"seeds": 0}, DesignError, ["at least one seed", "0"]),
    "a stream below zero": ({"first_seed": -1}, DesignError, ["`first_seed`", "-1"]),
    "ends in words": ({"ends_only": "no"}, DesignError, ["`ends_only`", "'no'"]),
}


@pytest.mark.parametrize("what", DECLARED)
def test_what_cannot_be_is_refused_when_it_is_declared(what):
    changes, error, quoted = DECLARED[what]
    with pytest.raises(error) as problem:
        design(**changes)
    one_sentence(problem.value, quoted)


NUMBERS = {LEVEL: "0", FREQUENCY: "60 Hz", CALM: "0", MONOAMINE: "1", "protocol.wait": "4 s"}
LEAVES = {path: quantity(value) for path, value in NUMBERS.items()}
BOUNDS = {LEVEL: (0, 1), MONOAMINE: (0, None), "protocol.wait": ("0 ms", None)}

UNFIT = {  # what does not fit the network and the protocol: (what differs, the error, what the sentence quotes)
    "a path to nothing in the base": (
        {"base": {**BASE, "protocol.nerv.level": 0}},
        DesignError,
        ["'protocol.nerv.level'", "leads to no number", f"'{LEVEL}'"],
    ),
    "a path to nothing along an axis": (
        {"axes": {"network.soleus.monoamin": [1]}},
        DesignError,
        ["'network.soleus.monoamin'", "leads to no number", f"'{MONOAMINE}'"],
    ),
    "a base in another unit": (
        {"base": {**BASE, FREQUENCY: "10 ms"}, "cases": {"nothing": {}}},
        UnitError,
        [f"'{FREQUENCY}'", "in 1/ms", "in ms"],
    ),
    "a base out of bounds": ({"base": {**BASE, LEVEL: -1}}, UnitError, [f"'{LEVEL}'", "-1", "lower bound of 0"]),
    "a case out of bounds": ({"cases": {"train": {LEVEL: 2}}}, UnitError, [f"'{LEVEL}'", "2", "upper bound of 1"]),
    "an axis out of bounds": (
        {"axes": {"protocol.wait": ["-1 ms"]}},
        UnitError,
        ["'protocol.wait'", "-1 ms", "lower bound of 0 ms"],
    ),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_does_not_fit_is_refused_before_anything_runs(what):
    changes, error, quoted = UNFIT[what]
    with pytest.raises(error) as problem:
        design(**changes).check(LEAVES, BOUNDS)
    one_sentence(problem.value, quoted)


def test_what_fits_is_accepted_also_where_cases_repeat_a_value():
    design().check(LEAVES, BOUNDS)
    design(cases={"one": {LEVEL: 1}, "the same": {LEVEL: "1"}, "as the base": {LEVEL: 0}}).check(LEAVES, BOUNDS)


# ---- what decides a result

OTHER = {
    "base": {**BASE, FREQUENCY: "90 Hz"},
    "cases": {**CASES, "train": {LEVEL: 0.9}},
    "axes": {**AXES, MONOAMINE: [0.5, 0.7]},
    "seeds": 4,
    "first_seed": 8,
    "ends_only": True,
}


@pytest.mark.parametrize("field", [f.name for f in fields(Cases)])
def test_every_field_counts_in_the_digest(field):
    assert canonical(replace(design(), **{field: OTHER[field]})) != canonical(design())


def test_the_name_of_a_case_counts_in_the_digest():
    renamed = {name.replace("train", "stimulus"): changes for name, changes in CASES.items()}
    assert canonical(design(cases=renamed)) != canonical(design())


@pytest.mark.parametrize(
    "changes",
    [
        {"cases": {name: dict(x) for name, x in CASES.items()}},
        {"axes": {"network": {"soleus": {"monoamine": [0.5, 0.7, 0.9]}}, "protocol": {"wait": ["1 s", "500 ms"]}}},
        {"axes": {**AXES, MONOAMINE: np.array([0.5, 0.7, 0.9])}},
        {"seeds": np.int64(3), "first_seed": np.int64(7)},
    ],
    ids=["other tables", "nested axes", "an array", "numbers of an array"],
)
def test_the_same_design_has_the_same_digest_however_it_is_written(changes):
    assert canonical(design(**changes)) == canonical(design())


CELL = Model(
    "noisy integrate-and-fire",
    Block(
        "dv/dt = (E - v + R*I + z*mV)/tau : volt\ndz/dt = -z/tau + 3*sqrt(2/tau)*xi : 1\nI : amp",
        params={name: Param(value, "test") for name, value in (("E", "-65 mV"), ("R", "10 Mohm"), ("tau", "10 ms"))},
        initial={"v": "-65 mV"},
    ),
    threshold="v > -50*mV",
    refractory="1 ms",
    reset="v = E",
)
POOL, STEP = Network((Population("pool", CELL, 2),)), Step("pool.I", "0 nA", "60 ms", name="step")
CURRENT = "protocol.step.level"
RESULTS = {"none": {}, "weak": {CURRENT: "1.5 nA"}, "strong": {CURRENT: "4 nA"}, "strong too": {CURRENT: "4e3 pA"}}


def study(cases) -> Study:
    asked = Cases(base={CURRENT: "0 nA"}, cases=cases, seeds=2)
    return Study(POOL, STEP, Record(commands=False), asked, JaxBackend(), Numerics())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(study(RESULTS), tmp_path_factory.mktemp("cases") / "store.zarr", batch=2).load()


def test_cases_with_the_same_values_have_the_same_noise(whole):
    steps = dict(zip(RESULTS, np.split(whole["spike_step"].values, len(RESULTS)), strict=True))
    np.testing.assert_array_equal(steps["strong too"], steps["strong"])
    assert not np.array_equal(steps["strong"][0], steps["strong"][1])  # two seeds
    assert not np.array_equal(steps["strong"], steps["weak"])


def test_a_store_that_is_resumed_keeps_the_order_in_which_its_cases_were_written(whole, tmp_path, monkeypatch):
    """The order is not part of the digest."""
    turned, path, write = dict(reversed(RESULTS.items())), tmp_path / "store.zarr", Store.write

    def stopped(*slab):
        write(*slab)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(study(RESULTS), path, batch=2)
    resumed = run(study(turned), path, batch=2).load()
    assert resumed.drop_attrs().identical(whole.drop_attrs())
    assert resumed["case"].attrs["names"] == list(RESULTS)
