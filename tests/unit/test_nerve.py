"""Axons: impulses run, meet, annihilate and are evoked as on a line, and as people's nerves have it."""

from itertools import pairwise

import numpy as np
import pytest

from networks.cells.axon import IA, MOTOR, NODE
from networks.nerve import IA_VELOCITY, MOTOR_VELOCITY, Axons, End, axons, pulse_width, stimulation
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.results.status import Status
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded
from sim.spec.protocol import Course, Protocol, ProtocolError, Settle, Step
from sim.spec.record import Record
from sim.units import UnitError
from tests.impulses import Pulse, fired

WINDOW = 0.5  # ms
RECORD = Record(commands=False, max_rate="1100 Hz")
TWO_SITES = {"nerve": "0.6 m", "belly": "1.2 m"}
ONE_SITE = {"nerve": "0.6 m"}
MUSCLE = End("muscle", {"muscle.above": 1})
Given = list[tuple[int, float]]
"""Pulses, each the number of its window and its intensity."""


def chain(
    size: int,
    sites: dict[str, str],
    numbers: dict = MOTOR,
    velocity: Graded = MOTOR_VELOCITY,
    muscle: End = MUSCLE,
) -> Network:
    """Axons whose ends are nodes too, so that pulses on these stand for what the cells at the ends fire."""
    own = {**numbers, "conduction_above": "100 ms", "conduction_below": "100 ms"}  # longer than any stretch
    ends = Population("cord", NODE, size, own), Population("muscle", NODE, size, own)
    made = axons(
        "axon", size, sites=sites, length="1.3 m", velocity=velocity, cord=End("cord", {"cord.below": 1}),
        muscle=muscle, numbers=numbers, origin="a test",
    )  # fmt: skip
    ordered = (ends[0], *made.populations, ends[1])
    return Network(ordered, made.projections, shared=made.shared)


def across(network: Network, part: str, number: str) -> np.ndarray:
    """A number of every cell of a population, or of every axon of a projection."""
    size = network.populations[0].size
    found = next(p for p in (*network.populations, *network.projections) if p.name == part).table()[number]
    leaves = {leaf: np.array([value.number]) for leaf, value in found.leaves().items()}
    return np.broadcast_to(found.across(size, leaves)[0], (size,))


def course(population: str, pulses: Given) -> Protocol:
    """Pulses on a population."""
    corners = [
        (WINDOW * (window + later), level if inside else 0)
        for window, level in pulses
        for later, inside in ((0, False), (0, True), (1, True), (1, False))
    ]
    return Course(f"{population}.stimulus", tuple(f"{t} ms" for t, _ in corners), tuple(y for _, y in corners))


def expected(network: Network, pulses: dict[str, Given], dt: float, end: float) -> list:
    """In which steps every node fires, (population, axon, spike)."""
    names, steps = [p.name for p in network.populations], round(WINDOW / dt)
    joined = [f"{a}_to_{b}_above" for a, b in pairwise(names)]
    stretches = [np.rint(across(network, name, "delay") / dt) + 1 for name in joined]  # a node fires within a step
    places = np.cumsum([0 * stretches[0], *stretches], axis=0)
    found = []
    for k in range(network.populations[0].size):
        given = [
            Pulse(place, window * steps + 1, (window + 1) * steps)
            for place, name in enumerate(names)
            for window, level in pulses.get(name, [])
            if level >= across(network, name, "rheobase")[k]
        ]
        pause = np.ceil((across(network, names[0], "refractory_period")[k] - 0.01) / dt + 1e-9)
        found.append(fired(list(places[:, k]), given, pause, end / dt))
    return [[found[k][p] for k in range(len(found))] for p in range(len(names))]


def spikes(network: Network, found) -> list:
    """The same of a simulation of one sample."""
    sizes = np.cumsum([0, *(p.size for p in network.populations)])
    steps = [[float(s) for s in unit if s >= 0] for unit in found.steps[0]]
    return [steps[a:b] for a, b in pairwise(sizes)]


def random_pulses(seed: int, names: list[str], windows: int, each: int) -> dict[str, Given]:
    """Some pulses on every node, at random; of random intensity, so that axons get different ones."""
    random = np.random.default_rng(seed)
    return {
        name: [
            (int(window), float(random.uniform(0.8, 1.7)))
            for window in np.sort(random.choice(windows, each, replace=False))
        ]
        for name in names
    }


