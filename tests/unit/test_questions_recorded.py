"""A recording is measured by one command as simulated units are, whatever it holds, and drawn the same again."""

import csv
import html
import json
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_module

from experiments.answer import Result
from experiments.declare import UserError
from experiments.delta_f.recorded_units import RecordedUnits
from experiments.run import perform
from experiments.sources import Brought, Recorded, place
from sim.analysis.delta_f import delta_f, tally
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, MIDPOINT_FROM_FIRST
from sim.results.recordings.datasets import keep
from sim.results.recordings.files import read, write
from sim.results.recordings.recording import Force, Recording
from sim.results.schema import spike_times
from tests.made_units import SECONDS, train, units

EXAMPLE = place("pkg://conf/example_recording.csv")


def asked(folder, *overrides):
    with initialize_config_module("conf", version_base="1.3"):
        return perform(compose("config", overrides=["experiment=recorded_units", f"out={folder}/out", *overrides]))


def answered(results, question=None):
    """The first contraction."""
    return whole(results, question).isel(contraction=0)


def whole(results, question=None):
    return Result(RecordedUnits() if question is None else question, Brought(results, results[["status"]])).answer


def drawn_and_told(recording, question=None):
    """Measures of a recording, after everything that shows them has been made."""
    question = RecordedUnits() if question is None else question
    measures = whole(recording.dataset(), question)
    figure = question.draw(measures)
    figure.canvas.draw()
    assert question.notes(measures)
    return measures.isel(contraction=0), question.headline(measures), question.tables(measures)


def rows(table):
    return list(csv.DictReader(table.splitlines()))


# ---- the numbers


def test_the_units_of_a_recording_are_measured_as_simulated_ones_are():
    dataset = read(EXAMPLE)
    measures = answered(dataset)
    times, whole = spike_times(dataset).values[0], np.isfinite(measures["derecruitment_time"].values)
    result = delta_f(times, whole=whole)  # three units fire when the record ends
    assert whole.sum() == 17
    np.testing.assert_array_equal(measures["delta_f"], result.unit)
    assert float(measures["delta_f_pool"]) == result.pool
    counts = {name: int(n) for name, n in tally(result.failed).items()}
    found = dict(zip(measures["criterion"].values, measures["pairs_by_criterion"].values, strict=True))
    assert found == {name: counts[name] for name in found}
    assert sum(counts[name] for name in counts if name not in found) == 0  # what the convention has not cannot fail


def test_times_and_forces_of_recruitment_are_those_of_the_discharges():
    measures, _, _ = drawn_and_told(units())
    np.testing.assert_allclose(measures["recruitment_time"], 1 + 0.9 * np.arange(6), rtol=0, atol=2.5e-4)  # a sample
    np.testing.assert_allclose(measures["recruitment_force"], 0.9 * np.arange(6), rtol=0, atol=2.5e-4)
    assert (measures["derecruitment_force"] < 1).all()


def test_pauses_are_left_out_of_mean_rate_and_variation_and_counted():
    regular = np.concatenate([np.arange(0, 5, 0.1), np.arange(6, 11, 0.1)])
    measures, _, _ = drawn_and_told(Recording("a test", {"0": regular}))
    assert float(measures["mean_rate"][0]) == pytest.approx(10, abs=1e-9)
    assert float(measures["cov_interval"][0]) == pytest.approx(0, abs=1e-9)
    assert int(measures["n_pauses"][0]) == 1
    every, _, _ = drawn_and_told(Recording("a test", {"0": regular}), RecordedUnits(longest_interval=np.inf))
    assert float(every["cov_interval"][0]) > 50


def test_the_convention_stands_beside_every_delta_f():
    question = RecordedUnits(convention="midpoint_from_first")
    measures, lines, tables = drawn_and_told(units(), question)
    said = MIDPOINT_FROM_FIRST.describe()
    assert said in lines
    for name in ("delta_f", "delta_f_pool", "pair_delta_f"):
        assert said in measures[name].attrs["long_name"]
    assert all(said in text for text in tables.values())


