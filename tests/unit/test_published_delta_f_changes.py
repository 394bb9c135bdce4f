"""What people show in ΔF under interventions: intervals, bands and verdicts follow from what was published."""

import pytest

from experiments.published.delta_f_changes import PEOPLE, paired


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
