"""The engine: arrays, steps and windows. It knows no cell, no unit and no config, and imports jax and numpy only."""
