"""What people do in vibration of the Achilles tendon with bouts of stimulation of the triceps surae.

33 s of vibration, 20-Hz stimulation; 20 people, 13 of them women (abstract of the study of stimulation parameters, Eur
J Appl Physiol, by the group of Mesquita). The interventions: Mesquita et al. 2022, J Physiol, doi 10.1113/JP282765,
abstract: no numbers were at hand.
"""

from typing import NamedTuple


class Known(NamedTuple):
    """Mean and SD between people, and of how many."""

    mean: float
    sd: float
    n: int


TORQUE_VIBRATION = {10: Known(7.1, 6.1, 11), 20: Known(9.7, 9.0, 11)}
"""% MVC, during vibration at the end of the stimulation, by the torque that is evoked (% MVC)."""
WARM_UP = {10: Known(3.6, 3.5, 11), 20: Known(4.3, 4.5, 11)}
"""% MVC, increase through the trial."""
SUSTAINED = {0.2: Known(4.1, 4.3, 11), 1.0: Known(5.4, 5.9, 11)}
"""% MVC after the vibration, by the width of the pulses (ms)."""
RESPONDERS = (11, 20)
"""How many of how many people kept a torque after the vibration."""

LOWERED = {
    "relaxation": ("torque_vibration", "torque_sustained"),
    "reciprocal inhibition": (),
}
"""What each intervention lowers in people; the rest did not change. 19 and 20 people."""

COHORTS = (  # how many people: ramps, vibration and stimulation
    {"reciprocal inhibition": 15, "relaxation": 15},
    {"reciprocal inhibition": 20, "relaxation": 19},
)

SOURCES = (
    "People: 11 of 20 kept a torque after the vibration; with those, at an evoked 20 % MVC, 9.7 ± 9.0 % MVC (SD) "
    "during vibration at the end of the stimulation, 4.3 ± 4.5 more than early in the trial, and 5.4 ± 5.9 after it "
    "(pulses of 1 ms; 4.1 ± 4.3 with 0.2 ms): Mesquita and colleagues, Eur J Appl Physiol, abstract. Relaxation "
    "lowered the torque during the vibration and after it (19 people), reciprocal inhibition neither (20 people): "
    "Mesquita et al. 2022, J Physiol, doi 10.1113/JP282765, abstract; by how much was not at hand."
)
