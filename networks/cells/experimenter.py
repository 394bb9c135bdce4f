"""An experimenter who sets how strongly muscles are stimulated: until their torque is the part of the maximum wanted.

    brought = low pass of (torque - zero)/MVC                                to the side of the person's task
    d intensity/dt = gain (wanted - brought)                                 while a torque is wanted
    stimulus = pulse intensity, a window later                               pulses of the protocol are 1 high

So what a pulse is worth is found as in the laboratory: the current is turned up during a train until the muscles bring
so many percent of the maximal voluntary torque (MVC) that the person has shown, and stays where it is from then on. The
dynamometer is set to zero while nothing is wanted. An intensity that no pulse may have is not reached.
"""

from networks.cells.axon import STRONGEST
from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.within import Within

EXPERIMENTER = Model(
    "experimenter who sets a stimulator",
    Block(
        """
        seen : newton*metre                                      # torque of the ankle; dorsiflexion positive
        mvc : newton*metre                                       # maximal voluntary torque of the person
        side : 1                                                 # of the person's task; 1: dorsiflexion
        wanted : 1                                               # part of the maximal voluntary torque
        pulse : 1                                                # 1: a pulse at the intensity that is set
        dzero/dt = (1 - sets)*(seen - zero)/tau_rest : newton*metre
        dbrought/dt = (side*(seen - zero)/clip(mvc, least, inf*newton*metre) - brought)/tau_read : 1
        dintensity/dt = sets*within*gain*(wanted - brought) : 1
        sets = int(wanted > 0) : 1
        within = 1 - int(intensity > strongest)*int(wanted > brought) - int(intensity < 0)*int(wanted < brought) : 1
        given = pulse*clip(intensity, 0, strongest) : 1
        dplantar_stimulus/dt = (given*(1 - side)/2 - plantar_stimulus)/tau_output : 1
        ddorsal_stimulus/dt = (given*(1 + side)/2 - dorsal_stimulus)/tau_output : 1
        """,
        params={
            "gain": Param(
                "0.5 Hz",
                "chosen: set within some 3 s of a train; motor thresholds for each MVC and second",
                ("0 Hz", "1 kHz"),
            ),
            "strongest": Param(
                3.0, "chosen: multiples of the motor threshold; 1.5 excites every motor axon", (0, STRONGEST)
            ),
            "least": Param("0.5 N*m", "chosen: less is no maximal torque", ("0.1 N*m", "1000 N*m")),
            "tau_output": Param("0.02 ms", "numerical: it follows within a window", ("0.001 ms", "0.1 ms")),
            "tau_rest": Param("100 ms", "chosen: how soon a dynamometer is at zero", ("1 ms", None)),
            "tau_read": Param("100 ms", "chosen: torque is read over some pulses of a train", ("1 ms", None)),
        },
        initial={"zero": "0 N*m", "brought": 0, "intensity": 0.9, "plantar_stimulus": 0, "dorsal_stimulus": 0},
        within={
            "wanted": Within("wanted", 0, 1, "the torque that is set", "it is a part of the maximal torque, 0 to 1"),
            "pulse": Within("pulse", 0, 1, "a pulse that is set", "it is 0 or 1, at the intensity that was set"),
        },
    ),
)
"""It never fires. It begins below the motor threshold."""
