"""Renshaw cells and recurrent inhibition in cats; none can be recorded in people."""

SINGLE_IPSP = (12.7, 1.5, 54.0)
"""uV, mean, smallest, largest: one Renshaw cell in one motoneuron, n = 12 (van Keulen 1981, Neurosci Lett 21:297)."""
FIRST_RATE = (600.0, 1000.0)
"""Hz at the beginning of a burst after a volley of a whole nerve: Renshaw 1946, Eccles 1954; recalled, not read."""
