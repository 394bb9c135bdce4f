"""Several experiments as one: each in its own folder, run once, and a question of what they answered."""

import shutil
from pathlib import Path

import pytest

from experiments import perform
from experiments.answer import Result
from experiments.declare import UserError

QUESTION = """
from dataclasses import dataclass
from matplotlib.figure import Figure
from experiments.question import Question

@dataclass(frozen=True)
class Both(Question):
    def answer(self, asked):
        first, second = asked.answers.values()
        return first[["delta_f_mean"]].rename(delta_f_mean="one").merge(
            second[["delta_f_mean"]].rename(delta_f_mean="two"), compat="override"
        )
    def draw(self, m): return Figure()
    def headline(self, m): return [f"{m.attrs['runs']} runs, {sorted(map(str, m.data_vars))}"]
"""
EXPERIMENT = """
# @package _global_
# Both of them.
name: both
together:
  experiments: {weak: pool, strong: pool_strong}
  settings: []
question: {_target_: both.Both}
"""
STRONG = """
# @package _global_
# The pool with a stronger current.
defaults: [/experiment/pool]
name: pool_strong
network: {set: {monoamine: 1.2}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    own = tmp_path_factory.mktemp("own")
    (own / "experiment").mkdir()
    (own / "both.py").write_text(QUESTION)
    (own / "experiment" / "both.yaml").write_text(EXPERIMENT.lstrip())
    (own / "experiment" / "pool_strong.yaml").write_text(STRONG.lstrip())
    return own


def run(folder: Path, *settings: str):
    return perform("both", f"out={folder / 'results'}", "scale=smoke", *settings, config_dir=str(folder))


def test_each_has_its_folder_and_answers_and_is_not_run_again(folder):
    result = run(folder)
    assert result.headline()[-1].endswith("runs, ['one', 'two']")
    parts = sorted(path.name.partition("-")[0] for path in (folder / "results").iterdir() if path.is_dir())
    assert parts == ["both", "pool", "pool_strong"]
    stores = {path: path.stat().st_mtime_ns for path in (folder / "results").glob("pool*/store.zarr")}
    shutil.rmtree(next((folder / "results").glob("both-*")))
    run(folder)
    assert {path: path.stat().st_mtime_ns for path in stores} == stores


def test_a_result_is_opened_where_it_lies_and_nothing_runs(folder, tmp_path, monkeypatch):
    run(folder, "seed=3")
    moved = tmp_path / "moved"
    shutil.copytree(folder / "results", moved)
    monkeypatch.chdir(tmp_path)
    made = [path for path in moved.glob("both-*/*") if "seed: 3" in (path / "config.yaml").read_text()]
    there = sorted(path.name for path in moved.iterdir())
    assert Result.open(made[0]).answer["one"].size
    assert sorted(path.name for path in moved.iterdir()) == there
    assert not (tmp_path / "results").exists()


def test_its_status_says_where_the_experiments_lie(folder, capsys):
    from experiments.status import main as status

    run(folder, "seed=3")
    (own, *_) = (folder / "results").glob("both-*")
    assert status([str(own)]) == 0
    assert "an answer of several experiments" in capsys.readouterr().out
    assert status([str(folder)]) == 2


def test_settings_reach_all_of_them(folder):
    run(folder, "seed=7", 'together.settings=["design.seeds=1"]')
    for kind in ("pool", "pool_strong"):
        texts = [path.read_text() for path in (folder / "results").glob(f"{kind}-*/*/config.yaml")]
        assert any("seed: 7" in text and "seeds: 1" in text for text in texts)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("together.experiments.weak=poool", "poool"),
        ("together.experiments.weak=both", "consists of several"),
        ('together.settings=["network=nothing"]', "nothing"),
        ("+together.more=1", "`together` is"),
        ("together.settings=null", "`together.settings`"),
        ("together.experiments=null", "`together.experiments`"),
        ("design.seeds=4", "design is of the experiments that both consists of"),
        ("backend=brian2", "backend is of the experiments"),
    ],
)
def test_what_cannot_be_together_is_refused(folder, given, said):
    with pytest.raises(UserError, match=said):
        run(folder, given)
