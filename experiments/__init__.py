"""Questions: a config, what is measured, and the figure that answers."""
