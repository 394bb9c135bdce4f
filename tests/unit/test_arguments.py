"""Any file that exists can be named on the command line, whatever Hydra's grammar makes of its name."""

import pytest
from hydra import compose, initialize_config_module

from experiments.arguments import quoted

NAMES = [
    "mésure.csv",
    "S01_α.csv",
    "S01 (1).csv",
    "S01,run2.csv",
    "S01=run2.csv",
    "S01's.csv",
    'S01"s".csv',
    "S01#2.csv",
    "S01[2].csv",
    "{a:1}.csv",
    "$x_1$.csv",
    "${oc.env:HOME}",
    "\\${x}.csv",
    "back\\slash",
    "ends with \\",
    "\\'",
    " lead and trail ",
    "1e3",
    "null",
    "true",
    "'quoted'",
    "a\ttab",
    "~tilde",
    "-dash",
    "!bang",
    "plain-file_1.csv",
]


def composed(argument):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=["experiment=recorded_units", argument])


@pytest.mark.parametrize("key", ["recording", "force"])
@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_reaches_the_configuration_as_it_is(name, key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("")
    (argument,) = quoted([f"{key}={name}"])
    assert composed(argument)[key] == name


def test_folders_around_it_may_be_called_anything_too(tmp_path):
    folder = tmp_path / "Päd, (2) = [x]"
    folder.mkdir()
    (folder / "units.csv").write_text("")
    (argument,) = quoted([f"recording={folder}/units.csv"])
    assert composed(argument).recording == f"{folder}/units.csv"


@pytest.mark.parametrize("name", ["no,such file.csv", "nö.csv", "[2]"])
def test_a_name_that_is_wrong_reaches_the_error_as_it_is(name):
    assert composed(quoted([f"recording={name}"])[0]).recording == name


@pytest.mark.parametrize(
    "argument",
    [
        "recording=plain.csv",
        "recording=pkg://conf/example_recording.csv",
        "recording='quoted (1).csv'",
        'recording="quoted, too"',
        "recording=${force}",
        "recording=null",
        "recording=",
        "question.convention=a,b",
        "window=[0,22]",
        "--multirun",
    ],
)
def test_other_arguments_are_left_alone(argument):
    assert quoted([argument]) == [argument]


def test_in_a_run_of_several_each_file_is_quoted_by_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a (1).csv", "b.csv"):
        (tmp_path / name).write_text("")
    assert quoted(["-m", "recording=a (1).csv,b.csv"]) == ["-m", "recording='a (1).csv',b.csv"]
    assert quoted(["-m", "recording=b.csv,c.csv"]) == ["-m", "recording=b.csv,c.csv"]
