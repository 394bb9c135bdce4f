"""`sherrington describe` and `--help`: everything that has a name is listed, quickly, and nothing heavy is imported."""

import os
import re
import subprocess
import sys
from importlib.resources import files
from itertools import takewhile
from pathlib import Path

import pytest

import networks
from experiments import help
from experiments.command import CommandError
from experiments.declare import UserError
from experiments.describe import described, main
from networks.protocols import triangular_contraction
from sim.spec.protocol import Train
from sim.spec.state import State
from sim.spec.trigger import When

ROOT = Path(__file__).parents[2]
RAMP = triangular_contraction(population="hTA", peak=20, up="10 s", down="10 s", before="1 s", after="1 s")
POOL = described(networks.pool("hTA", tau_h="25 ms"), RAMP)
SEGMENT_NETWORK = networks.segment(size=3).under(State("injured", {"network.*.E_cl": "-65 mV"}, "a paper"))
REPLY = When("soleus_force", Train("tibialis_ia.stimulus", "100 Hz", "1 s", name="burst"), above=1, name="reply")
SEGMENT = described(SEGMENT_NETWORK, REPLY)


def cells(description, title: str, first: str) -> dict[str, str]:
    """The row that begins with a text, by column."""
    table = description[title]
    (row,) = (row for row in table.rows if row[0] == first)
    return dict(zip(table.columns, row, strict=True))


def test_a_gradient_has_both_ends_unit_bounds_and_source():
    row = cells(POOL, "Parameters of hTA", "network.hTA.tau_ca (.low .high .skew)")
    assert (row["value"], row["to"], row["skew"], row["unit"]) == ("90", "30", "1", "ms")
    assert row["bounds"].startswith("0.1 ms")
    assert "ModelDB 239582, pool hTA" in dict(POOL["Sources"].rows)[row["source"]]


def test_what_the_user_sets_says_so():
    row = cells(POOL, "Parameters of hTA", "network.hTA.tau_h")
    assert (row["value"], row["unit"]) == ("25", "ms")
    assert dict(POOL["Sources"].rows)[row["source"]] == "set by the user"


LISTED = [(POOL, networks.pool("hTA"), RAMP), (SEGMENT, SEGMENT_NETWORK, REPLY)]


@pytest.mark.parametrize(("description", "network", "protocol"), LISTED)
def test_every_path_that_a_design_may_vary_is_listed(description, network, protocol):
    listed = set()
    for row in description.rows:
        path, _, ends = row.get("path", "").partition(" (")
        listed |= {f"{path}{end}" for end in ends.rstrip(")").split()} if ends else {path}
    assert {*network.leaves(), *protocol.leaves()} <= listed


def test_variables_and_ports_are_listed_with_their_units():
    assert cells(POOL, "Variables of hTA", "v_soma") == {"variable": "v_soma", "unit": "mV", "kind": "state"}
    assert cells(POOL, "Ports", "hTA.excitation")["driven by"] == "excitation"
    assert cells(SEGMENT, "Ports", "tibialis_ia.stimulus")["driven by"] == "burst"
    assert cells(SEGMENT, "Ports", "soleus.ligand")["reached by"] == "ligand_to_soleus"
    assert cells(SEGMENT, "Signals", "soleus_force")["of"] == "soleus_muscle.share"


def test_states_are_named_with_what_they_changed():
    assert cells(SEGMENT, "States", "injured")["source"] == "a paper"
    row = cells(SEGMENT, "Parameters of soleus", "network.soleus.E_cl")
    assert row["value"] == "-65"


def test_the_command_takes_the_settings_of_a_run(capsys):
    main(["experiment=spasm", "network.size=3", "state=[injured]"])
    said = capsys.readouterr().out
    assert "Parameters of soleus: 3 cells" in said
    assert "protocol.soleus_pulse.level" in said


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["experiment=recorded_units"], UserError, "no network to describe"),
        (["network=hTB"], UserError, "hTB"),
        (["hTA"], CommandError, "no setting"),
    ],
)
def test_what_cannot_be_described_is_refused_in_a_sentence(words, error, said):
    with pytest.raises(error, match=said):
        main(words)


@pytest.mark.parametrize("words", [["describe", "network=hTA"], ["--help"]])
def test_words_need_no_simulator(words):
    ask = (
        "import sys\nfrom experiments.run import main\n"
        f"sys.argv = ['sherrington', *{words!r}]\n"
        "main()\n"
        "print(*sorted({'jax', 'scipy', 'matplotlib', 'zarr'} & {*sys.modules}), file=sys.stderr)\n"
    )
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", ask], env=here, capture_output=True, text=True, check=True)
    assert done.stdout
    assert not done.stderr.strip()


# ---- help, completion


def test_the_shell_completes_names():
    line = "sherrington experiment=ab"
    here = {**os.environ, "PYTHONPATH": str(ROOT), "COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_CWORD": "1"}
    ask = [sys.executable, "-m", "experiments.run", "-sc", "query=bash"]
    done = subprocess.run(ask, env=here, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["experiment=abort_map", "experiment=abort_spasm"]


def test_help_names_every_experiment_and_fits_a_screen():
    said, told = help.page(), help.questions()
    words = re.split(r"[\s,]+", said)
    for name, sentence in help.asked([files("conf")]).items():
        assert name in words or sentence.startswith(help.VARIANT)
        assert f"{name}\n    {sentence}" in told
    lines = said.splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("group", help.GROUPS)
def test_help_lists_every_choice_of_a_group(group):
    first, *more = help.page().partition(f"\n  {group:<24}")[2].splitlines()
    line = " ".join([first, *takewhile(lambda further: further.startswith(" " * 26), more)])
    for file in files("conf").joinpath(group).iterdir():
        if file.name.endswith(".yaml"):
            assert file.name.removesuffix(".yaml") in line


def test_help_knows_what_the_user_added(tmp_path):
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\n# How fast does a pool fire? And more.\n# Second line.\ndefaults: []\n"
    (tmp_path / "experiment" / "peaks.yaml").write_text(text)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cold.yaml").write_text("name: cold\n")
    said = help.page([str(tmp_path)])
    assert "\n  others                  peaks\n" in said
    assert "peaks\n    How fast does a pool fire?\n" in help.questions("", [str(tmp_path)])
    assert "cold, " in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# @package _global_\n# One thing. Another.\nx: 1\n", "One thing."),
        ("# What\n# is it? Yes.\n", "What is it?"),
        ("# Of 0.5 mV or more.\n#\n# Later\n", "Of 0.5 mV or more."),
        ("name: x\n", ""),
    ],
)
def test_the_first_sentence_of_a_file_is_what_it_asks(text, said):
    assert help.sentence(text) == said
