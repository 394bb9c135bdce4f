"""The set of numbers with the lowest loss where it is smooth: passive and sub-threshold targets, by derivatives.

    found = descend(space, network, protocol, loss_of_courses, record=record)
    space.numbers(found.point)

Derivatives through the whole run (`sim.gradient`) lead L-BFGS-B (Byrd et al. 1995, doi 10.1137/0916069) down within the
range of each number, from several starts. That is for what follows a number smoothly. Where a cell fires it is
refused: there the derivative is exact, and tells nothing of a step of any size (a smooth count of spikes has a slope of
160 where ± 5 % of the number give 11); `sim.fit.search` does without.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from sim.design import Space
from sim.design.factor import Leaves
from sim.fit.errors import FitError
from sim.fit.evaluator import checked_points
from sim.gradient import DerivativeError, Objective, gradient
from sim.progress import progress
from sim.spec.kinds import part, whole
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.units import shown

STEP = 1e-6
"""Of a point, in which the leaves that follow from it are differenced; they are smooth formulas."""


@dataclass(frozen=True)
class Descended:
    """Where the descents have come to.

    Args:
        names: of the numbers.
        point: the lowest, between 0 and 1 along each, (number,).
        loss: there.
        ends: where each descent came to, (start, number).
        end_loss: and the loss there, (start,); starts that end at different losses say that there are several minima.
        evaluations: of the loss and its derivatives, in all.
    """

    names: tuple[str, ...]
    point: np.ndarray
    loss: float
    ends: np.ndarray
    end_loss: np.ndarray
    evaluations: int


def descend(
    space: Space,
    network: Network,
    protocol: Protocol,
    objective: Objective,
    *,
    record: Record,
    numerics: Numerics | None = None,
    starts: int | np.ndarray = 4,
    stream: int = 0,
    tolerance: float = 1e-6,
    longest: int = 200,
) -> Descended:
    """Follow the derivatives of a loss down, from several starts.

    Args:
        space: of leaves that have a derivative (see `sim.gradient.gradient`).
        objective: the loss, a smooth function of recorded courses in `jax.numpy`.
        record: what of the run it reads.
        numerics: of float64, which is the default here.
        starts: how many (the first is the middle, others fill the space), or their points (start, number).
        stream: number of the random stream; noise is held fixed.
        tolerance: a descent ends where no slope along a number's whole range is more.
        longest: steps of a descent.

    Raises:
        FitError: a cell fires at a set on the way, the loss is no finite number, or something cannot be.
        DerivativeError: by a leaf of the space there is no derivative.
    """
    part("`space` of a descent", space, Space, FitError)
    leaves = {**network.leaves(), **protocol.leaves()}
    space.check(leaves, {**network.bounds(), **protocol.bounds()})
    begin = _starts(space, starts)
    numerics = Numerics(dtype="float64") if numerics is None else numerics
    paths = sorted(space.extremes(leaves))
    slope = gradient(
        network, protocol, objective, paths, record=record, numerics=numerics, stream=stream, silent=True
    )  # fmt: skip
    count = 0

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal count
        count += 1
        values = space.values(point[None], leaves)
        try:
            found = slope({path: float(values[path][0]) for path in paths})
        except DerivativeError as problem:
            numbers = ", ".join(f"{n} {x:.4g} {u}" for n, x, u in zip(space.names, space.numbers(point), space.units,
                                                                      strict=True))  # fmt: skip
            raise FitError(f"at {numbers}: {problem}") from problem
        by_leaf = np.array([found.by_path[path] for path in paths])
        by_point = by_leaf @ _leaves_by_point(space, point, paths, leaves)
        if not (np.isfinite(found.value) and np.isfinite(by_point).all()):
            raise FitError("the loss or its derivative is no finite number on the way; narrow the ranges of the space.")
        return found.value, by_point

    ends, losses, low = [], [], np.inf
    with progress("descending", len(begin), unit="start", note=lambda: f"best loss {low:.4g}") as tell:
        for point in begin:
            options = {"maxiter": longest, "gtol": tolerance, "ftol": 1e-15}
            found: Any = minimize(at, point, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * len(space), options=options)
            ends.append(found.x)
            losses.append(float(found.fun))
            low = min(losses)
            tell(1)
    best = int(np.argmin(losses))
    return Descended(space.names, ends[best], losses[best], np.array(ends), np.array(losses), count)


def _starts(space: Space, starts: int | np.ndarray) -> np.ndarray:
    count = whole(starts)
    if count is None and isinstance(starts, np.ndarray):
        return checked_points(starts, len(space))
    if count is None or count < 1:
        raise FitError(f"a descent has a whole number of starts, at least one, but `starts` is {shown(starts)}.")
    return np.concatenate([np.full((1, len(space)), 0.5), space.sobol(count)[1:]])


def _leaves_by_point(space: Space, point: np.ndarray, paths: list[str], leaves: Leaves) -> np.ndarray:
    """Derivative of each leaf by each number of the point, (leaf, number)."""
    ends = np.clip(point + STEP * np.eye(len(point)), 0, 1), np.clip(point - STEP * np.eye(len(point)), 0, 1)
    above, below = (space.values(end, leaves) for end in ends)
    apart = np.diag(ends[0] - ends[1])
    return np.array([(above[path] - below[path]) / apart for path in paths])
