"""The estimators that come with the project: of which contractions, where they lie, and how they are kept of this code.

    make estimators        or   python -m experiments.fit.shipped [anew] [NAME ...] [out=FOLDER]

signs one again whose code has changed but not what it simulates (see `experiments.fit.signing`), in seconds. Any other
is trained as `fit/train` does, which finds what is finished and goes on with what was stopped, and its file put in
place of the old one. `anew` trains in any case.
"""

import logging
import sys
from pathlib import Path

from experiments.fit.driven import estimator_file, protocol
from sim.analysis.summaries import Flanks
from sim.fit.posterior.estimator import alike

FOLDER = Path(__file__).with_name("estimators")
CONTRACTIONS = {
    "triangle": Flanks(1.0, 10.0, 0.0, 10.0),
    "trapezoid": Flanks(1.0, 5.0, 20.0, 5.0),
}
"""By name: rest, rise, plateau, fall (s). The triangle is of Mesquita et al. 2022 (doi 10.1113/JP282765) and of most
studies of paired motor units; the trapezoid is chosen, since these differ from laboratory to laboratory."""
SIMULATIONS = {"triangle": 16384, "trapezoid": 8192}
"""That each has learnt from."""
ANEW = "anew"
"""The word that trains in any case."""


def named(estimator: str) -> Path:
    """Path of an estimator: of one of these by its name, or as it is given."""
    return FOLDER / f"{estimator}.posterior" if estimator in CONTRACTIONS else estimator_file(estimator)


def fitting(flanks: Flanks) -> str:
    """The name of the one whose contraction is like this.

    Raises:
        ValueError: there is none; names those there are.
    """
    asked = protocol(flanks)
    for name, own in CONTRACTIONS.items():
        if all(alike(value, asked[part]) for part, value in protocol(own).items()):
            return name
    said = "; ".join(f"{name}: {_words(own)}" for name, own in CONTRACTIONS.items())
    raise ValueError(
        f"no estimator that comes with the project is of a contraction like this, {_words(flanks)} ({said}; each "
        "number may differ by a tenth); train one with experiment=fit/train protocol.up=... and name its file: "
        "question.estimator=FILE."
    )


def _words(flanks: Flanks) -> str:
    return f"{flanks.up:.3g} s up, {flanks.hold:.3g} s plateau, {flanks.down:.3g} s down"


def settings(name: str) -> list[str]:
    """Of `fit/train`, for one of them."""
    own = CONTRACTIONS[name]
    return [f"design.prior.count={SIMULATIONS[name]}"] + [
        f"protocol.{part}={value:g} s"
        for part, value in (("before", own.start), ("up", own.up), ("hold", own.hold), ("down", own.down))
    ]


def signed(name: str) -> bool:
    """Whether one of them is of this code, or is signed again as one; says why, or why not."""
    from experiments.configured import configured
    from experiments.declare import declare
    from experiments.fit.signing import sign
    from experiments.fit.train import Train
    from experiments.sources import Simulation

    source, question = declare(configured(["experiment=fit/train", *settings(name)]))
    assert isinstance(source, Simulation)
    assert isinstance(question, Train)
    found = sign(named(name), source.study, question)
    print(f"{name}: {found.said.rstrip('.')}{'' if found.good else '; it is trained anew'}", flush=True)
    return found.good


def main(words: list[str]) -> int:
    """Sign or train some of them, by default all."""
    import experiments
    from experiments.fit.driven import FILE
    from sim.results.disk import replace

    logging.basicConfig(format="%(message)s")
    logging.getLogger("sherrington").setLevel(logging.INFO)
    out = next((word for word in words if word.startswith("out=")), "out=results")
    names = [word for word in words if word not in (ANEW, out)]
    if strange := [name for name in names if name not in CONTRACTIONS]:
        print(f"there is no estimator {strange[0]!r}; there are {', '.join(CONTRACTIONS)}.", file=sys.stderr)
        return 2
    for name in names or list(CONTRACTIONS):
        if ANEW not in words and signed(name):
            continue
        found = experiments.perform("fit/train", *settings(name), out)
        FOLDER.mkdir(exist_ok=True)
        replace(named(name), found.question.files(found.answer)[FILE])
        print("\n".join([f"{name}:", *found.headline(), f"wrote {named(name)}"]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
