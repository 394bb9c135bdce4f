"""Support vector regression of many trains at once: the optimum of its convex problem, by an interior point method.

Sought is the curve f that minimises |f|²/2 + sum_i U_i max(0, |y_i - f(t_i)| - tube), where |f| is the norm of the
kernel exp(-gamma (t - t')²) and f has an offset that costs nothing. On a span shorter than a period by the reach of the
kernel, the kernel is a sum of cosines whose weights fall as a Gaussian,

    exp(-gamma s²) = sum_k a_k cos(2 pi k s/period),

so f is a Fourier series of few coefficients, those of k waves costing 1/a_k. The matrix of Newton's method is then made
of sums over i of d_i times cos and sin of the multiples of one angle. Each rate has two multipliers, for lying above
the curve and for lying below it, each between two bounds, 0 and U. x is their distance from a bound, z the multiplier
of that bound; at the optimum x z = 0. Steps are Mehrotra's, a predictor and a corrector (Nocedal & Wright, Numerical
Optimization, 2006, sections 14.2 and 16.6).
"""

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

TAIL = 1e-5  # share of the kernel that the series leaves out
CLOSE = 3e-7  # pps, the mean gap of a rate over its U from which the last step is taken
LEAST = 1e-3  # pps, from which residuals count as spread
MOST = 60  # steps; about ten are needed
FREE = 0.05  # of U, by which some multiplier is away from its bounds where it ties the offset to its rate


class Series(NamedTuple):
    """The kernel as a sum of cosines."""

    waves: int  # in a period, of the last coefficient
    period: float  # s
    span: float  # s, up to which it is the kernel
    penalty: np.ndarray  # 1/a_k, (coefficient,): of 1, of each cosine, of each sine
    places: np.ndarray  # int, (2, coefficient, coefficient): the two of `functions` that make a product of the first
    signs: np.ndarray  # as `places`, their factors


def waves_over(span: np.ndarray, gamma: float) -> np.ndarray:
    """Waves of a series that is the kernel over a span (s): int, as `span`."""
    tail = np.log(1 / TAIL)
    return np.ceil((span * np.sqrt(gamma * tail) + tail) / np.pi).astype(int)


@lru_cache(maxsize=8)
def series(waves: int, gamma: float) -> Series:
    """The kernel as a series of so many waves."""
    tail = np.log(1 / TAIL)
    period = np.pi * waves / np.sqrt(gamma * tail)
    k = np.arange(waves + 1)
    weight = 2 * np.sqrt(np.pi / gamma) / period * np.exp(-((np.pi * k / period) ** 2) / gamma)
    order, sine = np.concatenate([k, k[1:]]), np.repeat([False, True], [waves + 1, waves])
    one, other, mixed = order[:, None], order, sine[:, None] ^ sine
    places = np.stack([_place(one + other, mixed, waves), _place(abs(one - other), mixed, waves)])
    less = np.sign(one - other) * np.where(sine, -1, 1)  # of a cosine and a sine: sin of the sine's k less the other's
    signs = np.stack([np.where(sine[:, None] & sine, -0.5, 0.5), np.where(mixed, 0.5 * less, 0.5)])
    penalty = np.concatenate([[0], 1 / weight[1:], 1 / weight[1:]])
    return Series(waves, period, period - np.sqrt(tail / gamma), penalty, places, signs)


def _place(order: np.ndarray, sine: np.ndarray, waves: int) -> np.ndarray:
    """Where `functions` has the cosine or sine of a multiple of the angle; the sine of 0 it does not have."""
    row = np.where(order > waves, order + waves, order)
    return np.where(sine & (order > 0), row + waves, row)


