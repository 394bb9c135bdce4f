"""A person who follows a torque: what is asked, what is known beforehand, and what is mended, on a muscle of one line.

The muscle's torque is a low-pass of the effort, so that what the person does has a closed form or a known end.
"""

import numpy as np
import pytest

import networks
from networks.cells.person import PERSON
from networks.protocols import torque_task
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Hold, Protocol, ProtocolError, Settle, Step
from sim.spec.record import Record
from sim.units import quantity

METRE = quantity("1 N*m").number
MVC, GAIN, DELAY = 100.0, 6.0, 0.15
"""N m, N m for each A_e, s."""
BEGIN = 0.5
"""s, when something is asked."""
MUSCLE = Model(
    "muscle of one line",
    Block(
        """
        dturned/dt = (-power*effort + offset - turned)/(50*ms) : newton*metre   # plantarflexion is negative
        effort : 1
        """,
        params={
            "power": Param(f"{GAIN} N*m", "test", ("0 N*m", "100 N*m")),
            "offset": Param("0 N*m", "test", ("-100 N*m", "100 N*m")),
        },
        initial={"turned": "0 N*m"},
    ),
)
NETWORK = Network(
    (Population("person", PERSON, 1, {"plantar_mvc": f"{MVC} N*m"}), Population("muscle", MUSCLE, 1)),
    (
        Projection("seen", "muscle.turned", "person.seen", 1.0, f"{1000 * DELAY} ms"),
        Projection("moves", "person.plantar_effort", "muscle.effort", 1.0),
    ),
    (Signal("effort", "person.effort"), Signal("torque", "muscle.turned")),
)
RECORD = Record(every="5 ms", commands=True, populations=("person",))


def asked(target: float, lasts: str = "8 s") -> Protocol:
    return (Settle(f"{BEGIN} s") >> Step("person.target", target, lasts, name="target")) >> Settle("1 s")


