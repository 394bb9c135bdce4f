"""Steady isometric contractions of people: steadiness of force, motor units, recruitment."""

import numpy as np

FORCE_CV = (1.0, 4.0)
"""%, of the mean force. Index finger, 10 young adults: lowest 1.7 % at 30 % of the maximal force, with a plateau above
(Taylor, Christou & Enoka 2003, J Neurophysiol 90:1350). Hand, 25 people: 2.5 ± 1.6 % over all forces
(doi 10.1002/mus.20392). Index finger, 2 to 70 %: 4.5 ± 3.1 % with visual feedback, 4.1 ± 3.1 % within seconds without
(Baweja et al. 2009, Exp Brain Res 197:35; abstract). At the ankle it falls from 5 to 20 % of the maximal force and is
level at 40 and 60 %, alike in plantar and dorsal flexion (Efthymiadou et al. 2023, J Phys Educ Sport 23:1606; abstract,
without numbers)."""

INTERVAL_CV = (0.09, 0.25)
"""0.173 ± 0.081, 11 young adults, first dorsal interosseous, units recruited below 34 % of the maximal force
(doi 10.1002/mus.20392). Another group of the same muscle: 0.27 at recruitment, 0.14 at high rates (Barry et al. 2007,
J Neurophysiol 97:3206). In the biceps successive intervals are independent of each other (Clamann 1969, Biophys J
9:1233; abstract)."""

COMMON_DRIVE = (0.4, 0.8)
"""Correlation of smoothed rates, pairs of units: De Luca & Erim 1994, recalled, not read."""

RATE_AT_20 = {"soleus": 10.5, "tibialis": 14.5}
"""pps, peaks of ramps to 20 % of the maximal force (computed from the public data set orssatto/PICs-ageing)."""
RATE_AT_MVC = {"soleus": (7.8, 13.6)}
"""pps: 10.7 ± 2.9 (Bellemare et al. 1983). None is known here for the tibialis anterior."""

WITHOUT_PIC = 40.0
"""% of the maximal force that motoneurons could bring without persistent inward currents: recalled, not read."""

HIGHEST_THRESHOLD = {"soleus": 95.0}
"""% of the maximal force: recalled, not read."""


def tibialis_thresholds(part: np.ndarray) -> np.ndarray:
    """Recruitment threshold of a tibialis anterior unit, % of the maximal force (Caillet et al. 2023, their code).

    Args:
        part: rank of the unit over their number, 0 to 1.
    """
    return 0.5052 * (58.1 * part + 120 ** (part**1.83))