def functions(angle: np.ndarray, known: np.ndarray, waves: int) -> np.ndarray:
    """1, cosines and sines of 1 to `waves` times an angle, and then of the multiples up to twice as many.

    Args:
        angle: (train, point).
        known: bool, as `angle`; elsewhere all functions are 0.

    Returns:
        (train, 1 + 4 waves, point).
    """
    found = np.empty((len(angle), 1 + 4 * waves, angle.shape[1]))
    turn, power = np.exp(1j * angle), known.astype(complex)
    found[:, 0] = known
    for k in range(1, 2 * waves + 1):
        power = power * turn
        row = k if k <= waves else k + waves
        found[:, row], found[:, row + waves] = np.real(power), np.imag(power)
    return found


class Newton(NamedTuple):
    """The equations of a step, of every train."""

    base: np.ndarray  # (train, coefficient, point)
    matrix: list[np.ndarray]  # of the coefficients, factorised
    force: np.ndarray  # (train, point): of each rate on the curve, by its two multipliers
    tension: np.ndarray  # (train, coefficient): of the curve against it
    soft: np.ndarray  # (train, side, point): of a multiplier, for each pps that its rate comes to lie further outside
    share: np.ndarray  # (train, side, bound, point): 1/x, the second bound's negative

    def step(self, outside: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Changes of the coefficients, of the curve, and of x in units of x, for rates that lie so far outside."""
        moved = outside * self.soft
        change = _solved(self.matrix, _each(self.base, moved[:, 0] - moved[:, 1] + self.force) - self.tension)
        bent = _curve(change, self.base)
        moved -= self.soft * _sides(bent)
        return change, bent, moved[:, :, None] * self.share


def optimum(
    terms: np.ndarray, y: np.ndarray, known: np.ndarray, most: np.ndarray, tube: np.ndarray, own: Series
) -> np.ndarray:
    """The coefficients of the curve through every train.

    Args:
        terms: `functions` of the times of the rates, as many waves as `own`.
        y: rates, pps, (train, point), 0 where not known.
        known: bool, as `y`.
        most: U, above 0, as `y`.
        tube: pps, (train,).
        own: the kernel.

    Returns:
        pps, (train, coefficient); NaN for a train whose optimum was not found.
    """
    base, count = terms[:, : len(own.penalty)], known.sum(axis=-1)

    def matrix(terms: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
        sums = _each(terms, weight)
        first, second = (own.signs[k] * np.take(sums, own.places[k], axis=1) for k in (0, 1))
        return _factors(first + second + np.diag(own.penalty))

    def spread(x: np.ndarray) -> np.ndarray:
        return np.maximum(np.sqrt((known * x**2).sum(axis=-1) / count), LEAST)

    weight = known * most / spread(y - (y.sum(axis=-1) / count)[:, None])[:, None]
    beta = _solved(matrix(terms, weight), _each(base, weight * y))  # least squares, to begin with
    away, least = y - _curve(beta, base), most.min(axis=-1)
    x, z = _central(_outside(away, tube), most[:, None], _of_train(least * spread(away), 3))
    found, rows, weight = np.full(beta.shape, np.nan), np.arange(len(y)), known * most
    for _ in range(MOST):
        product, share = x * z, 1 / x
        soft = 1 / (z * share).sum(axis=2)
        np.negative(share[:, :, 1], out=share[:, :, 1])  # what takes a multiplier from one bound brings it to the other
        force = x[:, 0, 0] - x[:, 1, 0]
        newton = Newton(base, matrix(terms, soft.sum(axis=1)), force, own.penalty * beta, soft, share)
        outside, gap = _outside(away, tube), _mean(product)
        change, bent, of_x = newton.step(outside)
        ends = gap <= CLOSE * least
        if ends.any():
            found[rows[ends]] = (beta + change)[ends]
            loose = ends & (_highest(x.min(axis=2) / most[:, None]) < FREE)
            found[rows[loose], 0] += _offset((away - bent)[loose], weight[loose], tube[loose])
            if ends.all():
                break
        far = np.minimum(1, 1 / np.maximum(-_lowest(of_x), 1 + _highest(of_x)))
        crossed = product * of_x * (1 + of_x)  # less what the changes of x and z would multiply to
        left = gap * (1 - far) - far**2 * _mean(crossed)
        crossed += _of_train((left / gap) ** 3 * gap, 4)
        change, bent, of_x = newton.step(outside + (crossed * share).sum(axis=2))
        of_z = crossed / product - 1 - of_x
        far = np.minimum(1, 0.99 / np.maximum(-np.minimum(_lowest(of_x), _lowest(of_z)), 1e-300))
        beta += far[:, None] * change
        away -= far[:, None] * bent
        far = _of_train(far, 4)
        x *= 1 + far * of_x
        z *= 1 + far * of_z
        if ends.any():
            others = terms, beta, away, most, weight, tube, least, x, z
            rows, (terms, beta, away, most, weight, tube, least, x, z) = rows[~ends], (a[~ends] for a in others)
            base = terms[:, : len(own.penalty)]
    return found


def _offset(away: np.ndarray, weight: np.ndarray, tube: np.ndarray) -> np.ndarray:
    """By how much a curve is raised, so that it costs least: pps, (train,); the middle, where this is a range.

    It is where no multiplier lies between its bounds, as in trains of few rates. LIBSVM takes the middle
    too, unless rounding leaves a multiplier between its bounds.

    Args:
        away: of rates above the curve, pps, (train, point).
        weight: U of each, 0 where not known.
        tube: pps, (train,).
    """
    bends = np.concatenate([away - tube[:, None], away + tube[:, None]], axis=-1)  # the cost turns upwards here
    order = np.argsort(bends, axis=-1)
    bends, turned = (np.take_along_axis(a, order, axis=-1) for a in (bends, np.tile(weight, 2)))
    slope = np.cumsum(turned, axis=-1) / weight.sum(axis=-1, keepdims=True) - 1
    ends = [np.take_along_axis(bends, np.argmax(x, axis=-1)[:, None], axis=-1) for x in (slope > -1e-9, slope > 1e-9)]
    return np.mean(ends, axis=0)[:, 0]


def _central(outside: np.ndarray, most: np.ndarray, mu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances of each multiplier from its bounds and the multipliers of these, (train, side, bound, point).

    Their products are `mu`, and they balance a rate that lies `outside` (train, side, point) its tube.
    """
    h = -outside * most / (2 * mu)
    ratio = abs(h) + np.hypot(h, 1)  # of the larger distance to the smaller
    small = most / (1 + ratio)
    large = ratio * small
    x = np.stack([np.where(h > 0, small, large), np.where(h > 0, large, small)], axis=2)
    return x, mu[:, :, None] / x


def _outside(away: np.ndarray, tube: np.ndarray) -> np.ndarray:
    """How far rates that lie so far above the curve are above the tube, and below it: (train, side, point)."""
    return _sides(away) - _of_train(tube, 3)


def _sides(x: np.ndarray) -> np.ndarray:
    return np.stack([x, -x], axis=1)


def _of_train(x: np.ndarray, axes: int) -> np.ndarray:
    return x.reshape(-1, *(1,) * (axes - 1))


def _curve(beta: np.ndarray, base: np.ndarray) -> np.ndarray:
    return (beta[:, None] @ base)[:, 0]


def _lowest(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1).min(axis=-1)


def _highest(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1).max(axis=-1)


def _mean(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1).mean(axis=-1)


def _each(functions: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The sum over points of every function, weighted."""
    return (functions @ weight[..., None])[..., 0]


def _factors(matrices: np.ndarray) -> list[np.ndarray]:
    """Cholesky factors."""
    factorised = _lapack("potrf")
    return [factorised(matrix, overwrite_a=True)[0] for matrix in matrices.swapaxes(-1, -2)]


def _solved(factors: list[np.ndarray], right: np.ndarray) -> np.ndarray:
    solved = _lapack("potrs")
    return np.array([solved(factor, own)[0] for factor, own in zip(factors, right, strict=True)])


@cache
def _lapack(name: str) -> Any:
    from scipy.linalg import get_lapack_funcs

    return get_lapack_funcs((name,))[0]
