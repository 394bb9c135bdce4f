"""Tables that people take elsewhere: their columns are named so that any program reads them."""

import io

import numpy as np
import pandas
import pytest
import xarray as xr

from experiments.delta_f.recorded_units_tables import stem
from experiments.report.columns import header
from experiments.report.tidy import tidy
from sim.results.status import Status


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("delta_f", "pps", "delta_f_pps"),
        ("n_recruited", "1", "n_recruited"),
        ("case", "", "case"),
        ("peak_force", "%", "peak_force_percent"),
        ("recruitment_force", "% MVC", "recruitment_force_percent_MVC"),
        ("force", "unit not given", "force"),
        ("torque", "N m", "torque_N_m"),
        ("gain", "µS/cm**2", "gain_uS_per_cm_2"),
        ("network.hTA.tau_ca.low", "ms", "network.hTA.tau_ca.low_ms"),
        ("ΔF", "pps", "delta_F_pps"),
    ],
)
def test_a_column_is_named_in_plain_letters_with_its_unit_behind(name, unit, expected):
    assert header(name, unit) == expected


def test_measures_are_read_as_they_stand():
    table = xr.Dataset(
        {
            "delta_f": ("sample", [1.25, np.nan], {"units": "pps"}),
            "brace_height": ("sample", [40.0, 39.0], {"units": "%rTri"}),
        },
        {
            "status": ("sample", np.array([Status.DONE, Status.DONE], np.int8)),
            "level": ("sample", [0.5, 1.0], {"units": "1"}),
            "level_index": ("sample", [0, 1]),
        },
        {"factors": ["level"]},
    )
    found = pandas.read_csv(io.StringIO(tidy(table)))
    assert found.columns.tolist() == ["sample", "level", "delta_f_pps", "brace_height_percent_rTri", "status"]
    np.testing.assert_array_equal(found["delta_f_pps"], table["delta_f"])


def test_the_numbers_of_a_set_stand_beside_its_measures():
    """A draw is counted; what was drawn is what a person plots the measures over."""
    along = ("sample", np.array([0.5, 1.0]))
    table = xr.Dataset(
        {"delta_f": ("sample", [1.25, 2.0], {"units": "pps"})},
        {
            "status": ("sample", np.array([Status.DONE, Status.DONE], np.int8)),
            "draw": ("sample", [0, 1]), "draw_index": ("sample", [0, 1]), "stream": ("sample", [0, 1]),
            "E_cl": ("sample", np.array([-75.0, -65.0]), {"units": "mV"}), "network.hTA.noise": along,
        },
        {"factors": ["draw"]},
    )  # fmt: skip
    found = pandas.read_csv(io.StringIO(tidy(table)))
    assert found.columns.tolist() == ["sample", "draw", "E_cl_mV", "delta_f_pps", "status"]
    by_path = pandas.read_csv(io.StringIO(tidy(table.drop_vars("E_cl"))))
    assert by_path.columns.tolist() == ["sample", "draw", "network.hTA.noise", "delta_f_pps", "status"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("S01.csv", "S01"), ("S01.run2.csv", "S01.run2"), ("a/b c.csv.gz", "b c"), ("module", "module"), ("x.NWB", "x")],
)
def test_a_recording_is_called_by_the_stem_of_its_file(name, expected):
    assert stem(name) == expected
