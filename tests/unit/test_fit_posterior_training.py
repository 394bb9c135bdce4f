"""Training: who judges it, when it ends, what it says meanwhile."""

import logging

import numpy as np
import pytest

from sim.fit.posterior import Descent, PosteriorError
from sim.fit.posterior import layers as dense
from sim.fit.posterior.descent import descend
from sim.fit.posterior.ensemble import Nets, train
from sim.fit.posterior.training import parts

RNG = np.random.default_rng
PRIOR = 0.5 * np.log(2 * np.pi * np.e)  # loss of a standard normal, where the truth is of size one


def test_every_simulation_has_one_part():
    found = parts(1000, 1 / 16, seed=0)
    assert [len(part) for part in found] == [876, 62, 62]
    assert sorted(np.concatenate(found)) == list(range(1000))
    assert [len(part) for part in parts(160, 1 / 16, seed=0)] == [140, 10, 10]


def test_a_simulation_that_judges_is_not_seen_in_any_other_view():
    """Every simulation has a sign, and a mark that is the same in all its views: who saw one of them knows the sign,
    and who saw none does no better than a normal of mean 0 and SD 1."""
    x = np.repeat(RNG(0).standard_normal((500, 1, 60)), 4, axis=1).astype(np.float32)
    w = RNG(1).choice([-1.0, 1.0], (500, 1)).astype(np.float32)
    how = Descent(epochs=60, batch=50, rate=3e-3, decay=0, dropout=0, patience=60)
    ensemble, found = train(x, w, nets=Nets(1, 1, 128), how=how, seed=0)
    assert found.loss.mean() > PRIOR - 0.05
    assert -ensemble.log_prob(x[:, 0], w).mean() > PRIOR - 0.5  # nothing learned by heart is kept


def squared(layers, viewed, single, key):
    return ((dense.forward(layers, viewed) - single) ** 2).mean()


def line(**changes):
    """One layer that learns a line, with a little noise."""
    x = RNG(0).standard_normal((400, 2, 1)).astype(np.float32)
    y = (2 * x[:, 0] + 0.1 * RNG(1).standard_normal((400, 1))).astype(np.float32)
    x[:, 1] = x[:, 0]
    first = dense.side_by_side([dense.first([1, 1], RNG(k), last=1.0) for k in range(2)])
    how = Descent(**{"epochs": 60, "batch": 20, "rate": 0.05, "dropout": 0.0, "decay": 0.0} | changes)
    return descend(squared, first, x, y, how=how, seed=0, what="line")


def test_members_find_what_there_is_to_find_each_by_itself():
    found = line()
    slope = found.layers[0][0]
    assert slope.shape == (2, 1, 1)
    assert slope.ravel() == pytest.approx([2, 2], abs=0.05)
    assert slope[0] != slope[1]
    assert found.loss == pytest.approx([0.01, 0.01], abs=0.005)


def test_training_ends_when_no_member_gets_better():
    assert line(patience=3).epochs < line(patience=60).epochs == 60


def test_a_rate_that_is_too_high_is_said():
    with pytest.raises(PosteriorError, match=r"line: no loss is a number; the rate 1e\+30 is too high"):
        line(rate=1e30, patience=3)


def test_the_log_tells_the_best_loss(caplog):
    with caplog.at_level(logging.INFO, "sherrington"):
        found = line(patience=60)
    assert f"line: epoch 60 of at most 60, best validation loss {found.loss.mean():.3f}" in caplog.text
