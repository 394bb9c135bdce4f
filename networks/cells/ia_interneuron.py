"""The Ia inhibitory interneuron: one compartment that integrates, fires and is hyperpolarised by conductance.

    C dv/dt = g_leak (E_leak - v) + i_in        at v > v_threshold: v -> v_reset, g_ahp rises by ahp_step

It relays Ia volleys to the antagonist's motoneurons. Ia afferents raise `g_ia`; interneurons of the other direction,
and Renshaw cells, raise `g_gly`. The rest of its input is the port `drive`, the mean of a fluctuating excitatory
conductance: that of a Poisson train of openings of peak `quantum` and decay `tau_drive` has the standard deviation
sqrt(quantum*drive/2) and the correlation time tau_drive.
"""

from networks.synapses import REVERSAL, receptor
from sim.spec.model import Block, Model
from sim.spec.params import Param

REMOTO = "ReMoto (Cisi & Kohn 2008) configuration"
FITTED = "fitted to relay strong volleys 1:1 beyond 220 Hz, with an irregular background of 0 to 30 pps"

CELL = Block(
    """
    dv_soma/dt = (g_leak*(E_leak - v_soma) + g_ahp*(E_k - v_soma) + i_in_soma)/C_m : volt (unless refractory)
    dg_ahp/dt = -g_ahp/tau_ahp : siemens
    """,
    params={
        "C_m": Param("0.14 nF", REMOTO + ": soma 175 x 25 um; 1 uF/cm**2 is conventional", ("1 pF", None)),
        "g_leak": Param("0.028 uS", FITTED + ": time constant 5 ms", ("0 uS", None)),
        "E_leak": Param("-70 mV", "chosen, with the other potentials relative to it"),
        "v_threshold": Param("-57.5 mV", REMOTO + ": 10 to 15 mV above rest"),
        "v_reset": Param("-70 mV", "chosen: at rest"),
        "E_k": Param("-80 mV", "Elias & Kohn 2013: 10 mV below rest"),
        "ahp_step": Param("0.02 uS", FITTED, ("0 uS", None)),
        "tau_ahp": Param("10 ms", FITTED, ("0.1 ms", None)),
    },
    sums={"i_in_soma": "amp"},
    initial={"v_soma": "-70 mV"},
)


def fluctuating(mean: str) -> Block:
    """An excitatory conductance that fluctuates about its mean.

    Args:
        mean: what it is computed from; the port `drive`, alone or with more.
    """
    return Block(
        f"""
        drive : siemens
        drive_mean = clip({mean}, 0*siemens, inf*siemens) : siemens
        dz_drive/dt = -z_drive/tau_drive + sqrt(2/tau_drive)*xi_drive : 1
        g_drive = clip(drive_mean + noise*sqrt(quantum*drive_mean/2)*z_drive, 0*siemens, inf*siemens) : siemens
        """,
        into={"i_in_soma": "g_drive*(E_e - v_soma)"},
        params={
            "quantum": Param("2 nS", FITTED, ("0 nS", None)),
            "tau_drive": Param("3 ms", "chosen", ("0.01 ms", None)),
            "noise": Param(1.0, "0 switches the fluctuations off", (0, 100)),
            "E_e": REVERSAL["E_e"],
        },
    )


DRIVE = fluctuating("drive")
"""Background and descending drive, which fluctuates."""

INTERNEURON = Model(
    "Ia inhibitory interneuron",
    CELL
    + DRIVE
    + receptor("ia", "soma", tau="tau_glu", reversal="E_e")
    + receptor("gly", "soma", tau="tau_gly", reversal="E_cl"),
    threshold="v_soma > v_threshold",
    reset="v_soma = v_reset; g_ahp += ahp_step",
    refractory="1 ms",
)
"""Measured: 87 nS at `g_ia` is the threshold of a volley at rest; 1.1 to 5 times as much gives one spike, 0.6 to 0.1 ms
after arrival. Volleys of twice the threshold are followed 1:1 to 300 Hz, of 1.25 times to 50 Hz. At a drive of 4, 6, 10
and 20 nS it fires at 8, 32, 76 and 181 pps with a coefficient of variation of 0.7 falling to 0.4; without fluctuation
it starts between 6 and 7 nS and fires regularly.
"""
