COMMENT
Fast sodium of the soma, m^3 h; equations: SODIUM in networks/cells/powers_heckman.py.
alpha = a x/(1 - exp(-x/q)) and beta = b x/(exp(x/q) - 1), so both rates need one exponential.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX sodium
    NONSPECIFIC_CURRENT i_na
    RANGE g_na
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_na = 0.010 (S/cm2)
    E_na = 50 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    i_na (mA/cm2)
    g (S/cm2)
    q_na
    m_na_inf
    h_na_inf
    tau_m_na (ms)
    tau_h_na (ms)
}

STATE {
    m_na
    h_na
}

BREAKPOINT {
    CONDUCTANCE g
    SOLVE gates METHOD cnexp
    g = g_na*m_na*m_na*m_na*h_na
    i_na = g*(v - E_na)
}

INITIAL {
    q_na = 2^((celsius - 24)/10)
    rates(v)
    m_na = m_na_inf
    h_na = h_na_inf
}

DERIVATIVE gates {
    rates(v)
    m_na' = (m_na_inf - m_na)/tau_m_na
    h_na' = (h_na_inf - h_na)/tau_h_na
}

PROCEDURE rates(v (mV)) {
    LOCAL x, e
    x = -(v + 29)/7.2
    e = exp(x)
    m_na_inf = 0.4/(0.4 + 0.124*e)
    tau_m_na = exprel(x, e)/(q_na*7.2*(0.4 + 0.124*e))
    if (tau_m_na < 0.02) { tau_m_na = 0.02 }
    x = -(v + 44)/1.5
    e = exp(x)
    h_na_inf = 1/(1 + exp((v + 49)/8))
    tau_h_na = exprel(x, e)/(q_na*1.5*(0.03 + 0.01*e))
    if (tau_h_na < 0.5) { tau_h_na = 0.5 }
}

FUNCTION exprel(x, e) {
    if (fabs(x) < 1e-6) {
        exprel = 1
    } else {
        exprel = (e - 1)/x
    }
}
