"""What do force, its unrest, EMG and motor units do in voluntary isometric contractions, from weak to maximal?

The ankle is held, the command of one muscle rises and stays; with the persistent calcium current of its motoneurons and
without. The maximal voluntary force (MVC) is that of the command of the design that brings most.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.isometric import isometric_measures
from experiments.measures.reflex import amplitudes
from experiments.published import contractions as people
from experiments.question import Asked, Question
from experiments.reflex import isometric_force_figure
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd
from sim.analysis.common_drive import SHORTEST
from sim.measure import Measure
from sim.spec.kinds import listed, part
from sim.spec.network import Network
from sim.units import in_unit

NEAR = 90.0
"""% of the MVC: chosen. Commands beyond raise the force by little, and what is compared at the MVC hangs on them."""
STEADY = (10.0, 60.0)
"""% of the MVC, between which the unrest of force and units is summed up."""
TWENTY = 20.0
"""% of the MVC, at which rates of people are known."""
ALL = 99.0
"""% of the pool that is called all of it: one unit in a hundred may be late."""
SETTLING = 1.0
"""s of the plateau that are left out."""
NAMES = ("force", "force_cv", "emg", "units", "rate", "interval_cv", "common_drive")


@dataclass(frozen=True)
class IsometricForce(Question):
    """Settings: who contracts, and when. The cases of the design are the muscles; `pic` is the part of the calcium PIC.

    Args:
        network: that is simulated; the sizes of its units' potentials are read from it.
        muscles: names, one for each case.
        before, up, hold: rest, rise and plateau of the command.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "pic", "command")

    network: Network = field(kw_only=True)
    muscles: tuple[str, ...] = field(kw_only=True)
    before: str | float = field(kw_only=True)
    up: str | float = field(kw_only=True)
    hold: str | float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.network", self.network, Network, ValueError)
        object.__setattr__(self, "muscles", tuple(map(str, listed("question.muscles", self.muscles, ValueError))))
        for muscle in self.muscles:
            amplitudes(self.network, muscle)
        if self.plateau[1] - self.plateau[0] < SHORTEST:
            raise ValueError(
                f"a plateau is measured from {SETTLING:g} s after its begin on, for {SHORTEST:g} s at least, but "
                f"question.hold is {self.hold}. Hold the contraction for longer."
            )

    @cached_property
    def plateau(self) -> tuple[float, float]:
        """s."""
        before, up, hold = (in_unit(getattr(self, k), "ms", f"question.{k}") / 1000 for k in ("before", "up", "hold"))
        return before + up + SETTLING, before + up + hold

    def measures(self) -> tuple[Measure, ...]:
        rest = in_unit(self.before, "ms", "question.before") / 1000
        return tuple(
            measure
            for muscle in self.muscles
            for measure in isometric_measures(muscle, amplitudes(self.network, muscle), rest, *self.plateau)
        )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Everything along (case, pic, command, seed), what follows from it along (case, pic, seed) or (case, seed).

        Raises:
            ValueError: a muscle has no case.
        """
        folded = asked.folded().sortby("command").sortby("pic")
        named(folded, "case", *self.muscles)
        own = [_of(folded, muscle, len(amplitudes(self.network, muscle))) for muscle in self.muscles]
        return summarised(_followed(xr.concat(own, "case")))

    def draw(self, m: xr.Dataset) -> Figure:
        """Force over command (A), its unrest (B), EMG (C), recruitment (D), rates (E) and units (F) over force."""
        return isometric_force_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Maximal force with and without PIC, unrest, rates."""
        return [_said(m.sel(case=muscle), str(muscle)) for muscle in m["case"].values]

    def notes(self, m: xr.Dataset) -> list[str]:
        low, high = people.FORCE_CV
        return [
            "MVC: the largest force of all commands, of each seed. Force has no ceiling of its own: above 30 it still "
            "rises with the rates, by 2 % in the soleus and 8 % in the tibialis from 60 to 100. Every command rises "
            "within the same time and is held; measures are of the plateau without its first "
            f"{SETTLING:g} s. Small points, seeds; large points, mean with its 95 % interval.",
            "Force of the tendon above rest. No synergist is commanded, so the force is that of one muscle, where "
            "people's is that of all that turn the joint. Units count as firing with an interval below 0.4 s on the "
            "plateau; people's thresholds are read on ramps.",
            f"People hold a force within {low:g} to {high:g} % (CV). What units of a muscle share, its force shows: "
            "with human numbers of cells it is not much steadier than with a tenth of them.",
            "No PIC: without the calcium current, the sodium part stays. In people ionotropic input alone is said to "
            f"bring about {people.WITHOUT_PIC:g} % of the maximal force (recalled, not read). What is left without PIC "
            f"hangs on how strong the strongest command is, so it is given at the command that brings {NEAR:g} % too.",
            "Independent and common noise are fitted to the variability of intervals and to the common drive of soleus "
            "units from 10 to 20 % of the maximal force, the band of the common noise to the steadiness of the soleus; "
            "the tibialis, recruitment, rates, force and EMG are not.",
        ]


def _of(folded: xr.Dataset, muscle: str, size: int) -> xr.Dataset:
    """The measures of a muscle of `size` units in its own case."""
    own = folded.sel(case=[muscle])
    taken = {name: own[f"{muscle}_{name}"] for name in NAMES}
    for name, x in taken.items():
        said = x.attrs["long_name"].replace(f"the {muscle}", "the muscle")
        taken[name] = x.rename(name).assign_attrs(x.attrs, long_name=said)
    recruited = attributes("%", "units that fire, of the pool")
    return xr.Dataset({**taken, "recruited": (100 * taken["units"] / size).assign_attrs(recruited)})


