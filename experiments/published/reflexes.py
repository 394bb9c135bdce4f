"""Reflexes of the ankle in people, and in the simulator whose numbers of cells are taken here."""

H_MAX = (42.0, 74.0)
"""% of the largest M wave: 58 ± 16 in young people who stand (PMC3515837)."""

H_LATENCY = (27.0, 34.0)
"""ms, soleus: 0.6 m of Ia fibre, a synapse, 0.8 m of motor axon, and the muscle."""

REMOTO_INTENSITY = (9.0, 20.0)
"""mA, fifteen intensities of even steps; motor axons have thresholds of 12 to 18 mA."""
REMOTO_M = (0, 0, 0.0003, 0.217, 0.340, 0.835, 0.983, 1.643, 2.415, 2.374, 2.859, 3.352, 4.038, 3.457, 4.108)
REMOTO_H = (0, 0, 0.094, 1.267, 1.900, 2.441, 3.017, 2.958, 2.376, 2.180, 1.924, 1.123, 1.027, 0.855, 0.422)
"""Peak to peak of a simulated soleus, 900 motoneurons and 400 Ia fibres (ReMoto, notebook of rnwatanabe/projectPR)."""

RECIPROCAL_THRESHOLD = 0.6
"""Of the motor threshold of the common peroneal nerve: Crone 1987 (PMC1351079), 60 people."""
RECIPROCAL_WINDOW = (2.0, 4.0)
"""ms between conditioning and test stimulus at which inhibition is deepest."""
RECIPROCAL_DEPTH = (10.0, 25.0)
"""% of the control reflex, at 1.0 times the motor threshold at rest: recalled, not read."""
D1_WINDOW = (8.0, 25.0)
D2_WINDOW = (70.0, 200.0)
"""ms: Mizuno, Tanaka & Yanagisawa 1971 (J Neurophysiol 34:1010)."""

STRETCH_LATENCY = (42.0, 3.2)
"""ms, mean and SD: soleus, from the start of a stretch of 8 degrees at 250 deg/s (Sinkjaer, Andersen & Larsen 1996)."""
STRETCH_THRESHOLD = (8.0, 33.0)
"""deg/s, medians of 10 people after stroke, relaxed: alone, and after stimulation of the deep peroneal nerve at 0.9 to
4 times the motor threshold (Veltink, Ladouceur & Sinkjaer 2000, Arch Phys Med Rehabil 81:1016)."""
STRETCH_INHIBITED = (25.0, 6.0)
"""% of the EMG without stimulation, mean and standard error (Veltink et al. 2000)."""
STRETCH_INTERVAL = (141.0, 15.0)
"""ms from stimulation to stretch at which inhibition is strongest, mean and its deviation (Veltink et al. 2000)."""

VIBRATION_LIMIT = 220.0
"""Hz, the highest vibration that primary endings followed 1:1, at medium length (Burke et al. 1976, J Physiol
261:673)."""
VIBRATED_H = 53.6
"""% of the largest soleus H reflex that are left while the Achilles tendon is vibrated: ± 3.7, 32 legs of people
without brain injury (J Korean Acad Rehabil Med 1998;22:1185). After vibration at 70 Hz it is back at once (Ann Rehabil
Med 2014;38:494). While the whole lower leg shakes at 30 Hz 12 to 17 % are left (PMC3270316; J Mot Behav 2018;50:631).
Abstracts alone were read; the first names no frequency."""
VIBRATED_RATE = (-2.4, -4.1)
"""% of the peak rate of soleus and of tibialis units, as the antagonist's tendon is vibrated during ramps to 20 % of
the strongest contraction: 9.78 to 9.55 and 14.40 to 13.81 pps (computed from data of Orssatto et al., PICs-ageing)."""
