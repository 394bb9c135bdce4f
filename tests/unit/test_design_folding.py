"""Results fold back along the factors of their design, by name, and are chosen by label."""

import numpy as np
import pytest
import xarray as xr

from sim.design import Design
from sim.results.grid import chosen, grid
from sim.results.status import Status
from tests.made_designs import E_CL, LEAVES, LEVEL, ON, PEOPLE, RATE, crossed, rows


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
