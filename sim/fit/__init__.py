"""From measures back to what caused them: parameters that fit, and how far the data constrain them."""
