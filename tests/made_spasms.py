"""Spasms made up: trains and forces of 12 s, of which every measure is known, and what is claimed of every question."""

import re
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.question import Question
from sim.design import Design
from sim.results.status import Status
from tests.made_results import answered, padded, spike_variables

EVERY, SECONDS, START = 0.05, 12.0, 4.0
TIME = np.arange(0, SECONDS - 1e-9, EVERY)
EXACT = 1e-9  # in any unit: the answer is known, only rounding is left
MONOAMINE = "network.soleus.monoamine"


def until(last: float, first: float = 0.0) -> np.ndarray:
    """10 pps from `first` to `last` s; the spikes stand in the middle of tenths, so that no border decides."""
    return np.arange(first + 0.05, last, 0.1)


def force(before: float, after: float, left: float | None = None) -> np.ndarray:
    """%, (time,): `before` up to the begin of what is done, then `after`, and `left` in the last second."""
    course = np.where(START - 1e-9 > TIME, before, after)
    return course if left is None else np.where(SECONDS - 1 - 1e-9 > TIME, course, left)


def results(design: Design, pool: Sequence, forces: Sequence, given: Sequence | None = None) -> xr.Dataset:
    """A Dataset as a simulation leaves it.

    Args:
        design: whose samples these are.
        pool: spike times of the soleus, for each sample the trains of its units.
        forces: its force, (sample, time).
        given: spike times of the fibre that every pulse recruits; another one answers every second of them.
    """
    given = [[]] * len(pool) if given is None else given
    samples = [padded([*trains, p[::2], p]) for trains, p in zip(pool, given, strict=True)]
    units = len(samples[0])
    current = -np.arange(1.0, units + 1)[None, :, None] * (1 + np.asarray(forces))[:, None]
    return (
        design.dataset()
        .assign(
            {
                **spike_variables(samples),
                "soleus_force": (("sample", "time"), np.asarray(forces, float)),
                "i_pic": (("sample", "recorded", "time"), current),
            }
        )
        .assign_coords(
            time=TIME,
            recorded=np.arange(units),
            population=("unit", ["soleus"] * (units - 2) + ["tibialis_ia"] * 2),
            status=("sample", np.full(len(samples), Status.DONE)),
        )
        .assign_attrs(leaves={"network.ligand.baseline": 0.5})
    )


def numbered(whole: xr.Dataset, **labels: object) -> np.ndarray:
    """Numbers of the samples with these labels."""
    return np.flatnonzero(np.all([whole[name].values == label for name, label in labels.items()], axis=0))


def alike_in_any_order(question: Question, whole: xr.Dataset) -> None:
    """Hold that the order of the samples changes nothing."""
    order = np.random.default_rng(0).permutation(whole.sizes["sample"])
    shuffled, straight = (answered(question, x).drop_vars("sample") for x in (whole.isel(sample=order), whole))
    xr.testing.assert_identical(shuffled, straight)


def drawn(question: Question, whole: xr.Dataset) -> xr.Dataset:
    """The answer; it can be drawn and told in words without a NaN, and each variable says what it is."""
    m = answered(question, whole)
    figure = question.draw(m)
    assert isinstance(figure, Figure)
    caption = max((text.get_text() for text in figure.texts), key=len)
    assert caption.count("\n") <= 2
    assert not caption.endswith("…")
    texts = [text.get_text() for part in (figure, *figure.axes) for text in part.texts]
    said = [*texts, *question.headline(m), *question.notes(m)]
    assert not [text for text in said if re.search(r"\bnan\b", text)]
    for name, variable in m.drop_vars(["sample", "status"]).data_vars.items():
        assert {"units", "long_name"} <= variable.attrs.keys(), name
    return m
