"""The Renshaw cell: motor axons excite it by their collaterals, and it inhibits motoneurons.

It is the cell of `networks.cells.ia_interneuron`, larger, with a shorter afterhyperpolarisation and with receptors that
stay open longer, so that one volley of motor axons gives a burst (Renshaw 1946; Eccles, Fatt & Koketsu 1954). Axon
collaterals open four kinds of receptor whose decays reach from 3.6 to 55 ms (mouse, Lamotte d'Incamps & Ascher 2008);
two stand for them here, `g_ach` and `g_ach_slow`. Other Renshaw cells raise `g_gly`. A part of its drive is its own,
`background`.

The collateral's depression is the motoneuron's (`networks.cells.powers_heckman.collaterals`).
"""

from dataclasses import replace

from networks.cells.ia_interneuron import CELL, REMOTO, fluctuating
from networks.synapses import receptor
from sim.spec.model import Block, Model
from sim.spec.params import Param

FITTED = "fitted to a burst of a volley of all motor axons that starts at 1 ms intervals and lasts some 40 ms"

BODY = replace(
    CELL,
    params={
        **CELL.params,
        "C_m": Param("0.19 nF", REMOTO + ": soma 242 x 25 um; 1 uF/cm**2 is conventional", ("1 pF", None)),
        "g_leak": Param("0.038 uS", "chosen: time constant 5 ms, as the Ia interneuron", ("0 uS", None)),
        "v_threshold": Param("-57.5 mV", REMOTO + ": 5 to 15 mV above rest"),
        "ahp_step": Param("14 nS", FITTED, ("0 uS", None)),
        "tau_ahp": Param("5 ms", FITTED, ("0.1 ms", None)),
    },
)

BACKGROUND = Block(
    params={
        "background": Param(
            "5.5 nS", "fitted to 7 pps at rest, the rate of each input of ReMoto's background", ("0 nS", None)
        )
    }
)

RENSHAW = Model(
    "Renshaw cell",
    BODY
    + BACKGROUND
    + fluctuating("background + drive")
    + receptor("ach", "soma", tau="tau_ach", reversal="E_e")
    + receptor("ach_slow", "soma", tau="tau_ach_slow", reversal="E_e")
    + receptor("gly", "soma", tau="tau_gly", reversal="E_cl"),
    threshold="v_soma > v_threshold",
    reset="v_soma = v_reset; g_ahp += ahp_step",
    refractory="1 ms",
)
"""Measured: a volley of all motor axons, 300 nS in `g_ach` and 160 nS in `g_ach_slow`, gives 18 spikes in 33 ms at rest
without background, with it 21.5 in 60 ms; the first intervals are 1.1 ms, the rate after 5, 10, 20, 30, 40 ms 800, 600,
440, 200 and 100 pps. 10, 20, 30, 50 and 70 % of the volley give 4.6, 8.1, 10.7, 14.9 and 18.0 spikes in 60 ms. A
background of 4, 5, 5.5, 6 and 8 nS alone gives 0.2, 3, 7, 13 and 46 pps. In cats bursts start faster, near 1600 pps
(Uchiyama, Johansson & Windhorst 2003): more than the refractory period allows, which is longer than a window.
"""