def run(protocol: Protocol, **values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time in s from the begin of the task, effort, and torque to the side of the task in N m, (sample, time)."""
    given = {f"network.{name.replace('__', '.')}": x for name, x in values.items()}
    size = max((len(x) for x in given.values() if isinstance(x, list)), default=1)
    view = View(Simulator(NETWORK, protocol, RECORD).run(given, np.zeros(size, int)))
    assert view.done.all()
    return view.time - BEGIN, view.course("effort"), -view.course("torque") / METRE


def test_until_torque_is_seen_effort_is_what_is_known_and_what_the_error_asks():
    """Of a target p at once, with an error p until the delay is over: W = ready + (expected + proportional) p, the
    correction grows as k t, k = integral p, and effort follows both: W (1 - e) + k (t - tau (1 - e)), e = exp(-t/tau).
    """
    p, ready, expected, proportional, integral, tau = 0.2, 3.0, 15.0, 5.0, 15.0, 0.02
    time, effort, _ = run(asked(p))
    early = (time > 0.01) & (time < DELAY)
    t = time[early] - 0.5e-3  # a port is read at the start of a window
    left = np.exp(-t / tau)
    known = (ready + (expected + proportional) * p) * (1 - left) + integral * p * (t - tau * (1 - left))
    np.testing.assert_allclose(effort[0, early], known, atol=0.15)
    assert not effort[0, time < -0.01].any()


def test_a_standing_target_is_reached_in_the_end():
    """The correction adds up what is amiss, until it leaks as fast: with half or twice the strength, too."""
    time, _, torque = run(asked(0.2, "20 s"), muscle__power=[f"{GAIN * k} N*m" for k in (0.5, 1, 2)])
    late = (time > 15) & (time < 19.9)
    np.testing.assert_allclose(torque[:, late].mean(-1), 0.2 * MVC, rtol=0.02)


def test_who_is_blind_does_what_is_known_and_no_more():
    blind = {"person__proportional": 0.0, "person__integral": "0 Hz"}
    time, effort, torque = run(asked(0.2), muscle__power=[f"{GAIN} N*m", f"{GAIN / 2} N*m"], **blind)
    late = (time > 4) & (time < 7.9)
    np.testing.assert_allclose(effort[:, late], 3 + 15 * 0.2, rtol=1e-3)
    assert torque[1, late].mean() == pytest.approx(torque[0, late].mean() / 2, rel=1e-3)


def test_an_effort_that_was_not_enough_is_not_held_on():
    """A muscle that brings 60 of the 90 N m that are asked for at the strongest effort: after the target has fallen to
    30 N m, effort is soon what that takes, where an error that was added up would keep it at its strongest for long.
    """
    falls = Step("person.target", 0.9, "20 s", "high") >> Step("person.target", 0.3, "15 s", "low")
    time, effort, torque = run(Settle(f"{BEGIN} s") >> falls, muscle__power="1 N*m")
    assert effort[0, (time > 15) & (time < 19.9)].min() > 59
    assert effort[0, time > 21].max() < 50
    np.testing.assert_allclose(torque[0, (time > 33) & (time < 34.9)], 30, atol=5)


def test_torque_at_rest_is_set_to_zero():
    """What turns the ankle while nothing is asked is no error, to whichever side."""
    time, effort, _ = run(asked(0.2), muscle__offset=["-5 N*m", "0 N*m", "5 N*m"])
    np.testing.assert_allclose(effort[[0, 2]], effort[[1, 1]], atol=0.15)
    assert not effort[:, time < 0].any()


def test_as_hard_as_possible_is_the_strongest_effort_and_let_go_is_none():
    hard = Settle(f"{BEGIN} s") >> Step("person.maximal", 1, "2 s", name="hard") >> Settle("2 s")
    time, effort, _ = run(hard)
    np.testing.assert_allclose(effort[0, (time > 0.5) & (time < 1.9)], 60, rtol=1e-3)
    time, effort, _ = run(asked(0.2, "3 s"))
    assert effort[0, time > 3.5].max() < 0.05


@pytest.mark.parametrize(("port", "level"), [("target", 1.2), ("target", -0.1), ("maximal", 2.0)])
def test_no_more_than_all_is_asked(port, level):
    with pytest.raises(ProtocolError, match=r"0 to 1"):
        Simulator(NETWORK, Hold(f"person.{port}", level, name="asked") + Settle("1 s"), RECORD)


def test_a_task_without_muscles_is_refused():
    with pytest.raises(ProtocolError, match="at least"):
        torque_task(muscles=[], tonic=1, target=0.2, before="1 s", up="1 s", down="1 s", hold="1 s", effort="1 s",
                    rest="1 s", after="1 s")  # fmt: skip


def test_a_muscle_follows_the_person_of_its_side():
    """Plantarflexors in one task, the dorsiflexor in the other; a person who is asked for nothing does nothing."""
    known = {p.name: (p.source, p.target) for p in networks.ankle(scale=0.02).projections}
    for muscle, side in {"soleus": "plantar", "gastrocnemius": "plantar", "tibialis": "dorsal"}.items():
        assert known[f"person_commands_{muscle}"] == (f"person.{side}_effort", f"{muscle}_command.voluntary")
    time, effort, _ = run(asked(0.2), person__dorsal=[0.0, 1.0])
    assert effort[:, (time > 1) & (time < 7.9)].min() > 0
    assert not run(Settle("2 s"))[1].any()
    view = View(Simulator(NETWORK, asked(0.2), RECORD).run({"network.person.dorsal": 1.0}, np.zeros(1, int)))
    assert not np.abs(view.course("muscle.effort")).any()


@pytest.mark.slow
def test_brian2_has_the_same_person(simulate):
    """In a maximal effort, too."""
    record = Record(variables=("correction", "zero", "turned", "recent", "mvc"), every="5 ms", commands=False)
    protocol = Step("person.maximal", 1, "400 ms", name="hard") >> asked(0.2, "500 ms")
    ours, theirs = (
        simulate(NETWORK, protocol, record=record, dtype="float64", backend=backend)
        for backend in (JaxBackend("xla"), Brian2Backend("same"))
    )
    assert np.nanmax(np.abs(ours.traces["correction"])) > 0
    assert np.nanmax(ours.traces["mvc"]) > 1.2 * MVC * METRE
    for name, x in ours.traces.items():
        np.testing.assert_allclose(theirs.traces[name], x, rtol=1e-9, atol=1e-9, err_msg=name)


def read(protocol: Protocol, **values) -> tuple[np.ndarray, np.ndarray]:
    """Time in s, and the maximal torque that the person goes by in N m, (sample, time)."""
    record = Record(every="5 ms", commands=False, variables=("mvc",))
    given = {f"network.{name.replace('__', '.')}": x for name, x in values.items()}
    size = max((len(x) for x in given.values() if isinstance(x, list)), default=1)
    view = View(Simulator(NETWORK, protocol, record).run(given, np.zeros(size, int)))
    return view.time, view.traces("mvc", "person")[:, 0] / METRE


def efforts(first: float, second: float) -> Protocol:
    """Two maximal efforts of 2 s, from 0.5 and from 5.5 s on."""
    one, two = (Step("person.maximal", level, "2 s", name) for level, name in ((first, "one"), (second, "two")))
    return Settle("500 ms") >> one >> Settle("3 s") >> two >> Settle("1 s")


def test_the_maximal_torque_is_read_from_the_best_of_the_maximal_efforts():
    """A muscle of 6 N m for each A_e brings 360 N m at the strongest effort, 60. A second effort that brings less does
    not lower what was read, one that brings more raises it. Until there was one, the parameter stands."""
    _, weaker = read(efforts(1, 0.5))
    time, stronger = read(efforts(0.5, 1))
    assert weaker[0, time < 0.5] == pytest.approx(MVC)
    np.testing.assert_allclose(weaker[0, time > 2.6], 60 * GAIN, rtol=0.02)
    np.testing.assert_allclose(stronger[0, (time > 2.6) & (time < 5.4)], 30 * GAIN, rtol=0.02)
    np.testing.assert_allclose(stronger[0, time > 7.6], 60 * GAIN, rtol=0.02)


def test_a_maximal_torque_is_averaged_over_about_half_a_second():
    """Of an effort that is over after half a second, t = 350 ms are seen by then: low-passes of effort (20 ms), muscle
    (50 ms) and mean (250 ms), one after the other, leave 1 - sum_i exp(-t/tau_i) prod_j tau_i/(tau_i - tau_j) of it.
    The best follows 20 ms behind."""
    brief = Settle("500 ms") >> Step("person.maximal", 1, "500 ms", "brief") >> Settle("2 s")
    time, mvc = read(brief)
    taus, t = (0.02, 0.05, 0.25), 0.5 - DELAY - 0.02
    left = sum(np.exp(-t / a) * np.prod([a / (a - b) for b in taus if b != a]) for a in taus)
    np.testing.assert_allclose(mvc[0, time > 1.1], 60 * GAIN * (1 - left), rtol=0.01)


@pytest.mark.parametrize("side", [-5, 5])
def test_a_maximal_torque_is_counted_from_rest(side):
    """What turns the ankle at rest is no strength, to whichever side."""
    time, mvc = read(Settle("1 s") >> Step("person.maximal", 1, "2 s", "hard"), muscle__offset=f"{side} N*m")
    np.testing.assert_allclose(mvc[0, time > 2.9], 60 * GAIN, rtol=0.02)


def test_until_a_maximal_effort_has_brought_something_the_parameter_stands():
    """In a target, and after an effort of a muscle that brings 0.06 N m."""
    _, mvc = read(asked(0.2, "3 s"), person__plantar_mvc=["50 N*m", "500 N*m"])
    np.testing.assert_allclose(mvc, np.broadcast_to([[50], [500]], mvc.shape))
    _, mvc = read(efforts(1, 1), muscle__power="0.001 N*m")
    np.testing.assert_allclose(mvc, MVC, rtol=1e-3)


@pytest.mark.parametrize("weak", [1.0, 5.0])
def test_a_weak_person_is_measured_as_well(weak):
    time, mvc = read(efforts(1, 1), muscle__power=f"{weak / 60} N*m")
    np.testing.assert_allclose(mvc[0, time > 2.6], weak, rtol=0.02)


def test_a_target_is_a_part_of_what_was_read():
    """A fifth of 360 N m, whatever the parameter says."""
    hard = Settle("500 ms") >> Step("person.maximal", 1, "2 s", name="hard") >> Settle("2 s")
    protocol = hard >> Step("person.target", 0.2, "20 s", name="target") >> Settle("1 s")
    time, _, torque = run(protocol, person__plantar_mvc=["50 N*m", "500 N*m"])
    late = (time > 18) & (time < 23.5)
    np.testing.assert_allclose(torque[:, late].mean(-1), 0.2 * 60 * GAIN, rtol=0.03)


SILENT = tuple(
    Population(name, Model(name, Block(f"{port} : 1")), 1)
    for name, port in (("soleus_command", "tonic"), ("reticulospinal", "drive"))
)
"""What else a task drives, and does nothing here."""


def task(**other) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time in s, what the person is asked for as hard as possible, and the target, (time,)."""
    whole = Network((*NETWORK.populations, *SILENT), NETWORK.projections)
    how = {"muscles": ["soleus"], "tonic": 0, "target": 0.2, "before": "1 s", "effort": "2 s", "rest": "1 s",
           "up": "3 s", "down": "2 s", "hold": "1 s", "after": "1 s"}  # fmt: skip
    view = View(Simulator(whole, torque_task(**how | other), RECORD).run({}, np.zeros(1, int)))
    return view.time, view.course("person.maximal")[0], view.course("person.target")[0]


def spans(time: np.ndarray, asked_for: np.ndarray) -> tuple[float, float]:
    """s, the first and the last moment of something."""
    return time[asked_for > 0][0], time[asked_for > 0][-1]


def test_a_task_follows_a_maximal_effort_and_a_rest():
    time, hard, ramp = task()
    assert spans(time, hard) == pytest.approx((1, 3), abs=0.01)
    assert spans(time, ramp) == pytest.approx((4, 9), abs=0.02)
    assert time[ramp.argmax()] == pytest.approx(7, abs=0.01)
    assert time[-1] == pytest.approx(10, abs=0.02)
    time, _, step = task(ramp=0, step=1)
    assert spans(time, step) == pytest.approx((4, 5), abs=0.01)
    assert step[(time > 4.01) & (time < 4.99)] == pytest.approx(0.2)


def test_a_maximal_effort_that_is_not_asked_for_keeps_its_time_and_a_rest_may_be_none():
    time, hard, ramp = task(maximal=0)
    assert not hard.any()
    assert spans(time, ramp) == pytest.approx((4, 9), abs=0.02)
    time, hard, ramp = task(rest="0 s")
    assert spans(time, hard) == pytest.approx((1, 3), abs=0.01)
    assert spans(time, ramp) == pytest.approx((3, 8), abs=0.02)
