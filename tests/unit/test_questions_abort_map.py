"""The question `abort_map`, where a spasm stops, asked of trains and forces whose answer is known."""

import numpy as np
import pytest
import xarray as xr

from experiments.spasm.abort_map import AbortMap
from sim.design import Design
from tests.made_results import answered, failing
from tests.made_spasms import EXACT, MONOAMINE, alike_in_any_order, drawn, force, numbered, results, until

MAP = AbortMap(
    population="soleus", start="4 s", lasting="5 s", frequency="100 Hz", treatment="stimulus", relaxation="both"
)
STOPS, LASTS = [until(6), until(5)], [until(12), until(5)]
UNTREATED = (LASTS, 10.0)


def by_place(outcome, constitutive=(0.5, 0.8), ligand=(0.0, 0.3), intensity=(0, 0.5, 1), seeds=2):
    """`outcome(case, constitutive, ligand, intensity, seed)` gives trains and the force from the begin on."""
    axes = {
        "constitutive": {"of": MONOAMINE, "values": constitutive},
        "ligand": {"of": "network.ligand.baseline", "values": ligand},
        "intensity": {"of": "protocol.continuous.level", "values": intensity},
    }
    design = Design(axes, cases={"stimulus": {}, "both": {}}, seeds=seeds)
    found = design.dataset()
    names = ("case", "constitutive", "ligand", "intensity", "seed")
    rows = zip(*(found[name].values.tolist() for name in names), strict=True)
    pool, left = zip(*(outcome(*row) for row in rows), strict=True)
    return results(design, pool, [force(10, x) for x in left])


def as_made(case, constitutive, ligand, intensity, seed):
    """The spasm lasts from level 0.8 on; stimulation weakens it, relaxation stops it where ligand is part of it."""
    if constitutive + ligand < 0.8 - 1e-9:
        return STOPS, 1.0
    if case == "both" and ligand > 0:
        return STOPS, 2.0
    return LASTS, 10 - 6 * intensity


def test_a_map_shows_what_is_left_at_every_place():
    m = answered(MAP, by_place(as_made))
    assert m["spasm_left_mean"].dims == ("case", "constitutive", "ligand", "intensity")
    assert m["quiet_untreated"].values.tolist() == [[1, 0], [0, 0]]  # (constitutive, ligand)
    left = m["spasm_left_mean"].sel(constitutive=0.5, ligand=0.3)
    assert left.sel(case="stimulus").values == pytest.approx([100, 70, 40], abs=EXACT)
    assert left.sel(case="both").values == pytest.approx([20, 20, 20], abs=EXACT)
    assert m["stopped_mean"].sel(case="both", intensity=0).values.tolist() == [[1, 1], [0, 1]]


def test_the_shares_of_the_outcomes_are_over_the_spasms_that_last():
    m = answered(MAP, by_place(as_made))
    assert (m["spasms"] == 6).all()  # three of four places, two seeds
    shares = xr.concat([m[f"share_{name}"] for name in ("stopped", "weaker", "same")], "outcome")
    stimulus, both = (shares.sel(case=case).transpose("intensity", "outcome").values for case in ("stimulus", "both"))
    assert stimulus == pytest.approx(np.array([[0, 0, 1], [0, 0, 1], [0, 1, 0]]))
    assert both == pytest.approx(np.array([[2, 0, 1], [2, 0, 1], [2, 1, 0]]) / 3)  # at 0.8 without ligand it goes on


