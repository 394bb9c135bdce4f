"""The motoneuron of Powers & Heckman 2017: a soma and four dendrites, each one compartment, PIC in the dendrites.

    J Neurophysiol 117:1171-1184; equations and numbers from the authors' model files, ModelDB 239582.

The soma carries Na, persistent Na, delayed rectifier, the calcium-activated K current of the medium AHP, h and leak;
each dendrite carries the persistent inward current (L-type Ca, never on the soma), h, leak and two fluctuating synaptic
conductances. The dendrites meet only at the soma, each through half of its own axial resistance.

Numbers here are those of the lowest-threshold cell of the human-like pool `hTA`; a pool grades them (conf/network).
"""

from networks.cells.axon import sends
from networks.neuromodulation import ACTIONS, LIGAND, MONOAMINE
from networks.synapses import fluctuating_synapses, receptor
from sim.spec.model import Block, Model
from sim.spec.params import Param

GRADED = (
    "diam_soma", "length_soma", "g_leak_soma", "E_leak", "c_m_soma", "g_na", "g_nap", "g_kdr", "g_ca", "g_kca",
    "tau_ca", "g_h", "length_dend", "diam_dend", "g_leak_dend", "R_a", "c_m_dend", "g_cal_1", "g_cal_2", "g_cal_3",
    "g_cal_4", "theta_m", "theta_h",
)  # fmt: skip
"""What the authors grade across a pool: the rows that a pool's table must have."""

WARMS = (
    "chosen within Bennett et al. 1998 (J Neurophysiol 80:2038, cat, abstract): what is activated again after 3 to 6 s "
    "starts 5 mV lower on average, after more than 20 s as before"
)
SOURCE = "Powers & Heckman 2017, ModelDB 239582, pool hTA, lowest-threshold cell"
DEFAULT = "NEURON's default, which the files of ModelDB 239582 leave as it is"
NONE_NEGATIVE = ("0 S/cm**2", None)

COMPARTMENT = Block(
    """
    dv/dt = (i_in/area - i_ion)/c_m : volt
    i_leak = leak_scale*g_leak*(v - E_leak) : amp/metre**2
    """,
    into={"i_ion": "i_leak"},
    sums={"i_in": "amp", "i_ion": "amp/metre**2"},
    initial={"v": "-65 mV"},
)

SODIUM = Block(
    """
    # alpha = a x/(1 - exp(-x/q)) and beta = b x/(exp(x/q) - 1), so beta = alpha (b/a) exp(-x/q); exprel removes 0/0
    dm_na/dt = (m_na_inf - m_na)*clip(rate_m_na, 0*hertz, 1/(0.02*ms)) : 1
    dh_na/dt = (h_na_inf - h_na)*clip(rate_h_na, 0*hertz, 1/(0.5*ms)) : 1
    v_na = v + threshold_fall : volt                                              # as the sodium channels see it
    x_m_na = -(v_na + 29*mV)/(7.2*mV) : 1
    m_na_inf = 0.4/(0.4 + 0.124*exp(x_m_na)) : 1
    rate_m_na = q_na*7.2/ms*(0.4 + 0.124*exp(x_m_na))/exprel(x_m_na) : hertz
    x_h_na = -(v_na + 44*mV)/(1.5*mV) : 1
    h_na_inf = 1/(1 + exp((v_na + 49*mV)/(8*mV))) : 1
    rate_h_na = q_na*1.5/ms*(0.03 + 0.01*exp(x_h_na))/exprel(x_h_na) : hertz
    q_na = 2**((celsius - 24)/10) : 1
    i_na = g_na*m_na**3*h_na*(v - E_na) : amp/metre**2
    """,
    into={"i_ion": "i_na"},
    params={
        "g_na": Param("0.010 S/cm**2", SOURCE, NONE_NEGATIVE),
        "E_na": Param("50 mV", DEFAULT),
        "celsius": Param(37, SOURCE + "; degrees Celsius", (0, 50)),
    },
)

PERSISTENT_SODIUM = Block(
    """
    dm_nap/dt = (m_nap_inf - m_nap)/tau_nap : 1
    m_nap_inf = 1/(1 + exp(-(v + 47.3*mV)/(5*mV))) : 1
    i_nap = g_nap*m_nap*(v - E_na) : amp/metre**2
    """,
    into={"i_ion": "i_nap"},
    params={"g_nap": Param("2.6e-5 S/cm**2", SOURCE, NONE_NEGATIVE), "tau_nap": Param("1 ms", SOURCE)},
)

