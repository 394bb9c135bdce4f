"""Afferent fibres: one that fires at a rate that it is given, and one that ends in a muscle spindle or tendon organ.

The first, `FIBRE`, fires at its rate, and once per electrical pulse that is strong enough.

    dphase/dt = rate        a spike at phase > goal, which then takes a new goal of mean 1

The goal is lognormal with a coefficient of variation that is a parameter, so at a constant rate r the intervals have
mean 1/r and that variation, at every r. It is drawn from a noise that forgets within a millisecond, so intervals do not
depend on each other.

A pulse that lasts one window (0.5 ms) excites every fibre whose `stimulus_threshold` it exceeds: graded from 0 to 1
across the fibres, an intensity of 0.3 recruits the first 30 % of them. The impulse also runs back and resets the phase.
Vibration that drives the ending 1:1 is a rate with little irregularity.

The second, `ENDING`, is the end of an axon. It takes what its sense organ brings, times its own sensitivity, with the
same goals, and two things more.

Vibration of the tendon fires it once in a cycle, at the same place of the wave, as long as its limit allows; beyond
that once in as many whole cycles as its recovery takes, at vibration/ceil(vibration/limit). That is what Burke,
Hagbarth, Lofstedt & Wallin 1976 (J Physiol 261:673-693, human) saw in every ending that was vibrated well: discharge at
the frequency of vibration or a subharmonic, abrupt on and off, limits that differ between endings and grow with the
length of the muscle. Its own rate goes on beside that, and an impulse of either kind sets the other back, so an ending
that is vibrated at less than its own rate fires in between. The place of the wave at which it fires is `lag` after its
crest at the tendon, and endings differ in it: what a tap sends to the cord is dispersed, unlike an electrical volley.

An impulse that comes up the axon, from an electrode on the nerve, adds 1 to `antidromic`. If it meets none on its way
it resets the ending, and ends there: no spike. It has met one, and is lost, if the ending fired within the time to the
electrode and back, and 1 ms more.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Graded, Param
from sim.spec.within import Within

FIBRE = Model(
    "group I afferent",
    Block(
        """
        dphase/dt = clip(rate, 0*hertz, inf*hertz) : 1
        goal = first_goal + change : 1
        dchange/dt = 0/second : 1                                        # moves at spikes only
        dz/dt = -z/tau_jitter + sqrt(2/tau_jitter)*xi : 1
        spread = sqrt(log1p(irregularity**2)) : 1
        rate : hertz
        stimulus : 1                                                     # fraction of the fibres that a pulse recruits
        """,
        params={
            "stimulus_threshold": Param(0.0, "rank of the fibre; a pool grades it from 0 to 1", (0, 1)),
            "first_goal": Param(1.0, "a pool grades it from 0 to 1, so that its fibres do not start in step", (0, 1)),
            "irregularity": Param(0.1, "chosen; coefficient of variation of the intervals at a constant rate", (0, 2)),
            "tau_jitter": Param("1 ms", "numerical: short against the intervals, so that goals are independent"),
        },
        initial={"phase": 0, "change": 0},
        within={
            "stimulus": Within(
                "stimulus",
                0,
                2,
                "the intensity of a pulse",
                "it is the fraction of the fibres that it recruits; above 1 it recruits all, above 2 it is a slip",
            ),
        },
    ),
    threshold="phase > goal or stimulus > stimulus_threshold",
    reset="phase = clip(phase - goal, 0, inf); change = exp(spread*z - spread**2/2) - first_goal",
    refractory="1 ms",
)
"""Refractory for 1 ms (chosen), so a window holds one spike at most."""

RATES = "Burke, Skuse & Stuart 1979 (J Physiol 291:277, human)"

OWN_RATE = Block(
    """
    dphase/dt = sensitivity*clip(rate, 0*hertz, inf*hertz) : 1
    goal = first_goal + change : 1
    dchange/dt = 0/second : 1                                        # moves at spikes only
    dz/dt = -z/tau_jitter + sqrt(2/tau_jitter)*xi : 1
    spread = sqrt(log1p(irregularity**2)) : 1
    rate : hertz                                                     # of the sense organ
    """,
    params={
        "sensitivity": Param(1.0, "a pool grades it; the mean of the pool is what the sense organ gives", (0, 100)),
        "irregularity": Param(0.073, RATES + ": mean coefficient of variation, 0.021 to 0.183", (0, 2)),
        **{name: FIBRE.params[name] for name in ("first_goal", "tau_jitter")},
    },
    initial={"phase": 0, "change": 0},
)

HIGHEST = "500 Hz"
"""Frequency of a vibration (chosen): a tendon is vibrated at up to 220 Hz in people (Burke et al. 1976), and primary
endings of cats follow some 500 Hz (recalled)."""

VIBRATION = Block(
    """
    vibration : hertz
    stretch : 1                                                      # of the muscle beyond its optimal length, in L0
    wave_rate = clip(vibration, 0*hertz, inf*hertz) : hertz
    own_limit = limit*clip(1 + growth*stretch, 0.05, inf) : hertz
    dwave/dt = wave_rate : 1                                         # cycles since the wave was last at its crest,
    at_ending = wave - lag*wave_rate : 1                             # at the tendon, and as the ending feels it
    crest = clip(ceil(last + wave_rate/own_limit - 1e-3), 1, inf) : 1    # at which it will have recovered
    """,
    params={
        "limit": Param("100 Hz", "Burke et al. 1976; a pool grades it", ("1 Hz", None)),
        "growth": Param(4.0, "chosen; limits grow with length (Burke et al. 1976), here by 40 % over 0.1 L0", (0, 100)),
        "lag": Param("0 ms", "a pool grades it", ("0 ms", "30 ms")),
    },
    initial={"wave": 0},
    within={
        "vibration": Within(
            "vibration",
            "0 Hz",
            HIGHEST,
            "the vibration of a tendon",
            f"a tendon is vibrated at {HIGHEST} at most; take a lower frequency",
            "Hz",
        ),
    },
)

ARRIVALS = Block(
    """
    dantidromic/dt = -antidromic/tau_arrival : 1
    dfired/dt = -fired/tau_fired : 1                                 # 1 at a spike of its own
    arrived = int(antidromic > 0.5)*int(fired < exp(-(2*conduction + 1*ms)/tau_fired)) : 1
    dset_back/dt = (phase - set_back)*arrived/tau_set : 1            # phase from which the next interval counts
    dlast/dt = (at_ending - last)*arrived/tau_set : 1                     # place of the last impulse in the wave
    """,
    params={
        "conduction": Param(
            "0 ms", "to the electrode; the delay of the projection that brings the impulse", ("0 ms", "100 ms")
        ),
        "tau_arrival": Param("0.25 ms", "numerical: an impulse is felt for 0.17 ms, at a step of 0.1 ms at least once"),
        "tau_fired": Param(
            "20 ms", "numerical: a memory of the last spike that lasts longer than the way there and back"
        ),
        "tau_set": Param("0.005 ms", "numerical: at once"),
    },
    initial={"antidromic": 0, "fired": 0, "set_back": 0, "last": 0},
)

ENDING = Model(
    "ending of an afferent fibre",
    OWN_RATE + VIBRATION + ARRIVALS,
    threshold="phase - set_back > goal or (wave_rate > 0*hertz and at_ending > crest)",
    reset="""
    last = (at_ending - floor(at_ending))*int(at_ending <= crest)
    wave = wave - floor(at_ending)
    phase = clip(phase - set_back - goal, 0, inf)
    set_back = 0
    change = exp(spread*z - spread**2/2) - first_goal
    fired = 1
    """,
    refractory="1 ms",
)


def _table(lowest: str, highest: str, source: str) -> dict[str, Graded]:
    return {
        "limit": Graded(lowest, highest, 0, source),
        "sensitivity": Graded(0.43, 2.0, 0.75, RATES + ": 4.8 to 22.1 Hz at one length, mean 11.1"),
    }


IA = {
    **_table("30 Hz", "220 Hz", "Burke et al. 1976: primary endings at medium length"),
    "lag": Graded(
        "9 ms", "0 ms", 0.0,
        "the afferent volley of a tap on the Achilles tendon takes 6.5 to 11 ms to its peak (Burke, Gandevia & McKeon "
        "1983, J Physiol 339:535, human); taken as the range between endings, the thinnest fibre's last: chosen",
    ),
}  # fmt: skip
"""Rows of a pool of primary endings, in the order of their sensitivity."""

II = _table("20 Hz", "100 Hz", "Burke et al. 1976: secondary endings reach lower rates; the highest is recalled")
"""Rows of a pool of secondary endings."""

IB = _table("20 Hz", "80 Hz", "chosen: Burke et al. 1976 saw three, which followed as spindle endings did")
"""Rows of a pool of tendon organs' endings."""
