"""What a contraction says of its drive: a row of numbers, each named, from the discharges of some units of a pool."""

from sim.analysis.summaries.flanks import Flanks
from sim.analysis.summaries.of_force import flanks_of_force
from sim.analysis.summaries.of_pool import Summary, catalogue, summaries
from sim.analysis.summaries.of_units import OfUnits, of_units

__all__ = ["Flanks", "OfUnits", "Summary", "catalogue", "flanks_of_force", "of_units", "summaries"]
