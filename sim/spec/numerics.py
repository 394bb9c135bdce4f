"""Numerical settings: how finely, by which scheme and in which precision a network is run."""

from dataclasses import dataclass, replace

from sim.spec.kinds import text, yes_or_no
from sim.spec.params import nearest
from sim.units import positive

SCHEMES = ("euler", "exponential_euler", "staggered")
DTYPES = ("float32", "float64")
MOST = 250
"""Steps in a window."""


class NumericsError(ValueError):
    """Settings that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Numerics:
    """Numerical settings.

    Args:
        dt: step.
        window: time between two moments at which cells are coupled, driven and recorded; a whole number of steps.
        scheme: `"staggered"` (second order), `"exponential_euler"` or `"euler"` (first order).
        dtype: `"float32"` or `"float64"`.
        bridged: two steps receive together the noise of one of twice the length, see `halved`.

    Raises:
        UnitError: a time that is unreadable, zero or negative.
        NumericsError: an unknown scheme or type, or a window that is not a whole number of steps (at most 250).
    """

    dt: str | float = "0.05 ms"
    window: str | float = "0.5 ms"
    scheme: str = "staggered"
    dtype: str = "float32"
    bridged: bool = False

    def __post_init__(self) -> None:
        dt, window = positive(self.dt, "ms", "the step `dt`"), positive(self.window, "ms", "the window")
        text("the `scheme`", self.scheme, NumericsError)
        text("the `dtype`", self.dtype, NumericsError)
        yes_or_no("`bridged`", self.bridged, NumericsError)
        if self.scheme not in SCHEMES:
            raise NumericsError(f"there is no scheme {self.scheme!r}: {nearest(self.scheme, SCHEMES)}")
        if self.dtype not in DTYPES:
            raise NumericsError(f"numbers cannot be of type {self.dtype!r}: {nearest(self.dtype, DTYPES)}")
        steps = window / dt
        if not 0.5 < steps < MOST + 0.5 or abs(steps - round(steps)) > 1e-6 * steps:
            raise NumericsError(
                f"a window must hold a whole number of steps, 1 to {MOST}, but {self.window} / {self.dt} is {steps:g}; "
                f"change one of them."
            )

    def halved(self) -> "Numerics":
        """Half the step, under the same noise, refined (a Brownian bridge); a window that is full is halved too.

        Raises:
            NumericsError: it is halved already.
        """
        if self.bridged:
            raise NumericsError("the step is halved once only; declare the shorter step, and halve that.")
        window = self.window_ms / (2 if 2 * self.steps > MOST else 1)
        return replace(self, dt=f"{self.dt_ms / 2!r} ms", window=f"{window!r} ms", bridged=True)

    @property
    def steps(self) -> int:
        """Steps in a window."""
        return round(self.window_ms / self.dt_ms)

    @property
    def dt_ms(self) -> float:
        return positive(self.dt, "ms", "dt")

    @property
    def window_ms(self) -> float:
        return positive(self.window, "ms", "window")
