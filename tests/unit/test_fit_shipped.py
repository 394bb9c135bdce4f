"""The estimators that come with the project are of the simulator as it is, and a contraction chooses its own."""

import pytest

import networks
from experiments.fit.driven import protocol
from experiments.fit.infer import Infer
from experiments.fit.shipped import CONTRACTIONS, SIMULATIONS, fitting, named
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.analysis.summaries import Flanks
from sim.fit.posterior import Estimator


@pytest.mark.parametrize("name", CONTRACTIONS)
def test_an_estimator_that_comes_along_is_of_this_simulator(name):
    """Where this fails, engine, cell, pool or summaries have changed: `make estimators` trains them anew."""
    own = Infer(network=networks.pool("hTA"), population="hTA", convention=LATER_SPIKE_FROM_SECOND, estimator=name)
    found = Estimator.load(named(name))
    found.refuse(simulator=own.simulator, summaries=own.summariser, protocol=protocol(CONTRACTIONS[name]))
    assert found.assessment is not None
    assert found.assessment.simulations == SIMULATIONS[name] / 16
    assert named(name).stat().st_size < 4e6


def test_the_contraction_chooses_the_estimator():
    assert fitting(Flanks(3.0, 9.2, 0.0, 10.9)) == "triangle"
    with pytest.raises(ValueError, match=r"7 s up, 0 s plateau, 7 s down \(triangle: 10 s up"):
        fitting(Flanks(1.0, 7.0, 0.0, 7.0))
