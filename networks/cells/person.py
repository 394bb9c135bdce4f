"""A person who follows a torque target: what is seen, late, against what is asked.

    error = target - (seen - zero)/MVC
    effort = lowpass[ ready + expected target + proportional error + integral of error ]       while there is a target
    effort = lowpass[ strongest maximal ]                                                       in a maximal contraction

The maximal voluntary torque (MVC) is measured, as in the laboratory: the most that maximal efforts have brought so far,
averaged over about half a second. Until one has brought about `least`, it is `plantar_mvc` or `dorsal_mvc`, of which
nothing is left from twice that on (1e-7).

Effort is the excitatory command (A_e) of the muscles that turn the ankle to the side of the task. `seen` is the torque
of the ankle, delayed by the projection that brings it; the dynamometer is set to zero while nothing is asked. What a
person knows beforehand, from practice, is `ready`, the effort at which the first units fire, and `expected`, its rise
with the target; feedback mends what is left. So whatever lowers the force at a given command is answered by more
command, as in people who are shown their force. Errors that no effort can mend (more than all, less than nothing) are
not added up. Zero follows the torque at rest within a few `tau_rest`, so a second task begins a second after the first.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.within import Within

KNOWN = "fitted, ready with expected, to the effort that the contractions of this side take"

PERSON = Model(
    "person who follows a torque",
    Block(
        """
        seen : newton*metre                                      # torque of the ankle, late; dorsiflexion positive
        target : 1                                               # part of the maximal voluntary torque
        maximal : 1                                              # 1: as hard as possible, whatever the target
        dzero/dt = (1 - busy)*(seen - zero)/tau_rest : newton*metre
        drecent/dt = (turned - recent)/tau_mean : newton*metre
        dbest/dt = tries*clip(recent - best, 0*newton*metre, inf*newton*metre)/tau_effort : newton*metre
        dcorrection/dt = mends*integral*error - (1 - asked)*correction/tau_rest : 1
        deffort/dt = (wanted - effort)/tau_effort : 1
        side = 2*dorsal - 1 : 1
        asked = int(target > 0) : 1
        busy = int(target + maximal > 0) : 1
        tries = int(maximal > 0) : 1
        told = plantar_mvc + dorsal*(dorsal_mvc - plantar_mvc) : newton*metre
        mvc = best + (told - best)*exp(-(best/least)**4) : newton*metre   # `told` until there is a best
        turned = side*(seen - zero) : newton*metre
        reached = turned/mvc : 1
        error = target - reached : 1
        ready = plantar_ready + dorsal*(dorsal_ready - plantar_ready) : 1
        expected = plantar_expected + dorsal*(dorsal_expected - plantar_expected) : 1
        tried = ready + expected*target + proportional*error + correction : 1
        followed = asked*clip(tried, 0, strongest) : 1
        above = int(tried > strongest)*int(error > 0) : 1         # nothing is learnt from trying more than all
        below = int(tried < 0)*int(error < 0) : 1                 # or less than nothing
        mends = asked*(1 - above - below) : 1
        wanted = followed + clip(maximal, 0, 1)*(strongest - followed) : 1
        plantar_effort = effort*(1 - dorsal) : 1
        dorsal_effort = effort*dorsal : 1
        """,
        params={
            "dorsal": Param(0.0, "1: the task is dorsiflexion, 0: plantarflexion", (0, 1)),
            "plantar_mvc": Param(
                "118 N*m",
                "what the person goes by until a maximal effort is measured: that of the ankle as it comes, "
                "with published motoneurons (people/hold_torque, state=[])",
                ("1 N*m", "1000 N*m"),
            ),
            "dorsal_mvc": Param("16 N*m", "as that of plantarflexion", ("1 N*m", "1000 N*m")),
            "least": Param(
                "0.5 N*m", "chosen: less is no maximal torque, twice as much is one", ("0.1 N*m", "1000 N*m")
            ),
            "strongest": Param(
                60.0, "chosen: A_e; 100 brings 2 to 8 % more, with motoneurons of people 8 to 20 %", (0, 1000)
            ),
            "plantar_ready": Param(3.0, f"{KNOWN}: A_e", (0, 1000)),
            "dorsal_ready": Param(3.0, f"{KNOWN}: A_e", (0, 1000)),
            "plantar_expected": Param(15.0, f"{KNOWN}: A_e for each MVC", (0, 1000)),
            "dorsal_expected": Param(15.0, f"{KNOWN}: A_e for each MVC", (0, 1000)),
            "proportional": Param(5.0, "fitted to a step that is reached within a second: A_e for each MVC", (0, 1000)),
            "integral": Param("15 Hz", "fitted, see `proportional`: A_e for each MVC and second", ("0 Hz", "1 kHz")),
            "tau_effort": Param("20 ms", "chosen: short beside the delay", ("0.1 ms", None)),
            "tau_mean": Param(
                "250 ms",
                "chosen: torque of a maximal effort is read as the mean of about half a second",
                ("1 ms", None),
            ),
            "tau_rest": Param(
                "100 ms", "chosen: how soon a person lets go, and a dynamometer is at zero", ("1 ms", None)
            ),
        },
        initial={"recent": "0 N*m", "best": "0 N*m", "zero": "0 N*m", "correction": 0, "effort": 0},
        within={
            "target": Within("target", 0, 1, "the torque target", "it is a part of the maximal torque, 0 to 1"),
            "maximal": Within("maximal", 0, 1, "a maximal effort", "it is 0 to 1, as hard as possible"),
        },
    ),
)
"""It never fires, and does nothing until it is asked."""
