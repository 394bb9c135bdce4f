"""A contractile element and its tendon: forces balance, curves are those of the papers, energy is accounted for."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from networks.cells.muscle import WHOLE
from networks.cells.tendon import TENDON, muscle
from sim.design import Design
from sim.spec.network import Network, NetworkError, Population
from sim.spec.protocol import Course, Hold, Settle, Step
from sim.spec.record import Record
from sim.units import quantity
from tests.made_ankle import METRE, NEWTON

ALL = ("force", "length", "velocity", "strain", "active", "lengthening", "cosine")
PER_SECOND = quantity("1 Hz").number


LED = replace(
    TENDON,
    block=replace(
        TENDON.block, text=re.sub(r"(?m)^ *path : metre.*$", "led : 1\npath = led*mm : metre", TENDON.block.text)
    ),
)
"""Its path is given in millimetres, as a plain number: a command in metres is not negative."""


def cell(name: str = "soleus", start: float = 0.0, **rows) -> Network:
    return Network((Population("cells", LED, 1, {**muscle(name, start), **rows}),))


def run(simulate, network: Network, protocol, every: str = "0.5 ms", dtype: str = "float64", **how) -> dict:
    """SI units and plain numbers, name -> (sample, time)."""
    found = simulate(network, protocol, record=Record(ALL, every, commands=False), dtype=dtype, **how).traces
    unit = {"force": NEWTON, "velocity": PER_SECOND, "lengthening": METRE}
    return {k: x[:, 0].astype(float) / unit.get(k, 1) for k, x in found.items()}


def numbers(name: str) -> dict[str, float]:
    rows = {**TENDON.params, **muscle(name)}
    unit = {"force_max": NEWTON, "v_max": PER_SECOND, "optimum": METRE, "slack": METRE, "length_neutral": METRE}
    return {k: quantity(p.value).number / unit.get(k, 1) for k, p in rows.items()}


# ---- the curves once more, from the papers


def force_length(length: np.ndarray) -> np.ndarray:
    return np.exp(-((length - 1) ** 2) / 0.45)


def force_velocity(u: np.ndarray) -> np.ndarray:
    half = 0.4 / (1 + 1 / 0.25)  # slope at 0 as from the left
    return np.where(
        u < 0, (1 + u) / (1 - np.minimum(u, 0) / 0.25), 1 + 0.4 * np.maximum(u, 0) / (np.maximum(u, 0) + half)
    )


def parallel(length: np.ndarray) -> np.ndarray:
    return np.expm1(5 * np.maximum(length - 1, 0) / 0.6) / np.expm1(5)


def series(strain: np.ndarray) -> np.ndarray:
    toe = 0.609 * 0.049
    below = 0.33 * np.expm1(3 * np.clip(strain, 0, toe) / toe) / np.expm1(3)
    return below + 1.712 / 0.049 * np.maximum(strain - toe, 0)


def fibre(found: dict, v: dict) -> np.ndarray:
    """N, along the tendon: what the contractile element brings at its length and velocity."""
    u = found["velocity"] / v["v_max"]
    inside = found["active"] * force_length(found["length"]) * force_velocity(u) + parallel(found["length"])
    return v["force_max"] * (inside + v["damping"] * u) * found["cosine"]


# ---- balance and curves

MOVED = Course("cells.led", ("0 ms", "300 ms", "500 ms", "650 ms", "800 ms"), (0, 0, 12, -8, 0))
"""Stretches and shortens at 60 and 130 mm/s."""
ACTIVE = Course("cells.activation", ("0 ms", "200 ms", "600 ms", "900 ms"), (0, 0.8, 0.3, 0))


@pytest.fixture(scope="module", params=WHOLE)
def moved(simulate, request):
    """Each muscle, active and moved: its numbers and courses, (time,) every 0.5 ms."""
    found = run(simulate, cell(request.param), MOVED + ACTIVE + Settle("1 s"))
    return numbers(request.param), {k: x[0] for k, x in found.items()}


def test_forces_on_both_ends_of_the_tendon_are_equal(moved):
    v, found = moved
    np.testing.assert_allclose(fibre(found, v), found["force"], rtol=0, atol=1e-8 * v["force_max"])


def test_the_tendon_is_an_exponential_then_a_line(moved):
    v, found = moved
    np.testing.assert_allclose(found["force"], v["force_max"] * series(found["strain"]), atol=1e-9 * v["force_max"])
    assert found["force"].max() > 0.34 * v["force_max"]  # both parts are passed
    assert series(np.array(0.049)) == pytest.approx(1, abs=1e-3)


def test_lengths_add_up(moved):
    v, found = moved
    tendon = v["slack"] * (1 + found["strain"])
    along = v["optimum"] * found["length"] * found["cosine"]
    np.testing.assert_allclose(tendon + along, v["length_neutral"] + found["lengthening"], rtol=0, atol=1e-12)  # m


def test_a_course_is_followed_within_the_time_constant(moved):
    """A position alone lags a ramp by 1 ms and half a window; its velocity given too, by half a window."""
    _, found = moved
    t = np.arange(len(found["lengthening"])) * 0.5
    path = np.interp(t, (0, 300, 500, 650, 800), (0, 0, 0.012, -0.008, 0))
    assert np.abs(found["lengthening"] - path).max() < 0.2e-3  # m; 1.5 ms of 130 mm/s


@pytest.mark.parametrize("name", WHOLE)
def test_isometric_force_follows_the_force_length_curve(simulate, name):
    """Held at many lengths in full activity: what the fibres bring, without the parallel part, is the bell."""
    v, paths = numbers(name), np.linspace(-25, 25, 11)
    design = Design({"protocol.place.level": list(paths)})
    held = Hold("cells.activation", 1) + Hold("cells.led", 1, name="place") + Settle("3 s")
    found = {k: x[:, -1] for k, x in run(simulate, cell(name), held, "50 ms", design=design).items()}
    assert np.ptp(found["length"]) > 0.4
    assert np.abs(found["velocity"]).max() < 1e-4  # optimum lengths per second
    active = found["force"] / v["force_max"] / found["cosine"] - parallel(found["length"])
    np.testing.assert_allclose(active, force_length(found["length"]), rtol=0, atol=1e-4)


def test_isokinetic_force_follows_the_force_velocity_curve(simulate):
    """Soleus in full activity, moved at many speeds; taken where its fibres move fastest."""
    v = numbers("soleus")
    led = Course("cells.led", ("0 ms", "500 ms", "600 ms"), (0, 0, 1), name="led")
    ends = Design({"protocol.led.level_2": [-40, -25, -12, -5, 2, 5, 12, 20]})  # mm, in 100 ms
    found = run(simulate, cell(), led + Hold("cells.activation", 1) + Settle("601 ms"), design=ends)
    found = {k: x[:, 1010:-4] for k, x in found.items()}
    at = np.abs(found["velocity"]).argmax(1)
    one = {k: x[np.arange(len(x)), at] for k, x in found.items()}
    u = one["velocity"] / v["v_max"]
    inside = one["force"] / v["force_max"] / one["cosine"] - parallel(one["length"]) - v["damping"] * u
    seen = inside / one["active"] / force_length(one["length"])
    np.testing.assert_allclose(seen, force_velocity(u), rtol=0, atol=1e-6)
    assert (np.diff(u) > 0).all()
    assert u[0] < -0.15
    assert seen[0] < 0.6
    assert 1.2 < seen[-1] < 1.4  # the plateau of lengthening is not exceeded


# ---- energy


def test_work_is_stored_dissipated_or_done(moved):
    """What the path did to the muscle, plus what the contractile element did, is in tendon, fibres and damping, J."""
    v, found = moved
    middle = {k: (x[1:] + x[:-1]) / 2 for k, x in found.items()}
    step = {k: np.diff(x) for k, x in found.items()}
    u = middle["velocity"] / v["v_max"]
    led = (middle["force"] * step["lengthening"]).sum()
    shift = v["force_max"] * v["optimum"] * step["length"]
    contracted = -(middle["active"] * force_length(middle["length"]) * force_velocity(u) * shift).sum()
    dissipated = (v["damping"] * u * shift).sum()

    def energy(curve, x: float, scale: float) -> float:
        grid = np.linspace(0, max(x, 0), 20001)
        return v["force_max"] * scale * float(np.trapezoid(curve(grid), grid))

    tendon, fibres = (
        energy(series, found["strain"][-1], v["slack"]) - energy(series, found["strain"][0], v["slack"]),
        energy(lambda x: parallel(x + 1), found["length"][-1] - 1, v["optimum"])
        - energy(lambda x: parallel(x + 1), found["length"][0] - 1, v["optimum"]),
    )
    moved_about = np.abs(middle["force"] * step["lengthening"]).sum()
    assert dissipated > 0
    assert led + contracted == pytest.approx(tendon + fibres + dissipated, abs=1e-4 * moved_about)  # sums of 0.5 ms


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_a_relaxed_muscle_gives_back_less_than_it_took(simulate, name):
    there = Course("cells.led", ("0 ms", "100 ms", "300 ms", "500 ms"), (0, 0, 20, 0))
    found = {k: x[0] for k, x in run(simulate, cell(name), there + Settle("3 s")).items()}
    path = np.cumsum((found["force"][1:] + found["force"][:-1]) / 2 * np.diff(found["lengthening"]))
    assert path.max() > 0.05  # J
    assert 0 < path[-1] < path.max()
    assert path.min() > -1e-9


# ---- numerics


@pytest.mark.parametrize("name", WHOLE)
def test_it_is_stable_at_all_activities_also_at_none(simulate, name):
    """Jumps of 20 mm and of the whole activity, at rest too: nothing overshoots its range, and rest is found again."""
    jolt = Step("cells.led", 20, "200 ms", name="a") >> Step("cells.led", -20, "200 ms", name="b")
    design = Design({"protocol.on.level": [0, 0.001, 0.01, 0.1, 0.5, 1]})
    on = Step("cells.activation", 1, "800 ms", name="on") >> Settle("5 s")
    found = run(simulate, cell(name), on + (Settle("300 ms") >> jolt), dtype="float32", design=design, dt="0.1 ms")
    assert np.isfinite(found["force"]).all()
    assert (found["force"] >= 0).all()
    assert 0.4 < found["length"].min() < found["length"].max() < 1.6
    assert np.abs(found["velocity"][:, -1]).max() < 2e-3  # optimum lengths per second
    late = found["velocity"][:, -200:]
    assert (np.abs(np.diff(np.sign(late), axis=1)) > 1).mean() < 0.5 or np.abs(late).max() < 1e-5  # no chatter


def test_the_error_shrinks_with_the_step(simulate):
    """States are recorded half a step early; what that moves is taken out by the slope."""
    steps = (0.25, 0.125, 0.0625, 0.03125)
    force = []
    for dt in steps:
        seen = run(simulate, cell(), MOVED + ACTIVE + Settle("700 ms"), dt=f"{dt} ms")["force"][0]
        force.append(seen + np.gradient(seen, 0.5) * dt / 2)
    errors = [np.abs(a - b)[5:-5].max() for a, b in pairwise(force)]
    assert errors[0] < 2  # N of 2000; measured 1.0, 0.28, 0.11
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_single_precision_is_enough(simulate):
    there = MOVED + ACTIVE + Settle("1 s")
    single, double = (run(simulate, cell(), there, dtype=dtype) for dtype in ("float32", "float64"))
    assert np.abs(single["force"] - double["force"]).max() < 0.5  # N
    assert np.abs(single["length"] - double["length"]).max() < 2e-5


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("start", [-0.02, 0.0, 0.02])
def test_a_muscle_starts_relaxed_and_in_balance(simulate, name, start):
    found = {k: x[0] for k, x in run(simulate, cell(name, start), Settle("500 ms"), "50 ms").items()}
    assert np.ptp(found["length"]) < 1e-9
    assert np.ptp(found["force"]) < 1e-4  # N


def test_what_is_no_muscle_is_refused_in_a_sentence():
    with pytest.raises(NetworkError, match=r"no tendon of 'tibia'.*'tibialis'"):
        muscle("tibia")
