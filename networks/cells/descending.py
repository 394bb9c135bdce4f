"""What descends to pools: a command for each, and a reticulospinal drive that reaches several.

Corticospinal, one for all motoneurons of a pool (`COMMAND`):

    excitation = lowpass[ clip(voluntary) (1 + common fluctuation) ]
    inhibition = lowpass[ clip(tonic + pattern clip(voluntary)) ]

Reticulospinal, one for all pools, to each by its share (`RETICULOSPINAL`):

    excitation = lowpass[ clip(drive) (1 + common fluctuation) ]

The fluctuation, a noise of unit variance that all motoneurons hear alike, lies in a band of the width `common_band`
about `common_frequency`: at its edges the power is half of that in the middle. Each command has its own, so pools share
only that of the reticulospinal drive. What each motoneuron hears by itself rides on the conductances of its own
dendrites (`networks.synapses.fluctuating_synapses`). Excitation and inhibition are in the units of these (A_e and A_i).
`pattern` is above zero where inhibition rises with excitation (balanced), below zero where it falls (push-pull);
Chardon et al. 2024 (eLife 90624) call it so.

Reticulospinal fibres excite lumbar motoneurons of monkeys monosynaptically, less than corticospinal ones and proximal
muscles above all (Shapovalov et al. 1971, Neirofiziologiya 3:408, abstract). Most of them end on interneurons (McCall
et al. 2017, Front Neurol 8:112, abstract), which are left out here: the drive is what arrives at the motoneurons.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

FLUCTUATION = Block(
    """
    dfluctuation/dt = -2*pi*(common_band*fluctuation + common_frequency*late) + sqrt(4*pi*common_band)*xi : 1
    dlate/dt = 2*pi*common_frequency*fluctuation : 1             # a quarter of a cycle behind it
    """,
    params={
        "common_frequency": Param(
            "2 Hz",
            "chosen: common drive lies at 1-2 Hz (recalled); slow twitches pass less of what is faster",
            ("0.01 Hz", "50 Hz"),
        ),
        "common_band": Param(
            "1 Hz",
            "fitted, as that of a command, to a force of the soleus that varies by less than 4 % (CV); no recording of "
            "the band is known",
            ("0.01 Hz", "50 Hz"),
        ),
        "tau_command": Param("10 ms", "chosen: descending volleys are not in step", ("0.1 ms", None)),
    },
    initial={"fluctuation": 0, "late": 0},
)
"""What varies together, and the time constant with which all that descends arrives."""

COMMAND = Model(
    "descending command",
    Block(
        """
        dexcitation/dt = (drive*clip(1 + common*fluctuation, 0, inf) - excitation)/tau_command : 1
        dinhibition/dt = (clip(tonic + pattern*drive, 0, inf) - inhibition)/tau_command : 1
        drive = clip(voluntary, 0, inf) : 1
        voluntary : 1                                            # corticospinal, to this pool alone
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
            "pattern": Param(0.0, "change of inhibition for each unit of drive", (-10, 10)),
        },
        initial={"excitation": 0, "inhibition": 0},
    )
    + FLUCTUATION,
)
"""It never fires."""

RETICULOSPINAL = Model(
    "reticulospinal drive",
    Block(
        """
        dexcitation/dt = (clip(drive, 0, inf)*clip(1 + common*fluctuation, 0, inf) - excitation)/tau_command : 1
        drive : 1                                                # 0 until something drives it
        """,
        params={
            "common": Param(
                0.1,
                "chosen: as a command. EMG of both legs' plantar flexors is coherent in the delta band, for which a "
                "subcortical source is suggested (PMC6026674, human, abstract); no size of it is known",
                (0, 2),
            ),
        },
        initial={"excitation": 0},
    )
    + FLUCTUATION,
)
"""It never fires. Silent until a protocol drives it."""
