"""What descends to a pool: one command for all of its motoneurons, with the fluctuation that they share.

    excitation = lowpass[ clip(voluntary + reticulospinal) (1 + common fluctuation) ]
    inhibition = lowpass[ clip(tonic + pattern (voluntary + reticulospinal)) ]

The fluctuation, a noise of unit variance that all motoneurons of the pool hear alike, lies between two corners: a
command does not change faster than tau_common, and what is slower than tau_corrected a person who watches the force
puts right. What each motoneuron hears by itself rides on the conductances of its own dendrites
(`networks.synapses.fluctuating_synapses`). Excitation and inhibition are in the units of these (A_e and A_i).
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
        dz/dt = -z/tau_common + sqrt(2/tau_common)*xi : 1
        dslow/dt = (z - slow)/tau_corrected : 1
        fluctuation = sqrt(1 + tau_common/tau_corrected)*(z - slow) : 1
        drive = clip(voluntary + reticulospinal, 0, inf) : 1
        voluntary : 1                                            # corticospinal, to this pool alone
        reticulospinal : 1                                       # to several pools
        tonic : 1                                                # inhibition throughout
        """,
        params={
            "common": Param(
                0.15,
                "fitted to rates of soleus units that vary together in a steady contraction of 10 % of the maximal "
                "force: cross-correlation 0.4, in people 0.4 to 0.8 (De Luca & Erim 1994, recalled); SD of the drive, "
                "as a part of it",
                (0, 2),
            ),
            "tau_common": Param("80 ms", "chosen: a low-pass at 2 Hz; common drive lies at 1-2 Hz", ("1 ms", None)),
            "tau_corrected": Param(
                "80 ms", "chosen: a high-pass at 2 Hz, so that the band is widest about 2 Hz", ("1 ms", None)
            ),
            "tau_command": Param("10 ms", "chosen: descending volleys are not in step", ("0.1 ms", None)),
            "pattern": Param(0.0, "change of inhibition for each unit of drive", (-10, 10)),
        },
        initial={"excitation": 0, "inhibition": 0, "z": 0, "slow": 0},
    ),
)
"""It never fires."""
