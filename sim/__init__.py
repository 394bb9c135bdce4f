"""The simulator: equation text to spikes, in a Dataset. It knows no cell by name."""

from sim.flags import set_flags

set_flags()  # before JAX starts
