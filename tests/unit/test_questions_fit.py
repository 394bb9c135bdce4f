"""From recordings to their causes: an estimator is trained, says how it does, and reads recordings or refuses them."""

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import experiments
from experiments.answer import Result
from experiments.declare import UserError
from experiments.fit.driven import estimate
from experiments.fit.signing import anew, main, sign, training
from experiments.sources import Simulation
from sim.engine.kernels import loops, xla
from sim.engine.loop import one_step
from sim.fit.posterior import Estimator
from sim.results.recordings.datasets import simulated
from sim.results.recordings.files import write

SMALL = ("scale=smoke", "design.seeds=1", "question.observation.fewest=3", "question.observation.most=6")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fit")


@pytest.fixture(scope="module")
def trained(place) -> Result:
    """Six cells, a contraction of 4 s, 256 draws."""
    return experiments.perform("fit/train", *SMALL, "record.keep_spikes=true", f"out={place}")


@pytest.fixture(scope="module")
def folder(place, trained) -> Path:
    return next(place.glob("train-*/*/estimator.posterior")).parent


@pytest.fixture(scope="module")
def recording(place, trained) -> Path:
    """A simulated contraction in the middle of the prior, as a recording."""
    away = np.abs(trained.question.space.points(_truth(trained)) - 0.5).max(axis=1)
    path = place / "recorded.csv"
    write(simulated(trained.brought.results, sample=int(np.argmin(away))), path)
    return path


def _truth(trained: Result) -> np.ndarray:
    return np.stack([trained.brought.table[name].values for name in trained.question.space.names], axis=-1)


def infer(place: Path, folder: Path, recording: Path, *more: str) -> Result:
    return experiments.perform(
        "fit/infer", f"recording={recording}", f"question.estimator={folder / 'estimator.posterior'}",
        "question.network.size=6", f"out={place}", *more,
    )  # fmt: skip


FLANKS = "question.flanks=[1,2,0,2]"


def test_an_estimator_is_trained_and_says_how_it_does(trained, folder):
    m = trained.answer
    assert m.sizes["number"] == 8
    assert m.attrs["usable"] <= 256
    assert float(m["explained"].sel(number="peak")) > 0.3  # of so few simulations, more than nothing
    lines = " ".join(trained.headline())
    assert "level of monoamines" in lines
    assert "TARP" in lines
    found = Estimator.load(folder / "estimator.posterior")
    assert found.space == trained.question.space
    assert found.protocol == {"up": 2.0, "hold": 0.0, "down": 2.0}
    assert (folder / "estimator.posterior").read_bytes() == m["estimator"].values.tobytes()
    assert "estimator" not in (folder / "measures.json").read_text()[:2000].split('"variables"')[-1]


def test_a_recording_is_read_with_its_uncertainty(place, folder, recording, trained):
    m = infer(place, folder, recording, FLANKS).answer
    assert m.attrs["possible"]
    assert m.attrs["units_seen"] >= 3
    low, high = m["interval"].values.T
    assert (low < m["mean"].values).all()
    assert (m["mean"].values < high).all()
    assert (low >= np.array(m.attrs["low"]) - 1e-9).all()
    assert m["rate_predicted"].shape == (5, m.sizes["part"])
    bands = m["active_predicted"].values
    assert (np.diff(bands, axis=0)[:, np.isfinite(bands[0])] >= 0).all()
    rows = next(place.glob("infer-*/*/posterior.csv")).read_text().splitlines()
    assert rows[0].startswith("number,unit,mean,low_90")
    assert len(rows) == 9


