"""A design: a product of factors, repeated over random streams.

    Design({"network.hTA.monoamine": [0.8, 1.0]}, cases={"rest": {}, "train": {"protocol.nerve.on": 1}}, seeds=16)

Every level of every factor meets every other. `stream` numbers the random stream of a sample: it is shared along all
factors but the seeds, so that conditions are compared under the same noise (common random numbers).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from sim.design.axis import Axis
from sim.design.cases import Cases
from sim.design.factor import Bounds, DesignError, Each, Factor, Leaves, Seeds, flat, matching
from sim.design.participants import Participants
from sim.design.points import Points
from sim.design.prior import Prior
from sim.spec.canonical import QUANTITY
from sim.spec.change import Change, Scale, Set, Shift, check_change
from sim.spec.kinds import listed, part, table, yes_or_no
from sim.spec.params import check_bounds, nearest
from sim.units import Quantity, coherent_unit, quantity, shown

OUTER = (
    " What is no number of a cell, a projection or the protocol (a size, a wiring, dt) is one for all samples: for "
    "several, sherrington -m SETTING=2,3."
)
"""Ends what is said of a path that leads nowhere: it may be a setting that decides shapes, or what is compiled."""


@dataclass(frozen=True)
class Design:
    """Factors, crossed.

    Args:
        axes: values by path, for example `{"network.hTA.monoamine": [0.8, 1.0]}`, the path also as nested mappings; or,
            by the name of the dimension, `{"values": [...], "of": path, paths or formulas}` (see `Axis`), named cases
            `{"cases": {...}}` (see `Cases`), or a factor.
        cases: named cases of the dimension `case`.
        points: single parameter sets, of the dimension `point`.
        participants: people, of the dimension `participant`.
        prior: draws of a space, of the dimension `draw`.
        seeds: number of random streams, of the dimension `seed`, at least 1.
        first_seed: number of the first one.
        independent: factors along which samples have random streams of their own; participants and draws always do.
        ends_only: keep only the first and the last value of each axis, point and participant; cases are never left out.

    Raises:
        DesignError: a factor without levels, two of one name, a number that two factors set, no seed, or an independent
            factor that is none.
        UnitError: values that cannot be read, or that mix units.
    """

    axes: Mapping[str, Any] = field(default_factory=dict)
    cases: Mapping[str, Any] = field(default_factory=dict, metadata=QUANTITY)
    points: Points | None = None
    participants: Participants | None = None
    prior: Prior | None = None
    seeds: int = 1
    first_seed: int = 0
    independent: Sequence[str] = ()
    ends_only: bool = False
    factors: tuple[Factor, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        axes: dict[str, Factor] = {}
        for factor in _axes(self.axes):
            if factor.name in axes:
                raise DesignError(f"the design varies {factor.name!r} twice; write all its values in one list.")
            axes[factor.name] = factor
        object.__setattr__(self, "axes", MappingProxyType(axes))
        factors: list[Factor] = []
        for what, kind in (("points", Points), ("participants", Participants), ("prior", Prior)):
            if (given := getattr(self, what)) is not None:
                factors.append(part(f"`{what}` of a design", given, kind, DesignError))
        factors += axes.values()
        if table("`cases` of a design", self.cases, DesignError):
            factors.append(Cases(self.cases))
        if yes_or_no("`ends_only` of a design", self.ends_only, DesignError):
            factors = [factor.ends() for factor in factors]
        seeds = Seeds(self.seeds, self.first_seed)
        object.__setattr__(self, "seeds", seeds.count)
        object.__setattr__(self, "first_seed", seeds.first)
        factors.append(seeds)
        names = [factor.name for factor in factors]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise DesignError(f"two factors of the design are called {twice[0]!r}; rename one.")
        independent = listed("`independent` of a design", self.independent, DesignError)
        for name in independent:
            if name not in names[:-1]:
                raise DesignError(
                    f"the design gives random streams of their own along {shown(name)}, which is none of its factors: "
                    f"{nearest(str(name), names[:-1])}"
                )
        object.__setattr__(self, "independent", independent)
        object.__setattr__(self, "factors", tuple(factors))

    def dataset(self, leaves: Leaves | None = None) -> xr.Dataset:
        """Coordinates along `sample`: of each factor its label (its name) and its index (`NAME_index`), every path that
        changes with its `units` (coherent), and `stream`; the attribute `factors` names the factors. The last one, the
        seed, varies fastest.

        Args:
            leaves: the network's and the protocol's own values, of what some level leaves as it is, scales or shifts.

        Raises:
            DesignError: a path that leads nowhere, or that two factors set.
        """
        shape = tuple(map(len, self.factors))
        places = np.indices(shape).reshape(len(shape), -1)  # of each sample along each factor
        found: dict[str, Any] = {}
        stream = np.zeros(places.shape[1], np.int64)
        for factor, place in zip(self.factors, places, strict=True):
            labels = np.asarray(list(factor.labels))
            found[factor.name] = ("sample", labels[place], {"units": factor.unit, "long_name": factor.words})
            index = {"units": "1", "long_name": f"place along {factor.name}, from 0"}
            found[f"{factor.name}_index"] = ("sample", place.astype(np.int32), index)
            if factor.name in self.independent or factor.independent:
                stream = stream * len(labels) + place
        stream = self.first_seed + stream * shape[-1] + places[-1]
        for path, touched in self._touched(leaves or {}).items():
            own = (leaves or {}).get(path)
            numbers = _numbers(path, own, {k: (changes, places[k]) for k, changes in touched.items()})
            found[path] = ("sample", numbers, {"units": coherent_unit(_dimensions(own, touched))})
        found["stream"] = ("sample", stream, {"units": "1"})
        for factor, place in zip(self.factors, places, strict=True):
            for name, (numbers, unit) in factor.carried().items():
                if name in found:
                    raise DesignError(f"two things along the design are called {name!r}; rename one.")
                found[name] = ("sample", numbers[place], {"units": unit})
        return xr.Dataset(coords=found, attrs={"factors": [factor.name for factor in self.factors]})

    def check(self, leaves: Leaves, bounds: Bounds) -> None:
        """Every path must lead to a number of the network or the protocol, in its unit and within its bounds.

        Args:
            leaves: value of every number that may vary, by path.
            bounds: lowest and highest value, by path, of those that have them.

        Raises:
            DesignError: no such path; the sentence names the nearest ones.
            UnitError: values in another unit, or out of bounds.
        """
        for path, touched in self._touched(leaves).items():
            what, own = f"{path!r} in the design", leaves[path]
            for made in (made for changes in map(_extremes, touched.values()) for made in changes if made is not None):
                check_change(what, made, own.dimensions)
                if isinstance(made, Set):
                    check_bounds(what, made.value, bounds.get(path, (None, None)))
            places = np.indices([len(changes) for changes in touched.values()]).reshape(len(touched), -1)
            at = {k: (changes, place) for (k, changes), place in zip(touched.items(), places, strict=True)}
            numbers = _numbers(path, own, at)
            for number in (numbers.min(), numbers.max()):
                check_bounds(what, f"{float(number)!r} {coherent_unit(own.dimensions)}", bounds.get(path, (None, None)))

    def _touched(self, leaves: Leaves) -> dict[str, dict[int, Sequence[Change | None]]]:
        """By path, what the levels of each factor that changes it do; factors by their place."""
        found: dict[str, dict[int, Sequence[Change | None]]] = {}
        for k, factor in enumerate(self.factors):
            for path, changes in factor.columns().items():
                paths = matching(path, leaves) if leaves else [path]
                if not paths:
                    raise DesignError(
                        f"the design varies {path!r}, which leads to no number: {nearest(path, leaves)}{OUTER}"
                    )
                for leaf in paths:
                    if k in found.setdefault(leaf, {}):
                        raise DesignError(f"{self.factors[k].name!r} of the design changes {leaf!r} twice; choose one.")
                    found[leaf][k] = changes
        for path, touched in found.items():
            setting = [
                self.factors[k].name for k, x in touched.items() if any(isinstance(y, Set) for y in _extremes(x))
            ]
            if len(setting) > 1:
                raise DesignError(
                    f"the design sets {path!r} along {' and along '.join(map(repr, setting))}; let one of them set it, "
                    "and the other scale or shift it."
                )
        return found


def _dimensions(own: Quantity | None, touched: Mapping[int, Sequence[Change | None]]) -> tuple[float, ...]:
    if own is not None:
        return own.dimensions
    return next(quantity(made.value).dimensions for x in touched.values() for made in x if isinstance(made, Set))


def _extremes(changes: Sequence[Change | None]) -> Sequence[Change | None]:
    """All of them, or of numbers that stand in one array their ends."""
    return changes.extremes() if isinstance(changes, Each) else changes


def _numbers(
    path: str, own: Quantity | None, touched: Mapping[int, tuple[Sequence[Change | None], np.ndarray]]
) -> np.ndarray:
    """A path's value in each sample: what is set first, then scales and shifts in the order of the factors.

    Args:
        own: its own value, None if it is not known.
        touched: by the place of a factor, what its levels do, and the level of each sample.
    """
    count = len(next(iter(touched.values()))[1])
    numbers = np.full(count, np.nan if own is None else own.number)
    for changes, place in touched.values():
        if isinstance(changes, Each):
            set_to = np.full(len(changes), np.nan) if changes.scale else changes.numbers
        else:
            set_to = np.array([quantity(made.value).number if isinstance(made, Set) else np.nan for made in changes])
        numbers = np.where(np.isnan(set_to)[place], numbers, set_to[place])
    if np.isnan(numbers).any():
        raise DesignError(f"what {path!r} is by itself must be known where the design does not set it; give `leaves`.")
    for changes, place in touched.values():
        if isinstance(changes, Each):
            numbers = numbers * changes.numbers[place] if changes.scale else numbers
            continue
        factor = np.array([made.factor if isinstance(made, Scale) else 1.0 for made in changes], float)
        by = np.array([quantity(made.by).number if isinstance(made, Shift) else 0.0 for made in changes], float)
        numbers = numbers * factor[place] + by[place]
    return numbers


def _axes(axes: Any) -> Iterator[Factor]:
    """The factors that are written as axes."""

    def is_one(value: Mapping) -> bool:
        return not value.keys() - {"values", "of"} or value.keys() == {"cases"}

    for name, value in flat("`axes` of a design", axes, stop=is_one):
        if isinstance(value, Factor):
            yield value
        elif isinstance(value, Mapping) and "cases" in value:
            yield Cases(value["cases"], name)
        elif isinstance(value, Mapping) and value:
            yield Axis(name, value.get("values", ()), value.get("of", ()))
        else:
            head, _, short = name.partition(".")
            yield Axis(short or head, value, name) if not isinstance(value, Mapping) else Axis(name, ())


def of_table(*, file: str | None = None, **design: Any) -> Design:
    """A design whose points are read from a table, as conf/design/table.yaml writes it.

    Args:
        file: of the table, from which `points` is read.
        design: as `Design`.
    """
    return Design(**design)
