"""What the tendon organs of a muscle make of its force: the mean rate of their Ib endings.

Crago, Houk & Rymer 1982 (J Neurophysiol 47:1069) measured the sum of many receptors, Lin & Crago 2002 (Ann Biomed Eng
30:54-67) put it as a logarithm of force and a filter that overshoots and adapts:

    q = G_1 ln(1 + force/G_2)        rate = q (1.7 s**2 + 2.58 s + 0.4)/(s**2 + 2.2 s + 0.4), at least 0

The filter is 1.7 - (2/15)/(1 + 5 s) - (17/30)/(1 + s/2): 1.7 q less two parts that follow q with 5 s and 0.5 s. So a
step of force gives at once 1.7 times the rate that is left in the end.

`ib_rate` hangs on states only: the force is followed within 2 ms. G_2 belongs to the muscle from which it comes, a cat
soleus of some 20 N; a human muscle has one in proportion to its strength (`of_strength`).
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.units import quantity

SOURCE = "Lin & Crago 2002, as in two public implementations that agree"
NEWTON = quantity("1 N").number

TENDON_ORGAN = Model(
    "tendon organs",
    Block(
        """
        force : newton                                                    # at the tendon
        df/dt = (clip(force, 0*newton, inf*newton) - f)/tau_force : newton
        q = G_1*log1p(f/G_2) : hertz
        dslow/dt = (q - slow)/tau_slow : hertz
        dfast/dt = (q - fast)/tau_fast : hertz
        ib_rate = clip((1 + part_slow + part_fast)*q - part_slow*slow - part_fast*fast, 0*hertz, inf*hertz) : hertz
        """,
        params={
            "G_1": Param("60 Hz", SOURCE, ("0 Hz", None)),
            "G_2": Param("4 N", SOURCE + "; of a cat soleus", ("1e-6 N", None)),
            "tau_slow": Param("5 s", SOURCE + ": pole at 0.2/s", ("10 ms", None)),
            "tau_fast": Param("0.5 s", SOURCE + ": pole at 2/s", ("10 ms", None)),
            "part_slow": Param(2 / 15, SOURCE + ": residue at that pole", (0, 100)),
            "part_fast": Param(17 / 30, SOURCE + ": residue at that pole", (0, 100)),
            "tau_force": Param(
                "2 ms", "chosen: short; it smooths the staircase of windows of 0.5 ms", ("0.05 ms", None)
            ),
        },
        initial={"f": "0 N", "slow": "0 Hz", "fast": "0 Hz"},
    ),
)
"""It never fires: its endings do (`networks.cells.afferent.ENDING`)."""


def of_strength(strongest: str) -> dict[str, Param]:
    """The row of a muscle whose strongest contraction has this force: tendon organs that use their range as a cat's do.

    Raises:
        UnitError: no force.
    """
    newton = Param(strongest, "a muscle's strength", ("1e-6 N", None)).quantity.number / NEWTON
    return {
        "G_2": Param(
            f"{newton / 5!r} N", SOURCE + "; 4 of some 20 N (recalled) in a cat soleus, in proportion", ("1e-6 N", None)
        )
    }
