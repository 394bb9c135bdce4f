"""A small training, the same in a test and in a process that it kills."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.design.space import Space
from sim.fit.posterior import Descent, Estimator, Feature, Nets, Plan, train

SPACE = Space(
    {"gain": [0, 2], "a.delay": ["10 ms", "90 ms"], "a.g": ["1 nS/cm**2", "0.1 uS/cm**2"]},
    {"a.gain": "2*gain"},
    logarithmic=["a.g"],
)
FEATURES = [Feature(f"y{k}", "mV", "ä potential", given=k == 4) for k in range(5)]
PLAN = Plan(Nets(2, 3, 24), Descent(epochs=40, batch=64, patience=100, dropout=0.1), 24, Descent(epochs=15), 0.1)
PROTOCOL = {"up": 10.0, "kind": "triangle", "hold": False}


def trained(checkpoint: str | Path | None = None, **changes: Any) -> Estimator:
    """An estimator of three numbers from five linear summaries, some missing; it is written down at each epoch."""
    rng = np.random.default_rng(0)
    where = rng.random((640, 3))
    x = where[:, None] @ rng.standard_normal((3, 5)) + 0.1 * rng.standard_normal((640, 2, 5))
    x[..., :4][rng.random((640, 2, 4)) < 0.05] = np.nan
    declared = {"space": SPACE, "features": FEATURES, "plan": PLAN, "protocol": PROTOCOL, **changes}
    return train(x, where, **declared, simulator="abc", summaries="def", checkpoint=checkpoint, every=0)
