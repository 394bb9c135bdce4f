"""The cells of an antagonist segment: each against its closed form, or the behaviour that its numbers are fitted to."""

from dataclasses import replace

import numpy as np
import pytest

from networks.cells.afferent import FIBRE
from networks.cells.ia_interneuron import INTERNEURON
from networks.cells.muscle import SOLEUS, TIBIALIS_ANTERIOR, UNIT
from networks.cells.powers_heckman import FOUR, REFERENCE, SEGMENTAL
from networks.neuromodulation import LIGAND_POOL
from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.protocol import Hold, Settle, Step, Triangle
from sim.spec.record import Record
from sim.units import quantity

HALF_STEP = 0.025  # ms; states other than potentials are kept this long before the moment of recording
NEWTON = quantity("1 N").number


def starting(model: Model, **initial) -> Model:
    """The model as an arriving spike would leave it."""
    return replace(model, block=replace(model.block, initial={**model.block.initial, **initial}))


def cells(model: Model, size: int = 1, **params) -> Network:
    return Network((Population("cells", model, size, params),))


def every(time: str, *variables: str) -> Record:
    return Record(variables, time, commands=False)


# ---- muscle unit


@pytest.fixture(scope="module")
def twitch(simulate):
    """A twitch of T 60 ms and P 0.5 N with its EMG: ms after the spike (time,), and each variable (time,)."""
    unit = cells(starting(UNIT, a=1, envelope=1), contraction_time="60 ms", twitch_force="0.5 N")
    traces = simulate(unit, Settle("400 ms"), record=every("0.5 ms", "f", "force", "emg"), dtype="float64").traces
    return np.arange(800) * 0.5 - HALF_STEP, {name: x[0, 0] for name, x in traces.items()}


def test_a_twitch_follows_its_closed_form(twitch):
    t, traces = twitch
    # 1e-6 of the peak: (dt/T)^2, as the scheme is of second order
    np.testing.assert_allclose(traces["f"], np.e * t / 60 * np.exp(-t / 60), rtol=0, atol=1e-6)
    np.testing.assert_allclose(traces["emg"], np.exp(-t / 50), rtol=0, atol=1e-6)


def test_a_twitch_peaks_after_the_contraction_time_with_the_twitch_force(twitch):
    t, traces = twitch
    assert t[traces["force"].argmax()] == pytest.approx(60, abs=0.5)  # ms; recorded every 0.5 ms
    assert traces["force"].max() / NEWTON == pytest.approx(0.5, abs=1e-4)  # N; of the curvature within 0.25 ms


@pytest.mark.parametrize("ratio", [3, 5, 10])
def test_a_tetanus_is_as_much_stronger_than_a_twitch_as_asked(simulate, ratio):
    fused = Block("da/dt = 0/second : 1")  # as if spikes kept it up
    text = UNIT.block.text.replace("da/dt = -a/contraction_time : 1", fused.text)
    model = replace(UNIT, block=replace(UNIT.block, text=text, initial={**UNIT.block.initial, "a": 30}))
    unit = cells(model, twitch_force="0.5 N", tetanus_ratio=float(ratio))
    force = simulate(unit, Settle("2 s"), record=every("1 s", "force")).traces["force"][0, 0, -1]
    assert force / NEWTON == pytest.approx(0.5 * ratio, rel=1e-3)  # exp(-30 e/ratio) is missing from it


@pytest.mark.parametrize("table", [SOLEUS, TIBIALIS_ANTERIOR])
def test_later_units_are_faster_and_stronger(table):
    population = Population("units", UNIT, 5, table)
    values = {
        name: population.table()[name].across(5, {k: np.array([q.number]) for k, q in row.leaves().items()})[0]
        for name, row in table.items()
    }
    assert (np.diff(values["contraction_time"]) < 0).all()
    assert (np.diff(values["twitch_force"]) > 0).all()
    np.testing.assert_allclose(values["emg_amplitude"], values["twitch_force"] / values["twitch_force"][-1], atol=1e-4)


# ---- ligand


def test_ligand_integrates_release_and_forgets_it(simulate):
    """A release of 2 for 3 s, cleared with a time constant of 5 s."""
    pool = cells(LIGAND_POOL, tau_ligand="5 s")
    release = Step("cells.release", 2, "3 s") >> Settle("4 s")
    found = simulate(pool, release, record=every("500 ms", "ligand"), dtype="float64").traces["ligand"][0, 0]
    t = np.arange(14) * 0.5
    expected = 2 * (1 - np.exp(-np.minimum(t, 3) / 5)) * np.exp(-np.maximum(t - 3, 0) / 5)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2 * HALF_STEP / 5000)


# ---- motoneuron in its segment


CONTRACTION = Hold("cells.inhibition", 1.5) + (Settle("0.2 s") >> Triangle("cells.excitation", 25, "0.5 s", "0.5 s"))
ACTIONS = {"ahp_gain": 0.5, "leak_gain": 0.3, "threshold_gain": "2 mV"}