CASES = [  # step in ms, sites, pulses on each node in 400 ms, seed
    (0.05, TWO_SITES, 8, 1),
    (0.05, TWO_SITES, 30, 2),
    (0.05, TWO_SITES, 60, 3),
    (0.05, ONE_SITE, 60, 4),
    (0.025, TWO_SITES, 40, 5),
    (0.1, TWO_SITES, 40, 6),
    (0.1, ONE_SITE, 20, 7),
]


@pytest.mark.parametrize(("dt", "sites", "each", "seed"), CASES)
def test_impulses_run_meet_and_are_lost_as_on_a_line(simulate, dt, sites, each, seed):
    network = chain(25, sites)
    pulses = random_pulses(seed, [p.name for p in network.populations], 800, each)
    protocol = sum((course(name, own) for name, own in pulses.items()), start=Settle("450 ms"))
    found = simulate(network, protocol, record=RECORD, dt=f"{dt} ms")
    assert (found.status == Status.DONE).all()
    assert spikes(network, found) == expected(network, pulses, dt, 450)


def test_the_kernels_and_steps_agree(simulate):
    """Native C++ and XLA to the step; other steps to what rounding of delays and the step of each node make."""
    network = chain(25, TWO_SITES)
    pulses: dict[str, Given] = {
        "cord": [(10, 2)],
        "axon_nerve": [(120, 2), (180, 2)],
        "axon_belly": [(187, 2)],
        "muscle": [(300, 2)],
    }
    protocol = sum((course(name, own) for name, own in pulses.items()), start=Settle("250 ms"))
    same = [simulate(network, protocol, record=RECORD, backend=JaxBackend(kernel)).steps for kernel in ("auto", "xla")]
    np.testing.assert_array_equal(*same)
    times = [simulate(network, protocol, record=RECORD, dt=f"{dt} ms").times * 1e3 for dt in (0.025, 0.05, 0.1)]
    for coarse in times[1:]:  # ms: at most four nodes, each with a step more and half a step of rounding
        np.testing.assert_allclose(coarse, times[0], rtol=0, atol=4 * 1.5 * 0.1)


def test_brian2_fires_the_same_spikes(simulate):
    network = chain(4, TWO_SITES)
    pulses = random_pulses(8, [p.name for p in network.populations], 150, 9)
    protocol = sum((course(name, own) for name, own in pulses.items()), start=Settle("110 ms"))
    ours, theirs = (
        simulate(network, protocol, record=RECORD, backend=backend, dtype="float64")
        for backend in (JaxBackend(), Brian2Backend())
    )
    assert ours.counts.sum() > 90
    np.testing.assert_array_equal(ours.steps, theirs.steps)


@pytest.mark.parametrize("scheme", ["staggered", "exponential_euler"])
def test_a_pulse_fires_every_place_once_and_arrives_by_distance_over_velocity(simulate, scheme):
    network = chain(25, TWO_SITES)
    found = simulate(network, course("axon_nerve", [(10, 2)]) + Settle("100 ms"), record=RECORD, scheme=scheme)
    np.testing.assert_array_equal(found.counts, 1)  # no echo
    cord, nerve, belly, muscle = found.times[0, :, 0].reshape(4, 25) * 1e3
    time = 600 / 44 + (600 / 53 - 600 / 44) * np.linspace(0, 1, 25)  # ms, along 0.6 m
    for there, nodes, way in ((cord, 1, 1), (belly, 1, 1), (muscle, 2, 0.7 / 0.6)):
        late = there - nerve - time * way
        np.testing.assert_allclose(late, 0.05 * nodes, atol=0.025 * nodes + 1e-3)  # a step at each node, and rounding


def test_an_end_that_never_answers_blocks_nothing(simulate):
    """What is owed is forgotten: pulses towards an end that does not fire, then impulses from it."""
    deaf = chain(5, TWO_SITES, muscle=End("muscle"))
    protocol = course("axon_belly", [(10, 2), (100, 2)]) + course("muscle", [(150, 2)]) + Settle("150 ms")
    counts = simulate(deaf, protocol, record=RECORD).counts.reshape(4, 5)
    np.testing.assert_array_equal(counts, np.array([3, 3, 3, 1])[:, None] * np.ones(5))


