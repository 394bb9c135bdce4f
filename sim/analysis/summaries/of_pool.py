"""A row of numbers from some units of a pool: what a physiologist would look at, each with its name, words and unit."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.analysis.means import known_mean
from sim.analysis.summaries.flanks import Flanks
from sim.analysis.summaries.of_units import SPANS, OfUnits, edges


class Summary(NamedTuple):
    """One number of the row.

    Args:
        block: what it belongs to: recruitment, rates, ΔF, variability, rate over time, units active.
    """

    name: str
    words: str
    unit: str
    block: str


def catalogue(flanks: Flanks) -> tuple[Summary, ...]:
    """The numbers of `summaries`, in order."""
    nothing = np.full((1, 1), np.nan)
    parts = len(edges(flanks)) - 1
    none = OfUnits(
        *(nothing,) * 6, np.full((1, 1, len(SPANS)), np.nan), np.zeros((1, 1, parts)), np.zeros((1, 1, parts), bool),
        np.full((1, 1, 1), np.nan),
    )  # fmt: skip
    return tuple(summary for summary, _ in _rows(none, np.ones((1, 1, 1), bool), flanks))


def summaries(units: OfUnits, chosen: np.ndarray, flanks: Flanks) -> np.ndarray:
    """The numbers of some units of each sample, several choices of them at a time.

    Args:
        units: of all, as `of_units` gives them.
        chosen: bool, (sample, view, unit): the units that each view sees; those that do not fire count for nothing.

    Returns:
        (sample, view, summary), in the order of `catalogue`; NaN where there is nothing to measure.
    """
    return np.stack([values for _, values in _rows(units, chosen, flanks)], axis=-1)


def _rows(units: OfUnits, chosen: np.ndarray, flanks: Flanks) -> Iterator[tuple[Summary, np.ndarray]]:
    """Each number with its values (sample, view)."""

    def of(values: np.ndarray) -> np.ndarray:  # (sample, view, unit)
        return np.where(chosen, values[:, None], np.nan)

    def spread(name: str, values: np.ndarray, words: str, unit: str, block: str, *, ends: bool = False) -> Iterator:
        yield Summary(name, f"{words}, mean", unit, block), known_mean(values)
        yield Summary(f"{name}_sd", f"{words}, SD over units", unit, block), _sd(values)
        if ends:
            ordered = np.sort(values, axis=-1)
            for share in (10, 90):
                said = f"{words}, {share}th percentile"
                yield Summary(f"{name}_{share}", said, unit, block), _quantile(ordered, share / 100)

    recruited, stopped = of(units.recruited), of(units.stopped)
    first, last, peak = of(units.first), of(units.last), of(units.peak)
    yield from spread("recruited", recruited, "phase of recruitment", "1", "recruitment", ends=True)
    yield from spread("stopped", stopped, "phase of derecruitment", "1", "recruitment", ends=True)
    yield (
        Summary("stops_by_start", "phase of derecruitment over that of recruitment, slope", "1", "recruitment"),
        _slope(recruited, stopped),
    )
    yield (
        Summary("outlasting", "units that fire after the contraction, share", "1", "recruitment"),
        known_mean(np.where(np.isfinite(stopped), stopped > 3, np.nan)),
    )
    yield from spread("first_rate", first, "rate at recruitment", "pps", "rates")
    yield from spread("last_rate", last, "rate at derecruitment", "pps", "rates")
    yield from spread("peak_rate", peak, "peak rate", "pps", "rates")
    yield from spread("peak_phase", of(units.peak_phase), "phase of the peak rate", "1", "rates")
    for name, values, words in (
        ("onion_skin", peak, "peak rate"),
        ("first_by_start", first, "rate at recruitment"),
        ("last_by_start", last, "rate at derecruitment"),
    ):
        said = f"{words} over phase of recruitment, slope"
        yield Summary(name, said, "pps", "rates"), _slope(recruited, values)
    both = chosen[:, :, :, None] & chosen[:, :, None, :]
    pairs = np.where(both, units.delta_f[:, None], np.nan)
    tests = known_mean(np.swapaxes(pairs, -1, -2))
    yield from spread("delta_f", tests, "ΔF", "pps", "delta_f")
    firing = np.maximum(np.isfinite(recruited).sum(axis=-1), 1)
    share = np.isfinite(tests).sum(axis=-1) / firing
    yield Summary("with_delta_f", "units with a ΔF, share", "1", "delta_f"), np.where(share > 0, share, np.nan)
    for k, span in enumerate(SPANS):
        yield (
            Summary(f"cv2_{span}", f"CV2 of intervals, {span}", "1", "variability"),
            known_mean(of(units.varies[..., k])),
        )
    yield Summary("cv2_sd", "CV2 of intervals, SD over units", "1", "variability"), _sd(of(known_mean(units.varies)))
    parts = edges(flanks)
    live = units.fires[:, None] & chosen[..., None]
    count = live.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(live, units.rate[:, None], 0).sum(axis=2) / count
    for k, (begin, end) in enumerate(pairwise(parts)):
        said = f"phase {_said(begin)} to {_said(end)}"
        yield Summary(f"rate_{k}", f"rate of the active units, {said}", "pps", "rate over time"), rate[..., k]
    for k, (begin, end) in enumerate(pairwise(parts)):
        said = f"units active, share, phase {_said(begin)} to {_said(end)}"
        yield Summary(f"active_{k}", said, "1", "units active"), count[..., k] / firing


def _said(phase: float) -> str:
    return f"{phase:.2g}" if phase < 10 else f"{phase:.0f}"


def _sd(values: np.ndarray) -> np.ndarray:
    """Standard deviation along the last axis, of two values at least."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    off = np.where(known, values - known_mean(values)[..., None], 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 1, np.sqrt((off**2).sum(axis=-1) / (count - 1)), np.nan)


def _quantile(ordered: np.ndarray, share: float) -> np.ndarray:
    """Of values in order along the last axis, NaN at the end; linear between them."""
    count = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    place = share * np.maximum(count - 1, 0)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below, above = (np.take_along_axis(ordered, at, axis=-1) for at in (low, high))
    return (below + (place - low) * (above - below))[..., 0]


def _slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of the regression line over the last axis; of three units at least that differ in x."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(known, x, np.nan), np.where(known, y, np.nan)
    off = np.where(known, x - known_mean(x)[..., None], 0)
    square = (off**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (off * np.where(known, y - known_mean(y)[..., None], 0)).sum(axis=-1) / square
    return np.where((known.sum(axis=-1) > 2) & (square > 1e-9), found, np.nan)
