"""Training for a question is taken up where it was stopped, and leaves nothing behind when it is done."""

import pytest

from experiments.fit.learning import learn
from sim.fit.posterior import emulator
from tests.made_training import declared, simulated, trained


def test_a_training_that_is_stopped_is_taken_up_and_then_forgotten(tmp_path, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    whole = trained().written()
    monkeypatch.setenv("SHERRINGTON_CACHE", str(tmp_path))
    with monkeypatch.context() as now:
        now.setattr(emulator, "train", stopped)
        with pytest.raises(KeyboardInterrupt):
            learn(*simulated(), **declared())
    (kept,) = (tmp_path / "training").iterdir()
    before = kept.stat().st_mtime_ns
    seen = []
    taken = emulator.train
    monkeypatch.setattr(emulator, "train", lambda *a, **k: seen.append(kept.stat().st_mtime_ns) or taken(*a, **k))
    assert learn(*simulated(), **declared()).written() == whole
    assert seen == [before]  # the networks were not trained again
    assert not list((tmp_path / "training").iterdir())
