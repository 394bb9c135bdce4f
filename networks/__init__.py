"""Biology, declared: equation text, numbers with units and sources, wiring. No code that computes."""
