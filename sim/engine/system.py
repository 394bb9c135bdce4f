"""What an integrator needs to know of a set of differential equations: their order, and how each one relaxes."""

from collections.abc import Callable
from typing import Any, NamedTuple

Array = Any
Values = dict[str, Array]


class Equation(NamedTuple):
    """One differential equation, dx/dt = (target - x) * rate + noise * xi, or dx/dt = slope + noise * xi.

    Args:
        name: of the state x.
        kind: `"relax"`, `"steady_rate"` (the rate is the constant `_rate_<name>`), `"loose"` (the rate may be 0, and
            there is no target then: dx/dt = push - rate * x) or `"drift"`.
        neighbours: states y with which the target grows linearly, target + sum of pull * y (compartments, say).
        function: of the variables in `args`, all by name; returns target, rate (unless steady) and the pull of each
            neighbour, or push and rate, or the slope.
        args: names of states, inputs and constants that the function reads.
        noise: names of the noise channels; the amplitude of channel j is the constant `_noise_<name>_<j>`.
        waits: x stands still while the cell is refractory.
    """

    name: str
    kind: str
    function: Callable[..., Any]
    args: tuple[str, ...]
    noise: tuple[str, ...] = ()
    waits: bool = False
    neighbours: tuple[str, ...] = ()

    def slope(self, values: Values) -> Array:
        """dx/dt of a `"drift"`."""
        return self.function(**{name: values[name] for name in self.args})[0]

    def push(self, values: Values) -> tuple[Array, Array]:
        """Push and rate of a `"loose"` one."""
        return self.function(**{name: values[name] for name in self.args})

    def parts(self, values: Values) -> tuple[Array, Array, tuple[Array, ...]]:
        """Target without the neighbours, rate, and the pull of each neighbour."""
        target, *rest = self.function(**{name: values[name] for name in self.args})
        rate = values[f"_rate_{self.name}"] if self.kind == "steady_rate" else rest.pop(0)
        return target, rate, tuple(rest)

    def relaxation(self, values: Values) -> tuple[Array, Array]:
        """Target and rate, the neighbours at their value in `values`; the target of what does not relax is 0."""
        if self.kind == "loose":
            push, rate = self.push(values)
            still = rate == 0
            return push / (rate + still) * (1 - still), rate
        target, rate, pulls = self.parts(values)
        for neighbour, pull in zip(self.neighbours, pulls, strict=True):
            target = target + pull * values[neighbour]
        return target, rate


class Stage(NamedTuple):
    """Equations that advance together.

    Args:
        coupled: one of them needs another, or itself, at mid-step otherwise than as a neighbour.
    """

    equations: tuple[Equation, ...]
    coupled: bool


class System(NamedTuple):
    """A model's equations, in the order in which a staggered step visits them.

    Args:
        half: stages whose states live at half steps (gates, calcium, noise), each after those that it needs.
        full: the stage whose states live at full steps (potentials).
    """

    half: tuple[Stage, ...]
    full: Stage

    @property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(e for stage in (*self.half, self.full) for e in stage.equations)
