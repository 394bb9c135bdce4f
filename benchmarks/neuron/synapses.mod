COMMENT
Excitation and inhibition of a dendrite, without fluctuations; equations: networks/synapses.py with noise = 0.
The excitatory command is a triangle (0 until `start`, `peak` a `rise` later, 0 another `rise` later), the inhibitory
one is constant; both are computed here, so nothing is played in.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX synapses
    NONSPECIFIC_CURRENT i_syn
    GLOBAL peak, start, rise, inhibition
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_unit = 1e-5 (S/cm2)
    E_e = 0 (mV)
    E_cl = -75 (mV)
    peak = 30
    start = 1000 (ms)
    rise = 10000 (ms)
    inhibition = 1.5
}

ASSIGNED {
    v (mV)
    i_syn (mA/cm2)
    excitation
}

BREAKPOINT {
    excitation = peak*(1 - fabs(t - start - rise)/rise)
    if (excitation < 0) { excitation = 0 }
    i_syn = g_unit*excitation*(v - E_e) + g_unit*inhibition*(v - E_cl)
}
