"""Attacks on the product, by numbers: `python -m tests.attack` writes ATTACKS.md; `make validate` runs a part of it."""
