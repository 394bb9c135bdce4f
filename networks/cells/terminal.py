"""Where a group Ia fibre ends in the cord: what an impulse releases there, and what lowers it.

    release = stock (1 - inhibited)

An impulse that arrives (`a` rises by 1) makes the terminal fire once; its spike reaches other cells with `release` as
gain. Two things lower it.

Post-activation depression: an impulse takes the part `used` of what `stock` has above `left`, and it recovers,

    dstock/dt = (1 - stock)/tau_recovery        stock -> stock - used (stock - left)

so that impulses every T find, with E = exp(-T/tau_recovery),

    stock = (1 - E + E used left)/(1 - E (1 - used))

Both facts that it is fitted to are about the human soleus H reflex: 30 % of control 2 s after a slow stretch, depressed
for 10 to 15 s (Exp Brain Res 1993;97:173), and 40 to 60 % when it is repeated every 1 to 2 s. What many impulses leave
is little more than what a few do, and after an H reflex, a tap or a contraction it passes alike (Crone & Nielsen 1989),
so depletion saturates.

A reflex of half of the motoneurons falls faster than what is released: in the pool hTA, with a background below
threshold (excitation 1, inhibition 1.5), to 0.81, 0.61, 0.33, 0.16, 0.08 and 0.03 at releases of 0.95, 0.9 and on to
0.7; nearly on the line H = (release - 0.78)/0.22. By this line

    H every 0.5, 1, 1.5, 2, 3, 5 s                     0.20 0.38 0.51 0.60 0.73 0.87 of one every 10 s
    H 2, 5, 10, 12.5, 15 s after 30 impulses at 20 Hz  0.30 0.61 0.86 0.91 0.95 of one of a rested fibre

A fibre that goes on firing at 0.1, 0.5, 1, 2, 10, 100 Hz finds a stock of 0.99, 0.91, 0.86, 0.82, 0.78, 0.77: one that
fires at rest has little left to lose. So the depression is of fibres that are silent before, as endings of a relaxed,
short muscle are (15 of 39 in pretibial muscles, although the ankle was at 25 degrees of plantar flexion: Burke, Skuse &
Stuart 1979, human). There is little of it in a muscle that contracts, as Stein & Estabrooks saw in people.

Presynaptic inhibition: impulses of presynaptic interneurons raise it, in two parts of one mechanism, `early` (D1) and
`late` (D2); d1 and d2 rise by the weight of the synapse,

    dd1/dt = -d1/tau_d1        dearly/dt = (e d1 - early)/tau_d1        and late alike

a rise and fall that peaks tau after the impulse with its weight, and is more than half of that from 0.23 to 2.68 tau.
Together they take what they add up to, but no more than `most_inhibited`. With `DELAYS` and a volley that brings 0.08
each is more than half as deep as it gets 8 to 25 and 70 to 200 ms after the conditioning volley (Mizuno, Tanaka &
Yanagisawa 1971, human).

The muscle's own Ia fibres drive these interneurons too. Vibration of a muscle inhibits terminals of its Ia in cats:
monosynaptic reflexes fall as the dorsal root potential begins, and neither is left with picrotoxin (Gillies, Lance,
Neilson & Tassinari 1969). In people such autogenetic inhibition is always found, and is strongest at rest (Iles &
Roberts 1987). One volley takes little, as it comes before its own inhibition; what discharge of 20 to 50 Hz brings adds
up over 2.7 tau (e tau times the rate of the interneurons), mostly in `late`.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

DEPRESSION = "fitted to the H reflex after a stretch and when it is repeated: see networks.cells.terminal"
WINDOW = "fitted to {} being more than half as deep as it gets {} ms after the conditioning volley (Mizuno et al. 1971)"

DELAYS = {
    "d1": Param("5.5 ms", WINDOW.format("D1", "8 to 25") + "; 1 ms more until an interneuron fires"),
    "d2": Param("57.5 ms", WINDOW.format("D2", "70 to 200") + "; 1 ms more until an interneuron fires"),
}
"""Of the projections from presynaptic interneurons, by the state that they raise."""

RELAY = Block(
    "da/dt = -a/tau_arrival : 1",
    params={"tau_arrival": Param("0.1 ms", "numerical: an impulse is felt once", ("0.05 ms", "0.3 ms"))},
    initial={"a": 0},
)

STOCK = Block(
    "dstock/dt = (1 - stock)/tau_recovery : 1",
    params={
        "used": Param(0.33, DEPRESSION, (0, 1)),
        "left": Param(0.765, DEPRESSION, (0, 1)),
        "tau_recovery": Param("5 s", DEPRESSION, ("10 ms", None)),
    },
    initial={"stock": 1},
)

INHIBITION = Block(
    """
    dd1/dt = -d1/tau_d1 : 1
    dearly/dt = (e*d1 - early)/tau_d1 : 1
    dd2/dt = -d2/tau_d2 : 1
    dlate/dt = (e*d2 - late)/tau_d2 : 1
    inhibited = most_inhibited*(1 - exp(-(early + late)/most_inhibited)) : 1
    release = stock*(1 - inhibited) : 1
    """,
    params={
        "tau_d1": Param("7 ms", WINDOW.format("D1", "8 to 25"), ("1 ms", None)),
        "tau_d2": Param("51.5 ms", WINDOW.format("D2", "70 to 200"), ("1 ms", None)),
        "most_inhibited": Param(
            0.5, "chosen: half of the release, as tonic discharge of many interneurons adds up", (0.01, 1)
        ),
    },
    initial={"d1": 0, "early": 0, "d2": 0, "late": 0},
)

TERMINAL = Model(
    "group Ia terminal",
    RELAY + STOCK + INHIBITION,
    threshold="a > 0.3",
    reset="a = 0; stock = stock - used*clip(stock - left, 0, 1)",
    refractory="1 ms",
)
"""Refractory for 1 ms (chosen), so a window holds one spike at most."""
