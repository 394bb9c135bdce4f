"""The questions `pool` and `sweep`: any design, measured on trains whose answer is known, drawn and told."""

import numpy as np
import pytest
import xarray as xr
from hydra import compose, initialize_config_module
from matplotlib.figure import Figure

from experiments.declare import UserError, declare
from experiments.pool.factors import label, setting, varied
from experiments.pool.pool import Pool
from experiments.pool.sweep import Sweep
from experiments.run import perform
from sim.backends.jax_backend import JaxBackend
from sim.design import Cases, Design, Participants, Points
from sim.results.status import Status
from sim.units import quantity
from tests.made_results import answered, padded, spike_variables

TIME = np.arange(0, 23, 0.05)
TRIANGLE = np.clip(20 - 2 * np.abs(TIME - 11), 0, None)  # up from 1 s, down to 21 s
TRAPEZOID = np.minimum(TRIANGLE, 10)
TAU = "network.P.tau"
LEVEL = "protocol.inhibition.level"
CASES = {"rest": {LEVEL: 0}, "a train with a long name": {LEVEL: 1}, "more": {LEVEL: 2}}
SIX = Points({"network.P.gain": [5, 7, 9, 11, 13, 15], "protocol.ramp.peak": [f"{x} mV" for x in (3, 1, 6, 2, 5, 4)]})


def pool(units=5, latest=18.0, plateau=False, gain=10.0):
    """Units that start 1.2 s after each other and stop the earlier: s, (unit, spike)."""
    t = np.arange(0, 23, 0.001)
    hump = np.clip(1 - ((t - 10.5) / 10) ** 2, 0, None)  # highest just before the command
    rate = 8 + gain * (hump + 0.1 * (t > 12) if plateau else hump)
    trains = []
    for unit in range(units):
        phase = np.cumsum(np.where((t > 2 + 1.2 * unit) & (t < latest - 0.6 * unit), rate - 0.2 * unit, 0)) * 0.001
        trains.append(t[np.flatnonzero(np.diff(np.floor(phase)) > 0)])
    return padded(trains)


def results(design, samples, *, command=TRIANGLE, status=Status.DONE, order=None, leaves=None):
    """A Dataset as a simulation of the design leaves it, with the force and EMG of a muscle."""
    drive = np.broadcast_to(command, (len(samples), len(TIME)))
    found = design.dataset(leaves).assign(
        {
            **spike_variables(samples),
            "P.excitation": (("sample", "time"), drive),
            "P_force": (("sample", "time"), 2 * drive, {"units": "%"}),
            "P_emg": (("sample", "time"), drive / 20, {"units": "1"}),
        }
    ).assign_coords(
        time=TIME,
        population=("unit", ["P"] * max(map(len, samples))),
        status=("sample", np.broadcast_to(np.asarray(status), len(samples)).copy(), {"long_name": "how it ended"}),
        sample=np.arange(len(samples)),
    )  # fmt: skip
    return found if order is None else found.isel(sample=order).assign_coords(sample=np.arange(len(samples)))


def growing(design, **kwargs):
    """Results in which each sample has one unit more than the last, from two on."""
    return results(design, [pool(k + 2)[:, :200] for k in range(design.dataset().sizes["sample"])], **kwargs)


def told(question, m):
    """The headline, after figure and notes have been made."""
    figure = question.draw(m)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    assert all(question.notes(m))
    return question.headline(m)


# ---- pool


def test_levels_are_named_in_the_units_that_were_written():
    m = answered(Pool("P"), growing(Design({TAU: ["90 ms", "60 ms"], "network.P.g": ["0.1 mS/cm**2", "0.2 mS/cm**2"]})))
    assert m["P.tau"].values == pytest.approx([90, 60])
    assert label(m["P.tau"]) == "network.P.tau (ms)"
    assert label(m["P.g"]) == "network.P.g (mS/cm²)"
    assert setting(m, "P.tau", 1) == "P.tau 60 ms"
    assert varied(m, ["P.tau"]) == "network.P.tau (ms) 90, 60 × 1 seed"


def test_a_name_that_the_design_gives_is_the_name_that_is_shown():
    design = Design({"dose": {"of": TAU, "values": [1, 2]}}, cases=CASES)
    m = answered(Pool("P"), growing(design))
    assert label(m["dose"]) == "dose"
    assert setting(m, "case", 1) == "a train with a long name"
    assert told(Pool("P"), m)[0] == "pool P: dose 1, 2 × case rest, a train with a long name, more × 1 seed"


