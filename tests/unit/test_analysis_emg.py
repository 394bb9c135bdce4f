"""The EMG is the sum of what each spike adds, on a clock of its own; M and H are read from it in their windows."""

import numpy as np
import pytest

from sim.analysis import emg as e


def trains(*units: list[float]) -> np.ndarray:
    """(1, unit, spike)."""
    longest = max(map(len, units))
    return np.array([[*[u + [np.nan] * (longest - len(u)) for u in units]]], float)


def test_one_spike_is_the_potential_of_its_unit():
    time, x = e.surface_emg(trains([0.05]), np.array([3.0]), stop=0.1, rate=20_000)
    assert np.ptp(x) == pytest.approx(3.0, rel=1e-3)
    assert x[0, np.searchsorted(time, 0.05)] == pytest.approx(0, abs=1e-6)
    assert time[x[0].argmax()] - 0.05 == pytest.approx(e.WIDTH / np.sqrt(2), abs=5e-5)


def test_emg_is_linear_in_spikes_and_samples_do_not_mix():
    random = np.random.default_rng(0)
    times = random.uniform(0, 1, (3, 5, 20))
    amplitude = random.uniform(1, 2, 5)
    _, whole = e.surface_emg(times, amplitude, stop=1)
    parts = [e.surface_emg(times[:, k : k + 1], amplitude[k : k + 1], stop=1)[1] for k in range(5)]
    assert np.allclose(whole, np.sum(parts, axis=0), atol=1e-12)
    assert np.allclose(whole[1], e.surface_emg(times[1:2], amplitude, stop=1)[1][0], atol=1e-12)


def test_a_spike_is_placed_between_the_samples():
    """The zero crossing is found a tenth of a sample after it is moved by as much."""
    for moved in (0.0, 0.1, 0.37):
        at = 0.05 + moved / e.RATE
        time, x = e.surface_emg(trains([at]), np.ones(1), stop=0.1)
        k = np.flatnonzero((x[0, :-1] < 0) & (x[0, 1:] >= 0))[0]
        crossing = time[k] - x[0, k] * (time[k + 1] - time[k]) / (x[0, k + 1] - x[0, k])
        assert crossing == pytest.approx(at, abs=2e-6)


def test_its_energy_lies_below_half_the_rate():
    """At 2 kHz and at 16 kHz the same potential has the same energy: nothing is folded."""
    energies = [
        (e.surface_emg(trains([0.05123]), np.ones(1), stop=0.1, rate=rate)[1] ** 2).sum() / rate for rate in (2e3, 16e3)
    ]
    assert energies[0] == pytest.approx(energies[1], rel=1e-6)


def test_potentials_cancel():
    """Rectified EMG of n asynchronous units grows as the root of n, that of synchronous ones as n."""
    random = np.random.default_rng(1)
    found = []
    for units in (100, 400):
        _, x = e.surface_emg(random.uniform(0, 4, (1, units, 40)), np.ones(units), stop=4)
        found.append(np.abs(x).mean())
    assert found[1] / found[0] == pytest.approx(2, rel=0.1)
    _, together = e.surface_emg(np.full((1, 50, 1), 0.05), np.ones(50), stop=0.1)
    assert e.peak_to_peak(*e.surface_emg(np.full((1, 100, 1), 0.05), np.ones(100), stop=0.1), 0, 0.1) == pytest.approx(
        2 * np.ptp(together)
    )


def test_m_and_h_are_read_in_their_windows():
    stimulus, m, h = 0.1, 0.105, 0.131
    time, x = e.surface_emg(trains([m, h], [m]), np.array([1.0, 2.0]), stop=0.2)
    assert e.peak_to_peak(time, x, stimulus + 0.001, stimulus + 0.02)[0] == pytest.approx(3, rel=0.02)
    assert e.peak_to_peak(time, x, stimulus + 0.025, stimulus + 0.05)[0] == pytest.approx(1, rel=0.02)
    begins = e.latency(time, x, stimulus + 0.02, stimulus + 0.05, least=0.1)[0]
    exact = np.linspace(-0.01, 0, 100_001)
    onset = exact[(np.abs(e.potential(exact)) > 0.05 * 0.5).argmax()]
    assert begins == pytest.approx(h + onset, abs=1 / e.RATE)
    assert np.isnan(e.latency(time, x, stimulus + 0.06, stimulus + 0.09, least=0.1))[0]


def test_delay_moves_each_unit():
    _, x = e.surface_emg(trains([0.02], [0.02]), np.ones(2), stop=0.1, delay=np.array([0.0, 0.04]), rate=20_000)
    assert np.allclose(x[0, :600], x[0, 800:1400], atol=1e-9)


def test_nothing_fires_nothing_is_seen():
    time, x = e.surface_emg(np.full((2, 3, 4), np.nan), np.ones(3), stop=0.05)
    assert x.shape == (2, 100)
    assert not x.any()
    assert not e.peak_to_peak(time, x, 0, 0.05).any()


def test_the_envelope_of_a_constant_is_the_constant():
    assert np.allclose(e.envelope(np.full((1, 400), -2.0), 0.05), 2.0)
    x = np.random.default_rng(2).standard_normal((1, 4000))
    assert e.envelope(x, 0.5)[0, 1000:3000].std() < 0.1 * np.abs(x).std()


@pytest.mark.parametrize(
    ("amplitude", "stop", "said"), [(np.ones(2), 1.0, "3 units"), (np.ones(3), 0.0, "begins before it stops")]
)
def test_what_does_not_fit_is_refused(amplitude, stop, said):
    with pytest.raises(ValueError, match=said):
        e.surface_emg(np.zeros((1, 3, 1)), amplitude, stop=stop)
    with pytest.raises(ValueError, match="no sample from"):
        e.peak_to_peak(np.arange(3.0), np.zeros((1, 3)), 5, 6)
