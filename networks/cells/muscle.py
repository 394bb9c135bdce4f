"""A muscle unit: the twitch that each spike of its motoneuron adds, and the unit's part in the rectified EMG.

    da/dt = -a/T        df/dt = (e a - f)/T            after a spike f = e t/T exp(-t/T), which peaks at T with 1
    force = P S(f)      S(f) = R (1 - (1 - 1/R)**f)    S(0) = 0, S(1) = 1, S -> R in a tetanus

T is the contraction time, P the twitch force and R the ratio of tetanus to twitch. A spike raises `a` and `envelope`
by 1. The envelope forgets within `tau_emg`: amplitudes of units add up, so nothing cancels as it does between the
phases of real action potentials.

Units of an ankle saturate in another way, S(f) = R f**n/(f**n + R - 1), with the same ends: filaments help each other
to bind. With n = 2 a twitch falls to half as fast as it rises, as in people, and force grows with rate along an S. They
may tire: a part of the force is lost that follows their activity with a time constant of a minute,

    fatigue' = (fatigability S(f)/R - fatigue)/tau_fatigue        force = P S(f) (1 - fatigue)
"""

import numpy as np

from sim.spec.kinds import whole
from sim.spec.model import Block, Model
from sim.spec.network import NetworkError
from sim.spec.params import Graded, Param, nearest
from sim.units import quantity, shown

REMOTO = "ReMoto (Cisi & Kohn 2008) configuration, slow to fast units of "
SKEW = "; the shape between the ends is chosen, as the pools of Powers & Heckman 2017"
ANDREASSEN = "Andreassen & Arendt-Nielsen 1987 (J Physiol 391:561, human)"
EMG = "chosen: in proportion to twitch force, largest unit = 1"

TWITCH = Block(
    """
        da/dt = -a/contraction_time : 1
        df/dt = (e*a - f)/contraction_time : 1
        denvelope/dt = -envelope/tau_emg : 1
        force = (1 - lost)*twitch_force*tetanus_ratio*used : newton
        share = 100*force/whole : 1                              # percent of what the whole muscle brings in a tetanus
        emg = emg_amplitude*envelope : 1
        """,
    params={
        "contraction_time": Param("110 ms", REMOTO + "tibialis anterior: its slowest unit", ("1 ms", None)),
        "twitch_force": Param("0.02 N", REMOTO + "tibialis anterior: its weakest unit", ("0 N", None)),
        "tetanus_ratio": Param(5.0, "chosen", (1.01, 100)),
        "whole": Param("0.1 N", "sum of the tetanic forces of all units, here of one", ("1e-9 N", None)),
        "emg_amplitude": Param(1.0, EMG, (0, 1e6)),
        "tau_emg": Param("50 ms", "chosen: a low-pass filter at 3.2 Hz", ("1 ms", None)),
    },
    sums={"lost": "1"},
    initial={"a": 0, "f": 0, "envelope": 0},
)
"""`used`, the part of its tetanus that a unit brings, stands in another block."""

UNIT = Model("muscle unit", TWITCH + Block("used = 1 - exp(f*log1p(-1/tetanus_ratio)) : 1"))
"""It never fires."""

COOPERATIVE = Block(
    """
    bound = clip(f, 0, inf)**cooperativity : 1
    used = bound/(bound + tetanus_ratio - 1) : 1
    """,
    params={"cooperativity": Param(2.0, "chosen: half relaxation takes as long as contraction, " + ANDREASSEN, (1, 6))},
)

FATIGUE = Block(
    "dfatigue/dt = (fatigability*used - fatigue)/tau_fatigue : 1",
    into={"lost": "fatigue"},
    params={
        "fatigability": Param(0.0, "chosen: part of a steady tetanus that is lost in the end; 0 is none", (0, 1)),
        "tau_fatigue": Param(
            "60 s",
            "chosen; a maximal contraction falls to 78 % in 60 to 90 s: Macefield 2000, human toe",
            ("1 s", None),
        ),
    },
    initial={"fatigue": 0},
)

ANKLE_UNIT = Model("muscle unit of an ankle", TWITCH + COOPERATIVE + FATIGUE)
"""It does not tire unless `fatigability` is given, and never fires."""


