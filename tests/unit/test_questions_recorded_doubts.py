"""What is doubtful in a recording stands in headline, report and tables; contractions are measured by themselves."""

import csv
import io

import numpy as np
import pytest
from matplotlib.text import Text

from experiments.answer import Result
from experiments.delta_f.recorded_units import RecordedUnits
from experiments.figure.look import save
from experiments.sources import Brought
from sim.results.recordings.recording import Recording
from tests.made_units import train, units


def whole(results, question=None):
    return Result(RecordedUnits() if question is None else question, Brought(results, results[["status"]])).answer


def answered(results, question=None):
    """The first contraction."""
    return whole(results, question).isel(contraction=0)


def told(recording):
    """The first contraction, the headline and the tables."""
    m = whole(recording.dataset())
    return m.isel(contraction=0), RecordedUnits().headline(m), RecordedUnits().tables(m)


def rows(table):
    return list(csv.DictReader(table.splitlines()))


def test_what_is_doubtful_stands_in_the_headline_the_report_and_the_table():
    recording = units(4, again=train(1.9, 21.2, 9.9) + 0.0004, double=np.sort(np.r_[train(2, 18), [5.001, 5.004]]))
    question = RecordedUnits()
    m = whole(recording.dataset())
    lines, notes = question.headline(m), " ".join(question.notes(m))
    for words in ("the same unit twice?: units 1, again", "intervals below 10 ms, left out of rates"):
        assert any(words in line for line in lines)
        assert words.partition(":")[0] in notes
    by_unit = {row["unit"]: row for row in rows(question.tables(m)["units.csv"])}
    assert "twin of again" in by_unit["1"]["remark"]
    assert int(by_unit["double"]["n_doublets"]) >= 1


def test_doublets_do_not_move_delta_f():
    known = answered(units(4).dataset())
    trains = {name: np.sort(np.r_[t, t[0] + 0.004]) for name, t in units(4).trains.items()}
    found = answered(Recording("a test", trains, 2000.0, units(4).force).dataset())
    np.testing.assert_allclose(found["delta_f"], known["delta_f"], rtol=0, atol=1e-9)
    assert found["n_doublets"].values.tolist() == [1] * 4
    kept = answered(Recording("a test", trains, 2000.0).dataset(), RecordedUnits(shortest_interval=0))
    assert float(kept["peak_rate"].max()) > float(known["peak_rate"].max()) + 5


def test_a_unit_that_is_cut_has_no_recruitment_and_no_delta_f_and_still_a_rate():
    trains = {name: t[t < 16] for name, t in units(4).trains.items()}
    m, lines, tables = told(Recording("a test", trains))
    assert np.isnan(m["delta_f"]).all()
    assert np.isnan(m["derecruitment_time"]).all()
    assert np.isfinite(m["recruitment_time"]).all()
    assert np.isfinite(m["peak_rate"]).all()
    assert any(line.startswith("firing when the record ends") for line in lines)
    assert all(pair["failed"] == "not_whole" or "not_whole" in pair["failed"] for pair in rows(tables["pairs.csv"]))


def test_times_that_are_samples_are_said_and_nothing_is_measured():
    m, lines, _ = told(Recording("a test", {k: 2000 * t for k, t in units(4).trains.items()}))
    assert any("look like samples or milliseconds" in line for line in lines)
    for name in ("peak_rate", "mean_rate", "recruitment_time", "delta_f", "brace_height"):
        assert np.isnan(m[name]).all(), name


def test_steady_firing_leaves_a_stray_discharge_out():
    known = answered(units(4).dataset())
    trains = dict(units(4).trains)
    trains["2"] = np.append(trains["2"], trains["2"][-1] + 2.5)
    stray = Recording("a test", trains, 2000.0, units(4).force).dataset()
    assert float(answered(stray)["derecruitment_time"][2]) > float(known["derecruitment_time"][2]) + 2
    steady = answered(stray, RecordedUnits(steady=3))
    np.testing.assert_array_equal(steady["derecruitment_time"], known["derecruitment_time"])
    np.testing.assert_array_equal(steady["delta_f"], known["delta_f"])