def test_tables_hold_every_unit_and_every_pair_with_what_failed():
    measures, _, tables = drawn_and_told(units(4, late=train(1.2, 15)))
    assert [row["unit"] for row in rows(tables["units.csv"])] == ["0", "late", "1", "2", "3"]  # by recruitment
    pairs = rows(tables["pairs.csv"])
    assert len(pairs) == 10
    together = next(pair for pair in pairs if (pair["control"], pair["test"]) == ("0", "late"))
    assert "recruited_together" in together["failed"]
    counted = [pair for pair in pairs if not pair["failed"]]
    tried = dict(zip(measures["criterion"].values, measures["pairs_by_criterion"].values, strict=True))
    assert len(counted) == tried["counted"]


def test_the_pair_shown_has_the_delta_f_of_the_estimator():
    for name in ("later_spike_from_second", "midpoint_from_first", "later_spike_from_first"):
        measures, _, _ = drawn_and_told(units(late=train(6.2, 21.8)), RecordedUnits(convention=name))
        up, down = measures["pair_rate"].values
        pair = tuple(measures["pair_unit"].values)
        assert up - down == pytest.approx(float(measures["pair_delta_f"].values[pair]), abs=1e-5)  # kept as float32


def test_the_delta_f_that_is_written_covers_no_rate():
    figure = RecordedUnits().draw(whole(units(late=train(6.2, 15)).dataset()))
    figure.canvas.draw()
    axes, written = next((a, t) for a in figure.axes for t in a.texts if t.get_text().startswith("ΔF = "))
    box = written.get_window_extent()
    rates = [line for line in axes.lines if str(line.get_label()).startswith(("control unit", "test unit"))]
    assert len(rates) == 2
    for line in rates:
        x, y = axes.transData.transform(line.get_xydata()).T
        assert not ((box.x0 <= x) & (x <= box.x1) & (box.y0 <= y) & (y <= box.y1)).any()


# ---- whatever the file holds

HARD = {
    "one unit": (units(1), "1 motor unit,", None),
    "one discharge": (units(4, lonely=[5.0]), "one discharge: unit lonely", "one discharge"),
    "no discharge": (units(4, silent=[]), "no discharge: unit silent", "no discharge"),
    "two discharges": (units(4, rare=[5.0, 5.2]), "too few for a rate: unit rare", "too few for a rate"),
    "no unit that fires": (Recording("a test", {"silent": np.zeros(0)}), "no discharge: unit silent", "no discharge"),
    "a gap": (units(4, gap=[*np.arange(2, 6, 0.1), *np.arange(9, 15, 0.1)]), None, "1 pause"),
    "unsorted": (units(4, mixed=train(2, 18)[::-1]), "discharges sorted: unit mixed", "discharges sorted"),
    "duplicates": (
        units(4, twice=np.repeat(train(2, 18), 2)),
        "duplicates dropped: unit twice",
        "duplicates dropped",
    ),
    "all at once": (units(4, once=np.full(9, 3.0)), "duplicates dropped: unit once", "duplicates dropped"),
    "no force": (units(4, force=False), "no force", None),
    "a clock that began hours before": (
        Recording("a test", {name: t + 20000 for name, t in units(4).trains.items()}),
        "no force",
        None,
    ),
}


@pytest.mark.parametrize("what", HARD)
def test_every_recording_gives_a_figure_and_flags_its_units(what):
    recording, said, remark = HARD[what]
    measures, lines, _ = drawn_and_told(recording)
    assert said is None or any(said in line for line in lines)
    assert remark is None or any(remark in str(text) for text in measures["remark"].values)
    assert np.isfinite(measures["peak_rate"]).any() == (what != "no unit that fires")


def test_a_mended_unit_is_measured_as_the_whole_one():
    whole, _, _ = drawn_and_told(units(4, other=train(2, 18)))
    mended, _, _ = drawn_and_told(units(4, other=np.repeat(train(2, 18), 2)[::-1]))
    np.testing.assert_array_equal(mended["delta_f"], whole["delta_f"])
    np.testing.assert_array_equal(mended["peak_rate"], whole["peak_rate"])


