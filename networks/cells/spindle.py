"""A muscle spindle: three intrafusal fibres between the length of its muscle and the rates of its Ia and II endings.

Mileusnic, Brown, Lan & Loeb 2006 (J Neurophysiol 96:1772-1788), without the mass of the fibres. A fibre is a sensory
region, a spring, in series with a polar region, a spring beside a contraction and a resistance to being moved:

    T = K_SR s = K_PR (x - L0_PR) + Gamma f + C beta sign(v) |v|**0.3 (x - R) + bonds    s = L - L0_SR - x, v = dx/dt

s is the stretch of the sensory region, x the length of the polar one, f the fusimotor activation, C 1 when the polar
region lengthens and 0.42 when it shortens, and beta grows with f in bag1 and falls in bag2 and chain. Solved for v,

    dx/dt = (x_still - x) rate     rate = K/resistance |K (x_still - x)/resistance|**(1/0.3 - 1)     K = K_SR + K_PR

with the length x_still at which nothing would resist, and resistance = C beta (x - R): one state for each fibre, which
relaxes, the faster the farther it is from where it would rest.

Lengths are in L0, the optimal length of the muscle's fascicles, and velocities in L0/s. Forces are in the paper's
force units.

History. The power law alone makes a stretch that follows a movement start from what the movement left, and no more: no
initial burst, and nothing that a rest brings back. Both need bonds that form in a fibre at rest, resist the first
stretch and are broken by it (Proske, Tsay & Allen 2014, Exp Brain Res 232:3397; Blum et al. 2017, PLoS Comput Biol
13:e1005767, ascribe the burst, and the stronger response after rest, to cross-bridges). They are added here in the
smallest form, as a fraction `bound` and the sum of its strains: movement over `reach` breaks bonds, those that form are
without strain, and within tau all are exchanged,

    bonds = stiffness strain     dbound/dt = (1 - bound)/tau - bound |v|/reach
                                 dstrain/dt = bound v - strain (|v|/reach + 1/tau)

With `bond_stiffness` 0 they are gone and the spindle is that of the paper. Not here: slack (a fibre shorter than its
rest length pushes, as in the paper; its endings are silent), and after-effects of a contraction of the fibre itself.

`ia_rate` is the sum over bag1 and over bag2 and chain of what their sensory regions give, the larger in full and the
smaller by the part 0.156 that is not occluded; `ii_rate` is the sum over bag2 and chain of an ending that lies partly
on the polar region. Both hang on states only: the length is followed within 2 ms.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.within import Within

TABLE = "Mileusnic et al. 2006, as in two public implementations that agree"
RECALLED = "Mileusnic et al. 2006, recalled; public code is at odds (10000 in one)"
BONDS = "chosen: "
STILL = (10.4649 * (1 - 0.04) + 0.15 * 0.76) / (10.4649 + 0.15)
"""Length of a passive polar region in a muscle of optimal length, L0."""

LENGTH = Block(
    """
    length : 1                                                             # of the muscle, in L0
    felt = int(length > shortest) : 1
    dl/dt = (length - l)*felt/tau_length : 1                               # as the spindle feels it
    stretch = l - 1 : 1                                                    # beyond the optimal length
    """,
    params={
        "shortest": Param(0.6, "chosen: L0; a shorter muscle, or one that is not there, moves no spindle", (0, 1)),
        "tau_length": Param("2 ms", "chosen: short; it smooths the staircase of windows of 0.5 ms", ("0.05 ms", None)),
    },
    initial={"l": 1},
)

FASTEST = "500 Hz"
"""Rate of a gamma motoneuron (chosen): fusimotor activation is at 97 to 99 % of its highest there."""


def _rate(port: str) -> Within:
    said = f"a gamma motoneuron fires at {FASTEST} at most; take a lower rate"
    return Within(port, "0 Hz", FASTEST, f"the rate of {port}", said, "Hz")


FUSIMOTOR = Block(
    """
    gamma_dynamic : hertz
    gamma_static : hertz
    g_d = (clip(gamma_dynamic, 0*hertz, inf*hertz)/half_bag1)**2 : 1
    g_s = (clip(gamma_static, 0*hertz, inf*hertz)/half_bag2)**2 : 1
    g_c = (clip(gamma_static, 0*hertz, inf*hertz)/half_chain)**2 : 1
    df_bag1/dt = (g_d/(1 + g_d) - f_bag1)/tau_bag1 : 1
    df_bag2/dt = (g_s/(1 + g_s) - f_bag2)/tau_bag2 : 1
    df_chain/dt = (g_c/(1 + g_c) - f_chain)/tau_chain : 1
    """,
    params={
        "half_bag1": Param("60 Hz", TABLE, ("1 Hz", None)),
        "half_bag2": Param("60 Hz", TABLE, ("1 Hz", None)),
        "half_chain": Param("90 Hz", TABLE, ("1 Hz", None)),
        "tau_bag1": Param("149 ms", TABLE, ("1 ms", None)),
        "tau_bag2": Param("205 ms", TABLE, ("1 ms", None)),
        "tau_chain": Param("5 ms", "chosen: short; the paper's chain follows at once", ("0.1 ms", None)),
    },
    initial={"f_bag1": 0, "f_bag2": 0, "f_chain": 0},
    within={port: _rate(port) for port in ("gamma_dynamic", "gamma_static")},
)

MECHANICS = Block(
    "K = K_SR + K_PR : 1",
    params={
        "K_SR": Param(10.4649, TABLE + "; FU/L0", (0.1, 1000)),
        "K_PR": Param(0.15, TABLE + "; FU/L0", (0, 100)),
        "L0_SR": Param(0.04, TABLE + "; L0", (0, 1)),
        "L0_PR": Param(0.76, TABLE + "; L0", (0, 2)),
        "R": Param(0.46, TABLE + "; L0, length at which a polar region has no resistance", (0, 1)),
        "a": Param(0.3, TABLE + "; power of the velocity", (0.1, 1)),
        "C_S": Param(0.42, TABLE + "; resistance to shortening, to lengthening = 1", (0.01, 1)),
        "least": Param(0.02, "numerical: L0; a polar region nearer to R resists as there", (1e-3, 1)),
        "creep": Param("1e-4 Hz", "numerical: a fibre in balance has a rate other than 0", ("1e-6 Hz", "1 Hz")),
        "bond_stiffness": Param(10.0, BONDS + "FU/L0, an initial burst of some 20 pps after a rest", (0, 1000)),
        "bond_reach": Param(0.005, BONDS + "L0, short-range stiffness reaches some 0.5 % of the length", (1e-4, 0.1)),
        "tau_bond": Param("1 s", BONDS + "a hold of 3 s after conditioning is enough in cat spindles", ("10 ms", None)),
    },
)


def fibre(place: str, beta: float, beta_active: float, gamma: float) -> Block:
    """An intrafusal fibre, whose activation is `f_PLACE`.

    Args:
        beta: resistance of the passive polar region, FU/(L0 (L0/s)**0.3).
        beta_active: what full activation adds to it, in the same unit.
        gamma: force of full activation, FU.
    """
    block = Block(
        """
        s = l - L0_SR - x : 1                                              # stretch of the sensory region
        x_still = (K_SR*(l - L0_SR) + K_PR*L0_PR - gamma*f - bond_stiffness*strain)/K : 1
        resistance = C*clip(x - R, least, inf)*(beta + beta_active*f) : 1
        C = C_S + (1 - C_S)*int(x_still > x) : 1
        rate = K/resistance*(K*abs(x_still - x)/resistance)**(1/a - 1)/second + creep : hertz
        v = (x_still - x)*rate : hertz
        dx/dt = (x_still - x)*rate : 1                                     # length of the polar region
        dbound/dt = (1 - bound)/tau_bond - bound*abs(v)/bond_reach : 1
        dstrain/dt = bound*v - strain*(abs(v)/bond_reach + 1/tau_bond) : 1
        """,
        params={
            "beta": Param(beta, TABLE + "; FU/(L0 (L0/s)**0.3)", (1e-4, 100)),
            "beta_active": Param(beta_active, TABLE + "; FU/(L0 (L0/s)**0.3)", (-1, 100)),
            "gamma": Param(gamma, TABLE + "; FU", (0, 100)),
        },
        initial={"x": STILL, "bound": 1, "strain": 0},
    )
    return block.renamed(**{name: f"{name}_{place}" for name in (*block.defined(), *block.params, "f")})


ENDINGS = Block(
    """
    ia_bag1 = G_bag1*clip(s_bag1 - threshold, 0, inf) : hertz
    ia_static = G_ia*clip(s_bag2 - threshold, 0, inf) + G_ia*clip(s_chain - threshold, 0, inf) : hertz
    ia_rate = clip(ia_bag1, ia_static, inf*hertz) + S*clip(ia_bag1, 0*hertz, ia_static) : hertz
    threshold = LN_SR - L0_SR : 1
    ii_bag2 = X*L_II/L0_SR*(s_bag2 - threshold) + (1 - X)*L_II/L0_PR*(x_bag2 - LN_PR) : 1
    ii_chain = X*L_II/L0_SR*(s_chain - threshold) + (1 - X)*L_II/L0_PR*(x_chain - LN_PR) : 1
    ii_rate = G_ii*(clip(ii_bag2, 0, inf) + clip(ii_chain, 0, inf)) : hertz
    """,
    params={
        "G_bag1": Param("20000 Hz", TABLE + "; per L0", ("0 Hz", None)),
        "G_ia": Param("10000 Hz", TABLE + "; per L0, of bag2 and of chain", ("0 Hz", None)),
        "G_ii": Param("7250 Hz", RECALLED + "; per L0, of bag2 and of chain", ("0 Hz", None)),
        "S": Param(0.156, TABLE + "; 1: nothing is occluded", (0, 1)),
        "LN_SR": Param(0.0423, TABLE + "; L0, sensory region where firing starts", (0, 1)),
        "LN_PR": Param(0.89, TABLE + "; L0, polar region where firing starts", (0, 2)),
        "X": Param(0.7, TABLE + "; part of the secondary ending that lies on the sensory region", (0, 1)),
        "L_II": Param(0.04, TABLE + "; L0, rest length of the secondary ending", (0, 1)),
    },
)

SPINDLE = Model(
    "muscle spindle",
    LENGTH
    + FUSIMOTOR
    + MECHANICS
    + fibre("bag1", 0.0605, 0.2592, 0.0289)
    + fibre("bag2", 0.0822, -0.046, 0.0636)
    + fibre("chain", 0.0822, -0.069, 0.0954)
    + ENDINGS,
)
"""It never fires: its endings do (`networks.cells.afferent.ENDING`)."""
