"""Measures of motor unit firing, the same for recorded and simulated units: arrays in, arrays out, NumPy only.

Spike times are seconds, (..., unit, spike), padded with NaN; every measure is vectorised over the leading axes.
"""
