"""A draw depends on stream, population, cell, channel and step, and on nothing else; any two of them are unrelated."""

from itertools import combinations

import jax.numpy as jnp
import numpy as np
import pytest

from sim.engine.rng import bits, channel_word, keys, normal

STEPS = 2**15
STEP = jnp.arange(STEPS)
LIMIT = 6 / np.sqrt(STEPS)  # six standard errors of a correlation; the largest of 10^5 lags reaches about five


def draws(stream: int, population: str, cell: int, channel: str) -> np.ndarray:
    """The draws of one cell, (step,)."""
    first, second = keys(np.array([stream]), population, cell + 1)[:, 0, cell]
    return np.asarray(normal((jnp.uint32(first), jnp.uint32(second)), channel_word(channel), STEP, jnp.float32))


SERIES = {
    "reference": (0, "hTA", 0, "xi_e_d1"),
    "next cell": (0, "hTA", 1, "xi_e_d1"),
    "a cell far away": (0, "hTA", 300, "xi_e_d1"),
    "another channel": (0, "hTA", 0, "xi_i_d1"),
    "another dendrite": (0, "hTA", 0, "xi_e_d2"),
    "next stream": (1, "hTA", 0, "xi_e_d1"),
    "a stream beyond 32 bits": (2**32, "hTA", 0, "xi_e_d1"),
    "another population": (0, "soleus", 0, "xi_e_d1"),
    "the stream of the next cell's number": (1, "hTA", 1, "xi_e_d1"),
}


@pytest.fixture(scope="module")
def series():
    return {name: draws(*place) for name, place in SERIES.items()}


@pytest.mark.parametrize(("a", "b"), list(combinations(SERIES, 2)))
def test_two_series_are_unrelated_at_every_lag(series, a, b):
    spectrum = np.fft.rfft(series[a]) * np.conj(np.fft.rfft(series[b]))
    assert np.abs(np.fft.irfft(spectrum) / STEPS).max() < LIMIT


@pytest.mark.parametrize("name", SERIES)
def test_a_series_is_white(series, name):
    correlation = np.fft.irfft(np.abs(np.fft.rfft(series[name])) ** 2) / STEPS
    assert np.abs(correlation[1:]).max() < LIMIT


@pytest.mark.parametrize("name", SERIES)
def test_a_draw_has_mean_zero_and_variance_one(series, name):
    x = series[name]
    assert x.mean() == pytest.approx(0, abs=5 / np.sqrt(STEPS))  # five standard errors
    assert x.var() == pytest.approx(1, abs=5 * np.sqrt(1.7 / STEPS))
    assert (x**3).mean() == pytest.approx(0, abs=0.1)
    assert (x**4).mean() == pytest.approx(2.7, abs=0.1)  # four bytes: kurtosis 3 - 1.2/4
    assert np.abs(x).max() < 3.46


def test_cells_of_one_step_are_unrelated_to_each_other():
    first, second = keys(np.arange(40), "hTA", 800)
    x = np.asarray(
        normal((jnp.asarray(first), jnp.asarray(second)), channel_word("xi_e_d1"), jnp.asarray(7), jnp.float32)
    )
    assert x.mean() == pytest.approx(0, abs=5 / np.sqrt(x.size))
    assert x.var() == pytest.approx(1, abs=5 * np.sqrt(1.7 / x.size))
    for pair in (x[:, 1:] * x[:, :-1], x[1:] * x[:-1]):  # neighbouring cells, neighbouring streams
        assert pair.mean() == pytest.approx(0, abs=5 / np.sqrt(pair.size))


def test_no_two_cells_walk_through_the_same_numbers_at_different_times():
    first, second = keys(np.array([0]), "hTA", 64)
    step = jnp.arange(1024)[:, None]
    x = np.asarray(bits((jnp.asarray(first), jnp.asarray(second)), channel_word("xi_e_d1"), step))
    assert len(np.unique(x)) > x.size - 10  # 65 536 draws of 2^32: half a coincidence is expected


def test_a_larger_pool_keeps_the_keys_of_its_first_cells():
    np.testing.assert_array_equal(keys(np.arange(3), "hTA", 900)[:, :, :20], keys(np.arange(3), "hTA", 20))


def test_no_two_cells_share_a_key():
    both = keys(np.arange(50), "hTA", 1000).reshape(2, -1)
    assert len(np.unique(both, axis=1).T) == both.shape[1]


def test_the_stream_is_felt_in_all_of_its_64_bits():
    streams = np.array([0, *(1 << np.arange(63, dtype=np.int64))])
    assert len(np.unique(keys(streams, "hTA", 1)[0])) == len(streams)