@pytest.fixture(scope="module")
def discharge(simulate, pool):
    """Spike steps of the four motoneurons of a small pool hTA in a short contraction without noise, (unit, spike)."""
    table = pool("hTA").populations[0].params

    def run(model: Model, ligand: float = 0, **params) -> np.ndarray:
        network = cells(model, 4, **{**table, "noise": 0, **params})
        drive = CONTRACTION + Hold("cells.ligand", ligand) if ligand else CONTRACTION
        return simulate(network, drive, dtype="float64").steps[0]

    return run


@pytest.fixture(scope="module")
def isolated(discharge):
    return discharge(REFERENCE)


def test_without_ligand_and_arrivals_a_motoneuron_of_a_segment_is_the_isolated_one(discharge, isolated):
    assert (isolated >= 0).sum() > 20
    np.testing.assert_array_equal(discharge(SEGMENTAL), isolated)


def test_constitutive_activity_and_ligand_add_up_to_the_level(discharge):
    alone = discharge(SEGMENTAL, monoamine=1.2, **ACTIONS)
    np.testing.assert_array_equal(discharge(SEGMENTAL, ligand=1.2, monoamine=0.6, receptor_gain=0.5, **ACTIONS), alone)


def test_no_action_is_felt_at_level_one(discharge, isolated):
    np.testing.assert_array_equal(discharge(REFERENCE, **ACTIONS), isolated)


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_of_a_raised_level_raises_the_discharge(discharge, action):
    without = discharge(REFERENCE, monoamine=1.2)
    found = discharge(REFERENCE, monoamine=1.2, **{action: ACTIONS[action]})
    assert (found >= 0).sum() > (without >= 0).sum()


def deflection(simulate, model: Model, *, design: Design | None = None, **conductances: str) -> np.ndarray:
    """mV, (sample, time) every 0.5 ms: what conductances do to the soma of the lowest-threshold cell of hTA at rest."""
    record, rest = every("0.5 ms", "v_soma"), cells(model, noise=0)
    after, before = (
        simulate(network, Settle("30 ms"), record=record, dtype="float64", design=design).traces["v_soma"][:, 0]
        for network in (cells(starting(model, **conductances), noise=0), rest)
    )
    return after - before


def test_an_arrival_at_the_dendrites_moves_the_soma_as_declared(simulate):
    assert deflection(simulate, SEGMENTAL, g_ia="20 nS").max() == pytest.approx(0.073, abs=0.002)  # mV


def test_each_dendrite_has_an_equal_part_of_an_arrival(simulate):
    arrived = cells(starting(SEGMENTAL, g_ia="20 nS"), noise=0)
    record = every("0.5 ms", "g_ia", *(f"{name}_{place}" for place in FOUR for name in ("i_ia", "v")))
    found = {
        name: x[0, 0] for name, x in simulate(arrived, Settle("5 ms"), record=record, dtype="float64").traces.items()
    }
    assert found["g_ia"][1] > 1e-3  # uS
    for place in FOUR:
        np.testing.assert_allclose(
            found[f"i_ia_{place}"], found["g_ia"] / 4 * (0 - found[f"v_{place}"]), atol=1e-12
        )  # nA


@pytest.mark.parametrize("receptor", ["g_recip_dend", "g_recip_soma"])
def test_where_chloride_reverses_decides_the_sign_of_reciprocal_inhibition(simulate, receptor):
    chloride = Design({"network.cells.E_cl": ["-75 mV", "-50 mV"]})
    found = deflection(simulate, SEGMENTAL, **{receptor: "20 nS"}, design=chloride)
    assert found[0, 4] < -0.005  # mV, after 2 ms
    assert found[1, 4] > 0.005


# ---- Ia inhibitory interneuron

THRESHOLD = 87  # nS, of one volley at rest
VOLLEYS = Block(
    """
    dclock/dt = volley_rate : 1
    g_volley = volley*exp(-(clock - floor(clock))/(volley_rate*tau_glu)) : siemens
    """,
    into={"i_in_soma": "g_volley*(E_e - v_soma)"},
    params={"volley": Param("0 nS", "test"), "volley_rate": Param("100 Hz", "test")},
    initial={"clock": 0},
)
"""What volleys of Ia afferents at a steady rate leave in `g_ia`."""


@pytest.fixture(scope="module")
def relay(simulate):
    """Spikes per volley, (strength in thresholds, rate), and the latency of the first, ms."""

    def run(strengths: list[float], rates: list[float]) -> tuple[np.ndarray, np.ndarray]:
        volleys = [f"{THRESHOLD * s} nS" for s in strengths]
        design = Design({"network.cells.volley": volleys, "network.cells.volley_rate": [f"{r} Hz" for r in rates]})
        model = replace(INTERNEURON, block=INTERNEURON.block + VOLLEYS)
        record = Record(commands=False, max_rate="1000 Hz")
        found = simulate(cells(model), Settle("1 s"), design=design, record=record)
        shape = (len(strengths), len(rates))
        return found.counts[:, 0].reshape(shape) / rates, 1000 * found.times[:, 0, 0].reshape(shape)

    return run


