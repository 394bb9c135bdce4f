"""ΔF of openhdemg's own sample recording, from its discharge times: our estimator against what openhdemg reports."""

import gzip
import json

import numpy as np
import pytest

from experiments.answer import Result
from experiments.delta_f.recorded_units import RecordedUnits
from experiments.sources import Brought
from experiments.verification.published_delta_f import OPENHDEMG_DELTA_F
from experiments.verification.reference import OPENHDEMG_SAMPLE
from sim.results.recordings.files import read

DELTA_F = [OPENHDEMG_DELTA_F.get(unit, np.nan) for unit in range(5)]  # pps
PAIRS = {(0, 3): 2.127461, (1, 3): 1.549303, (3, 4): 2.709522}  # pps, control and test unit; also by openhdemg 0.1.2
CRITERIA = {  # r, recruitment difference (s), modulation of the control (pps), from the same call
    (0, 3): (0.9069, 1.2998, 4.2210),
    (0, 4): (0.6570, 2.8164, 3.3994),
    (1, 3): (0.8619, 1.1699, 3.6025),
    (1, 4): (0.6265, 2.6865, 2.6376),
    (3, 4): (0.7541, 1.5166, 3.5647),
}
CLOSE = 1e-3  # pps and 1: it takes the rates at every sample of the recording, we at a thousand points and a fine grid


@pytest.fixture(scope="module", params=["csv", "openhdemg json"])
def measures(request, tmp_path_factory):
    recording = read(OPENHDEMG_SAMPLE)
    if request.param != "csv":
        path = tmp_path_factory.mktemp("openhdemg") / "sample.json"
        steps = recording["spike_sample"].values[0]
        pulses = [row[row >= 0].tolist() for row in steps]
        table = {"MUPULSES": json.dumps(pulses), "FSAMP": json.dumps(2048.0)}
        path.write_bytes(gzip.compress(json.dumps(table).encode()))
        recording = read(path)
    question = RecordedUnits(convention="openhdemg")
    return Result(question, Brought(recording, recording[["status"]])).answer.isel(contraction=0)


def test_the_units_have_the_delta_f_that_openhdemg_reports(measures):
    np.testing.assert_allclose(measures["delta_f"], DELTA_F, rtol=0, atol=CLOSE)


def test_the_same_pairs_count_with_the_same_delta_f(measures):
    counted = {tuple(pair) for pair in np.argwhere(measures["pair_failed"].values == 0).tolist()}
    assert counted == set(PAIRS)
    for pair, expected in PAIRS.items():
        assert measures["pair_delta_f"].values[pair] == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("pair", CRITERIA)
def test_pairs_are_judged_by_the_same_numbers(measures, pair):
    names = ("pair_correlation", "pair_recruitment_difference", "pair_control_modulation")
    found = [measures[name].values[pair] for name in names]
    # the range of the rate is read at a thousand points: 0.01 pps
    np.testing.assert_allclose(found, CRITERIA[pair], rtol=0, atol=0.01)


def test_discharges_rates_and_intervals_are_those_of_the_recording(measures):
    np.testing.assert_array_equal(measures["n_discharges"], [293, 292, 137, 197, 154])
    rounded = 1e-3  # s, as the reference is
    first, last = [2.204, 2.348, 2.437, 3.448, 4.998], [30.138, 30.449, 28.846, 28.848, 27.939]
    np.testing.assert_allclose(measures["recruitment_time"], first, rtol=0, atol=rounded)
    np.testing.assert_allclose(measures["derecruitment_time"], last, rtol=0, atol=rounded)
    np.testing.assert_array_equal(measures["n_pauses"], [0, 0, 9, 1, 0])
    # unit 2 has pauses, which we leave out
    np.testing.assert_allclose(measures["cov_interval"].values[[0, 1, 4]], [19.1, 15.4, 16.3], rtol=0, atol=0.05)