def test_a_force_with_holes_is_used_where_it_is_known():
    whole = units()
    force = whole.force.values.copy()
    force[45:60] = np.nan
    measures, lines, _ = drawn_and_told(Recording("a test", whole.trains, 2000.0, Force(SECONDS, force, "% MVC")))
    known, _, _ = drawn_and_told(whole)
    lost = np.isnan(measures["recruitment_force"].values)
    np.testing.assert_array_equal(lost, [False, False, False, False, True, True])
    np.testing.assert_array_equal(measures["recruitment_force"][~lost], known["recruitment_force"][~lost])
    assert "6.8 % of the force missing" in lines[0]


@pytest.mark.parametrize("values", [np.full(221, np.nan), np.zeros(221), -SECONDS])
def test_any_force_can_be_drawn(values):
    drawn_and_told(Recording("a test", units().trains, 2000.0, Force(SECONDS, values)))


def test_a_hundred_units_fit_on_a_page():
    rng = np.random.default_rng(0)
    trains = {f"MU{k}": train(*sorted(rng.uniform(0.5, 21, 2)), rng.uniform(6, 12)) for k in range(100)}
    measures, lines, tables = drawn_and_told(Recording("many", trains, None, units().force))
    assert "100 motor units" in lines[0]
    assert len(rows(tables["units.csv"])) == 100
    width, height = RecordedUnits().draw(measures.expand_dims("contraction")).get_size_inches()
    assert height < 1.5 * width


def test_the_order_of_the_units_changes_nothing():
    recording = units(4)
    turned = Recording("a test", dict(reversed(recording.trains.items())), 2000.0, recording.force)
    (one, _, tables), (other, _, again) = drawn_and_told(recording), drawn_and_told(turned)
    np.testing.assert_array_equal(one["delta_f"], other["delta_f"][::-1])
    assert tables == again


# ---- the command


def test_a_recording_leaves_its_folder_and_is_drawn_the_same_again(tmp_path):
    folder, lines = asked(tmp_path, f"recording={EXAMPLE}")
    names = {"measures.zarr.zip", "measures.json", "figure.png", "figure.pdf", "config.yaml", "report.html"}
    assert {path.name for path in folder.iterdir()} == names | {"units.csv", "pairs.csv"}
    assert {path.name for path in folder.parent.iterdir()} == {"recording.zarr", "provenance.json", folder.name}
    report = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert LATER_SPIKE_FROM_SECOND.describe() in report
    assert "samples" not in lines[0]  # nothing was sampled
    drawn = {name: (folder / name).read_bytes() for name in ("figure.png", "figure.pdf", "units.csv")}
    assert asked(tmp_path, f"recording={EXAMPLE}") == (folder, lines)
    assert {name: (folder / name).read_bytes() for name in drawn} == drawn
    config = json.loads((folder.parent / "provenance.json").read_text())["config"]
    assert "network" not in config  # nothing that had no part in it


def test_the_folder_of_a_recording_is_named_by_name_content_and_part(tmp_path):
    text = EXAMPLE.read_text()
    for name, content in (
        ("a.csv", text),
        ("b/a.csv", text),
        ("b.csv", text),
        ("c/a.csv", text.replace("1.96", "1.97")),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "force.csv").write_text("time_s,force\n0,0\n22,1\n")

    def digest(name, force=None, **part):
        return Recorded(str(tmp_path / name), force and str(tmp_path / force), "", part).digest()

    assert digest("a.csv") == digest("b/a.csv") == digest("a.csv", contraction="all")
    others = [digest("b.csv"), digest("c/a.csv"), digest("a.csv", "force.csv")]
    parts = [digest("a.csv", window=[0, 9]), digest("a.csv", units=["1"]), digest("a.csv", exclude=[1])]
    assert len({digest("a.csv"), *others, *parts, digest("a.csv", contraction=1)}) == 8


@pytest.fixture
def small(tmp_path) -> Path:
    """A file with three units."""
    write(units(3).dataset(), tmp_path / "small.csv")
    return tmp_path / "small.csv"


@pytest.mark.slow
def test_a_copy_is_called_by_its_own_name(small, tmp_path):
    (tmp_path / "a copy.dat").write_text(small.read_text())
    for file in (small, tmp_path / "a copy.dat"):
        folder, _ = asked(tmp_path, f"recording='{file}'")
        assert Result.open(folder).answer.attrs["recording"] == file.name


