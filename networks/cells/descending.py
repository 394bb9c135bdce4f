"""What descends to a pool: one command for all of its motoneurons, with the fluctuation that they share.

    excitation = lowpass[ clip(voluntary + reticulospinal) (1 + common z) ]
    inhibition = lowpass[ clip(tonic + pattern (voluntary + reticulospinal)) ]

z is a noise of unit variance that all motoneurons of the pool hear alike; what each hears by itself rides on the
conductances of its own dendrites (`networks.synapses.fluctuating_synapses`). Excitation and inhibition are in the units
of these (A_e and A_i). `pattern` is above zero where inhibition rises with excitation (balanced), below zero where it
falls (push-pull); Chardon et al. 2024 (eLife 90624) call it so.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

COMMAND = Model(
    "descending command",
    Block(
        """
        dexcitation/dt = (drive*clip(1 + common*z, 0, inf) - excitation)/tau_command : 1
        dinhibition/dt = (clip(tonic + pattern*drive, 0, inf) - inhibition)/tau_command : 1
        dz/dt = -z/tau_common + sqrt(2/tau_common)*xi : 1
        drive = clip(voluntary + reticulospinal, 0, inf) : 1
        voluntary : 1                                            # corticospinal, to this pool alone
        reticulospinal : 1                                       # to several pools
        tonic : 1                                                # inhibition throughout
        """,
        params={
            "common": Param(
                0.05,
                "chosen: low-frequency modulation that all units share, common drive (De Luca & Erim 1994)",
                (0, 2),
            ),
            "tau_common": Param("80 ms", "chosen: a low-pass at 2 Hz; common drive lies at 1-2 Hz", ("1 ms", None)),
            "tau_command": Param("10 ms", "chosen: descending volleys are not in step", ("0.1 ms", None)),
            "pattern": Param(0.0, "change of inhibition for each unit of drive", (-10, 10)),
        },
        initial={"excitation": 0, "inhibition": 0, "z": 0},
    ),
)
"""It never fires."""
