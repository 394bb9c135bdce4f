"""What a summary is called: its name, unit and words, in the order of the columns that networks see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.fit.posterior.errors import PosteriorError
from sim.spec.kinds import listed, named, part, text, yes_or_no


@dataclass(frozen=True)
class Feature:
    """One number that summarises an observation; NaN where there is nothing to measure.

    Args:
        name: by which it is found.
        unit: of the number, "1" for a count.
        words: what is measured, for a sentence.
        given: it says how was observed (how many units were seen), not what: networks are told it, and it is no
            evidence for or against the model.

    Raises:
        PosteriorError: a field of another kind, or no name.
    """

    name: str
    unit: str = "1"
    words: str = ""
    given: bool = False

    def __post_init__(self) -> None:
        named("`name` of a summary", self.name, PosteriorError)
        for what in ("unit", "words"):
            text(f"`{what}` of the summary {self.name!r}", getattr(self, what), PosteriorError)
        yes_or_no(f"`given` of the summary {self.name!r}", self.given, PosteriorError)

    def written(self, value: float) -> str:
        """A value as a sentence quotes it: '6.7 pps', 'missing'."""
        number = f"{value:.3g}" if np.isfinite(value) else "missing"
        return number if self.unit == "1" or not np.isfinite(value) else f"{number} {self.unit}"


def checked(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features of an estimator.

    Raises:
        PosteriorError: none that counts as evidence, or two of one name.
    """
    found = listed("the summaries of an estimator", features, PosteriorError)
    for feature in found:
        part("each summary of an estimator", feature, Feature, PosteriorError)
    names = [feature.name for feature in found]
    if twice := [name for k, name in enumerate(names) if name in names[:k]]:
        raise PosteriorError(f"two summaries are called {twice[0]!r}; rename one of them.")
    if all(feature.given for feature in found):
        raise PosteriorError("an estimator needs at least one summary that is measured, but all of them are given.")
    return found


def given(features: Sequence[Feature]) -> np.ndarray:
    """Which columns are given: bool (feature,)."""
    return np.array([feature.given for feature in features])
