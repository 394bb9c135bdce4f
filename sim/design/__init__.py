"""Which parameter sets are run: a product of factors, each of which leaves its label and its index along `sample`."""

from sim.design.axis import Axis
from sim.design.cases import Cases
from sim.design.factor import DesignError, Factor, Seeds
from sim.design.grid import Grid
from sim.design.participants import Participants
from sim.design.points import Points, table
from sim.design.prior import Prior
from sim.design.product import Design, of_table
from sim.design.space import Space
from sim.design.spread import latin_hypercube, sobol

__all__ = [
    "Axis",
    "Cases",
    "Design",
    "DesignError",
    "Factor",
    "Grid",
    "Participants",
    "Points",
    "Prior",
    "Seeds",
    "Space",
    "latin_hypercube",
    "of_table",
    "sobol",
    "table",
]
