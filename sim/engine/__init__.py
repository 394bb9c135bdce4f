"""The engine: arrays, steps and windows. It knows no cell, no unit and no config, and imports jax and numpy only."""

from sim.engine.platform import keep_compiled

keep_compiled()
