"""The question `reverse_engineering`: features of made pools, inputs read from made features, and the whole, small."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

import conf
from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.fit.reverse_engineering import SHOWN
from experiments.measures.contraction import FEATURES, features_measure
from experiments.question import Asked
from experiments.run import perform
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.analysis.smoothing import POLYNOMIAL_RATE
from sim.analysis.summaries import Flanks
from sim.backends.jax_backend import JaxBackend
from sim.results.status import Status
from tests.unit.test_questions_pool import pool, results

EXPERIMENT = "experiment=fit/reverse_engineering"


def asked(question, table):
    """As after a run, told of features alone."""
    return Asked(table, table, question)


def swept(features, status=Status.DONE, *, share=0.004):
    """The question, and the table of a run in which the features follow from the inputs (sample, number) so."""
    source, question = declare(configured([EXPERIMENT, f"design.axes.combination.share={share}", "question.timed=0"]))
    design = source.study.samples()
    inputs = np.stack([design[name].values for name in question.grid.space.names], axis=-1)
    found = features(question.grid.space.points(inputs))
    row = np.full((len(found), len(FEATURES)), np.nan)
    row[:, : found.shape[1]] = found
    table = design.assign(features=(("sample", "feature"), row.astype(np.float32)))
    return question, table.assign_coords(status=("sample", np.broadcast_to(np.asarray(status), len(row)).copy()))


def said(question, table):
    m = question.answer(asked(question, table)).assign_attrs(runs=table.sizes["sample"], failed=0, simulated="Made.")
    question.draw(m).canvas.draw()
    assert all(question.notes(m))
    assert question.headline(m)
    return m


def test_the_grid_is_the_size_of_the_published_study_and_within_its_ranges():
    source, question = declare(configured([EXPERIMENT]))
    assert question.grid.combinations == len(question.grid) == 315_000
    design = source.study.samples()
    assert design.sizes["sample"] == 315_000
    assert design["level"].values.max() == pytest.approx(1.2)
    assert np.unique(design["pattern"].round(9)).tolist() == pytest.approx(np.linspace(-0.7, 0.7, 15))
    assert not source.study.record.keep_spikes


def test_a_twentieth_of_it_is_a_setting():
    source, _ = declare(configured([EXPERIMENT, "design.axes.combination.share=0.05"]))
    assert source.study.samples().sizes["sample"] == 15_750


def test_inhibition_is_never_negative_and_follows_the_command():
    """Push-pull falls from its rest to the tonic level as excitation rises, balanced rises from it."""
    source, _ = declare(configured([EXPERIMENT, "design.axes.combination.share=0.01"]))
    d = source.study.samples()
    rest, half, top = (d[f"protocol.inhibition.level_{k}"].values for k in (0, 2, 3))
    pattern, tonic, shape = (d[name].values for name in ("pattern", "tonic", "shape"))
    assert min(x.min() for x in (rest, half, top)) > -1e-9
    np.testing.assert_allclose(np.minimum(rest, top), tonic, atol=1e-9)
    np.testing.assert_allclose(top - rest, 20 * pattern, atol=1e-9)
    np.testing.assert_allclose(half - rest, pattern * d["protocol.excitation.level_2"].values, atol=1e-9)
    np.testing.assert_allclose(d["protocol.excitation.level_2"].values, 10 * (1 + shape), atol=1e-9)


def test_weights_of_one_leave_the_pool_as_published():
    source, _ = declare(configured([EXPERIMENT]))
    weights = source.study.leaves()
    assert [weights[f"network.hTA.w_excitation.{end}"].number for end in ("low", "high")] == [1, 1]


def test_inputs_that_show_are_explained_and_others_are_not():
    rng = np.random.default_rng(0)

    def features(p):  # level and pattern, linear; slow as the square of something; nothing of tonic
        names = ["level", "pattern", "slow", "fast", "shape"]
        x = np.stack([p[:, k] for k in range(len(names))], axis=1)
        return np.column_stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1], (x[:, 2] + 1) ** 3, x[:, 3:]]) + rng.normal(
            0, 0.01, (len(p), 5)
        )

    m = said(*swept(features))
    second = m["explained"].sel(order="second order")
    assert (second.sel(number=["level", "pattern", "slow", "fast", "shape"]) > 0.98).all()
    assert abs(float(second.sel(number="tonic"))) < 0.1
    assert float(m["explained"].sel(order="linear", number="slow")) < float(second.sel(number="slow"))
    assert m.sizes["run"] == min(SHOWN, 252)
    assert m.attrs["learnt"] + m.attrs["held_out"] == 1260


def test_estimates_stand_beside_the_inputs_of_their_own_runs():
    m = said(*swept(lambda p: p))
    np.testing.assert_allclose(m["truth"], m["estimate"], atol=0.02)


def test_what_failed_or_was_silent_teaches_nothing():
    question, table = swept(lambda p: p)
    count = table.sizes["sample"]
    broken = table.copy(deep=True)
    broken["features"][: count // 3] = 1e6
    status = np.where(np.arange(count) < count // 3, Status.FAILED_NOT_FINITE, Status.DONE)
    m = said(question, broken.assign_coords(status=("sample", status)))
    assert m.attrs["usable"] == count - count // 3
    assert (m["explained"].sel(order="linear") > 0.99).all()


def test_a_run_that_has_hardly_begun_is_a_sentence_and_none_at_all_is_drawn():
    question, table = swept(lambda p: p)
    status = np.where(np.arange(table.sizes["sample"]) < 15, Status.DONE, Status.FAILED_NOT_FINITE)
    with pytest.raises(ValueError, match="15 of 1260 are there; raise"):
        question.answer(asked(question, table.assign_coords(status=("sample", status))))
    none = table.assign_coords(status=("sample", np.full(table.sizes["sample"], Status.FAILED_NOT_FINITE)))
    assert "explained" not in said(question, none)


def test_the_cost_of_the_whole_grid_is_runs_times_seconds():
    question, table = swept(lambda p: p)
    m = said(question, table).assign_attrs(seconds=0.04, timed=10)
    assert "all 315000 take 3.5 core hours" in question.headline(m)[-1]  # 0.04 * 315000/3600


# ---- features


def features(*trains):
    measure = features_measure("P", Flanks(1, 10, 0, 10), LATER_SPIKE_FROM_SECOND, POLYNOMIAL_RATE)
    from sim.design import Design
    from sim.results.view import View

    found = measure(View(results(Design(seeds=len(trains)), list(trains))))
    return xr.Dataset({name: ("sample", found[:, k]) for k, name in enumerate(FEATURES)})


def test_features_are_those_of_the_units_that_fire():
    both = features(pool(5), np.concatenate([pool(5), np.full((5, pool(5).shape[1]), np.nan)]))
    for name in FEATURES:
        assert np.isfinite(both[name].values).all(), name
    np.testing.assert_allclose(both["units"], [0.5, 0.5])  # both are written with as many units
    for name in FEATURES:
        np.testing.assert_allclose(*both[name].values, rtol=1e-5)


def test_features_say_when_how_long_and_how_fast():
    """Units start at 2, 3.2, ... s and stop at 18, 17.4, ... s of a contraction from 1 to 21 s."""
    one = features(pool(5)).isel(sample=0)
    starts, stops = 2 + 1.2 * np.arange(5), 18 - 0.6 * np.arange(5)
    assert float(one["recruited"]) == pytest.approx(((starts - 1) / 10).mean(), abs=0.02)  # an interval: 0.1 s
    assert float(one["stopped"]) == pytest.approx((2 + (stops - 11) / 10).mean(), abs=0.02)
    assert float(one["duration"]) == pytest.approx(float(one["stopped"] - one["recruited"]), abs=1e-5)
    assert float(one["peak_rate"]) == pytest.approx(17.6, abs=0.5)  # 8 + 10 - 0.4
    faster = features(pool(5, gain=14)).isel(sample=0)
    assert float(faster["peak_rate"]) > float(one["peak_rate"]) + 3


def test_a_pool_that_is_silent_has_no_features_but_its_silence():
    one = features(np.full((3, 2), np.nan)).isel(sample=0)
    assert float(one["units"]) == 0
    assert np.isnan(one["peak_rate"])


# ---- from a configuration


@pytest.mark.slow
def test_it_runs_small_and_is_drawn_again_without_a_simulation(tmp_path, monkeypatch):
    config = configured([EXPERIMENT, "scale=smoke", f"out={tmp_path}"])
    folder, lines = perform(config)
    assert "of 315000 combinations 158 were run" in lines[1]
    assert "core hours" in lines[-1]
    drawn = (folder / "figure.png").read_bytes()
    told = json.loads((folder / "measures.json").read_text(encoding="utf-8"))
    assert 0.5 < told["variables"]["explained"]["values"][0][1] <= 1  # the pattern of inhibition
    (folder / "figure.png").unlink()
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated to redraw"))
    assert perform(config) == (folder, lines)
    assert (folder / "figure.png").read_bytes() == drawn


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("question.held_out=1", "a share between 0 and 1"),
        ("question.brace=spline", "'spline'.*Choose one of support_vector"),
        ("design.axes.combination.share=2", "above 0 and at most 1"),
        ("design.axes.combination.levels.pattern=1", "at least two values of 'pattern'"),
        ("design=factors", "combination"),
        ("design.seeds=2", "each combination is run 2 times .seed.; take one seed, and a larger"),
        ("~network.table.w_excitation", "w_excitation"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(setting, sentence, tmp_path, monkeypatch):
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated"))
    with pytest.raises(UserError, match=sentence):
        perform(configured([EXPERIMENT, "scale=smoke", f"out={tmp_path}", setting]))


EXPERIMENTS = sorted((Path(conf.__file__).parent / "experiment").rglob("*.yaml"))


@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.stem)
def test_the_plain_values_of_an_experiment_are_those_that_run(file):
    """dt, say, which the defaults once put back."""
    plain = {k: v for k, v in yaml.safe_load(file.read_text(encoding="utf-8")).items() if isinstance(v, (int, str))}
    name = file.relative_to(Path(conf.__file__).parent / "experiment").with_suffix("").as_posix()
    config = configured([f"experiment={name}"])
    for key, value in plain.items():
        assert value == "???" or config[key] == value, key


def test_settings_in_words_are_kept():
    _, question = declare(configured([EXPERIMENT]))
    assert replace(question, timed=3).timed == 3
    assert "polynomial" in question.said["brace_convention"]
