"""Designs: how factors cross, what they change, which noise they share, how points fill their ranges."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sim.design import Axis, Cases, Design, Participants, Points, latin_hypercube, sobol, table
from sim.results.grid import grid
from sim.spec.canonical import canonical
from sim.spec.change import Scale, Shift
from sim.spec.state import State
from sim.units import quantity
from tests.made_designs import CALM, E_CL, HERTZ, LEAVES, LEVEL, ON, PEOPLE, RANGES, RATE, crossed, rows

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


def test_what_differs_together_between_people_has_one_factor():
    several = {"calcium": {"cv": 0.3, "of": ["network.hTA.g_cal_1", "network.hTA.g_cal_2"]}}
    columns = Participants(5, several).columns()
    assert [*columns] == several["calcium"]["of"]
    first, second = columns.values()
    assert first == second
    assert len(set(first)) == 5
