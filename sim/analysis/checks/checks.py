"""The list of checks, in the order in which they are told."""

from dataclasses import replace
from functools import reduce
from operator import or_

import numpy as np

from sim.analysis.checks import borders, force, identity, trains
from sim.analysis.checks.record import Check, Doubt, Lost, Record

CHECKS = (
    Check("implausible intervals", trains.implausible),
    Check("not a motor unit", trains.not_units),
    Check("several contractions", borders.pauses_of_all),
    Check("cut by the record", borders.cut),
    Check("stops abruptly", borders.abrupt),
    Check("twins", identity.twins),
    Check("repeated names", identity.repeated_names),
    Check("stray discharges", trains.strays),
    Check("doublets", trains.doublets),
    Check("short intervals", trains.short_intervals),
    Check("force of another time", force.elsewhere),
    Check("force unrelated", force.unrelated),
    Check("force inverted", force.inverted),
    Check("force constant", force.constant),
    Check("force missing", force.missing),
    Check("force without unit", force.without_unit),
)


def doubts(record: Record) -> list[Doubt]:
    """Everything that is doubtful in a recording; of a unit that is not measured nothing is said but why."""
    found: list[Doubt] = []
    for check in CHECKS:
        gone = (lost(found, record.count) & Lost.EVERYTHING) != 0
        found += check.find(replace(record, times=np.where(gone[:, None], np.nan, record.times)))
    return found


def lost(found: list[Doubt], units: int) -> np.ndarray:
    """What cannot be measured of each unit: `Lost`, uint8 (unit,)."""
    every = reduce(or_, (doubt.lost for doubt in found if not doubt.units), Lost(0))
    of = np.full(units, int(every), np.uint8)
    for doubt in found:
        of[list(doubt.units)] |= int(doubt.lost)
    return of


def remarks(found: list[Doubt], units: int) -> list[list[str]]:
    """What to know about each unit."""
    return [
        [doubt.remarks[doubt.units.index(unit)] for doubt in found if unit in doubt.units and doubt.remarks]
        for unit in range(units)
    ]


def said(found: list[Doubt], names: list[str], most: int = 8) -> list[str]:
    """What is doubtful, one sentence each, with the units that it is about."""
    lines = []
    for words, units, _, _ in found:
        some = [names[unit] for unit in units[:most]] + [f"{len(units) - most} more"] * (len(units) > most)
        lines.append(f"{words}: unit{'s' * (len(units) > 1)} {', '.join(some)}" if units else words)
    return lines
