"""Back ends: the same declarations run by JAX, or by Brian2 as the slow and trusted reference."""