@pytest.mark.slow
def test_a_part_of_a_recording_is_measured_by_the_command(tmp_path):
    dataset = read(EXAMPLE)
    labels = [str(label) for label in dataset["label"].values[:5]]
    _, lines = asked(tmp_path, f"recording={EXAMPLE}", f"units=[{','.join(labels)}]", f"exclude=[{labels[4]}]")
    assert "4 motor units" in lines[0]
    _, lines = asked(tmp_path, f"recording={EXAMPLE}", "window=['2 s',8]", "contraction=1")
    times = spike_times(dataset).values
    assert f"{int(((times >= 2) & (times <= 8)).sum())} discharges" in lines[0]


@pytest.mark.slow
def test_two_conventions_are_two_answers_of_one_recording(small, tmp_path):
    asks = ("later_spike_from_second", "midpoint_from_first")
    one, other = (asked(tmp_path, f"recording={small}", f"question.convention={name}")[0] for name in asks)
    assert one != other
    assert one.parent == other.parent
    assert (one / "figure.png").exists()
    assert (one / "measures.json").read_bytes() != (other / "measures.json").read_bytes()


def test_a_recording_that_was_not_finished_is_read_again(small, tmp_path, monkeypatch):
    import sim.results.store as store

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            asked(tmp_path, f"recording={small}")
    folder, lines = asked(tmp_path, f"recording={small}")
    assert (folder / "figure.png").exists()
    assert "3 motor units" in lines[0]


WRONG = {
    "no such file": (["recording=nowhere.csv"], "there is no file 'nowhere.csv'"),
    "no such force": ([f"recording={EXAMPLE}", "force=nowhere.csv"], "there is no file 'nowhere.csv'"),
    "nothing to read": (["recording=null"], "Give its file: recording=FILE"),
    "no such convention": (["question.convention=mine"], "there is no ΔF convention 'mine'"),
    "a name that is no text": (["recording='a\udcff.csv'"], "is no text in UTF-8, which results need. Rename the file"),
    "a window of a simulation": ([f"recording={EXAMPLE}", "window=3"], "window is .from, to. in seconds"),
    "no such unit": ([f"recording={EXAMPLE}", "units=[nobody]"], "units names nobody, but the units of example_recor"),
    "units of a simulation": (["experiment=paired_delta_f", "units=[1]"], "units chooses a part of a recording, but"),
    "no interval": (["question.longest_interval=0"], "longest_interval is 0 s, but"),
    "a simulating experiment": (
        ["experiment=paired_delta_f", "recording=any.csv"],
        "'paired_delta_f' simulates, but recording=any.csv was given",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_done_is_said_in_a_sentence(what, tmp_path):
    overrides, said = WRONG[what]
    with pytest.raises(UserError, match=said):
        asked(tmp_path, *overrides)
    assert not (tmp_path / "out").exists()


def test_a_force_that_is_not_there_is_missed_also_by_a_recording_that_was_read_before(tmp_path, small):
    asked(tmp_path, f"recording={small}")
    with pytest.raises(UserError, match=r"there is no file 'nowhere.csv'"):
        asked(tmp_path, f"recording={small}", "force=nowhere.csv")


@pytest.mark.slow
def test_recordings_are_measured_without_the_simulator(in_child, small, tmp_path):
    text = f"""
import sys
sys.argv = ["sherrington", "experiment=recorded_units", "recording={small}", "out={tmp_path}"]
from experiments.run import main
main()
print("loaded:", sorted({{"jax", "brian2"}} & set(sys.modules)))
"""
    assert in_child(text).splitlines()[-1] == "loaded: []"


def test_the_example_says_that_it_is_simulated():
    assert "not recorded" in EXAMPLE.read_text().splitlines()[2]
    assert "CC0" in EXAMPLE.read_text().splitlines()[2]


def test_a_stored_recording_has_the_delta_f_of_its_file(tmp_path):
    stored = keep(read(EXAMPLE), Path(tmp_path) / "recording.zarr", digest="0")
    pool = delta_f(spike_times(stored).values, convention=LATER_SPIKE_FROM_SECOND).pool
    assert pool == delta_f(spike_times(read(EXAMPLE)).values).pool
