"""What the angle of a joint does to persistent inward currents of motoneurons, in cats."""

HALVED = -50.0
"""%: about what rotations of 10 degrees of the ankle take of the persistent inward current of ankle extensors'
motoneurons, mainly by reciprocal inhibition; voltage clamp (Hyngstrom, Johnson, Miller & Heckman 2007, Nat Neurosci
10:363, cat, its abstract)."""
ROTATION = 10.0
"""Degrees either way, of the same."""
RAMP = 8.0
"""mV/s, of the triangular command of a voltage clamp (Lee & Heckman 1998, J Neurophysiol 80:583, its abstract)."""
UNITARY = 9.1
"""nS, peak conductance that one Ia interneuron opens in one motoneuron, cat, n = 5; it decays with 0.82 ms (Stuart &
Redman 1990, authors recalled: "Voltage dependence of Ia reciprocal inhibitory currents in cat spinal motoneurones", its
abstract)."""