def _followed(m: xr.Dataset) -> xr.Dataset:
    """With what follows from force: % of the MVC, EMG in % of that at the MVC, what is read at 20 % and at the MVC."""
    force = m["force"].transpose("case", "pic", "command", "seed")
    full = force.isel(pic=-1, drop=True).fillna(-np.inf)
    at = full.argmax("command")
    best = full.isel(command=at).drop_vars("command")
    mvc = best.where(best > 0).rename("mvc")
    m["mvc"] = mvc.assign_attrs(attributes("N", "maximal voluntary force"))
    m["mvc_command"] = (
        (m["command"].isel(command=at).drop_vars("command").where(mvc > 0))
        .astype(float)
        .assign_attrs(attributes("1", "command of the maximal voluntary force"))
    )
    m["percent"] = (100 * force / mvc).assign_attrs(attributes("%", "force, of the maximal voluntary force"))
    at_mvc = m.isel(command=at)
    m["without"] = (
        at_mvc["percent"]
        .isel(pic=0)
        .drop_vars(["command", "pic"])
        .assign_attrs(attributes("%", "force without PIC at the command of the MVC, of the MVC"))
    )
    alone = m["percent"].isel(pic=0, drop=True)
    m["without_near"] = _read(m["percent"], alone, NEAR).assign_attrs(
        attributes("%", f"force without PIC at the command that brings {NEAR:g} % of the MVC with it, of the MVC")
    )
    top = at_mvc["emg"].isel(pic=-1, drop=True).drop_vars("command")
    m["emg_percent"] = (100 * m["emg"] / top.where(top > 0)).assign_attrs(
        attributes("%", "mean rectified EMG, of that at the MVC")
    )
    m["rate_mvc"] = (
        at_mvc["rate"]
        .isel(pic=-1)
        .drop_vars(["command", "pic"])
        .assign_attrs(attributes("pps", "mean rate at the MVC"))
    )
    for name in ("rate", "emg_percent", "interval_cv"):
        x = m[name]
        m[f"{name}_20"] = _read(m["percent"], x, TWENTY).assign_attrs(
            attributes(x.attrs["units"], f"{x.attrs['long_name']}, at {TWENTY:g} % of the MVC")
        )
    for name, share in (("half", 50.0), ("all", ALL)):
        m[f"{name}_recruited"] = _read(m["recruited"], m["percent"], share, from_nothing=True).assign_attrs(
            attributes("%", f"force at which {share:g} % of the units fire, of the MVC")
        )
    steady = (m["percent"] >= STEADY[0]) & (m["percent"] <= STEADY[1])
    for name in ("force_cv", "interval_cv", "common_drive"):
        x = m[name].where(steady).isel(pic=-1, drop=True).mean("command")
        m[f"{name}_steady"] = x.assign_attrs(
            attributes(
                m[name].attrs["units"], f"{m[name].attrs['long_name']}, from {STEADY[0]:g} to {STEADY[1]:g} % MVC"
            )
        )
    return m


def _read(rising: xr.DataArray, x: xr.DataArray, level: float, *, from_nothing: bool = False) -> xr.DataArray:
    """A measure where another one first reaches a level with the whole PIC, linear between commands: (case, seed).

    Args:
        rising: with the command, (case, command, seed); with the dimension pic the whole one is taken.
        x: as `rising`.
        from_nothing: without a command both are 0.
    """
    order = ("case", "seed", "command")
    whole = (v.isel(pic=-1, drop=True) if "pic" in v.dims else v for v in (rising, x))
    p, y = (v.transpose(*order) for v in whole)
    found = np.full(p.shape[:2], np.nan)
    for place in np.ndindex(found.shape):
        known = np.isfinite(p.values[place]) & np.isfinite(y.values[place])
        a, b = p.values[place][known], y.values[place][known]
        if from_nothing:
            a, b = (np.concatenate([[0.0], v]) for v in (a, b))
        if a.size and a.min() <= level <= a.max():
            found[place] = _first(np.maximum.accumulate(a), b, level)
    return xr.DataArray(found, dims=("case", "seed"), coords={"case": p["case"]})


def _first(rising: np.ndarray, x: np.ndarray, level: float) -> float:
    """x where what never falls first reaches a level."""
    k = int(np.searchsorted(rising, level))
    if k == 0:
        return float(x[0])
    share = (level - rising[k - 1]) / (rising[k] - rising[k - 1])
    return float(x[k - 1] + share * (x[k] - x[k - 1]))


def _said(m: xr.Dataset, muscle: str) -> str:
    known = people.RATE_AT_20.get(muscle)
    said: list[Any] = [
        f"{muscle}: MVC {mean_and_sd(m, 'mvc', 0, 'N')}, without PIC {mean_and_sd(m, 'without', 0, '%')} of it, "
        f"{mean_and_sd(m, 'without_near', 0, '%')} at the command that brings {NEAR:g} % with it",
        f"CV of force {mean_and_sd(m, 'force_cv_steady', 1, '%')}, of intervals "
        f"{mean_and_sd(m, 'interval_cv_steady', 2, '')}, common drive {mean_and_sd(m, 'common_drive_steady', 2, '')}",
        f"rate at 20 % {mean_and_sd(m, 'rate_20', 1, 'pps')}"
        + (f" (people {known:g})" if known else "")
        + f", at the MVC {mean_and_sd(m, 'rate_mvc', 1, 'pps')}",
        f"half of the units fire from {mean_and_sd(m, 'half_recruited', 0, '%')} of the MVC on, {ALL:g} % of them from "
        f"{mean_and_sd(m, 'all_recruited', 0, '%')}",
        f"EMG at 20 % of the force {mean_and_sd(m, 'emg_percent_20', 0, '%')} of that at the MVC",
    ]
    return "; ".join(said)
