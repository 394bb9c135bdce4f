"""The question `pool`: any design of up to two axes, measured on trains whose answer is known, and drawn."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hydra import compose, initialize_config_module
from matplotlib.figure import Figure

from experiments.design_axes import label, setting, unit_as_written, varied
from experiments.pool import Pool
from experiments.pool_measures import pool_measures
from experiments.run import UserError, declare, perform
from experiments.series_panel import interval
from experiments.sources import Variants
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.backends.jax_backend import JaxBackend
from sim.backends.simulation import LaneSimulation
from sim.design import Design
from sim.results.schema import NO_SPIKE
from sim.results.status import Status

DT_MS = 0.05
TIME = np.arange(0, 23, 0.05)
TRIANGLE = np.clip(20 - 2 * np.abs(TIME - 11), 0, None)  # up from 1 s, down to 21 s
TRAPEZOID = np.minimum(TRIANGLE, 10)
TAU = "network.P.tau"
LEVEL = "protocol.inhibition.level"


def pool(units=5, latest=18.0, plateau=False):
    """Units that start 1.2 s after each other and stop the earlier: s, (unit, spike)."""
    t = np.arange(0, 23, 0.001)
    hump = np.clip(1 - ((t - 10.5) / 10) ** 2, 0, None)  # highest just before the command
    rate = 8 + 10 * (hump + 0.1 * (t > 12) if plateau else hump)
    trains = []
    for unit in range(units):
        phase = np.cumsum(np.where((t > 2 + 1.2 * unit) & (t < latest - 0.6 * unit), rate - 0.2 * unit, 0)) * 0.001
        trains.append(t[np.flatnonzero(np.diff(np.floor(phase)) > 0)])
    spikes = np.full((units, max(map(len, trains))), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


def results(design, samples, *, command=TRIANGLE, status=Status.DONE):
    """A Dataset as a simulation of the design leaves it."""
    steps = np.full((len(samples), len(samples[0]), max(s.shape[-1] for s in samples)), NO_SPIKE, np.int32)
    for row, spikes in zip(steps, samples, strict=True):
        row[:, : spikes.shape[-1]] = np.where(np.isfinite(spikes), np.round(spikes * 1000 / DT_MS), NO_SPIKE)
    return design.dataset().assign(
        {
            "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
            "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
            "P.excitation": (("sample", "time"), np.broadcast_to(command, (len(samples), len(TIME)))),
        }
    ).assign_coords(
        time=TIME,
        population=("unit", ["P"] * len(samples[0])),
        status=("sample", np.broadcast_to(np.asarray(status), len(samples))),
    )  # fmt: skip


def asked(design, make=pool, **kwargs):
    """The question, and results in which each sample has one unit more than the last, from two on."""
    count = design.dataset().sizes["sample"]
    samples = [np.full((count + 1, 200), np.nan) for _ in range(count)]
    for k, spikes in enumerate(samples):
        made = make(k + 2)
        spikes[: k + 2, : made.shape[1]] = made[:, :200]
    return Pool("P", design), results(design, samples, **kwargs)


def test_a_pool_is_measured_as_it_was_made():
    found = pool_measures(pool()[None], TIME, TRIANGLE[None], LATER_SPIKE_FROM_SECOND)
    assert {name: values.shape for name, values in found.items()} == dict.fromkeys(found, (1,))
    assert found["n_recruited"] == 5
    assert found["n_still_firing"] == 0
    assert found["n_test_units"] == 4
    # 0.5 pps: made of a mean peak of 18 - 0.4, which a polynomial and rounding to spikes move
    assert found["peak_rate"] == pytest.approx(17.6, abs=0.5)


def test_units_still_fire_only_in_the_last_second_and_only_when_the_command_has_ended():
    late = pool(latest=23.0)  # stop at 23, 22.4, 21.8 ... s
    commands = np.stack([TRIANGLE, np.where(TIME > 1, 5.0, 0.0)])
    found = pool_measures(np.stack([late, late]), TIME, commands, LATER_SPIKE_FROM_SECOND)["n_still_firing"]
    assert found[0] == 2
    assert np.isnan(found[1])


def test_conditions_are_named_in_the_units_that_were_written():
    question, whole = asked(Design({TAU: ["90 ms", "60 ms"], "network.P.g": ["0.1 mS/cm**2"]}))
    m = question.measure(whole)
    assert m["first"].values == pytest.approx([60, 90])
    assert m["second"].values == pytest.approx([0.1])
    assert label(m["first"]) == "network.P.tau (ms)"
    assert label(m["second"]) == "network.P.g (mS/cm²)"
    assert setting(m, "first", 0) == "P.tau 60 ms"
    assert varied(m) == "network.P.tau 60, 90 ms × network.P.g 0.1 mS/cm² × 1 seed"
    assert [unit_as_written(v) for v in (0.5, "3", "0.811e-4 S/cm**2", "-40 mV")] == ["", "", "S/cm**2", "mV"]


def test_means_and_spread_are_over_the_seeds_of_a_condition_in_any_order():
    question, whole = asked(Design({TAU: ["60 ms", "90 ms"], LEVEL: [0, 3]}, seeds=2))
    mixed = whole.isel(sample=np.random.default_rng(0).permutation(8))
    m = question.measure(mixed)
    assert m["n_recruited_mean"].values == pytest.approx(np.array([[2.5, 4.5], [6.5, 8.5]]))
    assert m["n_recruited_sd"].values == pytest.approx(np.sqrt(0.5))
    assert (m["n_recruited_n"].values == 2).all()
    xr.testing.assert_identical(m["delta_f"], question.measure(whole)["delta_f"])


def test_without_axes_seeds_are_all_there_is():
    question, whole = asked(Design(seeds=3), status=[Status.DONE, Status.FAILED_NOT_FINITE, Status.DONE])
    m = question.measure(whole)
    assert m["n_recruited"].values == pytest.approx([2, np.nan, 4], nan_ok=True)
    assert m.attrs["failed"] == 1


@pytest.mark.parametrize("command", [TRIANGLE, TRAPEZOID], ids=["triangle", "trapezoid"])
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(
    "axes", [{}, {TAU: ["60 ms"]}, {LEVEL: list(range(9))}, {TAU: ["60 ms", "90 ms"], LEVEL: [0, 3, 5]}]
)
def test_it_draws_whatever_there_is(axes, seeds, command):
    design = Design(axes, seeds=seeds)
    count = design.dataset().sizes["sample"]
    question = Pool("P", design)
    m = question.measure(results(design, [pool(plateau=command is TRAPEZOID)] * count, command=command))
    assert np.isfinite(m["brace_height_mean"]).all() == (command is TRIANGLE)
    assert isinstance(question.draw(m), Figure)
    assert 3 <= len(question.headline(m)) <= 5
    for name, variable in m.variables.items():
        assert {"units", "long_name"} <= variable.attrs.keys(), name


@pytest.mark.parametrize("axes", [{}, {TAU: ["60 ms", "90 ms"]}])
def test_it_draws_when_every_contraction_failed_or_every_unit_is_silent(axes):
    question, failed = asked(Design(axes, seeds=2), status=Status.FAILED_NOT_FINITE)
    silent = results(question.design, [np.full((3, 2), np.nan)] * failed.sizes["sample"])
    for whole in (failed, silent):
        m = question.measure(whole)
        assert isinstance(question.draw(m), Figure)
        assert "not measurable" in question.headline(m)[1]


def test_the_interval_of_a_mean_is_students():
    # t of 3 degrees of freedom is 3.182; to the four digits of a printed table
    assert interval(np.array([1.0, np.nan]), np.array([4, 1])) == pytest.approx([3.182 / 2, 0], abs=5e-4)


def composed(*overrides):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=["experiment=pool", *overrides])


@pytest.mark.parametrize(
    ("network", "overrides"),
    [
        ("cMG", ["network=cMG", '+design.axes.network.cMG.tau_ca.low=["60 ms","90 ms"]']),
        ("hTA", ["network=hTA_lumped", "protocol=trapezoid", "+design.axes.protocol.excitation.peak=[10,15,20]"]),
        ("hTA", ["design=levels_by_inhibition"]),
    ],
)
def test_any_network_protocol_and_design_is_taken(network, overrides):
    source, question = declare(composed(*overrides))
    assert source.digest()  # the paths lead somewhere
    assert question.population == network
    assert question.design == source.study.design


def test_a_third_axis_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated"))
    more = ("network.hTA.monoamine=[0.9,1]", "protocol.inhibition.level=[0,3]", "protocol.excitation.peak=[10,20]")
    config = composed(*(f"+design.axes.{axis}" for axis in more))
    config.out = str(tmp_path / "out")
    with pytest.raises(UserError, match=r"at most two axes, but the design has 3 \(network\.hTA\.monoamine"):
        perform(config)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("problem", [MemoryError("Unable to allocate 3 GB"), RuntimeError("RESOURCE_EXHAUSTED: 3 GB")])
def test_a_machine_without_memory_is_a_sentence(problem, tmp_path, monkeypatch):
    def full(*_):
        raise problem

    monkeypatch.setattr(LaneSimulation, "run", full)
    config = composed()
    config.out = str(tmp_path / "out")
    with pytest.raises(
        UserError, match=r"not enough memory: .*3 GB; take a smaller batch .* What was finished is kept"
    ):
        perform(config)


def test_variants_that_others_are_still_at_work_on_leave_their_status_alone(tmp_path):
    """What is read after a status that says done is whole; before that nothing else is read."""

    class Part:
        def __init__(self, *status: int) -> None:
            self.status = status

        def results(self, folder: Path) -> xr.Dataset:
            coordinates = {"status": ("sample", list(self.status)), "sample": [0, 1]}
            return xr.Dataset({"n_spikes": (("sample", "unit"), np.ones((2, 3)))}, coordinates)

    def whole(*parts: Part) -> xr.Dataset:
        return Variants(dict(zip("ab", parts, strict=True))).results(tmp_path)  # type: ignore[arg-type]

    done = whole(Part(1, 1), Part(1, 3))
    assert done["n_spikes"].shape == (4, 3)
    assert done["variant"].values.tolist() == [0, 0, 1, 1]
    assert done["variant"].attrs["names"] == ["a", "b"]
    at_work = whole(Part(1, 1), Part(0, 1))
    assert at_work["status"].values.tolist() == [1, 1, 0, 1]
    assert not at_work.data_vars
