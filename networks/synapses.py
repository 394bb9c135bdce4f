"""Synapses: arriving spikes that open a conductance, and input as a fluctuating conductance.

A receptor is one conductance g that every arriving spike raises by the weight of its synapse, and that decays:

    dg/dt = -g/tau        i = g (E - v)

The fluctuating synapses are those of Powers & Heckman 2017 (ModelDB 239582). Each place receives an excitatory and an
inhibitory conductance density. Its mean follows the command A as A*g_unit; a noise of standard deviation
sqrt(A)*spread*g_unit and correlation time 20 ms rides on it; it is never negative.

All receptors of a cell that let chloride through have one reversal potential, `E_cl`.
"""

from sim.spec.model import Block
from sim.spec.params import Param

SOURCE = "Powers & Heckman 2017, ModelDB 239582"
KINETICS = "Elias & Kohn 2013, closing rate of the {} synapse, {}/ms; there of a pulse of transmitter"

REVERSAL = {
    "E_e": Param("0 mV", SOURCE),
    "E_cl": Param("-75 mV", SOURCE + "; their E_i, here of every chloride receptor of the cell"),
}
"""Reversal potentials: of excitation, and of chloride."""

DECAY = {
    "tau_glu": Param("0.4 ms", KINETICS.format("excitatory", 2.5), ("0.05 ms", None)),
    "tau_ach": Param(
        "3.6 ms",
        "mouse, alpha7 receptors of Renshaw cells, SD 2.2 ms (Lamotte d'Incamps & Ascher 2008)",
        ("0.05 ms", None),
    ),
    "tau_ach_slow": Param(
        "14.3 ms",
        "ReMoto (Cisi & Kohn 2008) configuration: closing rate 0.07/ms at Renshaw cells; the slowest, NMDA receptors, "
        "decay in 55 ms (Lamotte d'Incamps & Ascher 2008, mouse)",
        ("0.05 ms", None),
    ),
    "tau_renshaw": Param(
        "5 ms",
        "chosen: longer than glycine's at the Ia interneuron's synapse, so that one IPSP lasts 10 to 20 ms at half",
        ("0.05 ms", None),
    ),
    "tau_gly": Param("0.83 ms", KINETICS.format("inhibitory", 1.2), ("0.05 ms", None)),
}
"""Time constants of decay: of fast excitation, and of glycinergic inhibition."""


def receptor(
    name: str, *places: str, tau: str, reversal: str, gain: str = "", soma_share: float | None = None
) -> Block:
    """A conductance `g_NAME` (siemens) that arriving spikes raise.

    Args:
        name: of the receptor, for example `"ia"`.
        places: where its synapses lie. They share arrivals and decay, and each place has an equal part of the
            conductance, so a weight means the same however many they are.
        tau: one of `DECAY`.
        reversal: one of `REVERSAL`.
        gain: a parameter that multiplies the current, 1 unless a pool or a design sets it.
        soma_share: part of the conductance that lies on the soma and not at `places`, as a parameter
            `NAME_soma_share`; None is none, and no parameter.
    """
    params = {tau: DECAY[tau], reversal: REVERSAL[reversal]}
    if gain:
        params[gain] = Param(1.0, "1 = weights as they are; a dose or a disease changes it", (0, 1000))
    whole, share = "*".join(filter(None, (gain, f"g_{name}"))), f"{name}_soma_share"
    parts = dict.fromkeys(places, whole + (f"/{len(places)}" if len(places) > 1 else ""))
    if soma_share is not None:
        params[share] = Param(soma_share, "chosen: part of the conductance that lies on the soma", (0, 1))
        parts = {place: f"(1 - {share})*{part}" for place, part in parts.items()} | {"soma": f"{share}*{whole}"}
    block = Block(f"dg_{name}/dt = -g_{name}/{tau} : siemens", params=params)
    currents = (
        Block(f"i_{name} = {part}*({reversal} - v) : amp", into={"i_in": f"i_{name}"}).at(place)
        for place, part in parts.items()
    )
    return sum(currents, block)


def fluctuating_synapses() -> Block:
    """Excitation and inhibition at one place, driven by the ports `excitation` and `inhibition` (A_e and A_i)."""
    return Block(
        """
        excitation : 1
        inhibition : 1
        A_e = w_excitation*clip(excitation, 0, inf) : 1
        A_i = w_inhibition*clip(inhibition, 0, inf) : 1
        dz_e/dt = -z_e/tau_fluctuation + sqrt(2/tau_fluctuation)*xi_e : 1
        dz_i/dt = -z_i/tau_fluctuation + sqrt(2/tau_fluctuation)*xi_i : 1
        g_e = g_unit*clip(A_e + noise*spread*sqrt(A_e)*z_e, 0, inf) : siemens/metre**2
        g_i = g_unit*clip(A_i + noise*spread*sqrt(A_i)*z_i, 0, inf) : siemens/metre**2
        i_syn = g_e*(v - E_e) + g_i*(v - E_cl) : amp/metre**2
        """,
        into={"i_ion": "i_syn"},
        params={
            "g_unit": Param("1e-5 S/cm**2", SOURCE),
            "spread": Param(1.2, SOURCE + "; standard deviation at A = 1, in g_unit (1.2e-5 S/cm**2)", (0, 100)),
            "tau_fluctuation": Param("20 ms", SOURCE, ("0.01 ms", None)),
            "noise": Param(1.0, "1 = as published; 0 switches the fluctuations off", (0, 100)),
            "w_excitation": Param(1.0, "weight of the excitatory command; 1 = as published", (0, 1000)),
            "w_inhibition": Param(1.0, "weight of the inhibitory command; 1 = as published", (0, 1000)),
            **REVERSAL,
        },
    )
