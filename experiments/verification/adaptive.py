"""Some motoneurons of the pool hTA by an adaptive solver of tight tolerance, from equations that are written here anew.

The right-hand side is written from the published equations (Powers & Heckman 2017, J Neurophysiol 117:1171; ModelDB
239582) in the units of their files (mV, ms, S/cm2, uF/cm2, mA/cm2, mM, cm), and shares nothing with the text of the
model but the numbers of the pool's table. LSODA (Hindmarsh 1983; Petzold 1983) chooses its steps.
"""

from itertools import pairwise
from math import exp, pi
from typing import NamedTuple

import numpy as np
from scipy.integrate import odeint

from experiments.verification.claims import Claim, Family
from experiments.verification.pool_runs import pool_runs
from experiments.verification.reference import neuron
from experiments.verification.runs import pool
from experiments.words import number
from sim.spec.params import Graded

UNITS = (0, 4, 6, 8, 9, 12, 19)
"""Numbers of the motoneurons, from 0: the four that NEURON's converged run gives a spike more, and three others."""
TOLERANCE, FINE = 1e-9, 1e-11  # relative, and absolute (mV; gates; mM)
BREAKS = (0.0, 1000.0, 11000.0, 21000.0, 22000.0)  # ms, where the command has a corner
PEAK, INHIBITION = 30.0, 1.5  # A_e at the top, A_i
EVERY = 0.05  # ms, between two potentials that are looked at
THRESHOLD = -20.0  # mV
FARADAY, DEPTH = 96485.33, 0.1  # C/mol, um
Q_NA = 2 ** ((37 - 24) / 10)


class Adaptive(NamedTuple):
    """Spike times in s, of each of `UNITS`: by LSODA, ours, and NEURON's converged run."""

    adaptive: list[np.ndarray]
    ours: list[np.ndarray]
    neuron: list[np.ndarray]


def cell(unit: int, size: int = 20) -> dict[str, float]:
    """The numbers of a motoneuron, in the units of the table: low + (high - low) (i/(N - 1))^(1 + skew)."""

    def plain(text: object) -> float:
        return float(str(text).split()[0])

    place = unit / (size - 1)
    rows = pool(noise=0).populations[0].table()
    graded = {name: row for name, row in rows.items() if isinstance(row, Graded)}
    return {
        name: plain(row.low) + (plain(row.high) - plain(row.low)) * place ** (1 + row.skew)
        for name, row in graded.items()
    }


def _linoid(x: float, q: float) -> float:
    """x/(1 - exp(-x/q))."""
    return q if abs(x) < 1e-9 else x / (1 - exp(-x / q))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


