"""The Renshaw cell: motor axons excite it by their collaterals, and it inhibits motoneurons.

It is the cell of `networks.cells.ia_interneuron` with receptors that stay open longer: an antidromic volley of all motor
axons gives a burst of hundreds of spikes per second that lasts tens of ms (Renshaw 1946; Eccles, Fatt & Koketsu 1954).
Motor axons raise `g_ach` and, for the late part, `g_ach_slow`; other Renshaw cells raise `g_gly`.
"""

from networks.cells.ia_interneuron import CELL, DRIVE
from networks.synapses import receptor
from sim.spec.model import Model

RENSHAW = Model(
    "Renshaw cell",
    CELL
    + DRIVE
    + receptor("ach", "soma", tau="tau_ach", reversal="E_e")
    + receptor("ach_slow", "soma", tau="tau_ach_slow", reversal="E_e")
    + receptor("gly", "soma", tau="tau_gly", reversal="E_cl"),
    threshold="v_soma > v_threshold",
    reset="v_soma = v_reset; g_ahp += ahp_step",
    refractory="1 ms",
)
