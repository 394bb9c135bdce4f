"""Firing that outlasts its input, and what stops it."""