def test_means_and_spread_are_over_the_seeds_of_a_condition_in_any_order():
    design = Design({TAU: ["60 ms", "90 ms"], LEVEL: [0, 3]}, seeds=2)
    m = answered(Pool("P"), growing(design))
    mixed = answered(Pool("P"), growing(design, order=np.random.default_rng(0).permutation(8)))
    assert m["n_recruited_mean"].values == pytest.approx(np.array([[2.5, 4.5], [6.5, 8.5]]))
    assert m["n_recruited_sd"].values == pytest.approx(np.sqrt(0.5))
    assert (m["n_recruited_n"].values == 2).all()
    xr.testing.assert_identical(m["delta_f"].reset_coords(drop=True), mixed["delta_f"].reset_coords(drop=True))
    np.testing.assert_array_equal(m["example_spikes"], mixed["example_spikes"])


def test_people_are_counted_and_their_seeds_are_not():
    own = {"network.P.g": quantity("1"), TAU: quantity("1")}
    design = Design({TAU: [1, 2]}, participants=Participants(3, {"network.P.g": 0.1}), seeds=2)
    m = answered(Pool("P"), results(design, [pool()] * 12, leaves=own))
    assert (m["n_recruited_n"].values == 3).all()
    assert "3 participants × 2 seeds" in told(Pool("P"), m)[0]


@pytest.mark.parametrize("command", [TRIANGLE, TRAPEZOID], ids=["triangle", "trapezoid"])
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(
    "axes",
    [
        {}, {TAU: ["60 ms"]}, {LEVEL: list(range(9))}, {TAU: ["60 ms", "90 ms"], LEVEL: [0, 3, 5]},
        {"kind": Cases(CASES, "kind")}, {TAU: ["60 ms", "90 ms"], "kind": Cases(CASES, "kind")},
    ],
    ids=["nothing", "one level", "nine levels", "two axes", "cases", "an axis and cases"],
)  # fmt: skip
def test_it_draws_whatever_there_is(axes, seeds, command):
    design = Design(axes, seeds=seeds)
    whole = results(design, [pool(plateau=command is TRAPEZOID)] * design.dataset().sizes["sample"], command=command)
    m = answered(Pool("P", signals=("force", "emg")), whole)
    assert np.isfinite(m["brace_height_mean"]).all() == (command is TRIANGLE)
    assert 4 <= len(told(Pool("P"), m)) <= 6
    for name, variable in m.data_vars.items():
        assert "long_name" in variable.attrs, name


@pytest.mark.parametrize("axes", [{}, {TAU: ["60 ms", "90 ms"]}])
def test_it_draws_when_every_contraction_failed_or_every_unit_is_silent(axes):
    design = Design(axes, seeds=2)
    count = design.dataset().sizes["sample"]
    silent = results(design, [np.full((3, 2), np.nan)] * count)
    for whole, failed in ((growing(design, status=Status.FAILED_NOT_FINITE), count), (silent, 0)):
        m = answered(Pool("P"), whole)
        assert m.attrs["failed"] == failed
        assert "not measurable" in told(Pool("P"), m)[1]


@pytest.mark.parametrize("kind", [Pool, Sweep])
def test_the_muscle_of_a_pool_is_measured_where_that_is_asked(kind):
    design = Design(points=SIX) if kind is Sweep else Design(seeds=2)
    whole = growing(design)
    m = answered(kind("P", signals=("force", "emg")), whole)
    assert m["peak_force"].values == pytest.approx(40)
    assert m["mean_emg"].values == pytest.approx(TRIANGLE.mean() / 20)
    assert "force" in " ".join(told(kind("P"), m))
    assert "peak_force" not in answered(kind("P"), whole)


def test_a_signal_that_no_muscle_has_is_refused():
    with pytest.raises(ValueError, match=r"signals force and emg, but question\.signals has 'torque'"):
        Pool("P", signals=("torque",))


def test_a_muscle_that_was_not_recorded_is_a_sentence():
    with pytest.raises(ValueError, match="'P_force' was not recorded"):
        answered(Pool("P", signals=("force",)), growing(Design()).drop_vars("P_force"))


# ---- sweep


def swept(order=None, status=Status.DONE, **more):
    """Units that follow the command with a gain; the other parameter does nothing."""
    design = Design(points=SIX, seeds=2, **more)
    gain = design.dataset()["network.P.gain"].values
    return results(design, [pool(3, gain=g) for g in gain], order=order, status=status)


