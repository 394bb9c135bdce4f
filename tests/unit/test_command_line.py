"""The command says what is right in one sentence, in any terminal, and never shows a traceback."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
from experiments.command import CommandError, arranged, unreadable
from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.keys import KeyUnknownError, check_keys
from experiments.terminal import last_resort

ROOT = Path(__file__).parents[2]


def test_options_stand_anywhere_on_the_line(tmp_path):
    folder = str(tmp_path)
    for words in (["--config-dir", folder, "seed=1", "-m"], ["seed=1", "-m", "--config-dir", folder]):
        assert sorted(arranged(words)) == sorted(words)
        assert arranged(words)[-1] == "seed=1"
    assert arranged(["seed=1", f"--config-dir={folder}"]) == [f"--config-dir={folder}", "seed=1"]
    assert arranged(["~protocol.peak", "+x=1", "--cfg", "job"]) == ["--cfg", "job", "~protocol.peak", "+x=1"]
    assert arranged(["help"]) == arranged(["--help", "network"]) == arranged(["x=1", "-h"]) == ["--help"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pool"], "did you mean experiment=pool"),
        (["fit/train"], "did you mean experiment=fit/train"),
        (["calibrate"], "did you mean experiment=fit/calibrate"),
        (["foo"], "'foo' is no setting"),
        (["--config-dir"], "--config-dir needs a value"),
        (["--config-dir", "/no/such/folder"], "which is no folder"),
        (["--experimental-rerun", "x.pickle"], "--experimental-rerun"),
    ],
)
def test_a_word_that_is_no_setting_is_told_what_to_write(words, said):
    with pytest.raises(CommandError, match=said):
        arranged(words)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["experiment=train"], "there is no experiment/train; did you mean experiment=fit/train?"),
        (["experiment=fit/recover"], "question.trained (folder that fit/train has printed) has no value; give"),
    ],
)
def test_what_lacks_is_told_as_what_it_is(settings, said):
    with pytest.raises(UserError, match=re.escape(said)):
        declare(configured(settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["netwrk=hTA"], "did you mean network?"),
        (["~protcol.peak"], "did you mean protocol.peak?"),
        (["state/injured=x", "stat.injured.x=3"], "did you mean state.injured.x?"),
        (["wholly=other"], "there is no group or key 'wholly' to set with 'wholly=other'; the groups"),
        (["hydra.searchpath=[pkg://os]"], "--config-dir FOLDER"),
        (["hydra.run.dir=x"], "out=FOLDER"),
    ],
)
def test_a_setting_of_what_is_not_there_is_told_what_is(settings, said):
    with pytest.raises(KeyUnknownError, match=re.escape(said)):
        check_keys(settings)


def test_groups_of_ones_own_are_known_and_what_is_added_is_taken(tmp_path):
    (tmp_path / "grip").mkdir()
    check_keys(["grip=hard", "+other=1", "hydra/launcher=joblib", "scale/protocol@protocol=x"], [str(tmp_path)])
    with pytest.raises(KeyUnknownError, match="grip"):
        check_keys(["grip=hard"])


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("a='x", "a quote (') is missing"),
        ('a=["60 ms]', 'double quote (") is missing'),
        ("a=[1,2", "']' is missing"),
        ("a={x: 1", "'}' is missing"),
        ("a=1)", "'(' is missing"),
        ("a=b c=d", "is quoted"),
    ],
)
def test_a_missing_quote_or_bracket_is_named(setting, said):
    assert said in unreadable(setting)


WRONG = {  # what is asked: what the sentence says
    "experiment=spasm network=hTA scale=smoke": "experiment spasm needs network=ankle",
    "experiment=abort_map network=hTA": "experiment abort_map needs network=ankle",
    "experiment=recorded_units network=hTA": "experiment recorded_units takes no network",
    "experiment=pool recording=x.csv": "Take experiment=recorded_units",
    "experiment=pool network.set=monoamine": "network.set is name: value",
    "experiment=spasm network.set.soleus=3": "network.set is name: {name: value}",
    "experiment=pool network.table=3": "network.table is a table by name",
    "experiment=pool network=segment network.afferents=0": "network.afferents of a segment is a whole number from 1",
    "experiment=recorded_units +design.axes.monoamine=${nothing}": "the configuration uses 'nothing', which it lacks",
    "experiment=spasm timing.start=${nope.y}": "the configuration uses 'nope.y', which it lacks",
    "experiment=sweep design=table": "give design.file=FILE.csv",
    "experiment=sweep design=table design.file=no.csv": "cannot read the table of points 'no.csv': no such file",
    "experiment=pool +hydra.callbacks.x._target_=os.getcwd": "hydra.callbacks",
    "experiment=pool +hydra.job.env_set.LD_PRELOAD=x": "hydra.job.env_set",
    "experiment=pool hydra.job_logging.handlers.console.class=os.system": "os.system",
    "experiment=pool network._target_=os.system": "network._target_: 'os.system' is not built here",
    "experiment=pool question.population=3": "question.population is a text",
    "experiment=paired_delta_f question.levels=[1]": "question.levels is a list of 2",
    "experiment=inhibition_reversal question.peak=high": "question.peak",
    "experiment=pool name=../x": "name names a folder inside `out`",
    "experiment=pool question.convention='x": "a quote (') is missing",
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_cannot_be_is_told_in_one_line_with_what_is_right(command, asked, tmp_path):
    done = command(*asked.split(" "), f"out={tmp_path}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("sherrington: ")
    assert WRONG[asked] in done.stderr
    assert not [*tmp_path.iterdir()]


def test_a_unit_that_was_forgotten_in_a_table_is_named(command, tmp_path):
    (tmp_path / "sets.csv").write_text("network.hTA.tau_ca.low\n60\n")
    done = command("experiment=sweep", "design=table", f"design.file={tmp_path / 'sets.csv'}", f"out={tmp_path}")
    assert "write 60 ms" in done.stderr


def test_the_version_is_ours_and_help_helps(command):
    assert command("--version").stdout.startswith("sherrington ")
    page = command("help").stdout
    assert "experiment" in page
    assert max(map(len, page.splitlines())) <= 120
    assert len(page.splitlines()) <= 45  # a screen


def test_what_each_experiment_asks_is_told_and_looked_up(command, tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\n# What do cold feet do to a reflex?\n")
    every = command("experiments").stdout
    assert "spasm\n    From which monoaminergic level on does firing outlast a brief effort?" in every
    assert "cold feet" not in every
    about = command("experiments", "reflex", "--config-dir", str(tmp_path)).stdout
    assert "reflex/h_reflex\n" in about
    assert "mine\n    What do cold feet do to a reflex?" in about
    assert "fit/" not in about
    assert "No experiment is about 'gravity'" in command("experiments", "gravity").stdout


def test_an_unexpected_error_leaves_a_file_and_one_sentence(command, tmp_path):
    code = "def perform(config, given): raise KeyError('lost')\nexperiments.run.perform = perform"
    done = command("experiment=pool", code=code, cwd=tmp_path)
    (file,) = tmp_path.glob("sherrington-error-*.txt")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert str(file) in done.stderr
    assert "Traceback" in file.read_text()
    assert "KeyError: 'lost'" in file.read_text()


def test_where_nothing_can_be_written_the_file_lies_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "gone")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert str(tmp_path / "sherrington-error") in last_resort(ValueError("x"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "gone"))
    assert "no file could be written" in last_resort(ValueError("x"))


def test_output_never_fails_for_its_encoding(in_child):
    text = "import sys, experiments.run as r; r.perform = lambda config, given: (r.Path('x'), ['ΔF ± 3 → r² Ω 漢'])"
    said = in_child(f"{text}; sys.argv[1:] = ['experiment=pool']; r.main()", PYTHONIOENCODING="ascii", LANG="C")
    assert said.startswith("DeltaF +- 3 -> r2 Ohm ?")


def test_who_reads_no_output_stops_the_command_in_silence(tmp_path):
    run = f"{sys.executable} -m experiments.run"
    text = f"cd {ROOT}; {run} --help | true; {run} status {tmp_path} | true; {run} --version | true"
    done = subprocess.run(["bash", "-c", text], capture_output=True, timeout=60)
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"BrokenPipe" not in done.stdout + done.stderr


def test_a_notebook_composes_without_any_other_import(in_child):
    text = "from hydra import compose, initialize_config_module as start\nwith start('conf', version_base='1.3'):"
    assert in_child(f"{text} print(compose('config', overrides=['experiment=pool']).name)").strip() == "pool"


def test_python_performs_an_experiment_as_the_command_does(tmp_path):
    few = "scale=smoke", "design.seeds=1", "network.size=3", f"out={tmp_path}"
    result = experiments.perform("pool", *few)
    assert "pool hTA" in " ".join(result.headline())
    assert len([*tmp_path.iterdir()]) == 1
    with pytest.raises(UserError, match="is no setting"):
        experiments.perform("pool", "smoke")
    with pytest.raises(UserError, match="HTA"):
        experiments.perform("pool", "network=HTA")
