"""Post-activation depression of the soleus H reflex in people."""

STRETCHED = (2.0, 30.0)
"""s after a slow stretch (17 degrees per second), and % of the control that are left: Exp Brain Res 1993;97:173."""
RECOVERED = (10.0, 15.0)
"""s after it, when the reflex has recovered (the same)."""
REPEATED = (1.0, 2.0)
"""s between stimuli, at which"""
REPEATED_LEFT = (40.0, 60.0)
"""% of the control reflex are left in healthy people: recalled, not read."""
