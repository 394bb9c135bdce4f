"""Motor units of people on ramps to 20 % of maximal force.

Young adults, computed from the public data set orssatto/PICs-ageing, mean (SD) over units; see `ORIENTATION`.
"""

FASTEST = 14.5
"""pps, peak rate of the faster of the two muscles."""

ORIENTATION = (
    "For orientation only, people at 20 % of maximal force (young adults, computed from the public data set "
    "orssatto/PICs-ageing, mean (SD) over units): tibialis anterior ΔF 4.39 (1.39), peak rate 14.5 (2.3) pps; "
    "soleus ΔF 2.74 (1.25), peak rate 10.5 (1.8) pps."
)
