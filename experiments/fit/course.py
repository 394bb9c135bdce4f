"""What a search leaves: every set that it tried, the best one, and how well its numbers are determined."""

import numpy as np
import xarray as xr

from experiments.fit.observed import Targets
from experiments.fit.sought import Sought
from experiments.statistics import attributes
from sim.fit.profile import WIDEST, Profile
from sim.fit.search import Found

STEPS = 11
"""Of a profile, as `sim.fit.profile.along` takes them."""


def course(sought: Sought, best: Found, told: Profile, lowest: np.ndarray) -> xr.Dataset:
    """Variables along `number` and `evaluation`; points lie between 0 and 1 along the range of each number.

    Args:
        told: the profile around the best set, of the loss itself.
        lowest: loss on the path of each number, (number,).
    """
    space, history = sought.space, best.history
    terms, above = history.terms, lowest - best.loss
    trusted = above <= told.rise
    place = np.stack([np.minimum(told.interval[:, 0], best.point), np.maximum(told.interval[:, 1], best.point)], axis=1)
    determined = trusted & (np.diff(place)[:, 0] <= WIDEST)
    at = {
        "point": ("number", best.point, attributes("1", "the best set, along each range")),
        "value": ("number", space.numbers(best.point), attributes("", "the best set, coherent units")),
        "interval": (
            ("number", "end"), space.numbers(place.T).T,
            attributes("", f"profile interval, within which the loss rises by no more than {told.rise:.2g}"),
        ),
        "place": (("number", "end"), place, attributes("1", "profile interval along each range")),
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
    """What to keep in mind of the search: two sentences, which may be empty."""
    k, rough = int(np.argmin(above)), told.quadratic.misfit
    jagged = (
        f"The loss is rough by {rough:.2g} around its lowest, so intervals end where it rises by {told.rise:.2g}, and "
        "not by 1; more seeds (search.seeds), or a longer search, make it smoother."
    )
    lower = (
        f"The search has not come to the lowest loss: on the profile of {told.names[k]} it is {-above[k]:.2g} lower "
        "than at the best set; search longer, or with more restarts."
    )
    return [jagged if told.rise > 1 else "", lower if above[k] < -told.rise else ""]


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
    attrs = {"units": list(sought.space.units), "why": "", "rise": 1.0, "cautions": ["", ""]}
    return xr.Dataset(at, _labels(sought, names), attrs)


def _labels(sought: Sought, terms: list[str]) -> dict[str, tuple]:
    names = list(sought.space.names)
    return {
        "number": ("number", names, attributes("", "what was sought")),
        "other": ("other", names, attributes("", "what was sought")),
        "term": ("term", terms, attributes("", "what was fitted")),
    }