def _table(muscle: str, slowest: str, fastest: str, weakest: str, strongest: str, smallest: float) -> dict[str, Graded]:
    source = REMOTO + muscle + SKEW
    return {
        "contraction_time": Graded(slowest, fastest, 1, source),
        "twitch_force": Graded(weakest, strongest, 1, source),
        "emg_amplitude": Graded(smallest, 1, 1, EMG),
    }


SOLEUS = _table("soleus", "170 ms", "86 ms", "0.03 N", "3 N", 0.01)
"""Rows of a pool of soleus units, in the order of their motoneurons."""

TIBIALIS_ANTERIOR = _table("tibialis anterior", "110 ms", "25 ms", "0.02 N", "2.15 N", 0.0093)
"""Rows of a pool of tibialis anterior units."""


# ---- the whole muscles of an ankle

VANDERVOORT = "Vandervoort & McComas 1983 (human): whole muscle {}; fitted with the tendon in series, spread chosen"
ARNOLD = "Arnold 2010 (Ann Biomed Eng 38:269), model of the human lower limb"

WHOLE = {
    "soleus": Param("3586 N", ARNOLD),
    "gastrocnemius": Param("1308 N", ARNOLD + ": medial head"),
    "tibialis": Param("674 N", ARNOLD),
}
"""Force of each muscle when all of its units are in tetanus, at the optimum length."""

_TIMES = {
    "soleus": Graded("171 ms", "117 ms", 0.0, VANDERVOORT.format("156.5 +- 14.7 ms")),
    "gastrocnemius": Graded("125 ms", "61 ms", 0.0, VANDERVOORT.format("113.7 +- 19.6 ms")),
    "tibialis": Graded(
        "69 ms", "35 ms", -0.26, ANDREASSEN + ": torque rises in 47 to 80, mean 61 ms; fitted with the tendon in series"
    ),
}
_TWITCHES = {  # relative to the weakest unit
    "soleus": Graded(1.0, 100.0, 1.0, REMOTO + "soleus" + SKEW),
    "gastrocnemius": Graded(1.0, 107.5, 1.0, REMOTO + "gastrocnemius" + SKEW),
    "tibialis": Graded(1.0, 23.0, 1.06, ANDREASSEN + ": twitch torque 0.7 to 16, mean 5.7 mN m"),
}
_RATIOS = {
    "soleus": Param(8.0, "chosen: a plantar flexor twitch of an eighth of the tetanus"),
    "gastrocnemius": Param(8.0, "chosen: a plantar flexor twitch of an eighth of the tetanus"),
    "tibialis": Param(4.1, "fitted with the tendon in series: the whole muscle twitches with 5 N m, " + ANDREASSEN),
}


def units(muscle: str, size: int) -> dict[str, Graded | Param]:
    """Rows of a pool of human muscle units, in the order of their motoneurons, lowest threshold first.

    Twitch forces are scaled so that all units together bring the muscle's tetanic force (`WHOLE`), however many units
    stand for it.

    Args:
        muscle: one of `WHOLE`.
        size: number of units, at least 1.

    Raises:
        NetworkError: another muscle, or no unit.
    """
    if muscle not in WHOLE:
        raise NetworkError(f"there are no muscle units of {shown(muscle)}: {nearest(muscle, WHOLE)}")
    if (count := whole(size)) is None or count < 1:
        raise NetworkError(f"a {muscle} has at least one unit, but its size is {shown(size)}.")
    sizes, ratio = _TWITCHES[muscle], _RATIOS[muscle]
    leaves = {leaf: np.array([value.number]) for leaf, value in sizes.leaves().items()}
    total = float(sizes.across(count, leaves).sum())
    force = quantity(WHOLE[muscle].value).number / quantity("1 N").number
    weakest, strongest = (
        force * quantity(x).number / (total * quantity(ratio.value).number) for x in (1.0, sizes.high)
    )
    return {
        "contraction_time": _TIMES[muscle],
        "twitch_force": Graded(
            f"{weakest!r} N", f"{strongest!r} N", sizes.skew, sizes.source + "; scaled to the whole"
        ),
        "tetanus_ratio": ratio,
        "whole": WHOLE[muscle],
        "emg_amplitude": Graded(weakest / strongest, 1.0, sizes.skew, EMG),
    }
