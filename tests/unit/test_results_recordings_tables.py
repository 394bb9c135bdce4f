"""Tables of text are read as spreadsheets and programs write them everywhere; what may mean two things is refused."""

import numpy as np
import pytest

from sim.results.recordings import formats, guarded
from sim.results.recordings.columns import column
from sim.results.recordings.files import read
from sim.results.recordings.formats import recording
from sim.results.recordings.parts import Flag, RecordingError
from sim.results.schema import spike_times
from tests import made_recordings as made

TRUE = [samples / made.FS for samples in made.UNITS]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Read without a process for each file, which `test_results_recordings_limits.py` looks at."""
    monkeypatch.setattr(guarded, "recording", formats.recording)
    monkeypatch.setattr(guarded, "force", formats.force)


def written(folder, text, name="units.txt", encoding="utf-8"):
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def rows(line, header):
    return "\n".join(
        [header, *(line.format(unit=k, time=s / made.FS, ms=1000 * s / made.FS, sample=s)
                   for k, u in enumerate(made.UNITS, 1) for s in u)]
    )  # fmt: skip


def trains(path, **chosen):
    return [row[np.isfinite(row)] for row in spike_times(read(path, **chosen)).values[0]]


LONG = {
    "aliases": rows("{unit},{time:.7f}", "MU,Time (s)"),
    "milliseconds": rows("{unit},{ms:.4f}", "Motor unit,Spike time [ms]"),
    "milliseconds by suffix": rows("{ms:.4f},{unit}", "time_ms,unit_id"),
    "samples told in a line": "# fs_hz: 2048\n" + rows("{unit},{sample}", "unit,sample"),
    "samples told in a column": rows("{unit},{sample},2048", "unit,sample,fsamp"),
    "samples by unit of time": "# sampling_rate: 2048\n" + rows("{unit},{sample}", "unit,Time (samples)"),
    "semicolons and commas": rows("{unit};{time:.7f}", "Unit;Time_s").replace(".", ","),
    "tabs and commas": rows("{unit}\t{time:.7f}", "unit\ttime_s").replace(".", ","),
    "semicolons and points": rows("{unit};{time:.7f}", "unit;time_s"),
    "spaces": rows("{unit} {time:.7f}", "unit time_s"),
    "quotes": rows('"{unit}","{time:.7f}"', '"unit","time_s"'),
    "a line that names the delimiter": "sep=;\n" + rows("{unit};{time:.7f}", "unit;time_s"),
    "row names of R": rows('"{sample}" {unit} {time:.7f}', '"unit" "time_s"'),
    "an index of pandas": rows("{sample},{unit},{time:.7f}", ",unit,time_s"),
    "other columns": rows("S01,{unit},{time:.7f},ok", "subject,unit,time_s,comment"),
    "Windows line ends": rows("{unit},{time:.7f}", "unit,time_s").replace("\n", "\r\n"),
    "signs and numbers": rows("{unit}.0,{time:.7f}", "MU #,Discharge (s)"),
    "whole numbers with decimal commas": rows("{unit},0;{time:.7f}", "unit;time_s").replace(".", ","),
    "German": rows("{unit};{time:.7f}", "Einheit;Zeit (s)").replace(".", ","),
    "camels": rows("{unit},{time:.7f}", "motorUnit,spikeTime"),
    "spaces between thousands": rows("{unit};{ms:.4f}", "unit;time_ms").replace(".", ",").replace(";1", ";1"),
}
WIDE = {
    "a column for each unit": ("MU1;MU2;MU3", "{:.7f}"),
    "times in names": ("MU1 times;MU2 times;MU3 times", "{:.7f}"),
    "names of times": ("spike_times_1;spike_times_2;spike_times_3", "{:.7f}"),
    "numbers as names": ("1;2;3", "{:.7f}"),
    "milliseconds": ("unit_1 (ms);unit_2 (ms);unit_3 (ms)", "{:.4f}"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("what", ["aliases", "tabs and commas"])
def test_every_encoding_is_read(what, encoding, tmp_path):
    for found, true in zip(trains(written(tmp_path, LONG[what], encoding=encoding)), TRUE, strict=True):
        np.testing.assert_allclose(found, true, rtol=0, atol=6e-8)


def test_latin_1_is_read(tmp_path):
    text = "# muscle: Wadenmuskel, zweiköpfig\n" + LONG["aliases"]
    assert read(written(tmp_path, text, encoding="latin-1")).attrs["muscle"] == "Wadenmuskel, zweiköpfig"


@pytest.mark.parametrize("what", LONG)
def test_one_row_for_each_discharge_in_any_dress(what, tmp_path):
    for found, true in zip(trains(written(tmp_path, LONG[what])), TRUE, strict=True):
        np.testing.assert_allclose(found, true, rtol=0, atol=6e-8)


@pytest.mark.parametrize("what", WIDE)
@pytest.mark.parametrize("empty", ["", "NaN", "NA", "n/a", "-"])
def test_one_column_for_each_unit(what, empty, tmp_path):
    header, shown = WIDE[what]
    factor = 1000 if "ms" in header else 1
    longest = max(map(len, TRUE))
    lines = [[shown.format(factor * t[k]) if k < len(t) else empty for t in TRUE] for k in range(longest)]
    path = written(tmp_path, "\n".join([header, *(";".join(line) for line in lines)]))
    for found, true in zip(trains(path), TRUE, strict=True):
        np.testing.assert_allclose(found, true, rtol=0, atol=6e-8)


@pytest.mark.parametrize("clock", ["a time", "a rate"])
def test_trains_of_0_and_1_need_a_clock(clock, tmp_path):
    ones = np.zeros((2000, 3), int)
    for k, samples in enumerate(made.UNITS):
        ones[samples, k] = 1
    lines = [",".join(map(str, row)) for row in ones]
    if clock == "a time":
        text = "\n".join(["Time (s),MU 1,MU 2,MU 3", *(f"{k / made.FS:.7f},{x}" for k, x in enumerate(lines))])
    else:
        text = "\n".join(["# fs_hz: 2048", "MU 1,MU 2,MU 3", *lines])
    for found, true in zip(trains(written(tmp_path, text)), TRUE, strict=True):
        np.testing.assert_allclose(found, true, rtol=0, atol=6e-8)


@pytest.mark.parametrize("cell", ["NA", "n/a", "NaN", "-", "", "#N/A", "null"])
def test_cells_that_stand_for_nothing_are_empty(cell, tmp_path):
    dataset = read(written(tmp_path, f"unit,time_s\n1,0.5\n1,{cell}\n2,{cell}\n{cell},3\n"))
    np.testing.assert_array_equal(spike_times(dataset).values, [[[0.5], [np.nan]]])
    assert list(dataset["flag"].values[0]) == [Flag.NO_TIME, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('unit,time_s\n1,"1,234"\n', "may separate thousands or decimals"),
        ("unit\tsample\n1\t6,144\n1\t6,422\n", "may separate thousands or decimals"),
        ("unit;time_s\n1;1.234,5\n1;2.345\n", "may separate thousands or decimals"),
        ("# fs_hz: 2048\nunit;sample\n1;6.144\n", "6.144 is no whole number"),
        ("unit,time_s\n1,1,5\n", "has 3 values for 2 columns .*export it with semicolons"),
        ("0.5,1.5\n0.7,1.7\n", "has the columns 0.5, 1.5"),
        ("3,7\n6144,6422\n", "has the columns 3, 7"),
        ("time_s,MU1,MU2\n0,0,10.5\n1,11.5,3\n", "more than 0 and 1, as rates do"),
        ("MU1,MU2\n0,1\n1,0\n", "neither a time nor a sampling rate"),
        ("time_s,MU1\n0,0\n0,1\n", "must increase from row to row"),
        ("unit,time (h)\n1,2\n", "in 'h', but known are"),
        ("MU1,MU1\n0.5,0.7\n", "two columns of the unit 'MU1'"),
        ("unit,time_s,Time (s)\n1,2,3\n", "two columns that may be the time"),
        ("unit,unit,time_s\n1,2,3\n", "two columns that may be the unit"),
        ("unit,sample,fs\n1,2,10\n1,3,20\n", "several sampling rates"),
        ("unit,time_s,bout\n1,1,a\n1,2,a\n1,1,b\n1,2,b\n", "begin anew where 'bout' changes"),
        ("unit,time_s\n1,1_0\n", "should be a number, but is '1_0'"),
        ("unit,time_s\n1,1e30\n", "which cannot be"),
    ],
)
def test_what_may_mean_two_things_is_refused(text, said, tmp_path):
    with pytest.raises(RecordingError, match=said):
        read(written(tmp_path, text))


def test_thousands_that_can_only_be_such_are_read(tmp_path):
    assert trains(written(tmp_path, "unit;time_ms\n1;1\u00a0234,5\n1;2 345,25\n"))[0].tolist() == [1.2345, 2.34525]
    assert trains(written(tmp_path, "unit;time_ms\n1;1.234,5\n1;12.345,25\n"))[0].tolist() == [1.2345, 12.34525]


@pytest.mark.parametrize(
    ("name", "role", "units"),
    [
        ("Force (N)", "force", "N"),
        ("Torque [Nm]", "force", "Nm"),
        ("force_percent_mvc", "force", "% MVC"),
        ("Force (% MVC)", "force", "% MVC"),
        ("Kraft / N", "force", "N"),
        ("t_ms", "time", "ms"),
        ("Firing Times (s)", "time", "s"),
        ("Discharge_Sample", "sample", ""),
        ("Contraction", "trial", ""),
        ("Spikes (ms)", "time", "ms"),
        ("Spikes", "", ""),
        ("time of day", "", ""),
        ("enforcement", "", ""),
    ],
)
def test_names_of_columns_tell_what_they_are(name, role, units):
    assert column(name)[1:3] == (role, units)


# ---- force


def test_the_unit_of_a_force_is_in_its_name(tmp_path):
    made.table(tmp_path / "units.csv")
    dataset = read(tmp_path / "units.csv", force=written(tmp_path, "time_s,Force (N)\n0,0\n1,2\n"))
    assert dataset["force"].attrs["units"] == "N"


def test_equal_times_of_a_force_are_averaged_and_remarked(tmp_path):
    made.table(tmp_path / "units.csv")
    force = written(tmp_path, "time_s,force\n0.000,1\n0.000,2\n0.001,5\n0.001,NA\n0.002,7\n")
    dataset = read(tmp_path / "units.csv", force=force)
    np.testing.assert_array_equal(dataset["force"], [[1.5, 5, 7]])
    np.testing.assert_array_equal(dataset["time"], [0, 0.001, 0.002])
    assert "repeats 2 of its 5 times" in dataset.attrs["remarks"][0]


def test_a_force_told_at_each_discharge_is_put_in_order(tmp_path):
    dataset = read(written(tmp_path, "unit,time_s,force\n1,0.1,1\n1,0.3,3\n2,0.2,2\n2,0.4,4\n"))
    np.testing.assert_array_equal(dataset["force"], [[1, 2, 3, 4]])


def test_a_force_beyond_the_discharges_is_delivered(tmp_path):
    made.table(tmp_path / "units.csv")
    dataset = read(tmp_path / "units.csv", force=written(tmp_path, "time_s,force\n500,1\n501,2\n"))
    np.testing.assert_array_equal(dataset["time"], [500, 501])


def test_the_force_of_any_recording_can_be_taken(tmp_path):
    made.table(tmp_path / "units.csv")
    made.json_openhdemg(tmp_path / "force.json")
    dataset = read(tmp_path / "units.csv", force=tmp_path / "force.json")
    np.testing.assert_array_equal(dataset["force"][0], made.FORCE)


# ---- trials, groups, quality

TRIALS = "trial,unit,time_s\n" + "".join(
    f"{t},{u},{u + k / 10 + t / 100}\n" for t in (1, 2) for u in (1, 2) for k in range(9)
)


@pytest.mark.parametrize("name", ["trial", "Contraction", "repetition", "condition"])
def test_a_column_that_sets_trials_apart_makes_each_a_contraction(name, tmp_path):
    dataset = read(written(tmp_path, TRIALS.replace("trial", name)))
    assert dataset.sizes == {"sample": 2, "unit": 2, "spike": 9}
    np.testing.assert_allclose(spike_times(dataset)[:, 0, 0], [1.01, 1.02], rtol=0, atol=1e-12)
    assert list(dataset["trial"].values) == ["1", "2"]
    assert not dataset["flag"].values.any()  # nothing was sorted


def test_a_trial_is_chosen_by_number_or_name(tmp_path):
    path = written(tmp_path, TRIALS.replace("\n1,", "\nleft,").replace("\n2,", "\nright,"))
    for chosen in (2, "right"):
        dataset = read(path, contraction=chosen)
        np.testing.assert_array_equal(dataset["contraction"], [2])
        assert float(spike_times(dataset)[0, 0, 0]) == pytest.approx(1.02, abs=1e-12)
    with pytest.raises(RecordingError, match=r"no contraction 'middle' .* it has 2 \(1 \(left\): 1.01 to"):
        read(path, contraction="middle")


def test_each_trial_has_its_force_and_takes_none_of_another_file(tmp_path):
    text = (
        TRIALS.replace("time_s\n", "time_s,force\n")
        .replace("\n1,", "\n1,")
        .replace("\n", ",\n")
        .replace("force,", "force")
    )
    text += "1,,0,5\n1,,4,6\n2,,0,7\n2,,4,8\n"
    dataset = read(written(tmp_path, text))
    np.testing.assert_array_equal(dataset["force"], [[5, 6], [7, 8]])
    with pytest.raises(RecordingError, match="no force of another file can belong to all"):
        read(written(tmp_path, TRIALS), force=written(tmp_path, "time_s,force\n0,1\n1,1\n", "force.csv"))


def test_a_column_of_muscles_or_grids_keeps_equal_names_apart(tmp_path):
    dataset = read(written(tmp_path, "muscle,unit,time_s\nTA,1,0.1\nSOL,1,0.2\nSOL,2,0.3\n"))
    assert list(dataset["label"].values) == ["TA 1", "SOL 1", "SOL 2"]


def test_the_quality_of_a_unit_is_kept(tmp_path):
    dataset = read(written(tmp_path, "unit,time_s,quality\n1,0.1,good\n2,0.2,noise\n2,0.3,NA\n3,0.4,\n"))
    assert list(dataset["quality"].values) == ["good", "noise", ""]


def test_a_remark_names_the_column_that_is_not_taken_for_the_force(tmp_path):
    found = recording(written(tmp_path, "unit,time_s,force,torque\n1,0.1,,\n,0,1,2\n,1,2,3\n"))
    assert found.remarks == ("'force' is taken for the force, not 'torque'",)
