COMMENT
Persistent sodium of the soma; equations: PERSISTENT_SODIUM in networks/cells/powers_heckman.py.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX persistent_sodium
    NONSPECIFIC_CURRENT i_nap
    RANGE g_nap
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_nap = 2.6e-5 (S/cm2)
    E_na = 50 (mV)
    tau_nap = 1 (ms)
}

ASSIGNED {
    v (mV)
    i_nap (mA/cm2)
    g (S/cm2)
    m_nap_inf
}

STATE {
    m_nap
}

BREAKPOINT {
    CONDUCTANCE g
    SOLVE gates METHOD cnexp
    g = g_nap*m_nap
    i_nap = g*(v - E_na)
}

INITIAL {
    rates(v)
    m_nap = m_nap_inf
}

DERIVATIVE gates {
    rates(v)
    m_nap' = (m_nap_inf - m_nap)/tau_nap
}

PROCEDURE rates(v (mV)) {
    m_nap_inf = 1/(1 + exp(-(v + 47.3)/5))
}
