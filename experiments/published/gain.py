"""What persistent inward currents do to the gain of motoneurons and to what they do after their input, in cats."""

SYNAPTIC_GAIN = 2.7
"""Times the gain of frequency against injected current: of that against synaptic input (Lee et al. 2003)."""
POOL_GAIN = (2.0, 3.0)
"""Times the gain without persistent inward currents: the same, and Grande et al. 2007 (synaptic amplification 2-6x)."""
LONG, SHORT = 5.0, 2.0
"""s of self-sustained firing: motoneurons of low threshold more than the one, of high threshold at most the other, as
recalled of Lee & Heckman 1998 (decerebrate cat). Their abstract has 1.5 s of Ia input, and calls those fully bistable
that go on for more than 3 s, 17 of 49."""
