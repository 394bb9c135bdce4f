COMMENT
Persistent inward current of a dendrite (L-type calcium); equations: PERSISTENT_CALCIUM in
networks/cells/powers_heckman.py. The monoaminergic level is in g_cal.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX persistent_calcium
    NONSPECIFIC_CURRENT i_cal
    RANGE g_cal, theta_m, theta_h
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_cal = 0.85e-4 (S/cm2)
    theta_m = -42 (mV)
    theta_h = 10 (mV)
    tau_m_cal = 40 (ms)
    tau_h_cal = 2500 (ms)
    E_cal = 80 (mV)
}

ASSIGNED {
    v (mV)
    i_cal (mA/cm2)
    g (S/cm2)
    m_cal_inf
    h_cal_inf
}

STATE {
    m_cal
    h_cal
}

BREAKPOINT {
    CONDUCTANCE g
    SOLVE gates METHOD cnexp
    g = g_cal*m_cal*h_cal
    i_cal = g*(v - E_cal)
}

INITIAL {
    rates(v)
    m_cal = m_cal_inf
    h_cal = h_cal_inf
}

DERIVATIVE gates {
    rates(v)
    m_cal' = (m_cal_inf - m_cal)/tau_m_cal
    h_cal' = (h_cal_inf - h_cal)/tau_h_cal
}

PROCEDURE rates(v (mV)) {
    m_cal_inf = 1/(1 + exp(-(v - theta_m)/6))
    h_cal_inf = 1/(1 + exp((v - theta_h)/5))
}
