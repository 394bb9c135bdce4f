"""Checks of single trains: intervals that no motor unit has, doublets, strays, and what the file itself says."""

from collections.abc import Iterable

import numpy as np

from sim.analysis.checks.record import NOTHING, Doubt, Lost, Record
from sim.analysis.doublets import without_doublets
from sim.analysis.spikes import as_spike_times

FEWEST = 4  # discharges, of which a median interval says something
KEPT = 0.3  # share of the discharges, left by `without_doublets`, below which they are no doublets
TWICE = 0.002  # s, less than the refractory period: a discharge that was detected twice
SHORT, USUAL = 0.02, 0.3  # s, and of the median interval: doublets of motor units are as long at most
ASTRAY = 0.8  # s, which a unit that slows down before it stops does not reach
FAR = 3.0  # times the usual interval at this end of the train: a stray
AT_END = 5  # intervals that say what is usual there


def implausible(record: Record) -> list[Doubt]:
    """Median intervals that say that the times are not seconds."""
    low, high = record.plausible
    medians = np.array([_median(record, unit) for unit in range(record.count)])
    found = []
    with np.errstate(invalid="ignore"):
        for units, advice in (
            (np.flatnonzero(medians > high), "the times look like samples or milliseconds, not seconds"),
            (np.flatnonzero(medians < low), "the sampling rate or the unit of the times looks wrong"),
        ):
            if len(units):
                said = _spread(medians[units])
                words = f"median interval of {said}: {advice}; not measured"
                found.append(_of(units, words, ["implausible intervals"] * len(units), Lost.EVERYTHING))
    return found


def doublets(record: Record) -> list[Doubt]:
    """Intervals below `shortest_interval`."""
    counts = without_doublets(record.times, record.shortest_interval)[1]
    units = [unit for unit in np.flatnonzero(counts) if not _dense(record, unit)]
    if not units:
        return []
    gaps = np.concatenate([np.diff(record.train(unit)) for unit in units])
    twice = int((gaps < TWICE).sum())
    limit = f"{1000 * record.shortest_interval:g} ms"
    words = f"{counts[units].sum()} intervals below {limit}, left out of rates"
    words += f" ({twice} below {1000 * TWICE:g} ms: detected twice?)" if twice else " (doublets?)"
    each = [f"{n} interval{'s' * (n > 1)} < {limit}" for n in counts[units].tolist()]
    return [_of(units, words, each)]


def short_intervals(record: Record) -> list[Doubt]:
    """Intervals that are no doublets by the setting, but much shorter than those around them."""
    times = without_doublets(record.times, record.shortest_interval)[0]
    counts = []
    for row in times:
        gaps = np.diff(row[np.isfinite(row)])
        usual = np.median(gaps) if len(gaps) >= FEWEST else 0.0
        counts.append(int((gaps < min(SHORT, USUAL * usual)).sum()))
    units = [unit for unit, count in enumerate(counts) if count and not _dense(record, unit)]
    if not units:
        return []
    total, limit = sum(counts[unit] for unit in units), 1000 * SHORT
    words = (
        f"{total} intervals below {limit:g} ms bend the rates (question.shortest_interval={SHORT:g} leaves them out)"
    )
    return [_of(units, words, [f"{counts[unit]} interval{'s' * (counts[unit] > 1)} < {limit:g} ms" for unit in units])]


def strays(record: Record) -> list[Doubt]:
    """A first or last discharge far from the rest, which moves recruitment or derecruitment."""
    times = without_doublets(record.times, record.shortest_interval)[0]
    found = []
    for word, moved, backwards in (("first", "recruitment", False), ("last", "derecruitment", True)):
        gaps = [_end_gap(row[np.isfinite(row)], record.longest_interval, backwards) for row in times]
        units = [unit for unit, gap in enumerate(gaps) if gap]
        if units:
            far = _spread(np.array([gaps[unit] for unit in units]))
            words = f"{word} discharge {far} from the next, which moves {moved} (question.steady=3 leaves it out)"
            found.append(_of(units, words, [f"stray {word} discharge"] * len(units)))
    return found


def not_units(record: Record) -> list[Doubt]:
    """Units that the file calls noise, or the like."""
    found = []
    for quality in dict.fromkeys(word for word in record.qualities if _says(word, record.left_out)):
        units = [unit for unit, word in enumerate(record.qualities) if word == quality]
        words = f"quality {quality!r} in the file, not measured"
        found.append(_of(units, words, [quality] * len(units), Lost.EVERYTHING))
    return found


def _says(quality: str, words: Iterable[str]) -> bool:
    return any(word.lower() in quality.lower() for word in words if word)


def _of(units: Iterable[int], words: str, remarks: list[str], lost: Lost = NOTHING) -> Doubt:
    return Doubt(words, tuple(int(unit) for unit in units), tuple(remarks), lost)


def _median(record: Record, unit: int) -> float:
    """Median interval without doublets: s; NaN where there are too few."""
    train = record.train(unit)
    if len(train) < FEWEST:
        return np.nan
    if not _dense(record, unit):
        train = without_doublets(as_spike_times(train[None]), record.shortest_interval)[0][0]
        train = train[np.isfinite(train)]
    return float(np.median(np.diff(train))) if len(train) > 1 else np.nan


def _dense(record: Record, unit: int) -> bool:
    """Whether most intervals are short, so that they are not doublets but a wrong clock."""
    train = record.train(unit)
    return len(train) >= FEWEST and int((np.diff(train) >= record.shortest_interval).sum()) + 1 < KEPT * len(train)


def _end_gap(train: np.ndarray, longest: float, backwards: bool) -> float:
    """The interval between a stray discharge at one end and the rest: s; 0 without one. Two may be astray together."""
    gaps = np.diff(train)[::-1] if backwards else np.diff(train)
    for place in range(min(2, len(gaps) - AT_END + 1)):
        usual = np.median(gaps[place + 1 : place + 1 + AT_END]) if len(gaps) > place + 1 else np.inf
        if gaps[place] > max(longest, ASTRAY, FAR * usual):
            return float(gaps[place])
    return 0.0


def _spread(seconds: np.ndarray) -> str:
    """'0.015 s', or '0.012 to 0.02 s'."""
    low, high = (f"{x:.2g}" if x < 100 else f"{x:.0f}" for x in (seconds.min(), seconds.max()))
    return f"{low} s" if low == high else f"{low} to {high} s"
