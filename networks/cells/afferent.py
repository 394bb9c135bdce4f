"""A group I afferent fibre: it fires at a rate that it is given, and once per electrical pulse that is strong enough.

    dphase/dt = rate        a spike at phase > goal, which then takes a new goal of mean 1

The goal is lognormal with a coefficient of variation that is a parameter, so at a constant rate r the intervals have
mean 1/r and that variation, at every r. It is drawn from a noise that forgets within a millisecond, so intervals do not
depend on each other.

A pulse that lasts one window (0.5 ms) excites every fibre whose `stimulus_threshold` it exceeds: graded from 0 to 1
across the fibres, an intensity of 0.3 recruits the first 30 % of them. The impulse also runs back and resets the phase.
Vibration that drives the ending 1:1 is a rate with little irregularity.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param

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
    ),
    threshold="phase > goal or stimulus > stimulus_threshold",
    reset="phase = clip(phase - goal, 0, inf); change = exp(spread*z - spread**2/2) - first_goal",
    refractory="1 ms",
)
"""Refractory for 1 ms (chosen), so a window holds one spike at most."""
