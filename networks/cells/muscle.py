"""A muscle unit: the twitch that each spike of its motoneuron adds, and the unit's part in the rectified EMG.

    da/dt = -a/T        df/dt = (e a - f)/T            after a spike f = e t/T exp(-t/T), which peaks at T with 1
    force = P S(f)      S(f) = R (1 - (1 - 1/R)**f)    S(0) = 0, S(1) = 1, S -> R in a tetanus

T is the contraction time, P the twitch force and R the ratio of tetanus to twitch. A spike raises `a` and `envelope`
by 1. The envelope forgets within `tau_emg`: amplitudes of units add up, so nothing cancels as it does between the
phases of real action potentials.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Graded, Param

REMOTO = "ReMoto (Cisi & Kohn 2008) configuration, slow to fast units of "
SKEW = "; the shape between the ends is chosen, as the pools of Powers & Heckman 2017"
EMG = "chosen: in proportion to twitch force, largest unit = 1"

UNIT = Model(
    "muscle unit",
    Block(
        """
        da/dt = -a/contraction_time : 1
        df/dt = (e*a - f)/contraction_time : 1
        denvelope/dt = -envelope/tau_emg : 1
        force = twitch_force*tetanus_ratio*(1 - exp(f*log1p(-1/tetanus_ratio))) : newton
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
        initial={"a": 0, "f": 0, "envelope": 0},
    ),
)
"""It never fires."""


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
