"""A motoneuron of the ankle under voltage clamp: an amplifier holds its soma at a potential and its current is read.

    i_clamp = clamp (holding + command - v_soma)

The dendrites are not clamped: what flows there reaches the soma through the axial resistance, as in the laboratory. An
inward current shows as a negative `i_clamp`. With `clamp` 0 the cell is `networks.cells.powers_heckman.ANKLE`.
"""

from networks.cells.powers_heckman import ANKLE_RESET, WARM_UP, ankle, motoneuron
from sim.spec.model import Block
from sim.spec.params import Param

AMPLIFIER = Block(
    """
    command : volt                                                   # above the holding potential
    i_clamp = clamp*(holding + command - v_soma) : amp
    """,
    into={"i_in_soma": "i_clamp"},
    params={
        "clamp": Param(
            "0 uS", "0: no clamp; 1 mS holds the soma within 0.2 mV through its own sodium current", ("0 uS", "10 mS")
        ),
        "holding": Param("-80 mV", "chosen: below the persistent inward current"),
    },
)

CLAMPED = motoneuron(
    "Powers & Heckman 2017 in an ankle, clamped", ankle() + AMPLIFIER, reset=ANKLE_RESET, dendrites=WARM_UP
)
"""`ANKLE` with an electrode in the soma."""