def test_each_contraction_is_measured_by_itself():
    question, pool = RecordedUnits(), units(4, force=False)
    once = answered(pool.dataset())
    twice = Recording("many.v2.csv.gz", {name: np.r_[t, t + 40] for name, t in pool.trains.items()}, 2000.0)
    m = whole(twice.dataset())
    assert m["number"].values.tolist() == [1, 2]
    np.testing.assert_allclose(m["delta_f"][0], once["delta_f"], rtol=0, atol=1e-3)  # pps, whole samples
    np.testing.assert_allclose(m["delta_f"][1], once["delta_f"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(m["recruitment_time"][1] - m["recruitment_time"][0], 40, rtol=0, atol=1e-3)
    lines, tables = question.headline(m), question.tables(m)
    assert "2 contractions" in lines[0]
    assert sum("contraction 2 (" in line and "ΔF: " in line for line in lines) == 1
    table = rows(tables["units.csv"])
    assert [row["contraction"] for row in table] == ["1"] * 4 + ["2"] * 4
    assert {row["recording"] for row in table} == {"many.v2"}
    assert len(rows(tables["pairs.csv"])) == 12
    question.draw(m).canvas.draw()


def test_tables_are_read_by_any_program_as_they_stand():
    import pandas

    m = whole(units(4).dataset())
    for text in RecordedUnits().tables(m).values():
        head = text.splitlines()[0]
        assert head.isascii()
        assert not set(head) & set(" ()%/#")
    table = pandas.read_csv(io.StringIO(RecordedUnits().tables(m)["units.csv"]))
    assert len(table) == 4
    for name in ("recruitment_time_s", "delta_f_pps", "peak_rate_pps", "force_hysteresis_percent_MVC", "brace_valid"):
        assert name in table.columns
    assert table["brace_valid"].dtype == bool
    np.testing.assert_allclose(table["delta_f_pps"], m["delta_f"][0], rtol=1e-8)
    rise = m["recruitment_force"][0] - m["derecruitment_force"][0]
    np.testing.assert_allclose(table["force_hysteresis_percent_MVC"], rise, rtol=1e-6)


def test_brace_height_is_that_of_its_authors_unless_another_is_asked_for():
    m, lines, _ = told(units(6))
    blunt = answered(units(6).dataset(), RecordedUnits(brace="polynomial"))
    assert any(line.startswith("brace height: support vector regression") for line in lines)
    assert any("valid units of 6" in line for line in lines)
    assert not np.allclose(m["brace_height"], blunt["brace_height"], atol=0.1)
    np.testing.assert_array_equal(m["delta_f"], blunt["delta_f"])


@pytest.mark.parametrize("name", ["$x_1$", "a$b$_c", r"\frac$ $", "{", "_%"])
def test_any_name_of_a_unit_is_drawn_as_it_stands(name, tmp_path):
    recording = units(4)
    renamed = Recording(f"{name}.csv", {f"{name}{k}": t for k, t in recording.trains.items()}, note=name)
    figure = RecordedUnits().draw(whole(renamed.dataset()))
    save(figure, tmp_path / "figure")
    figure.canvas.draw()
    texts = [text for text in figure.findobj(Text) if name in text.get_text()]
    assert len(texts) > 4
    assert not any(text.get_parse_math() for text in texts)


@pytest.mark.parametrize("value", ["0.4 s", "400 ms", 0.4, "0.4"])
def test_an_interval_is_a_quantity_or_a_number_in_seconds(value):
    assert RecordedUnits(longest_interval=value) == RecordedUnits()


WRONG_SETTINGS = {
    "longest_interval": ["0 s", "-1 s", "5 mV", "soon"],
    "shortest_interval": ["0.5 s", "-1 ms"],
    "steady": [0, 2.5],
    "plausible": ["20 ms", ["1 s", "20 ms"]],
    "left_out": ["noise"],
    "brace": ["mine"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, some in WRONG_SETTINGS.items() for value in some])
def test_a_setting_that_cannot_be_is_refused_by_its_name(name, value):
    with pytest.raises(ValueError, match=f"question.{name}|brace height"):
        RecordedUnits(**{name: value})
