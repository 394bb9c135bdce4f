"""Where a textbook would put the populations of an ankle: one muscle left of the midline, its antagonist right of it.

Places are of a population's kind, what its name says after the muscle: (distance from the midline, height), both from
0 to 1; the cord lies above `CORD`.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """Of a kind of population.

    Args:
        x: from the midline.
        y: from below.
        label: what stands in it.
        shape: "cell", "node" of an axon, "organ" or "drive".
    """

    x: float
    y: float
    label: str
    shape: str = "cell"


CORD = 0.475
"""Height of the border between the cord and the periphery."""

KINDS = {
    "": Place(0.50, 0.565, "motoneurons"),
    "command": Place(0.50, 0.965, "command", "drive"),
    "in": Place(0.18, 0.705, "Ia inhibitory\ninterneurons"),
    "pad": Place(0.125, 0.875, "presynaptic\ninterneurons"),
    "ib_in": Place(0.90, 0.73, "Ib inter-\nneurons"),
    "renshaw": Place(0.76, 0.545, "Renshaw\ncells"),
    "ia_terminal": Place(0.345, 0.865, "Ia\nterminals"),
    "motor_nerve": Place(0.50, 0.39, "motor axons", "node"),
    "motor_belly": Place(0.50, 0.285, "motor axons", "node"),
    "ia_nerve": Place(0.29, 0.39, "Ia fibres", "node"),
    "ia_belly": Place(0.29, 0.285, "Ia fibres", "node"),
    "ib_nerve": Place(0.71, 0.39, "Ib fibres", "node"),
    "ib_belly": Place(0.71, 0.285, "Ib fibres", "node"),
    "ia_ending": Place(0.29, 0.175, "Ia endings"),
    "ii_ending": Place(0.098, 0.175, "II endings"),
    "ib_ending": Place(0.71, 0.175, "Ib endings"),
    "spindle": Place(0.29, 0.055, "spindle", "organ"),
    "organ": Place(0.71, 0.055, "tendon\norgans", "organ"),
    "units": Place(0.50, 0.175, "muscle units"),
    "tendon": Place(0.50, 0.055, "muscle\nand tendon", "organ"),
    "electrode": Place(0.925, 0.285, "over the belly", "drive"),
}
"""By what the name of a population says after that of its muscle."""

SHARED = {
    "ankle": Place(0.0, -0.05, "ankle joint", "organ"),
    "ligand": Place(0.0, 0.965, "monoamines", "drive"),
    "reticulospinal": Place(0.0, 0.59, "reticulospinal", "drive"),
}
"""Between the two muscles."""

NERVE = Place(0.925, 0.39, "", "drive")
"""The stimulator of a muscle's nerve, which has the nerve's name."""

INHIBITS = {"g_recip_dend", "g_recip_soma", "g_renshaw", "g_ib", "g_gly", "d1", "d2"}
"""States through which spikes silence, hold back or presynaptically inhibit their target."""

VIA = {
    ("ii_ending", "", True): (0.10, 0.56),
    ("spindle", "ii_ending", True): (0.10, 0.055),
    ("tendon", "ankle", True): (0.40, -0.05),
    ("ankle", "tendon", True): (0.40, -0.05),
    ("ligand", "", True): (0.66, 1.0),
    ("command", "in", False): (-0.18, 0.86),
    ("renshaw", "in", False): (0.50, 0.66),
    ("renshaw", "renshaw", False): (0.0, 0.415),
    ("ia_terminal", "in", False): (0.10, 0.75),
    ("ia_terminal", "pad", False): (0.12, 0.80),
    ("in", "in", False): (0.0, 0.67),
    ("ia_nerve", "ia_terminal", True): (0.29, 0.60),
    ("ia_terminal", "", True): (0.40, 0.70),
    ("ib_nerve", "ib_in", True): (0.92, 0.48),
    ("ib_in", "", True): (0.66, 0.70),
    ("", "renshaw", True): (0.63, 0.54),
    ("renshaw", "", True): (0.65, 0.61),
}
"""Where an arrow is drawn to, on the side of its source: from a kind, to a kind, and whether they are of one muscle."""
