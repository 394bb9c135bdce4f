"""A number that several others are computed from, by formulas with units.

    Shared("velocity", "50 m/s", {"network.soleus_twitches.delay": "0.8*metre/velocity"}, source="...")

Its path is `network.velocity`. What it feeds is no number of its own any more: it follows, in a state and in every
sample of a design.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from sim.spec.formula import Formula
from sim.spec.kinds import table, text, word
from sim.spec.params import Graded, Param, Value, check_bounds
from sim.spec.projection import NetworkError
from sim.spec.ranges import Bounds
from sim.spec.state import leading
from sim.units import Quantity, UnitError, describe, written


@dataclass(frozen=True)
class Shared:
    """A named number that feeds others.

    Args:
        name: one word, by which formulas use it.
        value: a quantity.
        feeds: formula (see `sim.spec.formula`) by the path of what it computes: a parameter, weight or delay of the
            network (of a gradient both ends, or `.low`, `.high`, `.skew` alone). A formula may use every shared number
            of the network.
        source: where the value comes from.
        bounds: lowest and highest value, see `Param`.

    Raises:
        NetworkError: a name that is no word, or formulas that are no table of texts.
        UnitError: a value that cannot be read or lies outside its bounds.
    """

    name: str
    value: Value
    feeds: Mapping[str, str]
    source: str = field(default="", metadata={"said": True})
    bounds: Bounds = (None, None)

    def __post_init__(self) -> None:
        word("the name of a shared number", self.name, NetworkError)
        what = f"`feeds` of the shared number {self.name!r}"
        feeds = {
            path: text(f"{path!r} in {what}", v, NetworkError)
            for path, v in table(what, self.feeds, NetworkError).items()
        }
        object.__setattr__(self, "feeds", MappingProxyType(feeds))
        object.__setattr__(self, "bounds", self.param.bounds)
        check_bounds(f"the shared number {self.name!r}", self.value, self.param.limits)

    @property
    def path(self) -> str:
        return f"network.{self.name}"

    @property
    def param(self) -> Param:
        """It as a parameter: value, source, bounds."""
        return Param(self.value, self.source, self.bounds)


def fed(shared: tuple[Shared, ...], known: Mapping[str, Param | Graded]) -> dict[str, Formula]:
    """The formula of every number that is computed, by its path.

    Args:
        known: every parameter of the populations and projections, by path.

    Raises:
        NetworkError: a path that leads nowhere, or a number that is computed twice.
        FormulaError: a formula that cannot be read, or uses an unknown name.
        UnitError: one in another unit than what it computes.
    """
    names = {s.name: s.param.quantity.dimensions for s in shared}
    found: dict[str, Formula] = {}
    for s in shared:
        for path, formula in s.feeds.items():
            made = Formula(formula, names)
            for leaf, quantity in leading(path, known, f"the shared number {s.name!r} feeds").items():
                if leaf in found:
                    raise NetworkError(
                        f"{leaf!r} is computed twice, by {found[leaf]} and by {made}; choose one of them."
                    )
                if made.dimensions != quantity.dimensions:
                    raise UnitError(
                        f"{leaf!r} is in {describe(quantity.dimensions)}, but its formula {made.text!r} is in "
                        f"{describe(made.dimensions)}."
                    )
                found[leaf] = made
    return found


def values(formulas: Mapping[str, Formula], numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is computed, by path, coherent units, (sample,) or (1,).

    Args:
        numbers: of every shared number, by path.
    """
    return {
        leaf: formula.value({name: numbers[f"network.{name}"] for name in formula.used})
        for leaf, formula in formulas.items()
    }


def check_values(
    found: Mapping[str, np.ndarray], formulas: Mapping[str, Formula], bounds: Mapping[str, Bounds]
) -> None:
    """What is computed must be finite and within its bounds.

    Raises:
        UnitError: it is not.
    """
    for leaf, numbers in found.items():
        if not isinstance(numbers, np.ndarray):  # traced by JAX
            continue
        what = f"{leaf!r} = {formulas[leaf]}"
        if not np.isfinite(numbers).all():
            raise UnitError(f"{what} must be finite, but it is {numbers[~np.isfinite(numbers)][0]}.")
        for end in (numbers.min(), numbers.max()):
            quantity = Quantity(float(end), formulas[leaf].dimensions)
            check_bounds(what, quantity, bounds.get(leaf, (None, None)))


def followed(path: str, param: Param | Graded, formulas: Mapping[str, Formula], numbers: Mapping[str, np.ndarray]):
    """A parameter with the values that are computed for it, its source the formula."""
    own = [leaf for leaf in param.leaves() if path + leaf in formulas]
    if not own:
        return param
    new = {
        leaf.removeprefix(".") or "value": written(
            Quantity(float(numbers[path + leaf][0]), formulas[path + leaf].dimensions)
        )
        for leaf in own
    }
    said = "; ".join(dict.fromkeys(f"{leaf.removeprefix('.')} = {formulas[path + leaf]}".strip() for leaf in own))
    if isinstance(param, Graded) and len({str(formulas[path + leaf]) for leaf in own}) == 1 and len(own) == 2:
        said = f"= {formulas[path + own[0]]}"
    kept = "" if isinstance(param, Param) else param.source
    return replace(param, **new, source=kept if kept.endswith(said) else "; ".join(filter(None, (kept, said))))
