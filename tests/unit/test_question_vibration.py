"""The question about a vibrated tendon, asked of impulses whose answer is known."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.reflex.tendon_vibration import TendonVibration
from sim.design import Design
from sim.results.status import Status
from tests.made_reflexes import UNITS, ankle
from tests.made_results import answered, failing, padded, spike_variables

ENDINGS = 4
REST, CONTRACTS, OPPOSITE = "at rest", "antagonist contracts", "antagonist's tendon"
TESTED = ("tested", "tested later")
TEST = 2.5
"""s, of the command of the test pulse."""
VIBRATED = 80.0
SLOWED = {0.0: 10.0, VIBRATED: 8.0}
"""pps, of contracting units, by frequency of vibration."""


def regular(rate: float) -> np.ndarray:
    return np.arange(1, round(3 * rate)) / rate if rate else np.zeros(0)


def sample(case: str, frequency: float) -> tuple[np.ndarray, np.ndarray]:
    """Spikes of both bellies and of the endings of both muscles, (unit, spike), and torque over time (N m)."""
    contracts = regular(SLOWED[frequency])
    reflex = regular(5.0) if case == REST and frequency else np.zeros(0)
    soleus = contracts if case == OPPOSITE else reflex
    tibialis = contracts if case == CONTRACTS else np.zeros(0)
    if case in TESTED:  # all ten units without vibration; with it none or all, as the place of the wave may be
        here = not frequency or case == TESTED[0]
        soleus = np.array([TEST + 0.0005 + 0.024]) if here else np.zeros(0)
    # two follow 1:1, one every second cycle, one at a rate of its own
    endings = [regular(frequency), regular(frequency), regular(frequency / 2), regular(33.3)]
    silent = [np.zeros(0)] * ENDINGS
    own, other = (silent, endings) if case == OPPOSITE else (endings, silent)
    time = np.arange(0, 3, 0.005)
    torque = 4.0 * (time > 1.9) if reflex.size else np.zeros_like(time)
    return padded([soleus] * UNITS + [tibialis] * UNITS + own + other), torque


@pytest.fixture(scope="module")
def vibrated():
    question = TendonVibration(
        network=ankle(), muscle="soleus", antagonist="tibialis", at="1 s", lasts="2 s", window="0.5 ms",
        rest=REST, contracting=CONTRACTS, opposite=OPPOSITE, tested=list(TESTED), test=f"{TEST} s",
    )  # fmt: skip
    design = Design(
        {"frequency": {"of": "protocol.own.level", "values": ["0 Hz", f"{VIBRATED} Hz"]}},
        cases={name: {"protocol.voluntary.level": k} for k, name in enumerate((REST, CONTRACTS, OPPOSITE, *TESTED))},
        seeds=2,
    )
    whole = design.dataset()
    cases = [str(x) for x in whole["case"].values]
    hertz = np.array([VIBRATED if f > 0 else 0.0 for f in whole["frequency"].values.astype(float)])
    made = [sample(case, f) for case, f in zip(cases, hertz, strict=True)]
    time = np.arange(0, 3, 0.005)
    own, opposite = (np.array([f * ((c == OPPOSITE) is swapped) for c, f in zip(cases, hertz, strict=True)])
                     for swapped in (False, True))  # fmt: skip

    def course(level: np.ndarray) -> tuple:
        return ("sample", "time"), level[:, None] * ((time >= 1) & (time < 3)) / 1000  # coherent: per ms

    bellies = ["soleus_motor_belly"] * UNITS + ["tibialis_motor_belly"] * UNITS
    endings = ["soleus_ia_ending"] * ENDINGS + ["tibialis_ia_ending"] * ENDINGS
    found = whole.assign(spike_variables([spikes for spikes, _ in made])).assign(
        {
            "ankle_torque": (("sample", "time"), -1e15 * np.array([torque for _, torque in made])),
            "soleus_ia_ending.vibration": course(own),
            "tibialis_ia_ending.vibration": course(opposite),
        }
    )
    return question, found.assign_coords(
        population=("unit", bellies + endings), time=time, status=("sample", np.full(len(made), Status.DONE))
    )


def test_endings_are_told_by_how_they_follow(vibrated):
    m = answered(*vibrated)
    at = m.sel(case=REST).isel(frequency=1)
    assert float(at["soleus_locked_mean"]) == 50
    assert float(at["soleus_sub_mean"]) == 25
    assert float(at["soleus_ia_mean"]) == pytest.approx((2 * VIBRATED + VIBRATED / 2 + 33.3) / 4, abs=1)
    other = m.sel(case=OPPOSITE).isel(frequency=1)
    assert float(other["tibialis_locked_mean"]) == 50
    assert m["soleus_locked"].isel(frequency=0).isnull().all()


def test_what_vibration_adds_is_read_against_the_same_noise_without(vibrated):
    m = answered(*vibrated)
    at = m.sel(case=REST).isel(frequency=1)
    assert float(at["pull_mean"]) == pytest.approx(4, abs=1e-3)
    assert float(at["pull_early_mean"]) == 0
    assert float(at["reflex_mean"]) > 0
    assert float(m["pull_mean"].sel(case=REST).isel(frequency=0)) == 0


def test_rates_of_contracting_units_are_compared(vibrated):
    m = answered(*vibrated).isel(frequency=1)
    assert float(m["tibialis_rate_left_mean"].sel(case=CONTRACTS)) == pytest.approx(80, abs=3)
    assert float(m["soleus_rate_left_mean"].sel(case=OPPOSITE)) == pytest.approx(80, abs=3)
    assert m["tibialis_rate_left"].sel(case=REST).isnull().all()


def test_what_is_left_of_the_h_reflex_is_the_mean_over_places_of_the_wave(vibrated):
    m = answered(*vibrated)
    assert m["h_left"].dims == ("frequency", "seed")
    np.testing.assert_allclose(m["h_left_mean"].values, [100, 50])


def test_a_failed_sample_is_counted(vibrated):
    question, whole = vibrated
    m = answered(question, failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["torque_late"].values).sum() == 1


def test_vibration_is_drawn_and_said(vibrated):
    question, whole = vibrated
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    assert "50 % of the Ia endings follow 1:1, 25 % at subharmonics" in question.headline(m)[0]


def test_a_design_without_rest_is_refused(vibrated):
    question, whole = vibrated
    with pytest.raises(ValueError, match="frequency 0 Hz"):
        answered(question, whole.isel(sample=whole["frequency"].values.astype(float) > 0))
