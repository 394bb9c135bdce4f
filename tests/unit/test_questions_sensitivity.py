"""The question `sensitivity`: which number moves which measure, of tables in which that is known."""

import json

import numpy as np
import pytest

from experiments.configured import configured
from experiments.declare import UserError
from experiments.fit.sensitivity import Sensitivity
from experiments.question import Asked
from experiments.run import perform
from sim.backends.jax_backend import JaxBackend
from sim.backends.simulation import LaneSimulation
from sim.design import Design, Points, Prior, Space
from sim.results.status import Status

SPACE = Space(
    {"level": [0.8, 1.2], "peak": [10, 30], "noise": [0, 1]},
    of={"network.P.gain": "level", "protocol.ramp.peak": "peak", "network.P.noise": "noise*level"},
)
DRAWS = Design(prior=Prior(SPACE, 256))
QUESTION = Sensitivity("P", resamples=100)
EXPERIMENT = "experiment=fit/sensitivity"


def told(design, make, question=QUESTION):
    """The answer to a table in which the measures follow from the design (sample,), after it was drawn and said."""
    table = design.dataset()
    count = table.sizes["sample"]
    own = {m.name: np.zeros(count) for m in question.measures()} | make(table, np.random.default_rng(0))
    measured = {m.name: ("sample", own[m.name], m.attributes) for m in question.measures()}
    table = table.assign(measured).assign_coords(status=("sample", np.full(count, Status.DONE)))
    m = question.answer(Asked(table, table, question))
    m = m.assign_attrs(simulated="Made.", runs=count, failed=0, **question.said)
    question.draw(m).canvas.draw()
    assert all(question.notes(m))
    return m


def known(table, rng):
    level, peak = table["level"].values, table["peak"].values
    noise = rng.standard_normal(len(level))
    return {
        "delta_f": 5 * level + 0.02 * noise,
        "peak_rate": -peak + 0.1 * noise,
        "brace_height": (level - 0.7) * (peak + 10),
        "n_recruited": noise,
    }


@pytest.mark.parametrize("method", ["pawn", *(pytest.param(x, marks=pytest.mark.slow) for x in ("delta", "rbd_fast"))])
def test_what_moves_a_measure_is_found_by_its_name_and_its_direction(method):
    m = told(DRAWS, known, Sensitivity("P", method=method, resamples=40))
    assert m["number"].values.tolist() == ["level", "peak", "noise"]
    moved = {str(x): m["matters"].sel(measure=x).values.tolist() for x in m["measure"].values}
    assert moved["delta_f"] == [True, False, False]
    assert moved["peak_rate"] == [False, True, False]
    assert moved["brace_height"] == [True, True, False]
    assert moved["n_recruited"] == [False, False, False]
    assert float(m["rank"].sel(measure="delta_f", number="level")) > 0.9
    assert float(m["rank"].sel(measure="peak_rate", number="peak")) < -0.9


def test_a_number_that_cannot_matter_stands_beside():
    m = told(DRAWS, known)
    low, high = m["nothing"].sel(measure="delta_f").values
    assert 0 < low < high < float(m["interval"].sel(measure="delta_f", number="level")[0])


def test_the_headline_says_it_in_words():
    said = QUESTION.headline(told(DRAWS, known))
    assert said[0] == "pool P: 256 sets of 3 numbers; method pawn"
    assert "ΔF, pool mean: moved by level of monoamines" in said[1]
    assert said[1].endswith("up. No more than chance: peak of excitation, noise")
    assert "moved by peak of excitation" in said[3]
    assert "down. No more" in said[3]
    assert said[4].startswith("units recruited (at least two spikes): moved by nothing that is varied")


def test_a_measure_that_never_changes_or_few_have_says_so():
    def make(table, rng):
        own = known(table, rng)
        own["delta_f"][90:] = np.nan
        own["brace_height"][:20] = np.nan
        return own | {"peak_rate": np.full(256, 20.0)}

    said = " ".join(QUESTION.headline(told(DRAWS, make)))
    assert "ΔF, pool mean: only 90 sets have it, 100 are needed" in said
    assert "mean over recruited units: never changes" in said
    assert "(236 sets have it): moved by" in said
    assert "nan" not in said


def points(count=200):
    x = np.random.default_rng(2).random((count, 2))
    return Points({"network.P.gain": x[:, 0].tolist(), "protocol.ramp.peak": [f"{10 * v} mV" for v in x[:, 1]]})


def test_points_are_named_by_their_paths_and_seeds_of_a_point_are_one_set():
    def make(table, rng):
        return {"delta_f": table["network.P.gain"].values + rng.standard_normal(table.sizes["sample"])}

    m = told(Design(points=points(), seeds=4), make)
    assert m.attrs["sets"] == 200
    assert m["number"].values.tolist() == ["network.P.gain", "protocol.ramp.peak"]
    one = told(Design(points=points(), seeds=1), make)
    of_four, of_one = (float(x["index"].sel(measure="delta_f", number="network.P.gain")) for x in (m, one))
    assert of_four > of_one  # their mean is less noisy


def test_numbers_that_are_wanted_may_be_named():
    m = told(DRAWS, known, Sensitivity("P", numbers=("peak",), resamples=20))
    assert m["number"].values.tolist() == ["peak"]
    with pytest.raises(ValueError, match=r"'leak', which the design does not draw: .*'?level|peak"):
        told(DRAWS, known, Sensitivity("P", numbers=("leak",), resamples=20))


@pytest.mark.slow
def test_it_runs_small_and_is_drawn_again_without_a_simulation(tmp_path, monkeypatch):
    config = configured([EXPERIMENT, "scale=smoke", f"out={tmp_path}"])
    folder, lines = perform(config)
    assert "128 sets of 10 numbers" in lines[1]
    drawn = (folder / "figure.png").read_bytes()
    for name, entry in json.loads((folder / "measures.json").read_text(encoding="utf-8"))["variables"].items():
        assert entry["long_name"] != name
    (folder / "figure.png").unlink()
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated to redraw"))
    assert perform(config) == (folder, lines)
    assert (folder / "figure.png").read_bytes() == drawn


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (["design.prior.count=32"], "from 100 sets .* but the design has 32; raise design.prior.count"),
        (["question.method=sobol"], "no method 'sobol' of indices: .*pawn"),
        (["question.resamples=2"], "at least 20"),
        (["question.numbers=[nothing]"], "'nothing', which the design does not draw"),
        (["design=factors"], "Take design=sensitivity"),
        (["+design.axes.network.hTA.tau_ca.skew=[1,2]", "scale=full"], "tau_ca.skew|at most 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(settings, sentence, tmp_path, monkeypatch):
    monkeypatch.setattr(LaneSimulation, "run", lambda *_: pytest.fail("it simulated"))
    with pytest.raises(UserError, match=sentence):
        perform(configured([EXPERIMENT, "scale=smoke", f"out={tmp_path}", *settings]))
