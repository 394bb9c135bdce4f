"""The two-compartment motoneuron of Booth, Rinzel & Kiehn 1997 (J Neurophysiol 78:3371-3385).

Soma with spike currents, dendrite with the L-type Ca current that makes plateaus; calcium-activated K current in both.
The numbers are those of a public re-implementation and were not checked against the paper itself. Conductances are per
membrane area; the soma is the fraction `p_soma` of it.
"""

from networks.neuromodulation import MONOAMINE
from sim.spec.model import Block, Model
from sim.spec.params import Param

SOURCE = "Booth, Rinzel & Kiehn 1997, from a public re-implementation, not checked against the paper"

COMPARTMENT = Block(
    """
    dv/dt = -(g_l*(v - E_l) + g_can*m_n**2*h_n*(v - E_ca) + g_kca*Ca/(Ca + K_d)*(v - E_k) + i_own)/C_m : volt
    dm_n/dt = (1/(1 + exp(-(v + 30*mV)/(5*mV))) - m_n)/(4*ms) : 1
    dh_n/dt = (1/(1 + exp((v + 45*mV)/(5*mV))) - h_n)/(40*ms) : 1
    dCa/dt = f_free*(-alpha_ca*i_ca - k_ca*Ca) : 1
    i_ca = g_can*m_n**2*h_n*(v - E_ca) + i_other_ca : amp/metre**2
    """,
    sums={"i_own": "amp/metre**2", "i_other_ca": "amp/metre**2"},
    initial={"v": "-60 mV", "m_n": 0, "h_n": 0.9, "Ca": 0},
    params={
        "C_m": Param("1 uF/cm**2", SOURCE),
        "g_l": Param("0.51 mS/cm**2", SOURCE),
        "E_l": Param("-60 mV", SOURCE),
        "E_ca": Param("80 mV", SOURCE),
        "E_k": Param("-80 mV", SOURCE),
        "K_d": Param(0.2, SOURCE + "; calcium in uM", (1e-6, 1e6)),
        "f_free": Param(0.01, SOURCE, (0, 1)),
        "alpha_ca": Param("0.009 cm**2/(uA*ms)", SOURCE),
        "k_ca": Param("2 1/ms", SOURCE),
    },
)

SPIKE = Block(
    """
    dh/dt = (1/(1 + exp((v_soma + 55*mV)/(7*mV))) - h)/tau_h : 1
    dn/dt = (1/(1 + exp(-(v_soma + 28*mV)/(15*mV))) - n)/tau_n : 1
    tau_h = 30*ms/(exp((v_soma + 50*mV)/(15*mV)) + exp(-(v_soma + 50*mV)/(16*mV))) : second
    tau_n = 7*ms/(exp((v_soma + 40*mV)/(40*mV)) + exp(-(v_soma + 40*mV)/(50*mV))) : second
    m_inf = 1/(1 + exp(-(v_soma + 35*mV)/(7.8*mV))) : 1
    """,
    into={
        "i_own_soma": "g_na*m_inf**3*h*(v_soma - E_na) + g_k*n**4*(v_soma - E_k) + g_c/p_soma*(v_soma - v_dend)",
    },
    initial={"h": 0.9, "n": 0},
    params={
        "g_na": Param("120 mS/cm**2", SOURCE),
        "g_k": Param("100 mS/cm**2", SOURCE),
        "E_na": Param("55 mV", SOURCE),
        "g_c": Param("0.1 mS/cm**2", SOURCE),
        "p_soma": Param(0.1, SOURCE, (0.001, 0.999)),
    },
)

PLATEAU = Block(
    """
    dm_l/dt = (1/(1 + exp(-(v_dend + 40*mV)/(7*mV))) - m_l)/(40*ms) : 1
    dg_e/dt = (excitation - g_e)/tau_e : siemens/metre**2
    i_pic = level*g_cal*m_l*(v_dend - E_ca) : amp/metre**2
    excitation : siemens/metre**2
    """,
    into={
        "i_own_dend": "i_pic + clip(g_e, 0*siemens/metre**2, inf*siemens/metre**2)*(v_dend - E_e) "
        "+ g_c/(1 - p_soma)*(v_dend - v_soma)",
        "i_other_ca_dend": "i_pic",
    },
    initial={"m_l": 0, "g_e": "0 S/cm**2"},
    params={
        "g_cal": Param("0.33 mS/cm**2", SOURCE),
        "E_e": Param("0 mV", "excitatory reversal; conventional"),
        "tau_e": Param("5 ms", "smoothing of the excitatory command; numerical choice of the benchmark"),
    },
)


def _compartment(place: str) -> Block:
    return COMPARTMENT.renamed(g_can=f"g_can_{place}", g_kca=f"g_kca_{place}").at(place)


MOTONEURON = Model(
    "Booth, Rinzel & Kiehn 1997",
    _compartment("soma")
    + _compartment("dend")
    + SPIKE
    + PLATEAU
    + MONOAMINE
    + Block(
        params={
            "g_can_soma": Param("14 mS/cm**2", SOURCE),
            "g_can_dend": Param("0.03 mS/cm**2", SOURCE),
            "g_kca_soma": Param("5 mS/cm**2", SOURCE),
            "g_kca_dend": Param("1.1 mS/cm**2", SOURCE),
        }
    ),
    threshold="v_soma > 0*mV",
)
"""Two compartments, eleven states and one excitatory conductance."""
