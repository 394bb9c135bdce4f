"""Measures come back in the order in which they stood, whatever order a store lists them in."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import xarray as xr

from sim.results.measures import read_measures, write_measures

NAMES = ["zeta", "alpha", "rate_mean", "rate", "beta", "omega", "gamma", "delta"]
READ = "import sys; from sim.results.measures import read_measures as r; m = r(sys.argv[1]); print(*m, '|', *m.coords)"


def test_measures_are_read_in_their_order_in_every_process(tmp_path):
    made = xr.Dataset(
        {name: ("level", np.arange(3.0) + k) for k, name in enumerate(NAMES)},
        {"level": [0.1, 0.2, 0.3], "case": ("level", ["b", "a", "c"])},
        {"settings": "x"},
    )
    xr.testing.assert_identical(write_measures(made, tmp_path), read_measures(tmp_path))
    assert list(read_measures(tmp_path)) == NAMES
    assert read_measures(tmp_path).attrs == {"settings": "x"}
    for seed in ("0", "1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", READ, str(tmp_path)], cwd=Path(__file__).parents[2], capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )  # fmt: skip
        assert said.stdout.split() == [*NAMES, "|", "level", "case"], said.stderr
