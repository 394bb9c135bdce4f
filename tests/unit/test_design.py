"""Designs: how factors cross, what they change, which noise they share, what is refused, how results fold back."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sim.design import Axis, Cases, Design, DesignError, Participants, Points, latin_hypercube, sobol, table
from sim.results.grid import chosen, grid
from sim.results.status import Status
from sim.spec.canonical import canonical
from sim.spec.change import Scale, Shift
from sim.spec.state import State
from sim.units import UnitError, quantity

ON, RATE, CALM = "protocol.nerve.on", "protocol.nerve.frequency", "protocol.relaxation.peak"
LEVEL, E_CL = "network.soleus.monoamine", "network.soleus.E_cl"
NUMBERS = {ON: 0, RATE: "60 Hz", CALM: 0, LEVEL: 0.35, "protocol.wait.duration": "4 s", E_CL: "-75 mV"}
LEAVES = {path: quantity(value) for path, value in NUMBERS.items()}
BOUNDS = {ON: (0, 1), LEVEL: (0, 5), "protocol.wait.duration": ("0 ms", None)}
CASES = {
    "nothing": {},
    "train": {ON: 1},
    "a slow train": {ON: 1, RATE: "20 Hz"},
    "weaker": {E_CL: {"shift": "10 mV"}, RATE: {"scale": 0.5}},
}
AXES = {"level": {"values": [0.5, 0.7, 0.9], "of": LEVEL}}
PEOPLE = Participants(4, {E_CL: 0.1, RATE: 0.2})
RANGES = {LEVEL: [0.5, 1.5], RATE: ["10 Hz", "1 kHz"]}
HERTZ = quantity("1 Hz").number


def crossed(**changes) -> Design:
    return Design(**{"axes": AXES, "cases": CASES, "seeds": 3, "first_seed": 7} | changes)


def rows(found: xr.Dataset, *names: str) -> list[tuple]:
    return list(zip(*(found[name].values.tolist() for name in names), strict=True))


# ---- crossing


@pytest.mark.parametrize("changes", [{}, {"axes": {}}, {"seeds": 1}, {"cases": {}}, {"participants": PEOPLE}], ids=str)
def test_every_level_of_every_factor_meets_every_other_once(changes):
    asked = crossed(**changes)
    found = asked.dataset(LEAVES)
    met = rows(found, *(f"{factor.name}_index" for factor in asked.factors))
    assert len(set(met)) == len(met) == np.prod([len(factor) for factor in asked.factors])
    assert found.attrs["factors"] == [factor.name for factor in asked.factors]


def test_each_factor_leaves_its_label_and_its_index():
    axes = {"x": {"values": ["2 s", "500 ms"], "of": "protocol.wait.duration"}}
    found = crossed(cases={"b": {}, "a": {ON: 1}}, axes=axes, seeds=2).dataset(LEAVES)
    assert rows(found, "x", "case", "case_index", "seed", ON, "stream") == [
        *((2.0, "b", 0, 7, 0, 7), (2.0, "b", 0, 8, 0, 8), (2.0, "a", 1, 7, 1, 7), (2.0, "a", 1, 8, 1, 8)),
        *((0.5, "b", 0, 7, 0, 7), (0.5, "b", 0, 8, 0, 8), (0.5, "a", 1, 7, 1, 7), (0.5, "a", 1, 8, 1, 8)),
    ]
    assert found["x"].attrs["units"] == "s"  # as the first value is written; leaves are in coherent units
    assert found["protocol.wait.duration"].values[[0, -1]].tolist() == [2000, 500]


def test_what_a_case_does_not_change_is_the_models_own_value():
    found = crossed(axes={}, seeds=1).dataset(LEAVES)
    assert rows(found, ON, E_CL) == [(0, -75), (1, -75), (1, -75), (0, -65)]
    np.testing.assert_allclose(found[RATE] / HERTZ, [60, 60, 20, 30], rtol=1e-15)


def test_numbers_are_set_first_and_then_scaled_and_shifted_in_the_order_of_the_factors():
    axes = {"first": Cases({"a": {E_CL: Scale(2)}}, "first"), "then": Cases({"b": {E_CL: Shift("5 mV")}}, "then"),
            "base": Axis("base", ["-10 mV"], E_CL)}  # fmt: skip
    assert Design(axes).dataset(LEAVES)[E_CL].values.tolist() == [2 * -10 + 5]
    assert Design(dict(reversed(axes.items()))).dataset(LEAVES)[E_CL].values.tolist() == [2 * (-10 + 5)]


def test_one_number_may_be_given_to_several_leaves_and_others_computed_from_it():
    both = Design({"x": {"values": [0.5, 1], "of": [LEVEL, CALM]}}).dataset(LEAVES)
    assert rows(both, LEVEL, CALM) == [(0.5, 0.5), (1, 1)]
    wait = {"protocol.wait.duration": "0.6*metre/velocity", RATE: "velocity/(1*metre)"}
    found = Design({"velocity": {"values": ["60 m/s", "30 m/s"], "of": wait}}).dataset(LEAVES)
    np.testing.assert_allclose(found["protocol.wait.duration"], [10, 20], rtol=1e-12)
    np.testing.assert_allclose(found[RATE] / HERTZ, [60, 30], rtol=1e-12)
    assert found["velocity"].values.tolist() == [60, 30]


def test_an_axis_may_be_written_by_its_path_nested_or_not():
    nested = {"network": {"soleus": {"monoamine": [0.5, 0.7]}}, "protocol": {"wait": {"duration": ["1 s"]}}}
    flat = {LEVEL: [0.5, 0.7], "protocol.wait.duration": ["1 s"]}
    xr.testing.assert_identical(Design(nested).dataset(), Design(flat).dataset())
    assert Design(flat).dataset().attrs["factors"] == ["soleus.monoamine", "wait.duration", "seed"]


def test_keeping_the_ends_of_the_axes_leaves_no_case_out():
    fewer = {"level": {"values": [0.5, 0.9], "of": LEVEL}}
    xr.testing.assert_identical(crossed(ends_only=True).dataset(LEAVES), crossed(axes=fewer).dataset(LEAVES))


def test_a_path_may_name_a_whole_gradient_or_any_population_and_a_case_a_state():
    numbers = {"network.a.tau.low": "90 ms", "network.a.tau.high": "30 ms", "network.a.tau.skew": 1, "network.b.x": 2}
    leaves = {path: quantity(value) for path, value in numbers.items()}
    slow = State("slow", {"network.a.tau": {"scale": 1.5}}, "chosen")
    found = Design(cases={"as it is": {}, "slow": slow, "all": {"network.*.x": 3}}).dataset(leaves)
    assert rows(found, "network.a.tau.low", "network.a.tau.high", "network.b.x") == [
        (90, 30, 2),
        (135, 45, 2),
        (90, 30, 3),
    ]
    assert "network.a.tau.skew" not in found.coords


def test_cases_cross_cases():
    states = {"state": {"cases": {"healthy": {}, "injured": {E_CL: "-65 mV"}}}}
    found = crossed(axes=states, seeds=1).dataset(LEAVES)
    assert found.attrs["factors"] == ["state", "case", "seed"]
    assert rows(found.isel(sample=[0, 7]), "state", "case", E_CL) == [
        ("healthy", "nothing", -75),
        ("injured", "weaker", -55),
    ]


# ---- noise and people


def test_noise_is_shared_along_all_factors_but_those_that_are_independent():
    axes = {"network.a.a": [1, 2], "network.a.b": [1, 2, 3]}
    shared, own = Design(axes, seeds=2).dataset(), Design(axes, seeds=2, independent=["a.b"]).dataset()
    assert shared["stream"].values.reshape(2, 3, 2).tolist() == [[[0, 1]] * 3] * 2
    assert own["stream"].values.reshape(2, 3, 2).tolist() == [[[0, 1], [2, 3], [4, 5]]] * 2
    both = Design(axes, seeds=2, first_seed=7, independent=["a.a", "a.b"]).dataset()["stream"].values
    assert both.tolist() == list(range(7, 19))


def test_a_person_is_the_same_in_every_case_and_however_many_people_there_are():
    few, many = (grid(crossed(participants=replace(PEOPLE, count=n)).dataset(LEAVES)) for n in (2, 50))
    np.testing.assert_array_equal(few[E_CL], many[E_CL].isel(participant=[0, 1]))
    rest = many[E_CL].sel(case="nothing").squeeze()
    assert abs(float(rest.std() / rest.mean())) == pytest.approx(0.1, abs=0.03)
    assert float(rest.mean()) == pytest.approx(-75, rel=0.05)
    streams = few["stream"]
    assert not set(streams.sel(participant=1).values.ravel()) & set(streams.sel(participant=2).values.ravel())


# ---- points


def test_sets_are_taken_row_by_row_and_repeated_over_the_same_streams():
    found = Design(points=Points({LEVEL: [0.5, 0.7], RATE: ["10 Hz", "30 Hz"]}), seeds=3, first_seed=4).dataset()
    assert rows(found, "point", LEVEL, "stream") == [(k, x, s) for k, x in ((0, 0.5), (1, 0.7)) for s in (4, 5, 6)]
    assert (found[RATE].values / HERTZ).round(12).tolist() == [10, 10, 10, 30, 30, 30]
    own = Design(points=Points({LEVEL: [0.5, 0.7, 0.9]}), seeds=2, independent=["point"]).dataset()
    assert own["stream"].values.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("spread", [sobol, latin_hypercube])
def test_points_fill_their_ranges_evenly(spread):
    """One point in each of 64 equal parts of every range, the second one in its logarithm."""
    found = Design(points=spread(RANGES, count=64, logarithmic=[RATE])).dataset()
    places = (found[LEVEL].values - 0.5, np.log10(found[RATE].values / HERTZ / 10) / 2)
    for place in places:
        assert sorted(np.floor(64 * place).astype(int)) == list(range(64))


@pytest.mark.parametrize("spread", [sobol, latin_hypercube])
def test_a_spread_is_the_same_every_time_and_another_number_gives_another(spread):
    one, same, other = (spread(RANGES, count=16, spread=k) for k in (0, 0, 1))
    assert canonical(one) == canonical(same) != canonical(other)


def test_a_table_is_read_with_its_units(tmp_path):
    file = tmp_path / "sets.csv"
    file.write_text(f"\ufeff{LEVEL}, {RATE}\n0.5, 10 Hz\n\n0.7, 0.03 kHz\n", encoding="utf-8")
    found = Design(points=table(file)).dataset()
    assert found.equals(Design(points=Points({LEVEL: [0.5, 0.7], RATE: ["10 Hz", "30 Hz"]})).dataset())


def test_any_number_of_points_may_be_asked_for_without_a_warning(recwarn):
    assert Design(points=sobol(RANGES, count=5)).dataset().sizes["sample"] == 5
    assert not recwarn.list


# ---- folding


def test_results_fold_back_by_name():
    found = crossed(participants=PEOPLE).dataset(LEAVES)
    found = found.assign(value=("sample", found[E_CL].values + 1000 * found[LEVEL].values + found["seed"].values))
    m = grid(found)
    assert m["value"].dims == ("participant", "level", "case", "seed")
    assert m[LEVEL].dims == ("level",)
    assert m[ON].dims == ("case",)
    assert m["stream"].dims == ("participant", "seed")
    one = m.sel(participant=2, level=0.7, case="weaker", seed=8)
    assert float(one["value"]) == float(one[E_CL]) + 700 + 8
    assert int(one["sample"]) == int(np.flatnonzero(found["value"] == one["value"].item())[0])


def test_what_failed_or_is_not_there_is_nan_on_the_grid():
    found = crossed(axes={}).dataset(LEAVES)
    status = np.full(12, Status.DONE)
    status[5] = Status.FAILED_NOT_FINITE
    found = found.assign(value=("sample", np.arange(12.0)), status=("sample", status), sample=np.arange(12))
    shuffled = found.isel(sample=np.random.default_rng(0).permutation(11))
    m = grid(shuffled)
    assert np.flatnonzero(np.isnan(m["value"].values)).tolist() == [5, 11]
    assert m["sample"].values.ravel().tolist() == [0, 1, 2, 3, 4, -1, 6, 7, 8, 9, 10, -1]
    with pytest.raises(ValueError, match="same condition"):
        grid(xr.concat([found, found], "sample"))
    with pytest.raises(ValueError, match="factors"):
        grid(found.drop_attrs())


def test_samples_are_chosen_by_the_labels_of_their_conditions():
    found = crossed().dataset(LEAVES)
    one = chosen(found, level=0.7, case="weaker", seed=8)
    assert rows(one, "level", "case", "seed") == [(0.7, "weaker", 8)]
    assert chosen(found, level=[0.5, 0.9], case="train").sizes["sample"] == 2 * 3
    assert chosen(found).sizes["sample"] == found.sizes["sample"]
    by_path = Design({RATE: ["10 Hz", "20 Hz"]}).dataset()
    assert chosen(by_path, {"nerve.frequency": 20}).equals(chosen(by_path, {RATE: 0.02}))  # Hz, per ms


@pytest.mark.parametrize(
    ("labels", "said"),
    [({"levels": 0.7}, "no factor"), ({"level": 0.6}, "it is 0.5, 0.7, 0.9"), ({"level": "high"}, "numbers")],
)
def test_a_label_that_is_not_there_is_refused(labels, said):
    with pytest.raises(ValueError, match=said):
        chosen(crossed().dataset(LEAVES), labels)


# ---- refusals

REFUSED = {  # what is asked: (how, the error, what the sentence quotes)
    "no case": (lambda: Cases({}), DesignError, ["at least one", "'case'"]),
    "cases in a list": (lambda: crossed(cases=["train"]), DesignError, ["`cases`", "a table", "['train']"]),
    "a case left empty": (lambda: crossed(cases={"train": None}), DesignError, ["'train'", "a table", "None"]),
    "a case without name": (lambda: crossed(cases={3: {}}), DesignError, ["`cases`", "3", "in quotes"]),
    "a case that cannot be read": (lambda: crossed(cases={"a": {ON: "much"}}), UnitError, [f"'{ON}'", "'a'", "'much'"]),
    "a change of two kinds": (
        lambda: crossed(cases={"a": {ON: {"scale": 1, "shift": 2}}}),
        UnitError,
        [f"'{ON}'", "one of set, scale and shift"],
    ),
    "a scale with a unit": (
        lambda: crossed(cases={"a": {E_CL: {"scale": "2 mV"}}}),
        UnitError,
        ["plain number", "2 mV"],
    ),
    "an axis without values": (lambda: Design({"network.x": []}), DesignError, ["'x'", "at least one"]),
    "an axis over a value twice": (lambda: Design({RATE: ["1 kHz", "1000 Hz"]}), DesignError, ["twice"]),
    "an axis in two units": (lambda: Design({RATE: ["1 kHz", "1 s"]}), UnitError, ["different units", "1/ms and ms"]),
    "a factor twice": (
        lambda: crossed(axes={"case": {"values": [1], "of": ON}}),
        DesignError,
        ["two factors", "'case'"],
    ),
    "no seed": (lambda: crossed(seeds=0), DesignError, ["at least one seed", "0"]),
    "a stream below zero": (lambda: crossed(first_seed=-1), DesignError, ["`first_seed`", "-1"]),
    "ends in words": (lambda: crossed(ends_only="no"), DesignError, ["`ends_only`", "'no'"]),
    "an independent factor that is none": (
        lambda: crossed(independent=["levle"]),
        DesignError,
        ["'levle'", "did you mean 'level'"],
    ),
    "points that are none": (lambda: crossed(points={LEVEL: [1]}), DesignError, ["`points`", "a Points"]),
    "nobody": (lambda: Participants(0, {}), DesignError, ["at least one", "0"]),
    "a spread below zero": (lambda: Participants(2, {E_CL: -0.1}), DesignError, [E_CL, "-0.1"]),
    "no path": (lambda: Points({}), DesignError, ["at least one path"]),
    "no value": (lambda: Points({LEVEL: []}), DesignError, ["at least one"]),
    "columns of two lengths": (lambda: Points({"a": [1, 2], "b": [1]}), DesignError, ["'a' 2", "'b' 1"]),
    "points in two units": (lambda: Points({RATE: ["10 Hz", "10 mV"]}), UnitError, [RATE, "different units"]),
    "no range": (lambda: sobol({}, count=8), DesignError, ["at least one of them"]),
    "one end": (lambda: sobol({LEVEL: [1]}, count=8), DesignError, [LEVEL, "[1]"]),
    "ends in the wrong order": (lambda: sobol({LEVEL: [2, 1]}, count=8), DesignError, [LEVEL, "[2, 1]"]),
    "ends in two units": (lambda: sobol({RATE: ["1 Hz", "2 ms"]}, count=8), DesignError, [RATE, "in one unit"]),
    "no points": (lambda: sobol(RANGES, count=0), DesignError, ["`count`", "not 0"]),
    "a logarithm of zero": (lambda: sobol({"a": [0, 1]}, count=2, logarithmic=["a"]), DesignError, ["above zero"]),
    "a logarithm in plain text": (lambda: sobol(RANGES, count=2, logarithmic=LEVEL), DesignError, ["is a list", LEVEL]),
}
UNFIT = {  # what does not fit the network and the protocol
    "a case of nothing": ({"cases": {"a": {"protocol.nerv.on": 1}}}, DesignError, ["'protocol.nerv.on'", f"'{ON}'"]),
    "an axis of nothing": (
        {"axes": {"network.soleus.monoamin": [1]}},
        DesignError,
        ["leads to no number", f"'{LEVEL}'"],
    ),
    "a case in another unit": ({"cases": {"a": {RATE: "10 ms"}}}, UnitError, [f"'{RATE}'", "in 1/ms", "ms"]),
    "a case without unit": ({"cases": {"a": {RATE: 60}}}, UnitError, ["no unit", "in 1/ms"]),
    "a shift in another unit": ({"cases": {"a": {E_CL: {"shift": 3}}}}, UnitError, [f"'{E_CL}'", "no unit"]),
    "a case out of bounds": ({"cases": {"a": {ON: 2}}}, UnitError, [f"'{ON}'", "2", "upper bound of 1"]),
    "a scaled number out of bounds": (
        {"cases": {"a": {LEVEL: {"scale": 20}}}},
        UnitError,
        [f"'{LEVEL}'", "10.0", "upper bound of 5"],
    ),
    "a number that two factors set": (
        {"cases": {"a": {LEVEL: 0.1}}},
        DesignError,
        [f"'{LEVEL}'", "'level' and along 'case'", "scale or shift"],
    ),
    "a formula in another unit": (
        {"axes": {"velocity": {"values": ["60 m/s"], "of": {RATE: "1*metre/velocity"}}}, "cases": {}},
        UnitError,
        [f"'{RATE}'", "in 1/ms", "ms"],
    ),
}


def one_sentence(problem: BaseException, quoted) -> None:
    text = str(problem)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    for piece in quoted:
        assert piece in text


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_when_it_is_declared(what):
    declare, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        declare()
    one_sentence(problem.value, quoted)


@pytest.mark.parametrize("what", UNFIT)
def test_what_does_not_fit_is_refused_before_anything_runs(what):
    changes, error, quoted = UNFIT[what]
    with pytest.raises(error) as problem:
        crossed(**changes).check(LEAVES, BOUNDS)
    one_sentence(problem.value, quoted)


def test_what_fits_is_accepted_also_where_cases_repeat_a_value():
    crossed().check(LEAVES, BOUNDS)
    crossed(cases={"one": {ON: 1}, "the same": {ON: "1"}, "as it is": {ON: 0}}).check(LEAVES, BOUNDS)


TABLES = {
    "nothing": ("", "is empty"),
    "a path alone": (f"{LEVEL}\n", "at least one"),
    "a short row": (f"{LEVEL},{RATE}\n1,1 Hz\n2\n", "row 2"),
    "a path twice": (f"{LEVEL},{LEVEL}\n1,2\n", "twice"),
    "no number": (f"{LEVEL}\nhigh\n", "'high'"),
    "an empty cell": (f"{LEVEL},{RATE}\n1,1 Hz\n2,\n", rf"'{RATE}' in row 2 of the table of points '.*sets\.csv'"),
}


@pytest.mark.parametrize("what", TABLES)
def test_a_table_that_cannot_be_is_refused_in_one_sentence(tmp_path, what):
    text, quoted = TABLES[what]
    file = tmp_path / "sets.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=quoted) as problem:
        table(file)
    assert "\n" not in str(problem.value)


def test_a_table_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(DesignError, match=r"nowhere\.csv"):
        table(tmp_path / "nowhere.csv")


# ---- what decides a result

OTHER = {
    "axes": {"level": {"values": [0.5, 0.7], "of": LEVEL}},
    "cases": {**CASES, "train": {ON: 0}},
    "points": Points({CALM: [0, 1]}),
    "participants": PEOPLE,
    "seeds": 4,
    "first_seed": 8,
    "independent": ["level"],
    "ends_only": True,
}


@pytest.mark.parametrize("field", OTHER)
def test_every_field_counts_in_the_digest(field):
    assert canonical(crossed(**{field: OTHER[field]})) != canonical(crossed())


@pytest.mark.parametrize(
    "changes",
    [
        {"cases": {name: dict(x) for name, x in CASES.items()}},
        {"axes": {"level": Axis("level", np.array([0.5, 0.7, 0.9]), LEVEL)}},
        {"seeds": np.int64(3), "first_seed": np.int64(7)},
    ],
    ids=["other tables", "an axis of an array", "numbers of an array"],
)
def test_the_same_design_has_the_same_digest_however_it_is_written(changes):
    assert canonical(crossed(**changes)) == canonical(crossed())


def test_a_design_does_not_change_with_what_it_was_made_of():
    axes, cases = {"level": dict(AXES["level"])}, {name: dict(changes) for name, changes in CASES.items()}
    asked = crossed(axes=axes, cases=cases)
    axes["level"]["values"], cases["train"][ON], cases["more"] = [9], 9, {}
    xr.testing.assert_identical(asked.dataset(LEAVES), crossed().dataset(LEAVES))