@pytest.mark.parametrize(
    ("trains", "left", "outcome"),
    [
        pytest.param(STOPS, 9.0, "stopped", id="silent, whatever the force"),
        pytest.param(LASTS, 4.9, "weaker", id="less than half of the force"),
        pytest.param(LASTS, 5.0, "same", id="half of the force"),
        pytest.param(LASTS, 12.0, "same", id="more force"),
        pytest.param([STOPS[0], until(12, 8)], 1.0, "weaker", id="comes back"),
    ],
)
def test_every_spasm_has_one_outcome(trains, left, outcome):
    def made(case, constitutive, ligand, intensity, seed):
        return (trains, left) if intensity == 1 and case == "stimulus" else UNTREATED

    m = answered(MAP, by_place(made, (0.5,), (0.3,), (0, 1), 1))
    found = {name: m[f"share_{name}"].sel(case="stimulus") for name in ("stopped", "weaker", "same")}
    assert {name: float(x.sel(intensity=1)) for name, x in found.items()} == {
        name: float(name == outcome) for name in found
    }
    assert float(found["same"].sel(intensity=0)) == 1  # the untreated spasm is itself


def test_a_spasm_that_stops_by_itself_is_no_success():
    m = answered(MAP, by_place(lambda *_: (STOPS, 1.0)))
    assert (m["spasms"] == 0).all()
    assert all(np.isnan(m[f"share_{name}"].values).all() for name in ("stopped", "weaker", "same"))
    assert (m["quiet_untreated"] == 1).all()


def test_a_spasm_without_its_treated_or_untreated_twin_is_not_counted():
    whole = by_place(as_made)
    here = {"constitutive": 0.8, "ligand": 0.3, "case": "stimulus", "seed": 0}
    treated, untreated = (numbered(whole, **here, intensity=x) for x in (1, 0))
    m = answered(MAP, failing(whole, *treated))
    assert m.attrs["failed"] == 1
    assert m["spasms"].values.tolist() == [[6, 6, 5], [6, 6, 6]]  # (case, intensity)
    assert (answered(MAP, failing(whole, *untreated))["spasms"] == 5).all()


def test_the_order_of_the_samples_changes_nothing_of_a_map():
    alike_in_any_order(MAP, by_place(as_made))


def test_the_headline_says_what_becomes_of_the_spasms():
    m = answered(MAP, by_place(as_made))
    lines = MAP.headline(m)
    assert len(lines) == 5  # two intensities alone, three with relaxation
    wanted = "of 6 untreated spasms that last, it stops in 67 %, it is weakened in 33 %, it goes on in 0 %"
    assert f"relaxation + nerve at 1 MT: {wanted}" in lines
    assert "nerve is stimulated (100 Hz for 5 s;" in MAP.notes(m)[0]
    assert "After the train 3 s are left" in MAP.notes(m)[0]


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_place(as_made), id="a whole map"),
        pytest.param(by_place(as_made, (0.8,), (0.3,), (0, 1), 1), id="one of each"),
        pytest.param(by_place(as_made, intensity=(0,)), id="relaxation alone"),
        pytest.param(failing(by_place(as_made), *numbered(by_place(as_made), case="both")), id="one case failed"),
        pytest.param(failing(by_place(as_made)), id="all failed"),
        pytest.param(by_place(lambda *_: ([[], []], 0.0)), id="silence"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_abort_map_draws_whatever_there_is(whole):
    drawn(MAP, whole)


def test_a_place_that_failed_is_not_shown_as_one_without_a_spasm():
    whole = by_place(as_made)  # no spasm lasts at 0.5 without ligand
    lost = failing(whole, *numbered(whole, constitutive=0.5, ligand=0))
    for found, quiet in ((whole, 1), (lost, 0)):
        white = MAP.draw(answered(MAP, found)).axes[0].collections[1].get_array()
        assert white is not None
        assert np.ma.count(white) == quiet


@pytest.mark.parametrize(
    ("settings", "places", "said"),
    [
        ({"treatment": "brain"}, {}, r"case 'brain', but the design has stimulus, both\."),
        ({"relaxation": "brain"}, {}, r"case 'brain', but the design has stimulus, both\."),
        ({}, {"intensity": (0.5, 1)}, r"untreated spasm, but no intensity of the design is 0\."),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_what_was_found(settings, places, said):
    with pytest.raises(ValueError, match=said):
        answered(AbortMap(**{**vars(MAP), **settings}), by_place(as_made, **places))
