"""What an integrator needs to know of a set of differential equations: their order, and how each one relaxes."""

from collections.abc import Callable
from typing import Any, NamedTuple

Array = Any
Values = dict[str, Array]


class Equation(NamedTuple):
    """One differential equation, dx/dt = (target - x) * rate + noise * xi, or dx/dt = slope + noise * xi.

    Args:
        name: of the state x.
        kind: `"relax"` (function returns target, rate), `"steady_rate"` (function returns target; the rate is the
            constant `rate_<name>`) or `"drift"` (function returns slope).
        function: of the variables in `args`, all by name.
        args: names of states, inputs and constants that the function reads.
        noise: names of the noise channels; the amplitude of channel j is the constant `noise_<name>_<j>`.
        waits: x stands still while the cell is refractory.
    """

    name: str
    kind: str
    function: Callable[..., Any]
    args: tuple[str, ...]
    noise: tuple[str, ...] = ()
    waits: bool = False

    def __call__(self, values: Values) -> Any:
        return self.function(**{name: values[name] for name in self.args})


class Stage(NamedTuple):
    """Equations that advance together; `coupled` when one of them needs another, or itself, at mid-step."""

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
