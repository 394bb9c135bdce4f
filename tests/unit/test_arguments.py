"""Any file that exists can be named on the command line, whatever Hydra's grammar makes of its name."""

import pytest
from hydra import compose, initialize_config_module
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

import experiments.run  # noqa: F401  (the types of the configuration)
from experiments.arguments import quoted
from experiments.sources import place

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


def understood(argument):
    """What Hydra and OmegaConf take the value of an argument for."""
    override = OverridesParser.create().parse_override(argument)
    config = OmegaConf.create({"recording": None, "force": None})
    OmegaConf.update(config, override.key_or_group, override.value())
    return config[override.key_or_group]


@pytest.mark.parametrize("key", ["recording", "force"])
@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_reaches_the_configuration_as_it_is(name, key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("")
    (argument,) = quoted([f"{key}={name}"])
    assert understood(argument) == name


def test_the_whole_configuration_takes_such_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "S01 (1), 'left' = ${x}.csv"
    (tmp_path / name).write_text("")
    with initialize_config_module("conf", version_base="1.3"):
        config = compose("config", overrides=["experiment=recorded_units", *quoted([f"recording={name}"])])
    assert config.recording == name


def test_folders_around_it_may_be_called_anything_too(tmp_path):
    folder = tmp_path / "Päd, (2) = [x]"
    folder.mkdir()
    (folder / "units.csv").write_text("")
    (argument,) = quoted([f"recording={folder}/units.csv"])
    assert understood(argument) == f"{folder}/units.csv"


@pytest.mark.parametrize("name", ["no,such file.csv", "nö.csv", "[2]"])
def test_a_name_that_is_wrong_reaches_the_error_as_it_is(name):
    assert understood(quoted([f"recording={name}"])[0]) == name


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


def test_a_tilde_is_the_home_of_its_user_or_a_part_of_the_name(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place("~/a.csv") == tmp_path / "a.csv"
    assert str(place("~nobody-of-this-name.csv")) == "~nobody-of-this-name.csv"
