"""The simulator: equation text to spikes, in a Dataset. It knows no cell by name, and importing it changes nothing."""
