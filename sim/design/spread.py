"""Points that fill ranges evenly: a Sobol sequence, or a Latin hypercube.

sobol({"network.soleus.monoamine": [0.3, 1.0], "protocol.nerve.frequency": ["10 Hz", "200 Hz"]}, count=256)
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.design.factor import DesignError, check_count, flat, range_ends, several
from sim.design.points import Points
from sim.spec.kinds import listed, whole
from sim.spec.params import Value
from sim.units import Quantity, shown


def sobol(
    ranges: Mapping[str, Sequence[Value]],
    *,
    count: int,
    spread: int = 0,
    logarithmic: Sequence[str] = (),
) -> Points:
    """Points that fill ranges evenly: a scrambled Sobol sequence.

    Args:
        ranges: lowest and highest value by path, in one unit.
        count: of sets; powers of two fill best.
        spread: another number, another scramble.
        logarithmic: paths that are spread evenly in their logarithm.

    Raises:
        DesignError: no range, one that is not a pair in order, or no point.
        UnitError: values that cannot be read, or that mix units.
    """
    from scipy.stats import qmc

    random = np.random.default_rng(spread)
    return _spread(ranges, count, logarithmic, lambda d: qmc.Sobol(d, rng=random))


def latin_hypercube(
    ranges: Mapping[str, Sequence[Value]],
    *,
    count: int,
    spread: int = 0,
    logarithmic: Sequence[str] = (),
) -> Points:
    """Points of which each range has one in each of `count` equal parts. Args and errors as `sobol`."""
    from scipy.stats import qmc

    random = np.random.default_rng(spread)
    return _spread(ranges, count, logarithmic, lambda d: qmc.LatinHypercube(d, rng=random))


def _spread(ranges: Any, count: int, logarithmic: Sequence[str], sampler: Any) -> Points:
    found: dict[str, tuple[Quantity, Quantity]] = {}
    for path, ends in flat("the ranges of a design", ranges):
        found[path] = range_ends(path, several(path, ends))
    if not found:
        raise DesignError("a design that is spread over ranges needs at least one of them, but it has none.")
    logarithmic = listed("`logarithmic` of a design", logarithmic, DesignError)
    for path in logarithmic:
        if path not in found or found[path][0].number <= 0:
            raise DesignError(
                f"{path!r} is to be spread in its logarithm, but it is no range of the design that lies above zero."
            )
    points = whole(count)
    if points is None or points < 1:
        raise DesignError(f"the `count` of points of a design is a whole number above 0, not {shown(count)}.")
    check_count("points", points * len(found))
    with warnings.catch_warnings():  # any number of points may be asked for, also one that fills less evenly
        warnings.filterwarnings("ignore", "The balance properties of Sobol")
        unit = sampler(len(found)).random(points)
    columns = {}
    for place, (path, (low, high)) in zip(unit.T, found.items(), strict=True):
        if path in logarithmic:
            numbers = low.number * (high.number / low.number) ** place
        else:
            numbers = low.number + (high.number - low.number) * place
        columns[path] = [Quantity(float(x), low.dimensions) for x in numbers]
    return Points(columns)
