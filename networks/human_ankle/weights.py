"""How strongly fibres and interneurons reach other cells: as what all of them together bring when each fires once.

A conductance of a volley is divided by the number of cells that a target hears, so it means the same however many cells
stand for a pathway.
"""

from networks.nerve import REMOTO
from sim.spec.params import Graded, Param
from sim.units import quantity

NANOSIEMENS = quantity("1 nS").number


def volley(low: str, high: str, heard: int, source: str, skew: float = 0.0) -> Graded:
    """The weight of one of the cells that a target hears, from what a volley of all of them brings.

    Args:
        low, high: conductance that a volley adds in the first and in the last target cell.
    """
    return Graded(each(low, heard), each(high, heard), skew, source)


def each(volley: str, heard: int) -> str:
    """What one of the cells that a target hears brings, of what a volley of all of them does."""
    return f"{quantity(volley).number / NANOSIEMENS / heard:.6g} nS"


HEARD = {
    "ia": (0.9, f"{REMOTO}: 90 % of the motoneurons by each fibre"),
    "in": (0.2, f"{REMOTO}: 20 % of the motoneurons by each Ia interneuron"),
    "renshaw": (0.06, f"{REMOTO}: 6 % of the Renshaw cells by each motoneuron"),
    "recurrent": (0.04, f"{REMOTO}: 4 % of the motoneurons by each Renshaw cell"),
}
"""Part of the sources that each target hears."""


def heard(what: str, sources: int) -> int:
    """How many of some sources each target hears, at least one."""
    return max(1, round(HEARD[what][0] * sources))


SYNAPSE = Param("0.5 ms", "synaptic delay 0.3 ms (ReMoto), here a window")
