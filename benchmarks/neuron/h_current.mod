COMMENT
Current that hyperpolarisation opens, of soma and dendrites; equations: H_CURRENT in networks/cells/powers_heckman.py.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX h_current
    NONSPECIFIC_CURRENT i_h
    RANGE g_h
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_h = 0.3e-4 (S/cm2)
    E_h = -41 (mV)
    tau_h = 30 (ms)
}

ASSIGNED {
    v (mV)
    i_h (mA/cm2)
    g (S/cm2)
    n_h_inf
}

STATE {
    n_h
}

BREAKPOINT {
    CONDUCTANCE g
    SOLVE gates METHOD cnexp
    g = g_h*n_h
    i_h = g*(v - E_h)
}

INITIAL {
    rates(v)
    n_h = n_h_inf
}

DERIVATIVE gates {
    rates(v)
    n_h' = (n_h_inf - n_h)/tau_h
}

PROCEDURE rates(v (mV)) {
    n_h_inf = 1/(1 + exp((v + 77)/8))
}