def test_one_volley_makes_one_spike_within_a_millisecond(relay):
    spikes, latency = relay([0.95, 1.1, 1.5, 2, 3, 5], [5])
    np.testing.assert_array_equal(spikes[:, 0], [0, 1, 1, 1, 1, 1])
    assert latency[1, 0] < 0.7
    assert latency[2:].max() < 0.4


def test_an_interneuron_follows_strong_volleys_one_to_one(relay):
    spikes, _ = relay([2, 3, 5], [50, 100, 220, 300])
    np.testing.assert_allclose(spikes, 1, atol=0.01)


def test_weak_volleys_are_followed_at_low_rates_only(relay):
    spikes, _ = relay([1.25], [50, 100])
    assert spikes[0, 0] == 1
    assert spikes[0, 1] < 0.8


def rate(counts: np.ndarray, seconds: float) -> np.ndarray:
    return counts.mean(-1) / seconds


def test_drive_sets_the_background_rate(simulate):
    design = Design({"protocol.drive.level": [f"{g} nS" for g in (0, 2, 4, 6, 10, 20)]})
    drive = Hold("cells.drive", "1 nS", name="drive") + Settle("4 s")
    found = simulate(cells(INTERNEURON, 64), drive, design=design, record=Record(commands=False, max_rate="250 Hz"))
    np.testing.assert_allclose(rate(found.counts, 4), [0, 0, 8.4, 32, 76, 181], atol=1.5)  # pps, as declared


# ---- group I afferent

FIBRES = 25


def test_a_pulse_recruits_the_fibres_below_its_intensity_once_each(simulate):
    fibres = cells(FIBRE, FIBRES, stimulus_threshold=Graded(0, 1))
    design = Design({"protocol.pulse.level": [0, 0.1, 0.3, 1.01]})
    pulses = Settle("3 ms") >> Step("cells.stimulus", 1, "0.5 ms", name="pulse") >> Settle("5 ms")
    found = simulate(fibres, pulses, design=design)
    recruited = np.arange(FIBRES) / (FIBRES - 1) < np.array([0, 0.1, 0.3, 1.01])[:, None]
    np.testing.assert_array_equal(found.counts, recruited)
    np.testing.assert_allclose(found.times[:, :, 0][recruited], 3.05e-3)  # s: at the end of the first step


def test_a_pulse_restarts_the_interval(simulate):
    pulse = Settle("15 ms") >> Step("cells.stimulus", 1, "0.5 ms") >> Settle("40 ms")
    found = simulate(cells(FIBRE, irregularity=0.0), Hold("cells.rate", "50 Hz") + pulse)
    # ms; a step each: the phase passes its goal within a step, and the pulse acts at the end of one
    np.testing.assert_allclose(1000 * found.times[0, 0][:3], [15.05, 35.05, 55.05], atol=0.06)


@pytest.mark.parametrize("asked", [10, 100])
def test_a_fibre_fires_at_the_rate_and_with_the_irregularity_that_is_asked(simulate, asked):
    irregularity = [0.0, 0.1, 0.4]
    fibres = cells(FIBRE, 64, first_goal=Graded(0, 1))
    design = Design({"network.cells.irregularity": irregularity})
    drive = Hold("cells.rate", f"{asked} Hz") + Settle(f"{500 / asked} s")
    found = simulate(fibres, drive, design=design, record=Record(commands=False, max_rate=f"{2 * asked} Hz"))
    intervals = np.diff(found.times, axis=-1)
    mean, spread = (f(intervals, axis=(1, 2)) for f in (np.nanmean, np.nanstd))
    np.testing.assert_allclose(1 / mean, asked, rtol=0.01)  # 30000 intervals; the long ones at the end are cut off
    np.testing.assert_allclose(spread / mean, irregularity, rtol=0.03, atol=0.003)  # 0.003: a step of 0.05 in 10 ms
    lag = [np.corrcoef(x[:, :300].ravel(), x[:, 1:301].ravel())[0, 1] for x in intervals[1:]]
    assert np.abs(lag).max() < 0.02  # intervals do not depend on each other


def test_fibres_do_not_start_in_step(simulate):
    fibres = cells(FIBRE, FIBRES, first_goal=Graded(0, 1), irregularity=0.0)
    first = simulate(fibres, Hold("cells.rate", "20 Hz") + Settle("60 ms")).times[0, :, 0]
    np.testing.assert_allclose(first, np.linspace(0, 0.05, FIBRES), atol=1e-4)  # s
