"""The estimators that come with the project are of the simulator as it is, and a contraction chooses its own."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

import experiments
import networks
from experiments.fit import shipped
from experiments.fit.driven import DriveQuestion, protocol
from experiments.fit.infer import Infer
from experiments.fit.shipped import CONTRACTIONS, FOLDER, SIMULATIONS, fitting, main, named
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.analysis.summaries import Flanks
from sim.fit.posterior import Estimator


@pytest.mark.parametrize("name", CONTRACTIONS)
def test_an_estimator_that_comes_along_is_of_this_simulator(name):
    """Where this fails, code of the engine, a cell, the pool or the summaries has changed. `make estimators` then
    simulates the witnesses anew, and signs the files if they are as they were; else it trains for half an hour."""
    own = Infer(network=networks.pool("hTA"), population="hTA", convention=LATER_SPIKE_FROM_SECOND, estimator=name)
    found = Estimator.load(named(name))
    found.refuse(simulator=own.simulator, summaries=own.summariser, protocol=protocol(CONTRACTIONS[name]))
    assert found.assessment is not None
    assert found.assessment.simulations == SIMULATIONS[name] / 16
    assert named(name).stat().st_size < 5e6
    assert found.witnesses is not None
    assert len(found.witnesses.draw) == 16


def test_the_contraction_chooses_the_estimator():
    assert fitting(Flanks(3.0, 9.2, 0.0, 10.9)) == "triangle"
    with pytest.raises(ValueError, match=r"7 s up, 0 s plateau, 7 s down \(triangle: 10 s up"):
        fitting(Flanks(1.0, 7.0, 0.0, 7.0))


# ---- make estimators


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Copies of the files stand in for those that come along; what is asked to be trained, instead of a training."""
    trained = []

    def perform(experiment, *words):
        trained.append((experiment, *words))
        raise RuntimeError("trained")

    monkeypatch.setattr(experiments, "perform", perform)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    for name in CONTRACTIONS:
        shutil.copy(FOLDER / f"{name}.posterior", tmp_path)
    return trained


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRACTIONS)
def test_an_edit_that_changes_no_simulation_trains_nothing(name, files, monkeypatch, capsys):
    """On another device than the one that simulated the witnesses, nothing that rounding does not explain."""
    before = Estimator.load(named(name))
    monkeypatch.setattr(DriveQuestion, "simulator", property(lambda _: "edited"))
    assert main([name]) == 0
    assert f"{name}: the code has changed, but 16 of the simulations" in capsys.readouterr().out
    after = Estimator.load(named(name))
    assert after.simulator == "edited"
    assert replace(after, simulator=before.simulator).written() == before.written()
    assert not files


@pytest.mark.slow
def test_what_simulates_otherwise_is_trained_anew(files, capsys):
    found = Estimator.load(named("triangle"))
    assert found.witnesses is not None
    sd = np.where(np.isfinite(found.scaler.sd), found.scaler.sd, 0).astype(np.float32)
    other = replace(found.witnesses, seen=found.witnesses.seen + 0.1 * sd)
    replace(found, simulator="before", witnesses=other).save(named("triangle"))
    with pytest.raises(RuntimeError, match="trained"):
        main(["triangle", "out=here"])
    assert "; it is trained anew" in capsys.readouterr().out
    assert files == [("fit/train", *shipped.settings("triangle"), "out=here")]


def test_the_word_anew_trains_in_any_case(files, capsys):
    with pytest.raises(RuntimeError, match="trained"):
        main(["anew", "trapezoid"])
    assert files == [("fit/train", *shipped.settings("trapezoid"), "out=results")]
    assert main(["square"]) == 2
    assert "there is no estimator 'square'; there are triangle, trapezoid." in capsys.readouterr().err
