"""What descends: commands as their equations say, a fluctuation in a known band, a drive that several pools share."""

from typing import Any

import numpy as np
import pytest

import networks
from networks.cells.descending import COMMAND, RETICULOSPINAL
from networks.protocols import conditioned_reflex, isometric_contraction, nerve_stimulus, stretch
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.network import Network, Population
from sim.spec.protocol import Hold, Protocol, Settle, Step
from sim.spec.record import Record

LASTS, EVERY = 40.0, 0.02
"""s."""
SAMPLES = 32


@pytest.fixture(scope="module", params=[(COMMAND, "voluntary"), (RETICULOSPINAL, "drive")], ids=lambda x: x[0].name)
def course(request):
    """Excitation over the drive that it follows, less 1: (sample, time), without the first four seconds."""
    model, port = request.param
    protocol: Protocol = Settle(f"{LASTS} s") + Hold(f"source.{port}", 8.0, name="drive")
    record = Record(variables=("excitation",), every=f"{EVERY} s")
    simulator = Simulator(Network((Population("source", model, 1),)), protocol, record)
    found = View(simulator.run({"network.source.common": 0.1}, np.arange(SAMPLES))).traces("excitation", "source")
    return found.reshape(SAMPLES, -1)[:, round(4 / EVERY) :] / 8.0 - 1


def test_the_drive_fluctuates_about_its_mean_by_the_part_that_is_given(course):
    """A low-pass of 10 ms leaves 1/(1 + 2 pi 1 Hz 10 ms + (2 pi 2 Hz 10 ms)^2) = 93 % of the variance of such a band.

    Its SD is known within 1 % from 32 times 36 s; a tolerance of three times that.
    """
    left = 1 / (1 + 2 * np.pi * 0.01 + (2 * np.pi * 2 * 0.01) ** 2)
    assert abs(course.mean()) < 0.002
    assert course.std() == pytest.approx(0.1 * np.sqrt(left), rel=0.03)


def test_half_of_the_fluctuation_lies_within_its_band(course):
    """A resonance has half of its power between the frequencies at which its power is half, and 2 % below 1 Hz."""
    power = (np.abs(np.fft.rfft(course - course.mean(-1, keepdims=True))) ** 2).mean(0)
    frequency = np.fft.rfftfreq(course.shape[-1], EVERY)
    inside = (frequency > 1.5) & (frequency < 2.5)
    assert power[inside].sum() / power.sum() == pytest.approx(0.5, abs=0.05)
    assert power[frequency < 1].sum() / power.sum() < 0.03


HALF_A_STEP = 25e-6
"""s, by which states that are no potential come before their time (ARCHITECTURE.md, Inside a step)."""
BEGINS, ENDS = 0.02, 0.12
"""s, of a drive of 4 beside a tonic inhibition of 2."""


