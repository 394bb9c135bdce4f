"""From a recording to its causes: parameters fitted to what was measured, and how sure one can be of them."""