def test_the_same_recording_later_gives_the_same(place, folder, recording, tmp_path):
    shifted = tmp_path / "later.csv"
    text = recording.read_text().splitlines()
    head = [line for line in text if line.startswith("#")]
    body = [line for line in text if not line.startswith("#")]
    columns = body[0].split(",")
    k = columns.index("time_s")
    rows = [line.split(",") for line in body[1:]]
    moved = [",".join([*row[:k], f"{float(row[k]) + 2:.9g}", *row[k + 1 :]]) for row in rows]
    shifted.write_text("\n".join([*head, body[0], *moved]))
    first = infer(place, folder, recording, FLANKS).answer
    later = infer(place, folder, shifted, "question.flanks=[3,2,0,2]").answer
    np.testing.assert_allclose(later["observed"], first["observed"], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(later["mean"], first["mean"], rtol=0.02)


def test_flanks_are_read_from_the_force(place, folder, recording, tmp_path):
    t = np.arange(0, 6, 0.01)
    force = tmp_path / "force.csv"
    rise = np.interp(t, [1, 3, 5], [0, 10, 0])
    force.write_text("time_s,force\n" + "\n".join(f"{x:.3f},{y:.5f}" for x, y in zip(t, rise, strict=True)))
    m = infer(place, folder, recording, f"force={force}").answer
    assert m.attrs["flanks"] == pytest.approx([1, 2, 0, 2], abs=0.05)
    assert m.attrs["flanks_from"] == "force"


def test_what_the_model_cannot_have_produced_is_refused_unless_asked_for(place, folder, tmp_path, monkeypatch):
    """Units that fire as a clock, at rates and with an order that no pool of the prior has; so few simulations have no
    rank below 1/17, so the level is raised."""
    monkeypatch.setattr("sim.fit.posterior.posterior.REFUSED", 0.1)
    path = tmp_path / "clock.csv"
    rows = [
        f"{unit},{t:.4f}" for unit in range(6) for t in np.arange(1.1 + 0.05 * (6 - unit), 5.3, 1 / (25 + 4 * unit))
    ]
    path.write_text("unit,time_s\n" + "\n".join(rows))
    refused = infer(place, folder, path, FLANKS)
    assert not refused.answer.attrs["possible"]
    assert "mean" in refused.answer
    said = " ".join(refused.headline())
    assert "cannot have produced this recording" in said
    assert "model at its best" in said
    assert "no estimate is given; question.force=true shows it" in said
    assert "level of monoamines" not in said
    shown = infer(place, folder, path, FLANKS, "question.force=true")
    assert "level of monoamines" in " ".join(shown.headline())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "no force from which the flanks"),
        (("question.flanks=[1,4,0,2]",), "trained for up = 2 s, but here it is 4 s"),
        (("question.flanks=[1,0,0,2]",), "rises and falls in some time"),
        ((FLANKS, "units=[0,1]"), "units of the recording fire more than once, but this estimator needs 3"),
        ((FLANKS, "question.network.size=7"), "another simulator"),
        ((FLANKS, "question.convention=openhdemg"), "another code that summarises"),
        ((FLANKS, "question.estimator=/no/such/file"), "cannot read an estimator from '/no/such/file'"),
        ((FLANKS, "question.predictions=-1"), "number of simulations"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(place, folder, recording, more, said):
    with pytest.raises((UserError, ValueError), match=said):
        infer(place, folder, recording, *more).headline()


def test_a_file_that_is_no_estimator_is_told(place, folder, recording, tmp_path):
    bad = tmp_path / "estimator.posterior"
    data = bytearray((folder / bad.name).read_bytes())
    data[len(data) // 2] ^= 255
    bad.write_bytes(data)
    with pytest.raises((UserError, ValueError), match="damaged"):
        infer(place, tmp_path, recording, FLANKS).headline()


def test_another_estimator_of_the_same_name_is_another_answer(place, folder, recording, tmp_path):
    shutil.copy(folder / "estimator.posterior", tmp_path)
    first = infer(place, tmp_path, recording, FLANKS).question
    (tmp_path / "estimator.posterior").write_bytes(b"other")
    assert first.content != type(first)(**_settings(first)).content


def _settings(question) -> dict:
    from dataclasses import fields

    return {f.name: getattr(question, f.name) for f in fields(question) if f.init}


@pytest.mark.slow
def test_what_is_recovered_is_told_by_units_simulations_and_summaries(place, folder):
    found = experiments.perform(
        "fit/recover", *SMALL[:2], "design.prior.count=64", f"question.trained={folder}", "question.seen=[3,6]",
        "question.learnt=[]", f"out={place}",
    )  # fmt: skip
    m = found.answer
    assert m["explained"].shape == (2, 8)
    assert m["block"].values.tolist()[-1] == "all"
    with_all = float(m["block_explained"].sel(block="all", number="peak"))
    assert with_all > float(m["block_explained"].sel(block="variability", number="peak"))
    assert "by ΔF alone" in " ".join(found.headline())
    with pytest.raises(UserError, match="beyond the prior"):
        experiments.perform(
            "fit/recover", *SMALL[:2], "design.prior.count=16", f"question.trained={folder}", "question.seen=[6]",
            "question.learnt=[]", "design.prior.space.ranges.level=[0.5,1.2]", f"out={place}",
        )  # fmt: skip


REFUSED_BEFORE = {
    "design.prior.count=32": "160 simulations in which three units fire, at least, but there are 32; raise",
    "design.seeds=2": "each draw is run 2 times \\(seed\\); take one seed",
}


@pytest.mark.parametrize("setting", REFUSED_BEFORE)
def test_what_trains_nothing_is_refused_before_anything_runs(tmp_path, monkeypatch, setting):
    monkeypatch.setattr(Simulation, "bring", lambda *_: pytest.fail("it ran"))
    with pytest.raises(UserError, match=REFUSED_BEFORE[setting]):
        experiments.perform("fit/train", *SMALL, setting, f"out={tmp_path}")


def test_an_estimator_is_named_by_its_folder_too(place, folder, recording):
    by_file = infer(place, folder, recording, FLANKS)
    by_folder = infer(place, folder, recording, FLANKS, f"question.estimator={folder}")
    assert by_folder.question.content == by_file.question.content
    xr.testing.assert_identical(by_folder.answer["mean"], by_file.answer["mean"])


def test_a_contraction_that_is_not_where_the_discharges_are_is_no_evidence(place, folder, recording):
    with pytest.raises(UserError, match=r"begins at 31 s .* 0 of \d+ are, which lie at 1\.\d+ to .*clock"):
        infer(place, folder, recording, "question.flanks=[31,2,0,2]")


def test_an_estimator_that_can_refuse_nothing_does_not_say_that_the_model_fits(place, folder, recording):
    """Of 256 simulations 16 are ranked, in all of their views and by the number of units: p is never below the level at
    which is refused."""
    said = " ".join(infer(place, folder, recording, FLANKS).headline())
    assert "is not known (misfit p " in said
    found = re.search(r"has (\d+) recordings of simulations to rank it among, so p is never below ([\d.]+);", said)
    assert found is not None, said
    ranked = int(found[1])
    assert ranked < 100
    assert float(found[2]) == pytest.approx(1 / (ranked + 1), abs=1e-3)
    assert "can have produced this recording (" not in said


@pytest.mark.slow
def test_it_is_told_how_many_recordings_of_other_pools_are_refused_and_how_wrong_an_estimate_would_be(place, folder):
    found = experiments.perform(
        "fit/refuse", *SMALL, "design.prior.count=48", f"question.trained={folder}", f"out={place}"
    )  # fmt: skip
    m = found.answer
    assert m["condition"].values[0] == "the model itself"
    assert m["condition"].values[-1] == "2 % false discharges"
    assert (m["count"] > 20).all()
    itself, beyond = (m["held"].sel(condition=one) for one in ("the model itself", "monoamines at 1.5"))
    assert float(itself.mean()) > float(beyond.mean())
    assert np.isnan(beyond.sel(number="level"))  # it lies beyond the prior, and no interval can hold it
    assert "refused" in found.headline()[1]


def test_a_training_without_its_packages_is_refused_before_anything_is_simulated(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optax", None)
    with pytest.raises(UserError, match="a training needs optax, which is not installed; install the extra 'fit'"):
        experiments.perform("fit/train", *SMALL, f"out={tmp_path}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("mean", "ends", "said"),
    [(1.0012, (0.964, 1.038), ("1.001", "0.964 to 1.038")), (-0.5, (-2.0, 1.0), ("−0.5", "−2.0 to 1.0"))],
)
def test_an_estimate_has_the_digits_that_its_interval_deserves(mean, ends, said):
    assert estimate(mean, ends, "1") == said
    assert estimate(mean, ends, "ms")[0] == f"{said[0]} ms"


def test_predictions_are_made_in_the_contraction_of_the_recording(place, folder, recording):
    m = infer(place, folder, recording, FLANKS).answer
    spikes = m["predicted_spikes"].values
    assert np.nanmin(spikes) > 1
    assert np.nanmax(spikes) < 6
    assert isinstance(m, xr.Dataset)


# ---- code that changes after a training


@pytest.fixture
def copied(folder, tmp_path) -> Path:
    """The folder of the training, to sign in."""
    return Path(shutil.copytree(folder, tmp_path / "copied"))


def elsewhere(folder: Path, **changes: Any) -> bytes:
    """Have the file of a folder say that its training was of other code; how it was before."""
    file = folder / "estimator.posterior"
    before = file.read_bytes()
    replace(Estimator.load(file), **changes).save(file)
    return before


def test_a_training_keeps_its_first_simulations_as_they_are_simulated_anew(folder, trained):
    kept = Estimator.load(folder / "estimator.posterior").witnesses
    study, question = training(folder)
    assert kept is not None
    again = anew(study, question, kept.draw)
    assert kept.draw.tolist() == list(range(16))
    assert kept.dt == 1e-4
    for name, x in kept.arrays().items():
        assert np.array_equal(x, again.arrays()[name], equal_nan=x.dtype.kind == "f"), name
    assert np.array_equal(kept.seen, trained.brought.table["summaries"].values[:16, 0], equal_nan=True)
    assert (np.ptp(question.space.points(kept.numbers), axis=0) > 0.8).all()  # they are spread over the prior


@pytest.mark.parametrize("what", ["simulator", "summaries"])
def test_an_edit_that_changes_no_simulation_is_signed_and_nothing_else_changes(what, copied, capsys):
    before = elsewhere(copied, **{what: "other"})
    assert main([str(copied)]) == 0
    assert "16 of the simulations that it has learnt from have not, to the last bit;" in capsys.readouterr().out
    assert (copied / "estimator.posterior").read_bytes() == before
    assert main([str(copied)]) == 0
    assert "it is of this code" in capsys.readouterr().out


def test_a_step_that_does_something_else_is_found(copied, monkeypatch, capsys, request):
    request.addfinalizer(loops._written.cache_clear)
    loops._written.cache_clear()  # the text of a step is kept for all that have the same
    elsewhere(copied, simulator="other")
    before = (copied / "estimator.posterior").read_bytes()

    def step(program, cells, carry, at, ports, arrivals):
        more = {name: 1.01 * level for name, level in ports.level.items()}
        return one_step(program, cells, carry, at, ports._replace(level=more), arrivals)

    for kernel in (loops, xla):
        monkeypatch.setattr(kernel, "one_step", step)
    assert main([str(copied)]) == 1
    said = capsys.readouterr().out
    assert "the code has changed, and with it what is simulated: " in said
    assert " of its SD over the prior), and has moved in " in said
    assert "the same command trains one anew" in said
    assert (copied / "estimator.posterior").read_bytes() == before


def test_another_text_of_the_cell_is_found(copied):
    study, question = training(copied)
    (pool,) = question.network.populations
    block = replace(pool.model.block, text=pool.model.block.text.replace("v_soma + 47.3*mV", "v_soma + 47.2*mV"))
    network = replace(question.network, populations=(replace(pool, model=replace(pool.model, block=block)),))
    other = replace(question, network=network)
    assert other.simulator != question.simulator
    found = sign(copied / "estimator.posterior", replace(study, network=network), other)
    assert not found.good
    assert "of all summaries have moved" in found.said


def test_simulations_of_another_design_are_not_compared(copied):
    file = copied / "estimator.posterior"
    elsewhere(copied, simulator="other")
    study, question = training(copied)
    assert study.design.prior is not None
    finer = replace(study, numerics=replace(study.numerics, dt="0.05 ms"))
    assert "steps of 0.1 ms, and they would be 0.05 ms" in sign(file, finer, replace(question, dt=5e-5)).said
    design = replace(study.design, prior=replace(study.design.prior, spread=1), axes={})
    assert "the design draws other simulations now" in sign(file, replace(study, design=design), question).said
    few = replace(study.design, prior=replace(study.design.prior, count=8), axes={})
    assert "the design has 8 draws" in sign(file, replace(study, design=few), question).said
    assert "the contraction is another one now" in sign(file, study, replace(question, up=2.1)).said
    narrow = replace(question, space=replace(question.space, ranges={**question.space.ranges, "level": (0.9, 1.1)}))
    assert sign(file, study, narrow).said == "the prior is another one now"
    elsewhere(copied, witnesses=None)
    assert "has no witnesses" in sign(file, study, question).said


def test_who_asks_an_estimator_of_other_code_is_told_to_sign_it(place, copied, recording):
    elsewhere(copied, simulator="other")
    with pytest.raises(UserError, match=r"another simulator \(other, here .*sherrington sign FOLDER finds out"):
        infer(place, copied, recording, FLANKS)


@pytest.mark.parametrize("words", [[], ["--help"], ["a", "b"]])
def test_what_is_signed_is_one_folder(words, capsys):
    assert main(words) == 2
    assert "write  sherrington sign FOLDER" in capsys.readouterr().err


def test_a_folder_of_something_else_is_not_signed(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "no result in" in capsys.readouterr().err
