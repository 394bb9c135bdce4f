"""Monoamines (serotonin, noradrenaline) and what their level does to a motoneuron.

    level = monoamine + receptor_gain ligand

`monoamine` is the part that is there without ligand: constitutive receptor activity, or, in a pool that stands alone,
simply the level. The ligand comes from outside and is one for a whole segment; how much of it a pool feels is the gain
of its receptors. So a blocker of the ligand acts on the second part only (spinal cord injury: Murray 2010,
D'Amico 2013). The level is relative: 1 is that at which the authors of a cell set their conductances.

It multiplies the conductance of the persistent inward current, as Powers & Heckman 2017 have it (their argument
`scale`; ModelDB 239582). `ACTIONS` adds three further ones, each of which is nothing at level 1, and off by default.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

MONOAMINE = Block(
    into={"level": "monoamine"},
    sums={"level": "1"},
    params={"monoamine": Param(1.0, "relative level without ligand; 1 = conductances as published", (0, 5))},
)
"""The level, of which this is the part that is there without ligand."""

LIGAND = Block(
    "ligand : 1",
    into={"level": "receptor_gain*ligand"},
    params={"receptor_gain": Param(1.0, "chosen: ligand is counted by what it adds to the level", (0, 100))},
)
"""The part that the segment's ligand adds."""

OFF = "off as in Powers & Heckman 2017; no number is known, only the direction: "
HARVEY = "Harvey et al. 2006 (PMC5726401, rat)"

ACTIONS = Block(
    """
    ahp_scale = clip(1 - ahp_gain*(level - 1), 0, inf) : 1
    leak_scale = clip(1 - leak_gain*(level - 1), 0, inf) : 1
    threshold_fall = threshold_gain*(level - 1) : volt
    """,
    params={
        "ahp_gain": Param(
            0.0,
            OFF + "serotonin inhibits the SK current of the medium AHP (review doi 10.2174/13816128113199990341)",
            (0, 100),
        ),
        "leak_gain": Param(0.0, OFF + f"serotonin raises the input resistance and depolarises, {HARVEY}", (0, 100)),
        "threshold_gain": Param(
            "0 mV", OFF + f"serotonin and a 5-HT2 agonist hyperpolarise the spike threshold, {HARVEY}", ("0 mV", None)
        ),
    },
)
"""Further actions, for one unit of level above 1: the fraction by which the AHP and the leak conductance fall, and the
potential by which activation and inactivation of sodium move down."""

LIGAND_POOL = Model(
    "monoaminergic ligand of a segment",
    Block(
        """
        dligand/dt = (clip(baseline + release, 0, inf) - ligand)/tau_ligand : 1
        release : 1
        """,
        params={
            "baseline": Param(0.0, "chosen: ligand at rest, as what it adds to the level", (0, 5)),
            "tau_ligand": Param(
                "30 s",
                "chosen; no clearance time was found. Of two efforts of equal impulse, 80 % for 15 s leaves "
                "2/(1 + exp(-15 s/tau)) of what 40 % for 30 s leaves: 1.6 at 10 s, 1.25 at 30 s, 1 without clearance; "
                "delta F rose by 0.20 and 0.30 pps (Ugliara et al. 2025), so tau is not short; nothing bounds it above",
                ("0.1 s", None),
            ),
        },
    ),
)
"""What releases and clears the ligand of a segment: a leaky integrator of the release that remote effort drives.

It starts at its baseline; `release` adds to that (effort, stress) or takes away from it (relaxation), down to nothing.

The effect of a handgrip on delta F follows its impulse, intensity times time (Ugliara et al. 2025). That half of the
impulse, 40 % for 15 s, had no effect at all is more than a linear integrator explains.
"""