def test_ia_axons_carry_their_highest_rate_and_motor_axons_doublets(simulate):
    train = stimulation(["muscle"], intensity=2, frequency="220 Hz", lasts="500 ms") + Settle("550 ms")
    counts = simulate(chain(9, TWO_SITES, IA, IA_VELOCITY), train, record=RECORD).counts
    np.testing.assert_array_equal(counts, 110)
    found = simulate(chain(9, TWO_SITES), course("cord", [(10, 2), (20, 2)]) + Settle("60 ms"), record=RECORD)
    np.testing.assert_allclose(np.diff(found.times[0])[:, 0] * 1e3, 5, atol=1e-9)  # ms


@pytest.mark.parametrize(("numbers", "least"), [(MOTOR, 1.03), (IA, 0.7)])
def test_the_second_of_two_pulses_fires_after_the_refractory_period(simulate, numbers, least):
    node = Network((Population("node", NODE, 3, numbers),))
    gaps = np.array([0.5, 1.0, 1.5, 2.0])  # ms, between the pulses
    pulse = Step("node.stimulus", 5, "0.5 ms", name="second")
    first = Settle("5 ms") >> Step("node.stimulus", 5, "0.5 ms", name="first")
    pair = first + (Settle("5 ms", "wait") >> pulse) + Settle("20 ms")
    design = Design({"protocol.wait.duration": [f"{5 + gap} ms" for gap in gaps]})
    found = simulate(node, pair, design=design, record=RECORD)
    apart = np.ceil(np.maximum(gaps, least) / 0.05 - 1e-9) * 0.05  # as soon as it may, in a whole step
    fires = apart < gaps + WINDOW - 1e-9  # the pulse lasts so long
    np.testing.assert_array_equal(found.counts, 1 + fires[:, None] * np.ones(3))
    np.testing.assert_allclose(np.diff(found.times[fires][:, :, :2] * 1e3)[..., 0].T, [apart[fires]] * 3, atol=1e-9)


# ---- excitability

WIDTHS = np.array([0.05, 0.1, 0.2, 0.5, 1.0])  # ms
LEVELS = np.round(np.arange(0.4, 3.0, 0.01), 2)


def thresholds(simulate, numbers: dict) -> np.ndarray:
    """Lowest of `LEVELS` that fires each axon, (width, axon)."""
    design = Design({"network.tibial_pulse_width": [f"{w} ms" for w in WIDTHS], "protocol.pulse.level": list(LEVELS)})
    nodes = Population("node", NODE, 7, numbers)
    shared = pulse_width("tibial", ["node"], "1 ms", "a test")
    pulse = Settle("2 ms") >> Step("node.stimulus", 1, "0.5 ms", name="pulse") >> Settle("2 ms")
    counts = simulate(Network((nodes,), shared=(shared,)), pulse, design=design, record=RECORD).counts
    fires = counts.reshape(len(WIDTHS), len(LEVELS), 7)
    assert set(np.unique(fires)) == {0, 1}
    assert (np.diff(fires, axis=1) >= 0).all()  # what fires at one intensity fires at each higher one
    return LEVELS[fires.argmax(1)]


@pytest.mark.parametrize("numbers", [MOTOR, IA], ids=["motor", "Ia"])
def test_threshold_charge_is_a_line_in_the_width_of_the_pulse(simulate, numbers):
    found = thresholds(simulate, numbers) * (1 + 0.459 / WIDTHS)[:, None]  # in rheobases of the largest motor axon
    low, high = numbers["rheobase"].low, numbers["rheobase"].high
    rheobase = low + (high - low) * np.linspace(0, 1, 7)
    tau = float(numbers["tau"].value.split()[0])
    excess = found * WIDTHS[:, None] - rheobase * (WIDTHS[:, None] + tau)  # Weiss: Q = rheobase (w + tau)
    step = 0.01 * (1 + 0.459 / WIDTHS) * WIDTHS  # an intensity too high at most
    assert (excess > -1e-9).all()
    assert (excess <= step[:, None] + 1e-9).all()


def test_the_largest_motor_axon_is_recruited_first_at_intensity_one(simulate):
    found = thresholds(simulate, MOTOR)
    np.testing.assert_allclose(found[:, -1], 1)  # whatever the width
    assert (np.diff(found, axis=1) < 0).all()


def test_wide_pulses_favour_ia_axons(simulate):
    ia, motor = (thresholds(simulate, numbers)[:, -1] for numbers in (IA, MOTOR))
    ratio = ia / motor
    assert (np.diff(ratio) < 0).all()
    # 8/12 at 1 ms, and 8/12 (1 + 0.665/w)/(1 + 0.459/w) (1 + 0.459)/(1 + 0.665) at 0.2 ms, within a step of intensity
    np.testing.assert_allclose(ratio[[2, 4]], [0.767, 0.667], atol=0.01)


