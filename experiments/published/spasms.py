"""Motor units of thenar muscles of people with spinal cord injury that fire without being asked to.

After a voluntary contraction had ended, 8 units (24 %) fired on: Zijdewind & Thomas 2003, J Neurophysiol 89:2065.
In spasms: Zijdewind & Thomas 2014, Front Hum Neurosci 8:922.
"""

RATE_AFTER_CONTRACTION = (5.1, 6.7)
"""pps, 5.9 ± 0.8."""

FORCE_AFTER_CONTRACTION = (0.3, 7.2)
"""% of maximum, lowest and highest."""

RATE_IN_SPASM = (8.8, 16.1)
"""pps, at a quarter of the force of the spasm and at the whole."""

FORCE_IN_SPASM = (6.0, 72.0)
"""% of the force of 50-Hz stimulation, 39 ± 33."""

PEOPLE = (
    "People with spinal cord injury. After a voluntary contraction had ended, 8 thenar units (24 %) fired on at "
    "5.9 ± 0.8 pps, with forces of 0.3 to 7.2 % of maximum (grey; Zijdewind & Thomas 2003, J Neurophysiol "
    "89:2065). In spasms of thenar muscles force was 39 % (SD 33) of that of 50-Hz stimulation, and units fired "
    "at 8.8 (SD 3.3) pps at a quarter of that force and 16.1 (4.1) at the whole (amber; Zijdewind & Thomas 2014, "
    "Front Hum Neurosci 8:922)."
)
