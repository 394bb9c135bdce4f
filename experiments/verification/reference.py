"""Reference data of the checkout: spike times that NEURON computed, that were published, that others measured."""

from pathlib import Path

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = CHECKOUT / "tests" / "data"
OPENHDEMG_SAMPLE = DATA / "openhdemg_sample.csv"


class NoCheckout(Exception):
    """The reference data are not there; the message is one sentence."""


def check() -> None:
    """Raise `NoCheckout` unless the reference data are there; they do not come with an installed package."""
    if not DATA.is_dir():
        raise NoCheckout(
            "the reference data lie in tests/data of a checkout and are not installed with the package. "
            "Run `make verify` in a clone of the repository."
        )


def neuron(name: str) -> np.ndarray:
    """NEURON's spike times of the pool hTA, s, (unit, spike), padded with NaN; see tests/data/README.md."""
    stored = np.load(DATA / f"powers_heckman_2017_hTA_{name}.npz")
    intervals = np.split(stored["interval"], np.cumsum(stored["count"])[:-1])
    return padded([np.cumsum(train) * 5e-6 for train in intervals])


def published_pool(name: str) -> np.ndarray:
    """Spike times of a pool of Powers & Heckman 2015, s, (unit, spike), padded with NaN."""
    unit, spike_ms = np.loadtxt(DATA / f"powers_heckman_2015_{name}.csv", delimiter=",", skiprows=1).T
    return padded([spike_ms[unit == i] / 1000 for i in np.unique(unit)])


def padded(trains: list[np.ndarray]) -> np.ndarray:
    """Trains of any length as one array, (unit, spike), padded with NaN."""
    times = np.full((len(trains), max(map(len, trains))), np.nan)
    for row, train in zip(times, trains, strict=True):
        row[: len(train)] = train
    return times
