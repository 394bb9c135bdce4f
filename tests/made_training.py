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


def simulated() -> tuple[np.ndarray, np.ndarray]:
    """Five linear summaries of three numbers in two views, some missing, (640, 2, 5); where these lie, (640, 3)."""
    rng = np.random.default_rng(0)
    where = rng.random((640, 3))
    x = where[:, None] @ rng.standard_normal((3, 5)) + 0.1 * rng.standard_normal((640, 2, 5))
    x[..., :4][rng.random((640, 2, 4)) < 0.05] = np.nan
    return x, where


def declared(**changes: Any) -> dict[str, Any]:
    """Of a training, besides its simulations; it is written down at each epoch."""
    own = {"space": SPACE, "features": FEATURES, "plan": PLAN, "protocol": PROTOCOL}
    return {**own, "simulator": "abc", "summaries": "def", "every": 0, **changes}


def trained(checkpoint: str | Path | None = None, **changes: Any) -> Estimator:
    """An estimator of three numbers from five summaries."""
    return train(*simulated(), checkpoint=checkpoint, **declared(**changes))
