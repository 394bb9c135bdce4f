"""What a search leaves: every set that it tried, the best one, and how well its numbers are determined."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from experiments.fit.observed import Targets
from experiments.fit.sought import Sought
from experiments.statistics import attributes
from sim.fit.loss import Loss
from sim.fit.profile import WIDEST, Profile
from sim.fit.search import Found

STEPS = 11
"""Of a profile, as `sim.fit.profile.along` takes them."""


def noise(loss: Loss, measures: Mapping[str, np.ndarray]) -> float:
    """What the seeds alone add to the loss of one set: the sum over targets of weight SD²/(seeds uncertainty²).

    Args:
        measures: of the set by name, (1, seed); NaN is missing.
    """
    found = 0.0
    for aim in loss.aims:
        known = measures[aim.target.measure][0]
        known = known[np.isfinite(known)]
        if known.size > 1:
            found += aim.target.weight * float(known.var(ddof=1)) / known.size / aim.uncertainty**2
    return found


def course(sought: Sought, best: Found, told: Profile, lowest: np.ndarray) -> xr.Dataset:
    """Variables along `number` and `evaluation`; points lie between 0 and 1 along the range of each number.

    The interval of a number holds every set of the search whose loss is within the rise of the profile, and where its
    profile is as low as the best set, the profile's own interval.

    Args:
        told: the profile around the best set, of the loss itself.
        lowest: loss on the path of each number, (number,).
    """
    space, history = sought.space, best.history
    terms, above = history.terms, lowest - best.loss
    trusted = above <= told.rise
    near = history.points[history.loss <= best.loss + told.rise]
    ends = np.where(trusted[:, None], told.interval, best.point[:, None])
    place = np.stack([np.minimum(ends[:, 0], near.min(axis=0)), np.maximum(ends[:, 1], near.max(axis=0))], axis=1)
    determined = trusted & (np.diff(place)[:, 0] <= WIDEST)
    at = {
        "point": ("number", best.point, attributes("1", "the best set, along each range")),
        "value": ("number", space.numbers(best.point), attributes("", "the best set, coherent units")),
        "interval": (
            ("number", "end"), space.numbers(place.T).T,
            attributes("", f"where the loss is within {told.rise:.3g} of the best, at least; coherent units"),
        ),
        "place": (("number", "end"), place, attributes("1", "the same along each range")),
        "above": ("number", above, attributes("1", "lowest loss on the profile, above that of the best set")),
        "trusted": ("number", trusted, attributes("1", "whether the profile comes as low as the best set")),
        "determined": ("number", determined, attributes("1", "whether the targets say what the number is")),
        "correlation": (("number", "other"), told.correlation, attributes("1", "correlation of the numbers")),
        "profile_at": (
            ("number", "step"), told.paths[np.arange(len(space)), :, np.arange(len(space))],
            attributes("1", "place along the range of each number"),
        ),
        "profile_loss": (("number", "step"), told.loss, attributes("1", "rise of the loss, all others at their best")),
        "loss": ("evaluation", history.loss, attributes("1", "loss of every set")),
        "terms": (
            ("evaluation", "term"), np.stack([terms[name] for name in terms], axis=1),
            attributes("1", "what the loss is the sum of"),
        ),
        "tried": (("evaluation", "number"), history.points, attributes("1", "every set, along each range")),
        "generation": ("evaluation", history.generation, attributes("1", "number of the generation")),
    }  # fmt: skip
    said = {"units": list(space.units), "why": best.why, "rise": told.rise, "cautions": _cautions(told, best, above)}
    return xr.Dataset(at, _labels(sought, list(terms)), said)


def _cautions(told: Profile, best: Found, above: np.ndarray) -> list[str]:
    """What to keep in mind of the search: sentences, which may be empty."""
    k, rough = int(np.argmin(above)), told.quadratic.misfit
    seeds = (
        f"Seeds alone add {told.rise - 1:.2g} to the loss of the best set, so intervals end where it rises by "
        f"{told.rise:.2g}; more of them (search.seeds) make it smoother."
    )
    shape = (
        f"Around the best set the loss is no quadratic (it is off by {rough:.2g} in a typical set), so correlations "
        "and the ways of profiles are rough; search longer."
    )
    lower = (
        f"The search has not come to the lowest loss: on the profile of {told.names[k]} it is {-above[k]:.2g} lower "
        "than at the best set; search longer, or with more restarts."
    )
    said = (seeds, told.rise > 1.1), (shape, rough > told.rise), (lower, above[k] < -told.rise)
    return [text if so else "" for text, so in said]


def nothing(sought: Sought, targets: Targets) -> xr.Dataset:
    """The same of a search that has not begun: one set, the middle."""
    count, names = len(sought.space), [row.name for row in targets.fitted]
    middle = np.full(count, 0.5)
    shapes = {
        "value": ("number",), "interval": ("number", "end"), "place": ("number", "end"), "above": ("number",),
        "trusted": ("number",), "determined": ("number",),
        "correlation": ("number", "other"), "profile_at": ("number", "step"), "profile_loss": ("number", "step"),
        "loss": ("evaluation",), "terms": ("evaluation", "term"), "tried": ("evaluation", "number"),
        "generation": ("evaluation",),
    }  # fmt: skip
    sizes = {"number": count, "other": count, "end": 2, "step": STEPS, "evaluation": 1, "term": len(names)}
    said = attributes("", "nothing yet")
    at = {name: (dims, np.zeros([sizes[dim] for dim in dims]), said) for name, dims in shapes.items()}
    at["point"] = (("number",), middle, attributes("1", "the middle"))
    attrs = {"units": list(sought.space.units), "why": "", "rise": 1.0, "cautions": [""] * 3}
    return xr.Dataset(at, _labels(sought, names), attrs)


def _labels(sought: Sought, terms: list[str]) -> dict[str, tuple]:
    names = list(sought.space.names)
    return {
        "number": ("number", names, attributes("", "what was sought")),
        "other": ("other", names, attributes("", "what was sought")),
        "term": ("term", terms, attributes("", "what was fitted")),
    }
