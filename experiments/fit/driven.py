"""Questions about what drives a pool: who is driven, in which contraction, and how a recording sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from experiments.conventions import DeltaFQuestion
from experiments.sources import place
from experiments.words import number
from sim.analysis.summaries import Flanks, catalogue, of_units, summaries
from sim.design import Space
from sim.engine import __file__ as engine
from sim.fingerprint import code_digest
from sim.fit.observation import Observation
from sim.fit.posterior import Estimator, EstimatorError, Feature
from sim.fit.summarised import UNITS, summary_measure
from sim.measure import Measure
from sim.results.digest import digest, file_digest
from sim.spec.canonical import canonical
from sim.spec.kinds import part
from sim.spec.network import Network

WORDS = {
    "level": "level of monoamines",
    "pattern": "pattern of inhibition",
    "tonic": "tonic inhibition",
    "peak": "peak of excitation",
    "shape": "shape of excitation",
    "noise": "noise",
    "ahp_size": "size of the AHP",
    "ahp_duration": "duration of the AHP",
    "slow": "excitation of slow cells",
    "fast": "excitation of fast cells",
    "E_cl": "chloride reversal",
    "leak": "leak conductance",
    "g_nap": "persistent sodium",
    "g_h": "h current",
}
"""How a figure calls the numbers of conf/design/drive.yaml and others that draw inputs; others by their name."""


FILE = "estimator.posterior"
"""What `fit/train` leaves in the folder of its answer."""


@dataclass(frozen=True)
class DriveQuestion(DeltaFQuestion):
    """Settings that a trained estimator and whoever uses it share.

    Args:
        network: the pool.
        population: its name.

    Raises:
        ValueError: one of them is something else.
    """

    network: Network = field(kw_only=True)
    population: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.network", self.network, Network, ValueError)

    def summarised(self, flanks: Flanks, observation: Observation, name: str = "summaries") -> Measure:
        """What is measured of a contraction: (sample, view, summary)."""
        return summary_measure(self.population, flanks, observation, self.chosen, name)

    @property
    def summariser(self) -> str:
        """Names the code and the convention by which contractions are summarised."""
        return digest(code_digest(roots=(of_units, summaries, Flanks)), canonical(self.chosen))

    @property
    def simulator(self) -> str:
        """Names what is simulated: the pool, and the code that steps it."""
        sim = Path(str(engine)).parents[1]
        return digest(code_digest(sim / "engine", sim / "compile", sim / "units.py"), canonical(self.network))

    def check(self, estimator: Estimator, flanks: Flanks) -> None:
        """Refuse an estimator of something else.

        Raises:
            EstimatorError: of another pool, other code or another contraction; says what to do.
        """
        try:
            estimator.refuse(simulator=self.simulator, summaries=self.summariser)
        except EstimatorError as problem:
            raise EstimatorError(
                f"{str(problem).rstrip('.')}. Where only code has changed since, it may be as good as before, which "
                "sherrington sign FOLDER finds out in seconds; FOLDER is the one that fit/train has printed."
            ) from problem
        estimator.refuse(protocol=protocol(flanks), unit="s")


def in_lines(name: str) -> str:
    """How a narrow column calls a number, in two lines."""
    return WORDS.get(name, name).replace(" of ", " of\n").replace("tonic ", "tonic\n")


def estimate(mean: float, ends: Sequence[float], unit: str) -> tuple[str, str]:
    """A posterior mean and its interval, with as many digits as its width deserves: '1.00', '0.96 to 1.04'."""
    width = abs(float(ends[1]) - float(ends[0]))
    digits = int(np.clip(1 - np.floor(np.log10(width)), 0, 6)) if width > 0 else 3
    own = "" if unit == "1" else f" {unit}"
    low, high = (number(float(end), digits) for end in ends)
    return f"{number(float(mean), digits)}{own}", f"{low} to {high}{own}"


def estimator_file(path: str) -> Path:
    """The file of an estimator that a setting names, itself or by the folder that `fit/train` has printed."""
    found = place(path)
    return found / FILE if found.is_dir() else found


def content(path: str) -> str:
    """The digest of an estimator that a setting names, so that an answer is of this content, whatever the file is
    called.

    Raises:
        ValueError: there is no such file.
    """
    found = estimator_file(path)
    try:
        return file_digest(found)
    except OSError as problem:
        raise ValueError(
            f"cannot read an estimator from {str(found)!r}: {problem.strerror or problem}; give the folder that "
            f"fit/train has printed, or the {FILE} in it."
        ) from problem


def once(factors: Mapping[str, int], sets: str, more: str) -> None:
    """Refuse a design that repeats its sets: one of them would be learnt from and tried.

    Args:
        factors: how many levels each factor has, by name.
        sets: the factor of the sets.
        more: what to take instead.

    Raises:
        ValueError: a factor besides it has several levels.
    """
    for name, count in factors.items():
        if name != sets and count > 1:
            raise ValueError(
                f"what is learnt is tried on runs that were not learnt from, but here each {sets} is run {count} times "
                f"({name}); take one {name}, and {more}."
            )


def drawn(table: xr.Dataset, space: Space) -> np.ndarray:
    """Where in a space the samples of a design lie that draws its numbers: (sample, number), 0 to 1 within the ranges.

    Raises:
        ValueError: the design does not draw one of them.
    """
    if lacking := [name for name in space.names if name not in table.coords]:
        raise ValueError(
            f"the estimator is one of {', '.join(space.names)}, but the design does not draw {lacking[0]!r}; give "
            "design.prior.space as it was trained with."
        )
    return space.points(np.stack([table[name].values.astype(float) for name in space.names], axis=-1))


def features(flanks: Flanks) -> tuple[Feature, ...]:
    """The summaries of a contraction as an estimator takes them; how many units were seen is no evidence."""
    own = (Feature(s.name, s.unit, s.words) for s in catalogue(flanks))
    return (*own, Feature(UNITS, "1", "units", given=True))


def protocol(flanks: Flanks) -> dict[str, float]:
    """The contraction, as an estimator remembers it: s."""
    return {"up": flanks.up, "hold": flanks.hold, "down": flanks.down}
