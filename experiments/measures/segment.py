"""What the two halves of a segment do to each other in a contraction: interneurons, antagonist, ligand."""

import numpy as np

from experiments.measures.force import mean_in_window, peak_force
from experiments.measures.pool import command_end
from sim.analysis.means import known_mean
from sim.measure import Measure
from sim.results.view import View


def segment_measures(population: str, antagonist: str) -> tuple[Measure, ...]:
    """The measures of a contraction of one of two antagonists.

    Args:
        population: the pool that contracts; its command and the spikes of `POPULATION_in` are needed.
        antagonist: the other pool.
    """
    whole = {"name": "ligand_level", "start": 0.0, "stop": float("inf")}
    words = "mean rate of the Ia interneurons that silence the pool, while the command lasts"
    of_maximum = "in percent of the maximal one"
    return (
        Measure("peak_force", "%", f"peak force, {of_maximum}", peak_force, {"population": population}),
        Measure(
            "antagonist_force", "%", f"peak force of the antagonist, {of_maximum}", peak_force,
            {"population": antagonist},
        ),
        Measure("interneuron_rate", "pps", words, interneuron_rate, {"population": population}),
        Measure("ligand", "1", "ligand, mean over time", mean_in_window, whole),
    )  # fmt: skip


def interneuron_rate(view: View, population: str) -> np.ndarray:
    """Rate of the interneurons `POPULATION_in` while the command lasts, mean over them: pps, (sample,)."""
    time, command = view.time, view.course(f"{population}.excitation")
    end = command_end(time, command)
    begin = time[np.argmax(command > command.min(axis=-1, keepdims=True), axis=-1)]
    counts = (view.spikes(f"{population}_in") < end[:, None, None]).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return known_mean(counts) / (end - begin)