def test_what_moves_a_measure_has_its_rank_correlation():
    m = answered(Sweep("P"), swept())
    rank = m["rank_correlation"].sel(measure="peak_rate")
    assert float(rank.sel(path="network.P.gain")) == pytest.approx(1, abs=1e-9)
    assert abs(float(rank.sel(path="protocol.ramp.peak"))) < 0.5
    assert np.isnan(m["rank_correlation"].sel(measure="n_recruited")).all()  # it never changes
    assert m["parameters"].sel(path="network.P.gain").values.tolist() == [5, 7, 9, 11, 13, 15]
    assert m.attrs["path_units"] == ["1", "mV"]


def test_the_order_of_samples_changes_nothing():
    mixed = answered(Sweep("P"), swept(order=np.random.default_rng(1).permutation(12)))
    whole = answered(Sweep("P"), swept())
    for name in ("parameters", "rank_correlation", "peak_rate", "delta_f_mean"):
        np.testing.assert_array_equal(mixed[name], whole[name])


def test_cases_of_a_sweep_have_rank_correlations_of_their_own():
    design = Design(points=SIX, cases={"up": {LEVEL: 0}, "down": {LEVEL: 1}})
    gain, case = (design.dataset()[name].values for name in ("network.P.gain", "case"))
    m = answered(
        Sweep("P"), results(design, [pool(3, gain=g if c == "up" else 20 - g) for g, c in zip(gain, case, strict=True)])
    )
    rank = m["rank_correlation"].sel(measure="peak_rate", path="network.P.gain")
    assert rank.sel(case="up") == pytest.approx(1)
    assert rank.sel(case="down") == pytest.approx(-1)
    assert "gain +1.00, −1.00" in " ".join(told(Sweep("P"), m))


def test_a_point_of_which_all_seeds_failed_has_no_value():
    status = np.full(12, Status.DONE)
    status[2:4] = Status.FAILED_NOT_FINITE
    m = answered(Sweep("P"), swept(status=status))
    assert np.isfinite(m["peak_rate_mean"].values).tolist() == [True, False, True, True, True, True]
    assert m.attrs["failed"] == 2


@pytest.mark.filterwarnings("error:.*:RuntimeWarning")
@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED_NOT_FINITE])
def test_it_draws_and_says_what_there_is(status):
    said = " ".join(told(Sweep("P"), answered(Sweep("P"), swept(status=status))))
    assert "nan" not in said
    assert ("delta_f: not measurable" in said) == (status != Status.DONE)


# ---- from a configuration


def composed(*overrides):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=list(overrides))


@pytest.mark.parametrize(
    ("population", "overrides"),
    [
        ("cMG", ["network=cMG", '+design.axes.network.cMG.tau_ca.low=["60 ms","90 ms"]']),
        ("hTA", ["protocol=trapezoid", "+design.axes.protocol.excitation.peak=[10,15,20]"]),
        ("soleus", ["network=segment", "protocol.population=soleus", "record=segment", "question.signals=[force,emg]"]),
    ],
)
def test_any_network_protocol_and_design_is_taken(population, overrides):
    source, question = declare(composed("experiment=pool", *overrides))
    assert source.digest(question.measures())  # the paths lead somewhere
    question.fits(source.factors())
    assert question.population == population


AXES = ("network.hTA.monoamine=[0.9,1]", "protocol.inhibition.level=[0,3]", "protocol.excitation.peak=[10,20]")
REFUSED = {
    "a third axis": (["experiment=pool", *(f"+design.axes.{axis}" for axis in AXES)], r"at most 2 factors.*hTA\.mono"),
    "points": (["experiment=pool", "design=sobol", "+design.points.ranges.network.hTA.monoamine=[0.8,1.2]"], "=sweep"),
    "no points": (["experiment=sweep", "design=factors"], r"Take design=sobol.*experiment=pool"),
    "two beside points": (
        ["experiment=sweep", *(f"+design.axes.network.hTA.tau_ca.{end}=[60 ms,90 ms]" for end in ("low", "high"))],
        "at most 1 factor,",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_design_that_cannot_be_shown_is_refused_before_anything_runs(what, tmp_path, monkeypatch):
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated"))
    overrides, sentence = REFUSED[what]
    with pytest.raises(UserError, match=sentence):
        perform(composed(*overrides, f"out={tmp_path}/out"))
    assert not (tmp_path / "out").exists()
