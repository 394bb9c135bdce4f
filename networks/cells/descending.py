"""What descends to a pool: one command for all of its motoneurons, with the fluctuation that they share.

    excitation = lowpass[ clip(voluntary + reticulospinal) (1 + common fluctuation) ]
    inhibition = lowpass[ clip(tonic + pattern (voluntary + reticulospinal)) ]

The fluctuation, a noise of unit variance that all motoneurons of the pool hear alike, lies in a band of the width
`common_band` about `common_frequency`: at its edges the power is half of that in the middle. What each motoneuron hears
by itself rides on the conductances of its own dendrites (`networks.synapses.fluctuating_synapses`). Excitation and
inhibition are in the units of these (A_e and A_i).
`pattern` is above zero where inhibition rises with excitation (balanced), below zero where it falls (push-pull);
Chardon et al. 2024 (eLife 90624) call it so.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

COMMAND = Model(
    "descending command",
    Block(
        """
        dexcitation/dt = (drive*clip(1 + common*fluctuation, 0, inf) - excitation)/tau_command : 1
        dinhibition/dt = (clip(tonic + pattern*drive, 0, inf) - inhibition)/tau_command : 1
        dfluctuation/dt = -2*pi*(common_band*fluctuation + common_frequency*late) + sqrt(4*pi*common_band)*xi : 1
        dlate/dt = 2*pi*common_frequency*fluctuation : 1         # a quarter of a cycle behind it
        drive = clip(voluntary + reticulospinal, 0, inf) : 1
        voluntary : 1                                            # corticospinal, to this pool alone
        reticulospinal : 1                                       # to several pools
        tonic : 1                                                # inhibition throughout
        """,
        params={
            "common": Param(
                0.1,
                "fitted to rates of soleus units that vary together in a steady contraction of 10 % of the maximal "
                "force: cross-correlation 0.4, in people 0.4 to 0.8 (De Luca & Erim 1994, recalled); SD of the drive, "
                "as a part of it",
                (0, 2),
            ),
            "common_frequency": Param(
                "2 Hz",
                "chosen: common drive lies at 1-2 Hz (recalled); slow twitches pass less of what is faster",
                ("0.01 Hz", "50 Hz"),
            ),
            "common_band": Param(
                "1 Hz",
                "fitted to a force of the soleus that varies by less than 4 % (CV); no recording of the band is known",
                ("0.01 Hz", "50 Hz"),
            ),
            "tau_command": Param("10 ms", "chosen: descending volleys are not in step", ("0.1 ms", None)),
            "pattern": Param(0.0, "change of inhibition for each unit of drive", (-10, 10)),
        },
        initial={"excitation": 0, "inhibition": 0, "fluctuation": 0, "late": 0},
    ),
)
"""It never fires."""
