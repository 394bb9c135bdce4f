COMMENT
Calcium entry, calcium under the membrane and the potassium current that it opens (medium AHP of the soma);
equations: AFTERHYPERPOLARISATION in networks/cells/powers_heckman.py.
In a step calcium moves first, with the current that the last potential was solved with, as in the published run; the
order is worth 0.05 % of an interval at dt 0.025 ms. The published run reads m_ca_inf from a table of 1 mV;
usetable_afterhyperpolarisation = 0 computes it.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX afterhyperpolarisation
    NONSPECIFIC_CURRENT i_ca, i_kca
    RANGE g_ca, g_kca, tau_ca
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
    (um) = (micron)
    (mM) = (milli/liter)
}

PARAMETER {
    g_ca = 0.64e-5 (S/cm2)
    g_kca = 4.5e-4 (S/cm2)
    E_ca = 132.4579341637009 (mV)
    E_k = -80 (mV)
    tau_ca = 90 (ms)
    Ca_rest = 1e-4 (mM)
    shell = 0.1 (um)
    faraday = 96485.33 (coulomb)
}

ASSIGNED {
    v (mV)
    i_ca (mA/cm2)
    i_kca (mA/cm2)
    m_ca_inf
    entry (mM/ms)
    alpha_kca (/ms)
}

STATE {
    m_ca
    Ca (mM)
    n_kca
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i_ca = g_ca*m_ca*(v - E_ca)
    i_kca = g_kca*n_kca*(v - E_k)
}

INITIAL {
    rates(v)
    m_ca = m_ca_inf
    Ca = Ca_rest
    n_kca = 0
}

DERIVATIVE gates {
    entry = -1e4*i_ca/(2*faraday*shell)
    if (entry < 0) { entry = 0 }
    Ca' = entry + (Ca_rest - Ca)/tau_ca
    alpha_kca = 0.1*((Ca - Ca_rest)/1e-3)*((Ca - Ca_rest)/1e-3)
    n_kca' = alpha_kca*(1 - n_kca) - 0.1*n_kca
    rates(v)
    m_ca' = (m_ca_inf - m_ca)/2
}

PROCEDURE rates(v (mV)) {
    TABLE m_ca_inf FROM -100 TO 100 WITH 200
    m_ca_inf = 1/(1 + exp(-(v + 20)/4))
}
