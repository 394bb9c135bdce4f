"""A contraction in a segment: what outlasts its command, its forces, and what inhibits the pool meanwhile."""

from typing import Any

import numpy as np

from experiments.measures.force import peak_force
from experiments.measures.pool import command_end, pool_measures
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.spikes import spike_count
from sim.measure import Measure
from sim.results.view import View

TAKEN = ("delta_f", "n_test_units", "brace_height", "peak_rate", "n_recruited")


def contraction_measures(population: str, antagonist: str, convention: DeltaFConvention) -> tuple[Measure, ...]:
    """The measures of a contraction of one of two antagonists.

    Args:
        population: the pool that contracts; its interneurons are `POPULATION_in`.
        antagonist: the other pool.
        convention: of the ΔF.
    """
    pool: dict[str, Any] = {"population": population}
    without, both = "ΔF, pool mean, without the units that outlast the command", {**pool, "convention": convention}
    rate = "mean rate of the Ia interneurons that silence the pool, while the command lasts"
    return (
        *(m for m in pool_measures(population, convention) if m.name in TAKEN),
        Measure("delta_f_without", "pps", without, delta_f_without, both),
        Measure("n_outlasting", "1", "units that fire after the command has ended", n_outlasting, pool),
        Measure("peak_force", "%", "peak force, in percent of the maximal one", peak_force, pool),
        Measure(
            "antagonist_force", "%", "peak force of the antagonist, in percent of its maximal one", peak_force,
            {"population": antagonist},
        ),
        Measure("interneuron_rate", "pps", rate, interneuron_rate, pool),
        Measure("ligand", "1", "ligand, mean over the recording", mean_course, {"name": "ligand_level"}),
    )  # fmt: skip


def delta_f_without(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """ΔF of the pool without the units that outlast the command: pps, (sample,)."""
    lasting = _outlasting(view, population)
    return delta_f(np.where(lasting[..., None], np.nan, view.spikes(population)), convention=convention).pool


def n_outlasting(view: View, population: str) -> np.ndarray:
    """Recruited units that fire after the command has ended: (sample,)."""
    return (_outlasting(view, population) & (spike_count(view.spikes(population)) > 1)).sum(axis=-1)


def interneuron_rate(view: View, population: str) -> np.ndarray:
    """Spikes of an interneuron up to the end of the command over the command's duration: pps, (sample,)."""
    time, command = view.time, view.course(f"{population}.excitation")
    end = command_end(time, command)
    driven = end - time[np.argmax(command > command.min(axis=-1, keepdims=True), axis=-1)]
    return known_mean((view.spikes(f"{population}_in") < end[:, None, None]).sum(axis=-1)) / driven


def mean_course(view: View, name: str) -> np.ndarray:
    """Mean of a course over the recording: in its unit, (sample,)."""
    return view.course(name).mean(axis=-1)


def _outlasting(view: View, population: str) -> np.ndarray:
    end = command_end(view.time, view.course(f"{population}.excitation"))
    return derecruitment_time(view.spikes(population)) > end[:, None]
