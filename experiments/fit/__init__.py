"""From recordings to their causes: what was the drive, how high the level of monoamines, and how sure can one be."""
