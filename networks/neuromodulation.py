"""Monoamines (serotonin, noradrenaline) and the persistent inward current.

The level is relative: 1 is the drive at which Powers & Heckman 2017 set their pool, and it multiplies the dendritic
L-type Ca conductance (their argument `scale`; ModelDB 239582).
"""

from sim.spec.model import Block
from sim.spec.params import Param

MONOAMINE = Block(
    params={"monoamine": Param(1.0, "relative level; 1 = Powers & Heckman 2017, ModelDB 239582", (0, 5))},
)
