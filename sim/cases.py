"""A design of named cases: what is done in each of them, beside axes that all of them share.

    Cases(base={"protocol.nerve.level": 0}, cases={"none": {}, "stimulated": {"protocol.nerve.level": 1}}, seeds=16)

Every case runs at every value of the axes under the same random streams.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import xarray as xr

from sim.design import Design, DesignError
from sim.spec.kinds import table
from sim.spec.params import Value, nearest
from sim.units import Quantity, UnitError, coherent_unit, describe, quantity


@dataclass(frozen=True)
class Cases:
    """Named cases, each with the values that it changes.

    Args:
        base: value of every path that a case may change.
        cases: by name, the values in which a case differs from the base.
        axes, seeds, first_seed, ends_only: see `Design`; cases are never left out.

    Raises:
        DesignError: no case, a case that changes what the base does not have, or a path that an axis varies too.
        UnitError: a value that cannot be read, or in another unit than in the base.
    """

    base: Mapping[str, str | float]
    cases: Mapping[str, Mapping[str, str | float]]
    axes: Mapping[str, Sequence[str | float]] = field(default_factory=dict)
    seeds: int = 1
    first_seed: int = 0
    ends_only: bool = False

    def __post_init__(self) -> None:
        for what in ("base", "cases"):
            table(f"`{what}` of a design of cases", getattr(self, what), DesignError)
        if not self.cases:
            raise DesignError("a design of cases needs at least one case, but it has none.")
        units = {path: quantity(value, f"{path!r} in the base").dimensions for path, value in self.base.items()}
        for name, changes in self.cases.items():
            for path, value in table(f"the case {name!r}", changes, DesignError).items():
                if path not in units:
                    raise DesignError(
                        f"the case {name!r} changes {path!r}, which is not in the base: {nearest(path, self.base)}"
                    )
                found = quantity(value, f"{path!r} in the case {name!r}").dimensions
                if found != units[path]:
                    raise UnitError(
                        f"the case {name!r} gives {path!r} in {describe(found)}, the base in {describe(units[path])}."
                    )
        grid = self.grid
        if twice := sorted(grid.axes.keys() & self.base.keys()):
            raise DesignError(
                f"the design varies {twice[0]!r} along an axis and between its cases; choose one of them."
            )
        frozen = {name: MappingProxyType(dict(changes)) for name, changes in self.cases.items()}
        object.__setattr__(self, "base", MappingProxyType(dict(self.base)))
        object.__setattr__(self, "cases", MappingProxyType(frozen))
        for same in ("axes", "seeds", "first_seed"):
            object.__setattr__(self, same, getattr(grid, same))

    @property
    def grid(self) -> Design:
        """The axes and the seeds."""
        return Design(self.axes, seeds=self.seeds, first_seed=self.first_seed, ends_only=self.ends_only)

    def dataset(self) -> xr.Dataset:
        """As `Design.dataset`, with every path of the base and `case`, the number of the case.

        The attribute `names` of `case` has the names of the cases, in order.
        """
        grid, names = self.grid.dataset(), list(self.cases)
        size = grid.sizes["sample"]
        row, case = (x.ravel() for x in np.meshgrid(np.arange(size), np.arange(len(names)), indexing="ij"))
        order = np.lexsort((row % self.grid.seeds, case, row // self.grid.seeds))
        row, case = row[order], case[order]
        found = grid.isel(sample=row).drop_vars("sample", errors="ignore")
        for path, usual in self.base.items():
            values = [quantity(self.cases[name].get(path, usual)).number for name in names]
            unit = coherent_unit(quantity(usual).dimensions)
            found = found.assign_coords({path: ("sample", np.array(values, float)[case], {"units": unit})})
        return found.assign_coords(case=("sample", case.astype(np.int64), {"units": "1", "names": names}))

    def check(self, leaves: Mapping[str, Quantity], bounds: Mapping[str, tuple[Value | None, Value | None]]) -> None:
        """As `Design.check`, of the axes, the base and every case.

        Raises:
            DesignError: no such path; the sentence names the nearest ones.
            UnitError: values in another unit, or out of bounds.
        """
        self.grid.check(leaves, bounds)
        for path, usual in self.base.items():
            values = dict.fromkeys([usual, *(changes[path] for changes in self.cases.values() if path in changes)])
            distinct = {quantity(value): value for value in values}
            Design({path: list(distinct.values())}).check(leaves, bounds)
