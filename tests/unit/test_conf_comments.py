"""The commands that comments of conf/ show can be given as they stand."""

import re
import shlex
from pathlib import Path

import pytest

import conf
from experiments.configured import configured
from experiments.declare import declare

HOME = Path(conf.__file__).parent
COMMAND = re.compile(r"^#.*?\bsherrington (.*(?:\n# {6,}.*)*)", re.M)
"""A command, and the comment's lines that go on with it, indented."""
ELSEWHERE = ("FOLDER", "FILE", "DIGEST")
"""In a command: what its reader has."""


def shown() -> list[str]:
    """Every command, without what is said after it, two spaces on."""
    found = [command for file in sorted(HOME.rglob("*.yaml")) for command in COMMAND.findall(file.read_text("utf-8"))]
    return list(dict.fromkeys(" ".join(x.strip("# ").split("  ")[0] for x in one.splitlines()) for one in found))


def settings(command: str) -> list[str]:
    """Its settings; of a run of several, without those that tell its runs apart."""
    words = shlex.split(command)
    return [x for x in words if not x.startswith("-") and ("-m" not in words or not x.startswith("slice"))]


HERE = [command for command in shown() if "FOLDER" not in command]


def test_commands_are_found():
    assert len(HERE) > 40
    assert any("protocol.force.on" in command for command in HERE)  # on the last of several lines


@pytest.mark.parametrize("command", HERE)
def test_a_command_that_a_comment_shows_composes(command):
    configured(settings(command))


@pytest.mark.slow
@pytest.mark.parametrize("command", [x for x in HERE if not any(word in x for word in ELSEWHERE)])
def test_what_it_asks_for_fits(command, tmp_path, monkeypatch):
    """Nothing runs."""
    monkeypatch.chdir(tmp_path)
    Path("sets.csv").write_text("network.hTA.monoamine\n0.9\n1.1\n", encoding="utf-8")
    own = settings(command)
    source, _ = declare(configured(own), own)
    for study in source.studies().values() if hasattr(source, "studies") else ():
        study.check()
