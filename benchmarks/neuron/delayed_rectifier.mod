COMMENT
Delayed rectifier of the soma, m^4; equations: DELAYED_RECTIFIER in networks/cells/powers_heckman.py.
The published run reads both functions of the potential from a table of 1 mV; usetable_delayed_rectifier = 0 computes
them.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX delayed_rectifier
    NONSPECIFIC_CURRENT i_kdr
    RANGE g_kdr
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_kdr = 0.015 (S/cm2)
    E_k = -80 (mV)
}

ASSIGNED {
    v (mV)
    i_kdr (mA/cm2)
    g (S/cm2)
    m_kdr_inf
    tau_kdr (ms)
}

STATE {
    m_kdr
}

BREAKPOINT {
    CONDUCTANCE g
    SOLVE gates METHOD cnexp
    g = g_kdr*m_kdr*m_kdr*m_kdr*m_kdr
    i_kdr = g*(v - E_k)
}

INITIAL {
    rates(v)
    m_kdr = m_kdr_inf
}

DERIVATIVE gates {
    rates(v)
    m_kdr' = (m_kdr_inf - m_kdr)/tau_kdr
}

PROCEDURE rates(v (mV)) {
    LOCAL x
    TABLE m_kdr_inf, tau_kdr FROM -100 TO 100 WITH 200
    m_kdr_inf = 1/(1 + exp(-(v + 21)/20))
    x = exp((v + 39)/5.5)
    tau_kdr = 0.8 + 20*x/((1 + x)*(1 + x))
}
