"""`sherrington sign FOLDER`: an estimator of code that has changed since, signed again if it is of this code too.

An estimator names the code that simulated what it has learnt. Where the code is another one, its witnesses are
simulated anew, which takes seconds: if they are what they were, the change was none to it.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.answer import asked_in, declared_in
from experiments.declare import UserError
from experiments.fit.driven import FILE, protocol
from experiments.fit.train import Train
from experiments.sources import Simulation
from sim.fit.posterior import Estimator, EstimatorError, Witnesses
from sim.results.disk import StoreError
from sim.results.view import View
from sim.run import Study

USAGE = "sherrington: sign takes the folder that fit/train has printed; write  sherrington sign FOLDER"


class Signed(NamedTuple):
    """Whether an estimator is of this code (now), and why, in words."""

    good: bool
    said: str


def sign(path: Path, study: Study, question: Train) -> Signed:
    """Sign the estimator in a file anew, if it is of this code after all; nothing else in the file changes.

    Args:
        path: of the file.
        study, question: with which it would be trained now.

    Raises:
        StoreError: the disk refuses.
    """
    try:
        found = Estimator.load(path)
    except EstimatorError as problem:
        return Signed(False, str(problem))
    now = {"simulator": question.simulator, "summaries": question.summariser}
    if why := _other(found, question):
        return Signed(False, why)
    if (found.simulator, found.summaries) == tuple(now.values()):
        return Signed(True, "it is of this code")
    if found.witnesses is None:
        return Signed(False, "it is of other code, and has no witnesses that would say whether this code does the same")
    before = found.witnesses
    try:
        again = anew(study, question, before.draw)
    except ValueError as problem:
        return Signed(False, f"it is of other code, and what it has learnt from cannot be simulated anew: {problem}")
    if why := _elsewhere(before, again):
        return Signed(False, why)
    moved = before.moved(again.seen, again.spikes, again.device, sd=found.scaler.sd, features=found.features)
    if moved:
        return Signed(False, f"the code has changed, and with it what is simulated: {moved}")
    replace(found, **now).save(path)
    alike = "to the last bit" if again.device == before.device else "but for rounding on another device"
    said = f"the code has changed, but {len(before.draw)} of the simulations that it has learnt from have not, {alike}"
    return Signed(True, f"{said}; it is signed again")


def anew(study: Study, question: Train, draws: np.ndarray) -> Witnesses:
    """Some draws of a study, simulated now.

    Raises:
        ValueError: the study has no such draw, or cannot be run; one sentence.
    """
    design = study.samples()
    places = np.flatnonzero(np.isin(design["draw"].values, draws))
    if len(places) != len(draws):
        raise ValueError(f"the design has {design.sizes['sample']} draws, and not all that it has learnt from.")
    some = design.isel(sample=places)
    count = some.sizes["sample"]
    simulation = study.backend.prepare(study.network, study.protocol, study.record, some, study.numerics, count)
    arrays, status = simulation.run(slice(0, count))
    results = simulation.schema.dataset(slice(None), arrays, status)
    (measure,) = question.measures()
    table = some.assign({measure.name: (measure.variable.dims, measure(View(results)))})
    return question.witnesses(table, results, simulation.device)


def _other(found: Estimator, question: Train) -> str:
    """What else an estimator is of than a question, in words; '' if nothing."""
    if found.space != question.space:
        return "the prior is another one now"
    if dict(found.protocol) != protocol(question.flanks):
        return f"the contraction is another one now ({found.protocol} before)"
    return ""


def _elsewhere(before: Witnesses, again: Witnesses) -> str:
    """How simulations are others than those that an estimator has learnt from, before they are compared."""
    if again.dt != before.dt:
        return f"it has learnt from steps of {1000 * before.dt:g} ms, and they would be {1000 * again.dt:g} ms now"
    if not np.array_equal(again.stream, before.stream) or not np.allclose(again.numbers, before.numbers, rtol=1e-9):
        return "the design draws other simulations now than it has learnt from"
    if again.seen.shape != before.seen.shape:
        return f"there are {again.seen.shape[1]} summaries now instead of {before.seen.shape[1]}"
    return ""


def training(folder: Path) -> tuple[Study, Train]:
    """What the configuration in the folder of a training declares: its simulations, and itself.

    Raises:
        StoreError: it cannot be read, or is one of something else.
        UserError: it cannot be declared any more.
    """
    _, source, question = declared_in(folder)
    if not isinstance(question, Train) or not isinstance(source, Simulation):
        raise StoreError(f"{folder} is the answer of another question than fit/train; give one of that.")
    return source.study, question


def main(arguments: list[str]) -> int:
    """Exit status: 0 it is of this code (now), 1 it is not, 2 there is nothing to sign."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        folder = asked_in(Path(arguments[0]).expanduser())
        found = sign(folder / FILE, *training(folder))
    except (StoreError, UserError) as problem:
        print(f"sherrington: {problem}", file=sys.stderr)
        return 2
    print(f"{folder / FILE}: {found.said.rstrip('.')}{'' if found.good else '; the same command trains one anew'}")
    return int(not found.good)