class Motoneuron:
    """A soma and four dendrites; the state is 5 potentials, 7 gates and calcium of the soma, 5 of I_h, 8 of CaL."""

    def __init__(self, p: dict[str, float]) -> None:
        um = 1e-4  # cm
        self.p = p
        self.area_soma = pi * p["diam_soma"] * p["length_soma"] * um**2
        self.area_dend = pi * p["diam_dend"] * p["length_dend"] * um**2
        half = p["R_a"] * (p["length_dend"] * um / 2) / (pi * (p["diam_dend"] * um) ** 2 / 4)  # ohm
        self.axial = 1 / half  # S
        self.g_cal = [p[f"g_cal_{k}"] for k in (1, 2, 3, 4)]

    def start(self, v: float = -65.0) -> list[float]:
        """Everything at its steady state at a potential, calcium at rest."""
        p = self.p
        a, b = 0.4 * _linoid(v + 29, 7.2), 0.124 * _linoid(-(v + 29), 7.2)
        soma = [a / (a + b), _sigmoid(-(v + 49) / 8), _sigmoid((v + 47.3) / 5), _sigmoid((v + 21) / 20)]
        soma += [_sigmoid((v + 20) / 4), 1e-4, 0.0]
        cal = [_sigmoid((v - p["theta_m"]) / 6)] * 4 + [_sigmoid(-(v - p["theta_h"]) / 5)] * 4
        return [v] * 5 + soma + [_sigmoid(-(v + 77) / 8)] * 5 + cal

    def slope(self, y: np.ndarray, t: float, level: float, rise: float, since: float) -> list[float]:
        """d/dt of the state, 1/ms; A_e is level + rise (t - since)."""
        p = self.p
        v, *dend = y[:5].tolist()
        m, h, nap, kdr, m_ca, ca, n = y[5:12].tolist()
        n_h, m_cal, h_cal = y[12:17].tolist(), y[17:21].tolist(), y[21:25].tolist()
        g_e = max(0.0, level + rise * (t - since)) * 1e-5
        a_m, b_m = 0.4 * _linoid(v + 29, 7.2), 0.124 * _linoid(-(v + 29), 7.2)
        a_h, b_h = 0.03 * _linoid(v + 44, 1.5), 0.01 * _linoid(-(v + 44), 1.5)
        tau_m, tau_h = max(0.02, 1 / (a_m + b_m) / Q_NA), max(0.5, 1 / (a_h + b_h) / Q_NA)
        b = exp((v + 39) / 5.5)
        tau_kdr = 0.8 + 20 * b / (1 + b) ** 2
        i_ca = p["g_ca"] * m_ca * (v - 132.4579341637009)
        entry = max(0.0, -1e4 * i_ca / (2 * FARADAY * DEPTH))
        current = (
            p["g_leak_soma"] * (v - p["E_leak"])
            + p["g_na"] * m**3 * h * (v - 50)
            + p["g_nap"] * nap * (v - 50)
            + p["g_kdr"] * kdr**4 * (v + 80)
            + i_ca
            + p["g_kca"] * n * (v + 80)
            + p["g_h"] * n_h[0] * (v + 41)
        )
        inward = sum(self.axial * (x - v) for x in dend) / self.area_soma
        slopes = [1e3 * (inward - current) / p["c_m_soma"]]
        for k, x in enumerate(dend):
            current = (
                p["g_leak_dend"] * (x - p["E_leak"])
                + p["g_h"] * n_h[k + 1] * (x + 41)
                + self.g_cal[k] * m_cal[k] * h_cal[k] * (x - 80)
                + g_e * x
                + INHIBITION * 1e-5 * (x + 75)
            )
            slopes.append(1e3 * (self.axial * (v - x) / self.area_dend - current) / p["c_m_dend"])
        slopes += [
            (a_m / (a_m + b_m) - m) / tau_m,
            (_sigmoid(-(v + 49) / 8) - h) / tau_h,
            _sigmoid((v + 47.3) / 5) - nap,
            (_sigmoid((v + 21) / 20) - kdr) / tau_kdr,
            (_sigmoid((v + 20) / 4) - m_ca) / 2,
            entry + (1e-4 - ca) / p["tau_ca"],
            0.1 * (1e3 * (ca - 1e-4)) ** 2 * (1 - n) - 0.1 * n,
        ]
        slopes += [(_sigmoid(-(x + 77) / 8) - own) / 30 for x, own in zip((v, *dend), n_h, strict=True)]
        slopes += [(_sigmoid((x - p["theta_m"]) / 6) - own) / 40 for x, own in zip(dend, m_cal, strict=True)]
        slopes += [(_sigmoid(-(x - p["theta_h"]) / 5) - own) / 2500 for x, own in zip(dend, h_cal, strict=True)]
        return slopes

    def spikes(self, breaks: tuple[float, ...] = BREAKS, *, tolerance: float = TOLERANCE) -> np.ndarray:
        """Times at which the soma crosses `THRESHOLD` upwards, s.

        Args:
            breaks: ms, the corners of the command: still, up to `PEAK`, down, still.
        """
        levels, y, found = (0.0, 0.0, PEAK, 0.0, 0.0), np.array(self.start()), []
        for k, (begin, end) in enumerate(pairwise(breaks)):
            rise = (levels[k + 1] - levels[k]) / (end - begin)
            for first in np.arange(begin, end, 1000.0):  # a second at a time: what is kept of it is small
                last = min(first + 1000.0, end)
                times = np.linspace(first, last, round((last - first) / EVERY) + 1)
                course = odeint(
                    self.slope, y, times, args=(levels[k], rise, begin), rtol=tolerance, atol=FINE, mxstep=100_000,
                    tcrit=[last],
                )  # fmt: skip
                y, v = course[-1], course[:, 0]
                up = np.flatnonzero((v[:-1] <= THRESHOLD) & (v[1:] > THRESHOLD))
                found.append(times[up] + EVERY * (THRESHOLD - v[up]) / (v[up + 1] - v[up]))
        return np.concatenate(found) / 1000


def measure() -> Adaptive:
    ours, theirs = pool_runs()[1.0], neuron("gcal1.0_converged")
    kept = [[train[k][~np.isnan(train[k])] for k in UNITS] for train in (ours, theirs)]
    return Adaptive([Motoneuron(cell(unit)).spikes() for unit in UNITS], *kept)


def claims(m: Adaptive) -> list[Claim]:
    who, against = ", ".join(str(unit + 1) for unit in UNITS), f"LSODA, relative tolerance {TOLERANCE:g}"
    counts = [[len(train) for train in trains] for trains in m]
    said = [", ".join(map(str, found)) for found in counts]
    first = [1000 * (a[0] - b[0]) if len(a) and len(b) else np.nan for a, b in zip(m.ours, m.adaptive, strict=True)]
    both = [min(len(a), len(b)) - 1 for a, b in zip(m.ours, m.adaptive, strict=True)]  # the last spike of the two
    last = [1000 * (a[k] - b[k]) if k >= 0 else np.nan for k, a, b in zip(both, m.ours, m.adaptive, strict=True)]
    lasting = [1000 * (train[-1] - train[0]) if len(train) else np.nan for train in m.adaptive]

    def apart(found: list[float]) -> str:
        return ", ".join(number(x, 2, sign=True) for x in found) + " ms"

    return [
        Claim(
            f"motoneurons {who} fire as often",
            against,
            "1 spike: a last interval of 200 ms is there or not",
            f"{said[1]} against {said[0]} (NEURON's converged run: {said[2]})",
            all(abs(a - b) <= 1 for a, b in zip(counts[1], counts[0], strict=True)),
        ),
        Claim(
            f"motoneurons {who} are recruited at the same time",
            against,
            "0.5 ms: ten steps",
            apart(first),
            bool(np.abs(first).max() <= 0.5),
        ),
        Claim(
            f"motoneurons {who} fire the last spike that both have at the same time",
            against,
            "0.3 % of the time for which it fires: the step of 0.05 ms makes each interval a little longer",
            f"{apart(last)} (at most {number(float(100 * np.max(np.abs(last) / lasting)), 2, '%')})",
            bool((np.abs(last) <= 0.003 * np.array(lasting)).all()),
        ),
    ]


FAMILY = Family(
    "The pool hTA against an adaptive solver",
    "The same contraction: the right-hand side is written anew in plain Python from the published equations, apart "
    "from the text of the model, and solved by scipy's LSODA. A spike is the soma's upward crossing of −20 mV.",
    measure,
    claims,
)
