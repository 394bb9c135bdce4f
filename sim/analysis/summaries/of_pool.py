"""A row of numbers from some units of a pool: what a physiologist would look at, each with its name, words and unit."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.analysis.means import known_mean
from sim.analysis.summaries.flanks import Flanks
from sim.analysis.summaries.of_units import SPANS, OfUnits, edges

SHARES = (10, 25, 50, 75, 90)
"""Percentiles over units that are taken of what is measured of each."""


class Summary(NamedTuple):
    """One number of the row.

    Args:
        block: what it belongs to: recruitment, rates, delta_f, variability, rate over time (of the early or late half),
            units active.
    """

    name: str
    words: str
    unit: str
    block: str


Rows = Iterator[tuple[Summary, np.ndarray]]


def catalogue(flanks: Flanks) -> tuple[Summary, ...]:
    """The numbers of `summaries`, in order."""
    parts = len(edges(flanks)) - 1
    spans = (1, 1, len(SPANS))
    shapes = {"varies": spans, "mostly": spans, "rate": (1, 1, parts), "fires": (1, 1, parts), "delta_f": (1, 1, 1)}
    none = OfUnits(**{name: np.full(shapes.get(name, (1, 1)), np.nan) for name in OfUnits._fields})
    none = none._replace(fires=np.zeros(shapes["fires"], bool))
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


def _rows(units: OfUnits, chosen: np.ndarray, flanks: Flanks) -> Rows:
    """Each number with its values (sample, view)."""

    def of(values: np.ndarray) -> np.ndarray:  # (sample, view, unit)
        return np.where(chosen, values[:, None], np.nan)

    def spread(name: str, values: np.ndarray, words: str, unit: str, block: str, shares: Sequence[int] = ()) -> Rows:
        yield Summary(name, f"{words}, mean", unit, block), known_mean(values)
        yield Summary(f"{name}_sd", f"{words}, SD over units", unit, block), _sd(values)
        ordered = np.sort(values, axis=-1)
        for share in shares:
            yield (
                Summary(f"{name}_{share}", f"{words}, percentile {share}", unit, block),
                _quantile(ordered, share / 100),
            )

    recruited = of(units.recruited)
    by_unit = {
        "recruited": (recruited, "phase of recruitment", "1", "recruitment"),
        "stopped": (of(units.stopped), "phase of derecruitment", "1", "recruitment"),
        "first_rate": (of(units.first), "rate at recruitment", "pps", "rates"),
        "last_rate": (of(units.last), "rate at derecruitment", "pps", "rates"),
        "peak_rate": (of(units.peak), "peak rate", "pps", "rates"),
        "peak_phase": (of(units.peak_phase), "phase of the peak rate", "1", "rates"),
    }
    for name, (values, words, unit, block) in by_unit.items():
        yield from spread(name, values, words, unit, block, SHARES)
        if name != "recruited":
            said = f"{words} over phase of recruitment, slope"
            yield Summary(f"{name}_slope", said, unit, block), _slope(recruited, values)
    stopped = by_unit["stopped"][0]
    yield (
        Summary("outlasting", "units that fire after the contraction, share", "1", "recruitment"),
        known_mean(np.where(np.isfinite(stopped), stopped > 3, np.nan)),
    )
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
        yield (
            Summary(f"cv2_median_{span}", f"CV2 of intervals, median, {span}", "1", "variability"),
            known_mean(of(units.mostly[..., k])),
        )
    for name, values, words in (("short", units.short, "shorter"), ("long", units.long, "longer")):
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.nansum(of(values), axis=-1) / np.nansum(of(units.beside), axis=-1)
        yield Summary(name, f"intervals much {words} than those beside them, share", "1", "variability"), share
    yield Summary("cv2_sd", "CV2 of intervals, SD over units", "1", "variability"), _sd(of(known_mean(units.varies)))
    rank = np.argsort(np.argsort(recruited, axis=-1), axis=-1)  # NaN last
    fires = np.isfinite(recruited)
    count = fires.sum(axis=-1, keepdims=True)
    groups = {
        "": (fires, "active units", "over time"),
        "_early": (fires & (rank < count / 2), "units recruited first", "of the early half"),
        "_late": (fires & (rank >= count / 2), "units recruited last", "of the late half"),
    }
    for end, (those, words, block) in groups.items():
        if end:
            for name, (values, said, unit, _) in by_unit.items():
                own = known_mean(np.where(those, values, np.nan))
                yield Summary(f"{name}{end}", f"{said}, {words}", unit, f"rate {block}"), own
        yield from _over_time(units, those, flanks, end, words, block)


def _over_time(units: OfUnits, those: np.ndarray, flanks: Flanks, end: str, words: str, block: str) -> Rows:
    """Rate of some units while they fire, and of all of them the share that does, in each part of the contraction.

    Args:
        those: bool, (sample, view, unit).
    """
    live = units.fires[:, None] & those[..., None]
    count = live.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(live, units.rate[:, None], 0).sum(axis=2) / count
    parts = [f"phase {_said(begin)} to {_said(stop)}" for begin, stop in pairwise(edges(flanks))]
    for k, said in enumerate(parts):
        yield Summary(f"rate{end}_{k}", f"rate of the {words}, {said}", "pps", f"rate {block}"), rate[..., k]
    if not end:
        firing = np.maximum(those.sum(axis=-1), 1)
        for k, said in enumerate(parts):
            yield Summary(f"active_{k}", f"units active, share, {said}", "1", "units active"), count[..., k] / firing


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
