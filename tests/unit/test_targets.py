"""A group of the configuration builds things of its own kind and nothing else, and nothing is called to find out."""

import contextlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import conf
from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.question import Question
from experiments.targets import KINDS, TargetError, build, target

ELSEWHERE = [
    "os.system",
    "os.getcwd",
    "subprocess.run",
    "pathlib.Path.write_text",
    "pandas.read_pickle",
    "builtins.exec",
    "exec",
    "numpy.load",
    "numpy.save",
    "sim.engine.kernels.compiler.library",
    "sim.spec.parse.os.system",
    "sim.spec.parse.parse",
    "networks.antagonists.np.save",
    "os",
    "sim",
    ".",
    "hydra.utils.instantiate",
    "experiments.run.main",
    "sim.spec.network.Network.__init__",
    "sim.results.store.Store",
    "networks.",
    "sim.x",
    "functools.partial",
    "no.such.module",
    "xarray.open_zarr",
    "zarr.open",
    "experiments.sources.Recorded",
    "sim.child.run",
    "sim.run.run",
    *("", " ", 3, None, [], True),
]
OWN = """
from experiments.question import Question
CALLED = []
class Mine(Question):
    def answer(self, asked): ...
    def draw(self, m): ...
    def headline(self, m): ...
class Other(dict):
    def __init__(self): CALLED.append(1)
def helper():
    CALLED.append(1)
def typed() -> int:
    CALLED.append(1)
"""


@pytest.mark.parametrize("group", KINDS)
@pytest.mark.parametrize("name", ELSEWHERE, ids=str)
def test_what_is_of_no_kind_of_the_group_is_refused_in_a_sentence(group, name, monkeypatch):
    monkeypatch.setattr("os.system", lambda *_: pytest.fail("it was called"))
    for value in ({"_target_": name}, {"x": [{"_target_": name, "_args_": ["touch x"]}]}):
        with pytest.raises(TargetError) as problem:
            build(group, value)
        assert str(problem.value).endswith(".")
        assert "\n" not in str(problem.value)


@pytest.mark.parametrize("word", ["_partial_", "_call_", "_recursive__"])
def test_other_words_of_hydra_are_refused(word):
    with pytest.raises(TargetError, match="no meaning here"):
        build("record", {"_target_": "sim.spec.record.Record", word: True})


def test_positions_are_arguments():
    assert build("record", {"_target_": "sim.spec.record.Record", "_args_": [[], "5 ms"]}).every == "5 ms"


def targets_of(value: object) -> Iterator[str]:
    """Every `_target_` in some YAML that says which."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, x in value.items() if isinstance(value, dict) else ():
        if key == "_target_" and not x.startswith("${"):
            yield x
        yield from targets_of(x)


def test_every_target_of_the_configuration_is_of_its_group():
    """A file in the folder of a group is of that group, an experiment and a scale say the group themselves."""
    root, count = Path(conf.__file__).parent, 0
    for file in root.rglob("*.yaml"):
        group, found = file.relative_to(root).parts[0], yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for own, value in [(group, found)] if group in KINDS else found.items():
            for name in targets_of(value):
                assert target(own, name)
                count += 1
    assert count > 30


def test_a_module_of_ones_own_may_have_a_question_and_nothing_else_of_it_is_called(tmp_path, monkeypatch):
    (tmp_path / "mine_here.py").write_text(OWN)
    (tmp_path / "unsafe_here.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert Question in target("question", "mine_here.Mine").__mro__  # type: ignore[attr-defined]
    for name in ("mine_here.Other", "mine_here.helper", "mine_here.typed", "mine_here.Question", "unsafe_here.x"):
        with pytest.raises(TargetError):
            target("question", name)
    assert not sys.modules["mine_here"].CALLED
    assert "unsafe_here" not in sys.modules


def test_500_random_targets_are_refused_or_of_their_kind():
    pick = random.Random(2)
    words = [
        "sim",
        "spec",
        "network",
        "networks",
        "os",
        "system",
        "Network",
        "segment",
        "build",
        "np",
        "experiments",
        "run",
    ]
    words += ["question", "Question", "quantity", "units", "pandas", "read_pickle", "", "__class__", "record", "Record"]
    for _ in range(500):
        group, name = pick.choice([*KINDS]), ".".join(pick.choices(words, k=pick.randint(1, 4)))
        with contextlib.suppress(TargetError):
            assert target(group, name).__module__.partition(".")[0] in ("sim", "networks", "experiments")


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/x", "", " ", ".", "..", "a/b", "a\\b", "x\n", "con", "COM1", "a" * 200, "~x", "-x", "x.", "\x00"],
)
def test_the_name_of_a_result_stays_inside_its_folder(name):
    config = configured(["experiment=pool", "scale=smoke"])
    config.name = name
    with pytest.raises(UserError, match="name"):
        declare(config)
