"""Motor units of people in a ramp that a person follows: what is met, what misses, and what a drug does to them."""

import pytest

from experiments.configured import configured
from experiments.run import perform
from sim.results.measures import read_measures

pytest.importorskip("statsmodels")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ramp(tmp_path_factory):
    out = tmp_path_factory.mktemp("ramp")
    folder, _ = perform(configured(["experiment=people/ramp", "design.seeds=3", f"out={out}"]))
    return read_measures(folder)


@pytest.fixture(scope="module")
def blocked(tmp_path_factory):
    out = tmp_path_factory.mktemp("blocked")
    settings = ["experiment=people/delta_f_relaxation", "participants=4", f"out={out}"]
    return read_measures(perform(configured(settings))[0])


def test_units_fire_as_fast_as_peoples_and_as_much_alike(ramp):
    """10.5 ± 1.8 and 14.5 ± 2.3 pps between persons; SD between the units of one 1.2 and 1.5 (data set
    orssatto/PICs-ageing)."""
    rates, spreads = ramp["peak_rate_mean"], ramp["peak_rate_spread_mean"]
    assert float(rates.sel(muscle="soleus")) == pytest.approx(10.5, abs=1)
    assert float(rates.sel(muscle="tibialis")) == pytest.approx(14.5, abs=2.3)
    assert float(spreads.sel(muscle="tibialis")) == pytest.approx(1.5, abs=0.5)


def test_units_of_the_soleus_differ_more_than_those_of_people(ramp):
    """SD of their peak rates 1.7 ± 0.3 pps; people 1.2. With the soleus alone it was 1.6 ± 0.5."""
    assert 1.2 < float(ramp["peak_rate_spread_mean"].sel(muscle="soleus")) < 2.2


def test_no_unit_fires_on_after_the_ramp(ramp):
    assert float(ramp["n_still_firing"].max()) == 0


def test_the_tibialis_goes_on_to_a_lower_torque_than_it_began_at_as_in_people(ramp):
    """1.6 % MVC; the soleus of people has -1.1, which is missed (1.1 ± 0.5)."""
    assert float(ramp["hysteresis_mean"].sel(muscle="tibialis")) == pytest.approx(1.6, abs=1)
    assert float(ramp["hysteresis_mean"].sel(muscle="soleus")) > -1


def test_delta_f_is_below_that_of_people(ramp):
    """2.9 and 4.4 pps in people: 2.45 ± 0.16 and 3.7 ± 0.7 here (with one muscle alone 2.9 and 4.2), 0.4 and 1.5 with
    the published cells."""
    assert 2.0 < float(ramp["delta_f_mean"].sel(muscle="soleus")) < 2.9
    assert 2.9 < float(ramp["delta_f_mean"].sel(muscle="tibialis")) < 4.6


def test_a_drug_and_a_hand_grip_move_delta_f_as_in_people_by_one_mechanism(blocked):
    """A tenth of the level less: people -0.75 to -1 pps; 6 % more: +0.3 to +0.4, here more (nothing of it fitted)."""
    effect = blocked["delta_f_effect_mean"]
    for muscle in ("soleus", "gastrocnemius"):
        assert -1.6 < float(effect.sel(muscle=muscle, case="5-HT2 antagonist")) < -0.4
        assert 0.2 < float(effect.sel(muscle=muscle, case="hand grip")) < 1.2
        rate = blocked["peak_rate_percent_mean"].sel(muscle=muscle)
        assert -10 < float(rate.sel(case="5-HT2 antagonist")) < -3
