"""Designs of single parameter sets: what they contain, which noise they share, and what they refuse."""

import numpy as np
import pytest

from sim.design import Design, DesignError
from sim.points import Points, latin_hypercube, sobol, table
from sim.spec.canonical import canonical
from sim.units import UnitError, quantity

LEVEL, RATE = "network.pool.monoamine", "protocol.nerve.frequency"
RANGES = {LEVEL: [0.5, 1.5], RATE: ["10 Hz", "1 kHz"]}
HERTZ = quantity("1 Hz").number


def test_sets_are_taken_row_by_row_and_repeated_over_the_same_streams():
    found = Points({LEVEL: [0.5, 0.7], RATE: ["10 Hz", "30 Hz"]}, seeds=3, first_seed=4).dataset()
    assert found[LEVEL].values.tolist() == [0.5, 0.5, 0.5, 0.7, 0.7, 0.7]
    assert (found[RATE].values / HERTZ).round(12).tolist() == [10, 10, 10, 30, 30, 30]
    assert found["stream"].values.tolist() == [4, 5, 6, 4, 5, 6]
    assert found["point"].values.tolist() == [0, 0, 0, 1, 1, 1]


def test_independent_sets_share_no_noise():
    found = Points({LEVEL: [0.5, 0.7, 0.9]}, seeds=2, independent=True).dataset()
    assert found["stream"].values.tolist() == [0, 1, 2, 3, 4, 5]


def test_a_grid_shares_noise_along_all_axes_but_those_that_are_independent():
    axes = {"a": [1, 2], "b": [1, 2, 3]}
    shared, own = Design(axes, seeds=2).dataset(), Design(axes, seeds=2, independent=["b"]).dataset()
    assert shared["stream"].values.reshape(2, 3, 2).tolist() == [[[0, 1]] * 3] * 2
    assert own["stream"].values.reshape(2, 3, 2).tolist() == [[[0, 1], [2, 3], [4, 5]]] * 2
    both = Design(axes, seeds=2, first_seed=7, independent=["a", "b"]).dataset()["stream"].values
    assert both.tolist() == list(range(7, 19))


@pytest.mark.parametrize("spread", [sobol, latin_hypercube])
def test_points_fill_their_ranges_evenly(spread):
    """One point in each of 64 equal parts of every range, the second one in its logarithm."""
    found = spread(RANGES, points=64, logarithmic=[RATE]).dataset()
    places = (found[LEVEL].values - 0.5, np.log10(found[RATE].values / HERTZ / 10) / 2)
    for place in places:
        assert sorted(np.floor(64 * place).astype(int)) == list(range(64))


@pytest.mark.parametrize("spread", [sobol, latin_hypercube])
def test_a_spread_is_the_same_every_time_and_another_number_gives_another(spread):
    one, same, other = (spread(RANGES, points=16, spread=k) for k in (0, 0, 1))
    assert canonical(one) == canonical(same) != canonical(other)


def test_a_table_is_read_with_its_units(tmp_path):
    file = tmp_path / "sets.csv"
    file.write_text(f"\ufeff{LEVEL}, {RATE}\n0.5, 10 Hz\n\n0.7, 0.03 kHz\n", encoding="utf-8")
    assert table(file).dataset().equals(Points({LEVEL: [0.5, 0.7], RATE: ["10 Hz", "30 Hz"]}).dataset())


def test_a_small_design_keeps_the_first_and_the_last_set():
    found = sobol(RANGES, points=16, ends_only=True).dataset()
    whole = sobol(RANGES, points=16).dataset()
    assert found[LEVEL].values.tolist() == whole[LEVEL].values[[0, -1]].tolist()


def test_any_number_of_points_may_be_asked_for_without_a_warning(recwarn):
    assert sobol(RANGES, points=5).dataset().sizes["sample"] == 5
    assert not recwarn.list


REFUSED = {
    "no path": (lambda: Points({}), DesignError, ["at least one path"]),
    "no value": (lambda: Points({LEVEL: []}), DesignError, ["at least one value"]),
    "columns of two lengths": (lambda: Points({"a": [1, 2], "b": [1]}), DesignError, ["'a' 2", "'b' 1"]),
    "two units": (lambda: Points({RATE: ["10 Hz", "10 mV"]}), UnitError, [RATE, "different units"]),
    "no seed": (lambda: Points({"a": [1]}, seeds=0), DesignError, ["at least one seed"]),
    "a word for yes": (lambda: Points({"a": [1]}, independent="yes"), DesignError, ["`independent`", "'yes'"]),
    "no range": (lambda: sobol({}, points=8), DesignError, ["at least one of them"]),
    "one end": (lambda: sobol({LEVEL: [1]}, points=8), DesignError, [LEVEL, "[1]"]),
    "ends in the wrong order": (lambda: sobol({LEVEL: [2, 1]}, points=8), DesignError, [LEVEL, "[2, 1]"]),
    "ends in two units": (lambda: sobol({RATE: ["1 Hz", "2 ms"]}, points=8), DesignError, [RATE, "in one unit"]),
    "no points": (lambda: sobol(RANGES, points=0), DesignError, ["`points`", "not 0"]),
    "a logarithm of zero": (lambda: sobol({"a": [0, 1]}, points=2, logarithmic=["a"]), DesignError, ["above zero"]),
    "a logarithm in plain text": (
        lambda: sobol(RANGES, points=2, logarithmic=LEVEL),
        DesignError,
        ["is a list", LEVEL],
    ),
    "a logarithm of nothing": (lambda: sobol(RANGES, points=2, logarithmic=["b"]), DesignError, ["'b'"]),
    "an independent axis that is none": (
        lambda: Design({LEVEL: [1, 2]}, independent=["network.pool.monoamin"]),
        DesignError,
        ["'network.pool.monoamin'", LEVEL],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(what):
    build, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        build()
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    assert all(text in said for text in quoted), said


TABLES = {
    "nothing": ("", "is empty"),
    "a path alone": (f"{LEVEL}\n", "at least one value"),
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


LEAVES = {LEVEL: quantity(1), RATE: quantity("30 Hz")}


def test_a_path_that_leads_nowhere_is_refused_with_the_nearest():
    with pytest.raises(DesignError, match="monoamine"):
        Points({"network.pool.monoamin": [1]}).check(LEAVES, {})


def test_any_value_out_of_bounds_is_refused():
    with pytest.raises(UnitError, match="5"):
        Points({LEVEL: [1, 9, 2]}).check(LEAVES, {LEVEL: (0, 5)})
    Points({LEVEL: [1, 5, 2]}).check(LEAVES, {LEVEL: (0, 5)})


def test_a_column_in_another_unit_is_refused():
    with pytest.raises(UnitError, match="frequency"):
        Points({RATE: ["3 ms"]}).check(LEAVES, {})