def followed(values: dict[str, list]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A command without fluctuation: time in s, excitation and inhibition (sample, time)."""
    drive = Step("command.voluntary", 4.0, f"{ENDS - BEGINS} s", name="drive")
    protocol = (Settle(f"{BEGINS} s") >> drive >> Settle("80 ms")) + Hold("command.tonic", 2.0, name="tonic")
    network = Network((Population("command", COMMAND, 1, {"common": 0.0}),))
    simulator = Simulator(network, protocol, Record(variables=("excitation", "inhibition"), every="1 ms"))
    view = View(simulator.run(values))
    found = {name: view.traces(name, "command")[:, 0] for name in ("excitation", "inhibition")}
    return np.clip(np.asarray(view.time) - HALF_A_STEP, 0, None), found


def filtered(t: np.ndarray, tau: np.ndarray | float, rest: float, driven: np.ndarray | float) -> np.ndarray:
    """What a low-pass makes, from 0, of a level that is `rest`, `driven` from BEGINS to ENDS, and `rest` again."""
    x = rest * (1 - np.exp(-np.clip(t, 0, BEGINS) / tau))
    x = driven + (x - driven) * np.exp(-np.clip(t - BEGINS, 0, ENDS - BEGINS) / tau)
    return rest + (x - rest) * np.exp(-np.clip(t - ENDS, 0, None) / tau)


def test_a_command_arrives_through_a_low_pass():
    """Off by what single precision makes of 4 000 steps."""
    taus = np.array([5.0, 10.0, 40.0])
    t, found = followed({"network.command.tau_command": [f"{tau} ms" for tau in taus]})
    np.testing.assert_allclose(found["excitation"], filtered(t, taus[:, None] / 1000, 0, 4), rtol=0, atol=1e-4)
    np.testing.assert_allclose(found["inhibition"], filtered(t, taus[:, None] / 1000, 2, 2), rtol=0, atol=1e-4)


def test_a_command_below_nothing_is_nothing():
    _, found = followed({"protocol.drive.level": [-4.0, 0.0], "protocol.tonic.level": [-2.0, -2.0]})
    assert (found["excitation"] == 0).all()
    assert (found["inhibition"] == 0).all()


def test_inhibition_rises_or_falls_with_excitation_as_the_pattern_says():
    """Balanced, push-pull, push-pull until nothing is left, and neither.

    The step that lies across the begin or the end of a drive hears the mean of both levels. Where that is cut off at
    nothing it is off by 1 for that step of 0.05 ms, of 10 ms: 0.005.
    """
    patterns, off = np.array([0.3, -0.3, -1.0, 0.0]), np.array([1e-4, 1e-4, 5e-3, 1e-4])
    t, found = followed({"network.command.pattern": patterns.tolist()})
    ends = np.clip(2 + 4 * patterns, 0, None)[:, None]
    assert (np.abs(found["inhibition"] - filtered(t, 0.01, 2, ends)).max(-1) < off).all()
    assert np.ptp(found["excitation"], axis=0).max() == 0  # the same under every pattern


MUSCLES = ("soleus", "gastrocnemius", "tibialis")
RUNS, UP, STEADY = 4, 1.0, 8.0
"""Streams of each condition; s."""
DRIVES = {
    "commands": (6.0, 0.0, 1.0, 0.0),
    "reticulospinal": (0.0, 6.0, 1.0, 0.0),
    "half of each": (3.0, 3.0, 1.0, 0.0),
    "deaf": (6.0, 6.0, 0.0, 0.0),
    "balanced": (6.0, 0.0, 1.0, 0.2),
    "push-pull": (6.0, 0.0, 1.0, -0.2),
}
"""Commands of all muscles, reticulospinal drive, its share, and the pattern of the commands."""


@pytest.fixture(scope="module")
def contracted():
    """What reaches the pools of an ankle (A_e of a dendrite), discharges in bins of 100 ms, and spikes in s, while all
    muscles are steadily driven and each drive varies by a third: condition -> muscle -> array, of each."""
    network = networks.ankle(scale=0.03)
    protocol = isometric_contraction(
        muscles=MUSCLES, command=6, tonic=1.5, before="0 ms", up="100 ms", hold=f"{UP + STEADY - 0.1} s",
        reticulospinal=6,
    )  # fmt: skip
    commands, drives, shares, patterns = np.repeat(list(DRIVES.values()), RUNS, 0).T
    values = {"protocol.reticulospinal.level": drives, "network.reticulospinal.common": 0.33}
    for muscle in MUSCLES:
        values |= {
            f"protocol.{muscle}.peak": commands,
            f"network.{muscle}_command.pattern": patterns,
            f"network.{muscle}_command.common": 0.33,
            f"network.reticulospinal_to_{muscle}.weight": shares,
        }
    record = Record(("A_e_d1",), "20 ms", populations=MUSCLES, commands=False, max_rate="100 Hz")
    view = View(Simulator(network, protocol, record).run(values, np.tile(np.arange(RUNS), len(DRIVES))))
    late, edges = np.asarray(view.time) >= UP, np.arange(UP, UP + STEADY + 0.05, 0.1)
    heard = {m: view.traces("A_e_d1", m)[:, 0, late] for m in MUSCLES}
    spikes = {m: view.spikes(m) for m in MUSCLES}
    fired = {m: np.array([np.histogram(x, edges)[0] for x in spikes[m]]) for m in MUSCLES}
    rows = {name: slice(k * RUNS, (k + 1) * RUNS) for k, name in enumerate(DRIVES)}
    return tuple(
        {name: {m: of[m][row] for m in MUSCLES} for name, row in rows.items()} for of in (heard, fired, spikes)
    )


def together(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two courses, (stream, time), about the mean of each stream."""
    x, y = (own - own.mean(-1, keepdims=True) for own in (one, other))
    return float((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))


BY_CHANCE = 0.07
"""SD of the correlation of two courses of 32 s in such a band that have nothing to do with each other: their squared
autocorrelation lasts 1/(2 pi 1 Hz) = 0.16 s, and the root of that over 32 s."""


@pytest.mark.slow
@pytest.mark.parametrize("other", ["gastrocnemius", "tibialis"])
def test_muscles_share_what_fluctuates_in_the_reticulospinal_drive_alone(contracted, other):
    """Of two equal halves, one in common, half of the variance is shared. Tolerance: four times what is chance."""
    heard = contracted[0]
    found = {name: together(heard[name]["soleus"], heard[name][other]) for name in DRIVES}
    assert abs(found["commands"]) < 4 * BY_CHANCE
    assert abs(found["half of each"] - 0.5) < 4 * BY_CHANCE
    assert found["reticulospinal"] > 0.999


def test_synergists_fire_together_when_the_reticulospinal_drive_moves_them(contracted):
    """Summed discharges of 27 and 18 units; at equal drives each muscle fires as much. Between antagonists some of it
    is left, beside reciprocal inhibition."""
    fired = contracted[1]
    found = {
        name: [together(fired[name]["soleus"], fired[name][m]) for m in MUSCLES[1:]]
        for name in ("commands", "half of each", "reticulospinal")
    }
    assert np.abs(found["commands"]).max() < 4 * BY_CHANCE
    assert found["reticulospinal"][0] > 0.6 > found["half of each"][0] > found["commands"][0]
    assert found["reticulospinal"][1] > 0.3
    for m in MUSCLES:
        assert fired["reticulospinal"][m].mean() == pytest.approx(fired["commands"][m].mean(), rel=0.05)


def test_muscles_without_a_share_fire_as_if_nothing_else_descended(contracted):
    """The same spikes: with a silent drive and full shares, and with a strong drive and none."""
    heard, _, spikes = contracted
    for m in MUSCLES:
        np.testing.assert_array_equal(heard["deaf"][m], heard["commands"][m])
        np.testing.assert_array_equal(spikes["deaf"][m], spikes["commands"][m])


@pytest.mark.parametrize("muscle", MUSCLES)
def test_a_pool_fires_more_where_inhibition_falls_with_excitation(contracted, muscle):
    """At the same excitation of 6 beside a tonic inhibition of 1.5: balanced to 2.7, constant, push-pull to 0.3."""
    rates = [contracted[1][name][muscle].mean() for name in ("balanced", "commands", "push-pull")]
    assert rates[0] < 0.95 * rates[1] < 0.95 * 0.95 * rates[2]


def test_one_source_reaches_all_muscles_by_shares_that_can_be_set():
    network = networks.ankle(scale=0.03, reticulospinal_to_tibialis={"weight": 0.5})
    reached = [p for p in network.projections if p.source == "reticulospinal.excitation"]
    assert {p.target for p in reached} == {f"{muscle}.excitation" for muscle in MUSCLES}
    weights = {p.name: p.table()["weight"] for p in reached}
    assert [weights[f"reticulospinal_to_{m}"].quantity.number for m in MUSCLES] == [1, 1, 0.5]
    assert "startle" in weights["reticulospinal_to_soleus"].source
    assert network.population("reticulospinal").size == 1
    said = [row for row in network.describe().rows if "reticulospinal" in " ".join(row.values())]
    assert len(said) > len(MUSCLES)


AT_REST: dict[str, Any] = {"muscle": "soleus", "voluntary": 1.5, "tonic": 1.5, "before": "400 ms", "after": "500 ms"}
PULSE = {"nerve": "posterior_tibial", "intensity": 1}
PROTOCOLS = {
    nerve_stimulus: {**AT_REST, **PULSE},
    conditioned_reflex: {
        **AT_REST, **PULSE, "conditioning_nerve": "common_peroneal", "conditioning": 1, "interval": "3 ms"
    },
    stretch: {
        **AT_REST, "degrees": 6, "velocity": 100, "nerve": "common_peroneal", "conditioning": 0, "interval": "140 ms"
    },
    isometric_contraction: {
        "muscles": ["soleus"], "command": 3, "tonic": 1, "before": "1 s", "up": "1 s", "hold": "2 s"
    },
}  # fmt: skip


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda x: x.__name__)
def test_the_drive_is_silent_unless_a_protocol_is_given_one(protocol):
    given = PROTOCOLS[protocol]
    levels = [protocol(**given, **more).leaves() for more in ({}, {"reticulospinal": 2})]
    assert [own["protocol.reticulospinal.level"].number for own in levels] == [0, 2]