# ---- numbers that are shared, and what cannot be


def test_a_design_that_slows_conduction_slows_nodes_and_projections_alike(simulate):
    network = chain(5, TWO_SITES)
    design = Design({"network.axon_slowest": ["44 m/s", "20 m/s", "10 m/s"], "network.axon_nerve_at": ["0.6 m"]})
    found = simulate(network, course("cord", [(10, 2)]) + Settle("200 ms"), design=design, record=RECORD)
    np.testing.assert_array_equal(found.counts, 1)  # no echo, also where a stretch takes 60 ms
    first = (found.times[:, 15, 0] - found.times[:, 0, 0]) * 1e3
    np.testing.assert_allclose(first, [1300 / 44, 65, 130], atol=0.2)  # ms, from end to end
    with pytest.raises(NetworkError, match="which is computed"):
        network.check_free(["network.cord_to_axon_nerve_above.delay.low"])


def one(**changes) -> Axons:
    """Axons with something wrong."""
    given = {
        "sites": TWO_SITES, "length": "1.3 m", "velocity": MOTOR_VELOCITY, "cord": End("cord", {"cord.below": 1}),
        "muscle": End(), "numbers": MOTOR, "origin": "a test", "size": 5,
    }  # fmt: skip
    return axons("axon", **{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": 0}, "the `size` of the axons 'axon' is a whole number from 1, but it is 0"),
        ({"sites": {}}, "have no site; name one where they can be stimulated"),
        ({"sites": {"nerve": "1.4 m"}}, "'nerve' lies 1.4 m from the cord, at or beyond the end of the axons 'axon'"),
        ({"sites": {"belly": "1.2 m", "nerve": "0.6 m"}}, "'nerve' of the axons 'axon' lies 0.6 m from the cord, not"),
        ({"sites": {"nerve": "0 m"}}, "not beyond the cord"),
        ({"cord": End()}, "reach nothing"),
        ({"velocity": "50 m/s"}, "is graded from the first to the last"),
        ({"velocity": Graded("0 m/s", "50 m/s")}, "is above zero"),
    ],
)
def test_axons_that_cannot_be_are_refused_in_a_sentence(changes, said):
    with pytest.raises(NetworkError, match=said):
        one(**changes)


@pytest.mark.parametrize("changes", [{"length": "13 ms"}, {"sites": {"nerve": "3 s"}}, {"velocity": Graded(1, 2)}])
def test_distances_and_velocities_have_their_units(changes):
    with pytest.raises(UnitError):
        one(**changes)


@pytest.mark.parametrize(
    ("nodes", "intensity", "said"),
    [(["node"], -1, "from 0 to 100"), (["node"], 1e4, "from 0 to 100"), ([], 1, "needs the nodes")],
)
def test_pulses_that_cannot_be_are_refused_in_a_sentence(nodes, intensity, said):
    with pytest.raises(ProtocolError, match=said):
        stimulation(nodes, intensity=intensity, frequency="1 Hz", lasts="1 s")


def test_numbers_of_a_node_stay_within_their_bounds():
    with pytest.raises(UnitError, match="refractory"):  # a window would hold two spikes
        Population("node", NODE, 1, {"refractory_period": "0.3 ms"})
    with pytest.raises(UnitError, match="rheobase"):
        Population("node", NODE, 1, {"rheobase": -1})


def test_every_number_of_an_axon_has_a_source():
    for numbers in (MOTOR, IA):
        assert all(number.source for number in numbers.values())
    assert all(velocity.source for velocity in (MOTOR_VELOCITY, IA_VELOCITY))


def test_an_impulse_that_reaches_a_refractory_node_is_lost_and_not_kept_for_later(simulate):
    network = chain(5, TWO_SITES)
    cord = network.population("cord")
    fast = Population("cord", NODE, 5, {**cord.params, "refractory_period": "0.55 ms"})
    quick = Network((fast, *network.populations[1:]), network.projections, shared=network.shared)
    found = simulate(quick, course("cord", [(10, 2), (11, 2)]) + Settle("60 ms"), record=RECORD)
    counts = found.counts.reshape(4, 5)
    np.testing.assert_array_equal(counts, np.array([2, 1, 1, 1])[:, None] * np.ones(5))
