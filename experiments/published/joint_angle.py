"""What the angle of a joint does to persistent inward currents of motoneurons, in cats."""

HALVED = -50.0
"""%: change of the persistent inward current of ankle extensors' motoneurons by rotations of 10 degrees of the ankle, about
this much and mainly by reciprocal inhibition; voltage clamp (Hyngstrom, Johnson, Miller & Heckman 2007, Nat Neurosci
10:363, cat, its abstract)."""
ROTATION = 10.0
"""Degrees either way, of the same."""
RAMP = 8.0
"""mV/s, of the triangular command of a voltage clamp (Lee & Heckman 1998, J Neurophysiol 80:583, its abstract)."""
