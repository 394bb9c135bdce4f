"""Whatever of a design decides a result enters its digest, and nothing else; a design does not change once made."""

import numpy as np
import pytest
import xarray as xr

from sim.design import Axis, Points
from sim.spec.canonical import canonical
from tests.made_designs import AXES, CALM, CASES, LEAVES, LEVEL, ON, PEOPLE, crossed

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