DELAYED_RECTIFIER = Block(
    """
    dm_kdr/dt = (m_kdr_inf - m_kdr)/tau_kdr : 1
    m_kdr_inf = 1/(1 + exp(-(v + 21*mV)/(20*mV))) : 1
    x_kdr = exp((v + 39*mV)/(5.5*mV)) : 1
    tau_kdr = (0.8 + 20*x_kdr/(1 + x_kdr)**2)*ms : second
    i_kdr = g_kdr*m_kdr**4*(v - E_k) : amp/metre**2
    """,
    into={"i_ion": "i_kdr"},
    params={"g_kdr": Param("0.015 S/cm**2", SOURCE, NONE_NEGATIVE), "E_k": Param("-80 mV", SOURCE)},
)

AFTERHYPERPOLARISATION = Block(
    """
    dm_ca/dt = (m_ca_inf - m_ca)/(2*ms) : 1
    m_ca_inf = 1/(1 + exp(-(v + 20*mV)/(4*mV))) : 1
    i_ca = g_ca*m_ca*(v - E_ca) : amp/metre**2
    dCa/dt = clip(-i_ca/(2*faraday*shell), 0*mmolar/ms, inf*mmolar/ms) + (Ca_rest - Ca)/tau_ca : mmolar
    dn_kca/dt = alpha_kca*(1 - n_kca) - 0.1/ms*n_kca : 1
    alpha_kca = 0.1/ms*((Ca - Ca_rest)/(1e-3*mmolar))**2 : hertz
    i_kca = ahp_scale*g_kca*n_kca*(v - E_k) : amp/metre**2
    """,
    into={"i_ion": "i_ca + i_kca"},
    params={
        "g_ca": Param("0.64e-5 S/cm**2", SOURCE, NONE_NEGATIVE),
        "g_kca": Param("4.5e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "E_ca": Param("132.4579341637009 mV", DEFAULT),
        "tau_ca": Param("90 ms", SOURCE, ("0.1 ms", None)),
        "Ca_rest": Param("1e-4 mM", SOURCE),
        "shell": Param("0.1 um", SOURCE),
        "faraday": Param("96485.33 coulomb/mole", "CODATA 2018", ("96e3 coulomb/mole", "97e3 coulomb/mole")),
    },
)

H_CURRENT = Block(
    """
    dn_h/dt = (n_h_inf - n_h)/tau_h : 1
    n_h_inf = 1/(1 + exp((v + 77*mV)/(8*mV))) : 1
    i_h = g_h*n_h*(v - E_h) : amp/metre**2
    """,
    into={"i_ion": "i_h"},
    params={
        "g_h": Param("0.3e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "E_h": Param("-41 mV", SOURCE),
        "tau_h": Param("30 ms", SOURCE),
    },
)

PERSISTENT_CALCIUM = Block(
    """
    dm_cal/dt = (m_cal_inf - m_cal)/tau_m_cal : 1
    dh_cal/dt = (h_cal_inf - h_cal)/tau_h_cal : 1
    m_cal_inf = 1/(1 + exp(-(v - theta_m + lowered)/(6*mV))) : 1
    h_cal_inf = 1/(1 + exp((v - theta_h)/(5*mV))) : 1
    i_cal = level*g_cal*m_cal*h_cal*(v - E_cal) : amp/metre**2
    """,
    into={"i_ion": "i_cal"},
    sums={"lowered": "volt"},
    params={
        "theta_m": Param("-42 mV", SOURCE),
        "theta_h": Param("10 mV", SOURCE),
        "tau_m_cal": Param("40 ms", SOURCE),
        "tau_h_cal": Param("2500 ms", SOURCE),
        "E_cal": Param("80 mV", SOURCE),
    },
)

WARM_UP = Block(
    "dwarm/dt = (m_cal - warm)/tau_warm : 1",
    into={"lowered": "warm_up*warm"},
    params={
        "warm_up": Param("0 mV", "off: Powers & Heckman 2017 have none", ("0 mV", "30 mV")),
        "tau_warm": Param("4 s", WARMS, ("0.1 s", "30 s")),
    },
    initial={"warm": 0},
)
"""After activity the persistent inward current opens at lower potentials: `warm` follows its activation, slowly."""

SOMA = Block(
    "area_soma = pi*diam_soma*length_soma : metre**2",
    params={
        "diam_soma": Param("22 um", SOURCE, ("1 um", None)),
        "length_soma": Param("2952 um", SOURCE + "; a long cylinder holds the somatic membrane", ("1 um", None)),
        "c_m_soma": Param("1.35546 uF/cm**2", SOURCE, ("0.01 uF/cm**2", None)),
        "g_leak_soma": Param("0.8109e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "E_leak": Param("-71 mV", SOURCE),
    },
)

DENDRITES = Block(
    """
    area_dend = pi*diam_dend*length_dend : metre**2
    g_axial = pi*diam_dend**2/(2*length_dend*R_a) : siemens                       # from its middle to the soma
    """,
    params={
        "diam_dend": Param("8.73071 um", SOURCE, ("0.01 um", None)),
        "length_dend": Param("1794.13 um", SOURCE, ("1 um", None)),
        "c_m_dend": Param("0.867781 uF/cm**2", SOURCE, ("0.01 uF/cm**2", None)),
        "g_leak_dend": Param("0.793445e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "R_a": Param("51.038 ohm*cm", SOURCE, ("0.01 ohm*cm", None)),
        "g_cal_1": Param("0.85e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "g_cal_2": Param("0.95e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "g_cal_3": Param("1.00e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
        "g_cal_4": Param("1.15e-4 S/cm**2", SOURCE, NONE_NEGATIVE),
    },
    sums={"i_pic": "amp"},
)

ELECTRODE = Block("current : amp", into={"i_in_soma": "current"})
"""Current into the soma."""


def compartment(group: str) -> Block:
    """Membrane and leak, with the geometry and the passive numbers of `soma` or `dend`."""
    return COMPARTMENT.renamed(area=f"area_{group}", c_m=f"c_m_{group}", g_leak=f"g_leak_{group}")


def soma() -> Block:
    """The soma and all its channels."""
    channels = SODIUM + PERSISTENT_SODIUM + DELAYED_RECTIFIER + AFTERHYPERPOLARISATION + H_CURRENT
    return SOMA + (compartment("soma") + channels).at("soma")


def dendrite(place: str, g_cal: str, more: Block | None = None) -> Block:
    """A dendritic compartment: PIC, h, leak, synapses, the way to the soma, and whatever else is in its membrane."""
    channels = H_CURRENT + PERSISTENT_CALCIUM.renamed(g_cal=g_cal) + fluctuating_synapses()
    if more is not None:
        channels = channels + more
    joined = Block(
        into={
            f"i_in_{place}": f"g_axial*(v_soma - v_{place})",
            "i_in_soma": f"g_axial*(v_{place} - v_soma)",
            "i_pic": f"area_dend*i_cal_{place}",
        }
    )
    return DENDRITES + (compartment("dend") + channels).at(place) + joined


FOUR = ("d1", "d2", "d3", "d4")
"""Where the dendrites are."""


def motoneuron(name: str, inputs: Block | None = None, reset: str = "", dendrites: Block | None = None) -> Model:
    """The soma with its four dendrites; it fires when the soma crosses -20 mV upwards, as in the authors' files.

    Args:
        inputs: what reaches the cell besides, for example receptors.
        reset: what a spike changes besides, for example `ANTIDROMIC_RESET`.
        dendrites: what each dendrite has besides, for example `WARM_UP`.
    """
    four = (dendrite(place, f"g_cal_{number}", dendrites) for number, place in enumerate(FOUR, 1))
    cell = sum(four, MONOAMINE + ACTIONS + soma()) + ELECTRODE
    return Model(name, cell if inputs is None else cell + inputs, threshold="v_soma > -20*mV", reset=reset)


def segmental() -> Block:
    """What reaches a motoneuron within its segment.

    Ligand, excitation by Ia afferents on the dendrites, and reciprocal inhibition on the dendrites and on the soma.

    Measured at rest in the pool hTA, lowest to highest threshold, soma: an arrival of 20 nS at `g_ia` gives 0.073 to
    0.021 mV, peak after 4.5 to 3 ms; at `g_recip_dend` -0.023 to -0.006 mV; at `g_recip_soma` -0.041 to -0.015 mV, peak
    after 2 to 1.5 ms. Ten times the weight gives ten times the potential, within 4 %.
    """
    return (
        LIGAND
        + receptor("ia", *FOUR, tau="tau_glu", reversal="E_e")
        + receptor("recip_dend", *FOUR, tau="tau_gly", reversal="E_cl", gain="w_recip")
        + receptor("recip_soma", "soma", tau="tau_gly", reversal="E_cl", gain="w_recip")
    )


def antidromic() -> Block:
    """What an impulse does that comes back along the axon, whose first node adds 1 to `antidromic`.

    Below zero, `antidromic` counts own spikes on their way to that node which nothing has answered yet, as a node
    does (`networks.cells.axon`): an impulse that one of them met is lost, and so is the echo of a node that fired.
    Above 0.5 an impulse invades the soma: a current, in proportion to the soma's capacitance so that it drives cells
    of every size alike, until the cell fires, for 1 ms at most. The cell's reset must be `ANTIDROMIC_RESET`.
    """
    return Block(
        """
        dantidromic/dt = (clip(antidromic, -inf, 0) - antidromic)/tau_invasion : 1
        i_invasion = invasion*c_m_soma*area_soma*int(antidromic > 0.5) : amp
        """,
        into={"i_in_soma": "i_invasion"},
        params={
            "invasion": Param(
                "100 V/s", "chosen: at rest every cell of the pool hTA fires within 0.5 ms", ("0 V/s", "1e4 V/s")
            ),
            "tau_invasion": Param("1.44 ms", "chosen: 1 ms until half of it is left", ("0.1 ms", "10 ms")),
        },
        initial={"antidromic": 0},
    )


ANTIDROMIC_RESET = sends("antidromic")


def collaterals() -> Block:
    """What the collaterals of its axon release at Renshaw cells, `collateral`: 1 at rest, less after spikes.

    The gain of the projections to Renshaw cells. The cell's reset must have `COLLATERAL_RESET`. At a steady rate of 5,
    10, 20 and 50 pps it is 0.77, 0.56, 0.36 and 0.17 when the next spike comes.
    """
    return Block(
        "dcollateral/dt = (1 - collateral)/tau_collateral : 1",
        params={
            "collateral_used": Param(0.5, COLLATERAL, (0, 1)),
            "tau_collateral": Param("200 ms", COLLATERAL, ("1 ms", None)),
        },
        initial={"collateral": 1},
    )


COLLATERAL = "ReMoto (Cisi & Kohn 2008) configuration: depressing synapse of motoneurons on Renshaw cells"
COLLATERAL_RESET = "collateral = collateral*(1 - collateral_used)"


def ankle() -> Block:
    """What reaches a motoneuron of the ankle: what `segmental` has, further afferents, Renshaw cells and its own axon.

    Half of what Ia afferents bring lies on the soma, at `g_ia_soma`: chosen; of what Ia interneurons bring, what
    arrives at `g_recip_soma`; of what Ib interneurons and Renshaw cells bring, the parts `ib_soma_share` and
    `renshaw_soma_share`, none unless they are set.
    Group II fibres excite through interneurons that are not simulated; Ib interneurons and Renshaw cells inhibit the
    dendrites, where the persistent inward current lies: in cats Renshaw synapses lie 65 to 470 um from the soma, the
    inward current's channels 100 to 400 um (Bui, Grande & Rose 2008). The cell's reset must be `ANKLE_RESET`.

    Measured as in `segmental`, arrivals of 20 nS: at `g_ia_soma` 0.148 to 0.058 mV, peak after 1 ms; at `g_ii` as at
    `g_ia`; at `g_ib` as at `g_recip_dend`; at `g_renshaw` -0.099 to -0.022 mV, peak after 10 to 6 ms, more than half of
    it for 21 to 11 ms. So 3.2 nS, or 4.5 nS as the mean of the pool, are the 12.7 uV (1.5 to 54) of one Renshaw cell in
    one cat motoneuron (van Keulen 1981).
    """
    return (
        segmental()
        + antidromic()
        + collaterals()
        + receptor("ia_soma", "soma", tau="tau_glu", reversal="E_e")
        + receptor("ii", *FOUR, tau="tau_glu", reversal="E_e")
        + receptor("ib", *FOUR, tau="tau_gly", reversal="E_cl", soma_share=0.0)
        + receptor("renshaw", *FOUR, tau="tau_renshaw", reversal="E_cl", soma_share=0.0)
    )


ANKLE_RESET = f"{ANTIDROMIC_RESET}; {COLLATERAL_RESET}"

REFERENCE = motoneuron("Powers & Heckman 2017")
"""Five compartments."""

SEGMENTAL = motoneuron("Powers & Heckman 2017 in a segment", segmental())
"""`REFERENCE` with the inputs of its segment."""

ANKLE = motoneuron("Powers & Heckman 2017 in an ankle", ankle(), reset=ANKLE_RESET, dendrites=WARM_UP)
"""`REFERENCE` with the inputs of an ankle, and an inward current that warms up."""
