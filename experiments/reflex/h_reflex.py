"""How do M wave and H reflex of a muscle grow with the intensity of the stimulus, and with the width of its pulse?

Nothing of it is imposed: a pulse excites motor and Ia axons by their own thresholds, impulses run both ways, and those
that run back in motor axons annihilate what the cord sends after them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.published import reflexes as people
from experiments.question import Asked
from experiments.reflex import h_reflex_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, summarised
from experiments.words import mean_and_sd, number

RESPONDS = 5.0
"""% of the largest M wave, from which a response counts."""


@dataclass(frozen=True)
class HReflex(Stimulated):
    """Settings as `Stimulated`; cases are kinds of pulses, for example their width."""

    dims: ClassVar[tuple[str, ...]] = ("case", "intensity")

    def answer(self, asked: Asked) -> xr.Dataset:
        """M and H in percent of the largest M wave, (case, intensity, seed), what follows from the curves, (case,
        seed), and EMG of one seed."""
        m = asked.folded().sortby("intensity")
        largest = m["m_size"].max(("case", "intensity"))
        for name, words in (("m", "M wave"), ("h", "H reflex")):
            m[name] = 100 * m[f"{name}_size"] / largest.where(largest > 0)
            m[name].attrs = attributes("%", f"{words}, of the largest M wave")
        intensity = m["intensity"]
        for name in ("m", "h"):
            there = m[name] >= RESPONDS
            m[f"{name}_threshold"] = (
                intensity.where(there)
                .min("intensity")
                .assign_attrs(
                    attributes("1", f"lowest intensity with {RESPONDS:g} % of the largest M wave, in motor thresholds")
                )
            )
        m["h_max"] = m["h"].max("intensity").assign_attrs(attributes("%", "largest H reflex, of the largest M wave"))
        m["h_last"] = (
            m["h"]
            .isel(intensity=-1, drop=True)
            .assign_attrs(attributes("%", "H reflex at the highest intensity, of the largest M wave"))
        )
        at = intensity.isel(intensity=m["h"].fillna(-1).argmax("intensity"))
        m["h_best"] = at.drop_vars("intensity").assign_attrs(attributes("1", "intensity of the largest H reflex"))
        late = m["h_latency"].where(m["h"] >= RESPONDS).mean("intensity")
        m["h_begins"] = late.assign_attrs(attributes("ms", "H reflex, from the stimulus to its begin"))
        found = summarised(m)
        few = np.unique(np.linspace(0, m.sizes["intensity"] - 1, 5).round().astype(int))
        samples = m["sample"].isel(case=0, seed=0, intensity=few, drop=True).rename(intensity="shown_intensity")
        shown = samples["shown_intensity"]
        return (
            found.assign(self.emg(asked, samples))
            .assign_coords(shown_intensity=shown)
            .assign_attrs(muscle=self.muscle, largest=float(largest.mean()) if largest.size else np.nan)
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """EMG at some intensities (A), the curves (B, and one for each further case), and the largest H reflex."""
        return h_reflex_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Thresholds, the largest H reflex and its latency."""
        return [
            f"{case}: H from {number(at['h_threshold_mean'], 2)}, M from {number(at['m_threshold_mean'], 2)} times the "
            f"motor threshold; largest H {mean_and_sd(at, 'h_max', 0, '% of M')} at "
            f"{number(at['h_best_mean'], 2)}, after {number(at['h_begins_mean'], 1, 'ms')}; at the highest intensity "
            f"{number(at['h_last_mean'], 0, '%')}"
            for case in m["case"].values
            for at in [m.sel(case=case)]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        low, high = people.H_MAX
        return [
            "A: surface EMG of one seed, stimulus at 0. B and on: small points, seeds; large points, their mean with "
            "its 95 % interval; M wave and H reflex, peak to peak in their windows, in percent of the largest M wave "
            "of the seed. Grey: ReMoto's soleus (900 motoneurons, 400 Ia fibres), intensities in multiples of 12 mA.",
            "H falls at high intensities because the impulses that run back in motor axons annihilate those that the "
            "cord sends out, and because what is left finds motoneurons that have just fired.",
            f"In young people who stand the largest H reflex of the soleus is {low:g} to {high:g} % of the largest M "
            "wave (58 ± 16, PMC3515837). The strength of the monosynaptic connection is fitted to that; thresholds, "
            "latency, the shape of the curves and what the width does are not.",
        ]
