"""Torque that goes on by itself after vibration and stimulation: what is as in people, and what the nerve does."""

import pytest

from experiments.configured import configured
from experiments.run import perform
from sim.results.measures import read_measures

pytest.importorskip("statsmodels")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    out = tmp_path_factory.mktemp("trial")
    settings = ["experiment=people/vibstim_reciprocal_inhibition", "participants=5", f"out={out}"]
    return read_measures(perform(configured(settings))[0])


def test_the_intensity_evokes_what_is_wanted_and_what_the_vibration_brings_besides(trial):
    """20 % of the maximal torque at rest; in the last bout there is the torque of the vibration too."""
    own = trial.sel(case="control")
    beyond = (own["torque_evoked"] - own["torque_vibration"]).values
    assert beyond.mean() == pytest.approx(20, abs=4)


def test_torque_during_vibration_differs_between_people_and_some_keep_it(trial):
    """9.7 ± 9.0 % MVC in people, and 11 of 20 keep a torque; nothing of it is fitted."""
    own = trial.sel(case="control")
    assert 3 < float(own["torque_vibration_mean"]) < 16
    assert float(own["torque_vibration_sd"]) > 2
    assert 0 < int(own["keeps"].sum()) < own["keeps"].size


def test_bouts_of_stimulation_leave_nothing_behind(trial):
    """Missed: in people torque grows by 4.3 ± 4.5 % MVC through the trial."""
    assert abs(float(trial["warm_up_mean"].sel(case="control"))) < 1.5


def test_relaxation_lowers_torque_during_vibration_as_in_people(trial):
    effect = trial["torque_vibration_effect"].sel(case="relaxation")
    assert float(effect.mean()) < -0.2
    assert float((effect < 0).mean()) >= 0.8


def test_the_nerve_acts_on_it_by_presynaptic_inhibition_alone(trial):
    """In people stimulation of the antagonist's nerve changes nothing: missed, but for this pathway."""
    nerve, postsynaptic = (
        float(trial["torque_vibration_effect_mean"].sel(case=case)) for case in ("nerve", "nerve, not presynaptic")
    )
    assert nerve < -0.3
    assert abs(postsynaptic) < 0.4 * abs(nerve)
