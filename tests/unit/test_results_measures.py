"""Measures are small, whole and the same on every machine; provenance names no machine."""

import json
import os

import numpy as np
import pytest
import xarray as xr

from sim.results import measures as module
from sim.results.disk import StoreError
from sim.results.measures import as_json, read_measures, write_measures
from sim.results.provenance import provenance, source, write_provenance

MEASURES = xr.Dataset(
    {
        "delta_f": (("sample", "pair"), [[3.5, np.nan], [np.inf, -0.1]], {"units": "pps", "long_name": "ΔF"}),
        "brace": ("sample", np.float32([0.1, 1e-7]), {"units": "1"}),
        "n": ((), 3),
        "kept": ("sample", [True, False]),
    },
    coords={"population": ("pair", ["soleus", "tibialis"]), "level": ("sample", [0.0, 0.5], {"units": "1"})},
    attrs={"digest": "0123456789ab", "n_samples": np.int64(2)},
)


def test_a_figure_can_be_redrawn_from_measures_alone(tmp_path):
    write_measures(MEASURES, tmp_path / "figure")
    again = read_measures(tmp_path / "figure")
    xr.testing.assert_equal(again, MEASURES)
    assert again["delta_f"].attrs == MEASURES["delta_f"].attrs
    assert sorted(os.listdir(tmp_path / "figure")) == ["measures.json", "measures.zarr.zip"]


def test_json_holds_every_number_with_its_units():
    table = json.loads(as_json(MEASURES))
    assert table["variables"]["delta_f"] == {
        "dims": ["sample", "pair"],
        "units": "pps",
        "long_name": "ΔF",
        "values": [[3.5, None], ["inf", -0.1]],
    }
    assert table["variables"]["brace"]["values"] == [0.1, 1e-7], "a float32 is written as short as it can be read back"
    assert table["variables"]["n"]["values"] == 3
    assert table["variables"]["kept"]["values"] == [True, False]
    assert table["coordinates"]["population"]["values"] == ["soleus", "tibialis"]
    assert table["attributes"] == {"digest": "0123456789ab", "n_samples": 2}


def test_json_does_not_depend_on_the_order_of_making():
    assert as_json(MEASURES[sorted(MEASURES.data_vars, reverse=True)]) == as_json(MEASURES)


def test_new_measures_replace_the_old(tmp_path):
    write_measures(MEASURES, tmp_path)
    write_measures(MEASURES.isel(sample=[1]), tmp_path)
    xr.testing.assert_equal(read_measures(tmp_path), MEASURES.isel(sample=[1]))
    write_measures(read_measures(tmp_path), tmp_path)  # what was read can be written
    assert sorted(os.listdir(tmp_path)) == ["measures.json", "measures.zarr.zip"]


def test_a_failed_write_keeps_the_old_measures(tmp_path, monkeypatch):
    write_measures(MEASURES, tmp_path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.xr.Dataset, "to_zarr", full)
    with pytest.raises(StoreError, match=r"could not write the measures .*No space left on device"):
        write_measures(MEASURES * 2, tmp_path)
    xr.testing.assert_equal(read_measures(tmp_path), MEASURES)
    assert sorted(os.listdir(tmp_path)) == ["measures.json", "measures.zarr.zip"]


def test_missing_measures_are_a_sentence(tmp_path):
    with pytest.raises(StoreError, match=r"no measures at .* Run the experiment first"):
        read_measures(tmp_path)


def test_provenance_names_what_decides_a_result_and_no_path(tmp_path):
    record = provenance(config_text="seed: 1\n", backend="jax cpu", device="cpu", wall_seconds={"simulate": 1.5})
    write_provenance(record, tmp_path)
    text = (tmp_path / "provenance.json").read_text()
    again = json.loads(text)
    assert again == record
    assert again["config_sha256"] == "adf0396d435b4047092c20dada268d22d8db7f192fe2a8a9a283c9e9dea6af54"
    assert set(again["source"]) == {"commit", "dirty"}
    assert {"numpy", "xarray", "zarr"} <= set(again["packages"])
    assert os.getcwd() not in text
    assert os.listdir(tmp_path) == ["provenance.json"]


def test_outside_a_checkout_the_commit_is_unknown(tmp_path):
    assert source(tmp_path) == {"commit": None, "dirty": None}
