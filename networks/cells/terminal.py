"""Where a group Ia fibre ends in the cord: what an impulse releases there, and what lowers it.

    release = stock (1 - inhibited)

An impulse that arrives (`a` rises by 1) makes the terminal fire once; its spike reaches other cells with `release` as gain.
Two things lower it:

    stock       falls to (1 - used) of itself with each impulse, to no less than what is always left, and recovers within
                seconds: post-activation depression
    inhibited   rises with the impulses of presynaptic interneurons, in two parts of the same mechanism: `early` for tens
                of ms (D1), `late` for a tenth of a second (D2)

    d early/dt = (e rise - early)/tau        d rise/dt = -rise/tau        and late alike: a rise and fall that peaks at tau

`d1` and `d2` of an arriving spike are raised by its weight; 1 at the peak would be full inhibition.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

ROOM = "share of the release that presynaptic inhibition can take: chosen"

TERMINAL = Model(
    "group Ia terminal",
    Block(
        """
        da/dt = -a/tau_arrival : 1
        dstock/dt = (1 - stock)/tau_recovery : 1
        dd1/dt = -d1/tau_d1 : 1
        dearly/dt = (e*d1 - early)/tau_d1 : 1
        dd2/dt = -d2/tau_d2 : 1
        dlate/dt = (e*d2 - late)/tau_d2 : 1
        inhibited = most_inhibited*(1 - exp(-(early + late)/most_inhibited)) : 1
        release = stock*(1 - inhibited) : 1
        """,
        params={
            "tau_arrival": Param("0.1 ms", "numerical: an impulse is felt once", ("0.05 ms", "0.3 ms")),
            "used": Param(
                0.25,
                "fitted with tau_recovery and the stock that is left: see networks.cells.terminal",
                (0, 1),
            ),
            "left": Param(0.3, "stock that no train uses up: chosen", (0, 1)),
            "tau_recovery": Param(
                "5 s",
                "post-activation depression: 30 % of control 2 s after a stretch, gone after "
                "10 to 15 s (Nielsen & Crone)",
                ("10 ms", None),
            ),
            "tau_d1": Param("8 ms", "chosen: D1 is deep 8 to 25 ms after the volley", ("1 ms", None)),
            "tau_d2": Param("50 ms", "chosen: D2 is deep 70 to 200 ms after the volley", ("1 ms", None)),
            "most_inhibited": Param(0.8, ROOM, (0.01, 1)),
        },
        initial={"a": 0, "stock": 1, "d1": 0, "early": 0, "d2": 0, "late": 0},
    ),
    threshold="a > 0.3",
    reset="a = 0; stock = stock - used*clip(stock - left, 0, 1)",
    refractory="1 ms",
)
