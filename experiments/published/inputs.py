"""How much of the inputs of simulated pools was read from their motor units.

Chardon et al. 2024 (eLife 90624): pools of 20 motoneurons, driven by triangles of excitation, more than 300,000
combinations of excitation, inhibition and neuromodulation.
"""

ACCOUNTED = (0.75, 0.90)
"""Share of the variance of the inputs, lowest and highest."""
