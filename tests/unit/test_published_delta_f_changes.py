"""What people show in ΔF under interventions: intervals, bands and verdicts follow from what was published."""

import numpy as np
import pytest

from experiments.published.delta_f_changes import PEOPLE, band, paired, verdict


def test_a_paired_difference_has_the_interval_of_student():
    found = paired(-1.0, 2.0, 4)
    half = 3.182446 * 2 / 2  # t of 3 degrees of freedom, as printed in tables
    assert (found.mean, found.low, found.high) == pytest.approx((-1, -1 - half, -1 + half), abs=1e-5)


def test_every_interval_holds_its_mean():
    changes = [x for p in PEOPLE for x in vars(p).values() if not isinstance(x, str) and x is not None]
    known = [x for x in changes if x.low is not None]
    assert len(known) == 10
    assert all(x.low < x.mean < x.high for x in known)


def test_vibration_lowers_delta_f_in_percent_of_what_it_was():
    soleus, tibialis = (p.delta_f_percent for p in PEOPLE if p.intervention == "trains")
    assert soleus.mean == pytest.approx(100 * (2.29 / 2.50 - 1), abs=0.5)  # %: the source gives ΔF to 0.01 pps
    assert tibialis.mean == pytest.approx(100 * (3.91 / 4.63 - 1), abs=0.5)


@pytest.mark.parametrize(
    ("intervention", "what", "wanted"),
    [
        ("less", "delta_f", (-0.99, -0.75)),
        ("less", "peak_rate", (-1.06, -1.06)),
        ("more", "delta_f", (0.30, 0.406)),
        ("more", "brace_height", (2.39, 2.39)),
        ("less", "delta_f_percent", None),
        ("more", "peak_rate", None),
        ("sleep", "delta_f", None),
    ],
)
def test_a_band_spans_the_means_that_are_known(intervention, what, wanted):
    assert band(intervention, what) == wanted


WANTED = (-1.0, -0.5)
NOTHING = (np.nan, 0.0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param({"a": (-0.7, 0), "b": (-2, 0)}, "met at a", id="one within"),
        pytest.param({"a": (-1.0, 0), "b": (-0.5, 9)}, "met at a, b (the interval at b includes 0)", id="on the ends"),
        pytest.param({"a": (-0.3, 0.2)}, "missed, but within the 95 % interval at a", id="the interval reaches it"),
        pytest.param({"a": (-1.3, 0.4), "b": (0, 0.1)}, "missed, but within the 95 % interval at a", id="from below"),
        pytest.param({"a": (-2, 0.1), "b": (0, 0.1)}, "missed, between two doses", id="on either side"),
        pytest.param({"a": (0, 0.1), "b": (1, 0.1)}, "missed", id="on one side"),
        pytest.param({"a": NOTHING, "b": (0, 0.1), "c": (-2, 0.1)}, "missed, between two doses", id="one unknown"),
        pytest.param({"a": NOTHING, "b": (-0.7, 0.1)}, "met at b", id="one unknown, one within"),
        pytest.param({"a": NOTHING, "b": NOTHING}, "not measurable", id="nothing known"),
    ],
)
def test_a_verdict_says_which_dose_does_what_people_show(found, said):
    assert verdict(found, WANTED) == said
