"""From what was observed to the numbers that explain it.

`evaluator` measures many sets of numbers in memory, `loss` says how far they are from what was observed, `search`
(CMA-ES) and `smooth` (derivatives) look for the nearest set, `profile` says how well the observations determine it, and
`sensitivity` reads from any sweep which number moves a measure.
"""
