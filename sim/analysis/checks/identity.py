"""Checks of who is who: units that stand twice in a recording, under two names or one."""

from itertools import combinations

import numpy as np

from sim.analysis.checks.record import Doubt, Record

LAG = 0.01  # s, between the two trains at most: templates may be aligned differently
TOLERANCE = 0.001  # s, around the lag, within which two discharges are one
WIDE = 0.1  # s, over which coincidence by chance is counted, and with it the common drive
CHANCE = 4.0  # times that share: coarse clocks let many discharges coincide
SHARE = 0.3  # of the discharges of the smaller train, as in the usual programs for decomposition
FEWEST = 10  # discharges of a train that is compared


def twins(record: Record) -> list[Doubt]:
    """Groups of trains of which many discharges coincide at one lag."""
    trains = [record.train(unit) for unit in range(record.count)]
    groups: list[set[int]] = []
    shares: dict[tuple[int, int], tuple[float, float]] = {}
    for pair in combinations(range(record.count), 2):
        share, lag = coincident(*(trains[unit] for unit in pair))
        if share >= SHARE:
            shares[pair] = share, lag
            joined = [group for group in groups if group & set(pair)]
            groups = [group for group in groups if group not in joined] + [set(pair).union(*joined)]
    found = []
    for group in groups:
        of = [values for pair, values in shares.items() if set(pair) <= group]
        share, lag = max(100 * share for share, _ in of), max(abs(lag) for _, lag in of)
        said = f", {1000 * lag:.1f} ms apart" if lag >= TOLERANCE / 2 else ""
        units = tuple(sorted(group))
        names = [", ".join(record.names[k] for k in units if k != unit) for unit in units]
        words = f"{share:.0f} % of the discharges coincide{said}: the same unit twice?"
        found.append(Doubt(words, units, tuple(f"twin of {others}" for others in names)))
    return found


def coincident(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The share of the discharges of the smaller train that the other has too, at the lag where it is largest.

    Args:
        one, other: s, (discharge,), increasing.

    Returns:
        The share (1), and the lag of `other` behind `one` (s); both 0 for trains of few discharges, and where no lag
        stands out.
    """
    if min(len(one), len(other)) < FEWEST:
        return 0.0, 0.0
    lags = _lags(one, other)
    inside = np.searchsorted(lags, lags + 2 * TOLERANCE, side="right") - np.arange(len(lags))
    inside[np.abs(lags + TOLERANCE) > LAG + TOLERANCE] = 0
    if not inside.any():
        return 0.0, 0.0
    best = int(np.argmax(inside))
    fewer = min(len(one), len(other))
    places = min(WIDE / TOLERANCE, len(np.unique(lags.round(5))))  # lags that this clock tells apart
    if inside[best] < CHANCE * len(lags) / places:
        return 0.0, 0.0
    return min(1.0, inside[best] / fewer), float(np.median(lags[best : best + inside[best]]))


def _lags(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """All lags of `other` behind `one` up to `WIDE`: s, (lag,), increasing."""
    first, last = np.searchsorted(other, one - WIDE), np.searchsorted(other, one + WIDE, side="right")
    counts = last - first
    which = np.repeat(np.arange(len(one)), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return np.sort(other[place] - one[which])


def repeated_names(record: Record) -> list[Doubt]:
    """Names that several units have."""
    names = [name.strip() for name in record.names]
    found = []
    for name in dict.fromkeys(names):
        units = tuple(k for k, other in enumerate(names) if other == name)
        if len(units) > 1:
            remarks = tuple(f"name used {len(units)} times" for _ in units)
            found.append(Doubt(f"one name for {len(units)} units", units, remarks))
    return found
