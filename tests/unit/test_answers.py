"""An answer is one file that is whole or made anew, of its own settings; figure and report are of what is in memory."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module

from experiments import outcome
from experiments.answer import Result, asked_in
from experiments.declare import UserError
from experiments.figure import look
from experiments.run import perform
from experiments.status import main as status
from sim.backends.simulation import LaneSimulation
from sim.results import claims
from sim.results.disk import StoreError
from sim.results.recordings.files import write
from tests.made_units import units

ROOT, OUT = Path(__file__).parents[2], Path("out")
SMALL = ["experiment=pool", "scale=smoke", "network.size=2", "design.seeds=4"]
OUTPUTS = (
    "measures.zarr.zip",
    "measures.json",
    "figure.png",
    "figure.pdf",
    "report.html",
    "measures.csv",
    "config.yaml",
)


def asked(out: Path, *overrides: str) -> tuple[Path, list[str]]:
    with initialize_config_module("conf", version_base="1.3"):
        return perform(compose("config", overrides=[*SMALL, f"out={out}", *overrides]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, Path, list[str]]:
    """Where a run was, its folder from there, and its headline."""
    here = tmp_path_factory.mktemp("whole")
    with contextlib.chdir(here):
        return here, *asked(OUT)


@pytest.fixture
def inside(whole, tmp_path, monkeypatch) -> Path:
    """The answer of a run that is done, in a folder of its own."""
    shutil.copytree(whole[0] / OUT, tmp_path / OUT)
    monkeypatch.chdir(tmp_path)
    return whole[1]


@pytest.fixture
def lines(whole) -> list[str]:
    return whole[2]


@pytest.fixture
def no_simulation(monkeypatch):
    monkeypatch.setattr(LaneSimulation, "run", lambda *_: pytest.fail("something was simulated"))


def content(folder: Path) -> dict[str, bytes]:
    """Every file of an answer, byte for byte."""
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


DAMAGE = {
    "deleted": Path.unlink,
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"more"),
    "preceded": lambda file: file.write_bytes(b"more" + file.read_bytes()),
    "flipped": flipped,
    "noise": lambda file: file.write_bytes(bytes(range(256))),
}


def test_the_results_and_what_was_asked_of_them_lie_in_two_folders(inside, lines):
    assert set(OUTPUTS) == {file.name for file in inside.iterdir()}
    assert {"store.zarr", "provenance.json", inside.name} <= {place.name for place in inside.parent.iterdir()}
    assert asked_in(inside.parent) == asked_in(inside) == inside
    assert Result.open(inside).headline() == Result.open(inside.parent).headline() == lines


@pytest.fixture
def no_drawing(monkeypatch):
    monkeypatch.setattr(outcome, "_draw", lambda *_: None)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_answer_is_found_anew_and_it_is_said(inside, lines, damage, no_simulation, no_drawing, caplog):
    before = content(inside)
    DAMAGE[damage](inside / "measures.zarr.zip")
    if damage != "deleted":
        assert status(["--verify", str(inside)]) == 1
    assert asked(OUT) == (inside, lines)
    assert content(inside) == before
    assert ("measures.zarr.zip is damaged. The same command makes it anew." in caplog.text) == (damage != "deleted")
    assert status(["--verify", str(inside)]) == 0


def test_every_byte_of_an_answer_counts(inside, lines):
    file = inside / "measures.zarr.zip"
    data = file.read_bytes()
    for place in range(0, len(data), 211):
        file.write_bytes(data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :])
        found = outcome.kept.kept_measures(file.parent, json.loads(
            (file.parent / "measures.json").read_text())["attributes"]["settings"])  # fmt: skip
        whole = outcome.kept.as_json(found) if found is not None else None
        assert whole in (None, (file.parent / "measures.json").read_text()), place  # dates and such do not


@pytest.mark.slow
def test_the_answer_to_another_question_in_its_place_is_not_taken(inside, lines, no_simulation):
    before = content(inside)
    other, _ = asked(OUT, "question.convention=midpoint_from_first")
    shutil.copy(other / "measures.zarr.zip", inside / "measures.zarr.zip")
    asked(OUT)
    assert content(inside) == before


def test_two_conventions_are_two_answers_side_by_side(inside, lines, no_simulation):
    before = content(inside)
    other, _ = asked(OUT, "question.convention=midpoint_from_first")
    assert other.parent == inside.parent
    assert other != inside
    assert content(inside) == before
    assert content(other)["measures.json"] != before["measures.json"]
    with pytest.raises(StoreError, match=r"was asked 2 questions\. Give the folder of one of them: "):
        Result.open(inside.parent)
    assert Result.open(inside).headline() == lines
    assert status([str(inside)]) == status([str(other)]) == status([str(inside.parent)]) == 0


def test_pictures_and_texts_take_the_place_of_links(inside, lines, tmp_path):
    before = content(inside)
    for name in OUTPUTS:
        (tmp_path / f"precious {name}").write_text("precious")
        (inside / name).unlink()
        (inside / name).symlink_to(tmp_path / f"precious {name}")
    asked(OUT)
    assert all((tmp_path / f"precious {name}").read_text() == "precious" for name in OUTPUTS)
    assert not any((inside / name).is_symlink() for name in OUTPUTS)
    assert content(inside) == before


def test_an_opened_result_answers_what_it_keeps(inside, lines, monkeypatch):
    """An answer may take long, such as a training: it is not made again for who opens it, unless it is damaged."""
    monkeypatch.setattr(outcome.Asked, "folded", None)  # nothing can be answered any more
    assert Result.open(inside).headline() == lines
    (inside / "measures.zarr.zip").write_bytes(b"no answer")
    with pytest.raises(TypeError):
        Result.open(inside).answer  # noqa: B018


def test_a_configuration_that_cannot_be_read_is_a_sentence(inside, lines):
    file = inside / "config.yaml"
    for text in ("a: [", "- a", "name: x", ""):
        file.write_text(text)
        with pytest.raises((StoreError, UserError)) as raised:
            Result.open(file.parent)
        assert "\n" not in str(raised.value)


def test_figure_report_and_tables_are_drawn_from_memory(inside, lines, monkeypatch):
    """What becomes of the file while they are drawn does not reach them."""
    save, aside = look.save, Path(shutil.copytree(inside, "aside"))
    before = content(inside)

    def interfered(figure, path):
        (inside / "measures.zarr.zip").unlink()
        save(figure, path)

    monkeypatch.setattr(look, "save", interfered)
    asked(OUT)
    assert not (inside / "measures.zarr.zip").exists()
    shutil.copy(aside / "measures.zarr.zip", inside)
    assert content(inside) == before


@pytest.mark.slow
def test_one_that_ends_while_another_draws_finds_it_done(inside, lines, monkeypatch):
    drawn, save, told = [], look.save, outcome.told
    shutil.rmtree(inside)

    def twice(result, folder, *before):
        """Another process has ended between this one's results and its lock."""
        told(result, folder, *before)
        return told(result, folder, *before)

    monkeypatch.setattr(outcome, "told", twice)
    monkeypatch.setattr(look, "save", lambda *given: (drawn.append(1), save(*given)))
    assert asked(OUT) == (inside, lines)
    assert len(drawn) == 1
    monkeypatch.setattr(outcome, "told", told)
    assert asked(OUT) == (inside, lines)
    assert len(drawn) == 2  # a command that begins later draws anew


WAIT = """
import sys, time
from experiments.figure import look
from experiments.run import main
save = look.save
seconds = sys.argv.pop()
look.save = lambda figure, path: (print("drawing", flush=True), save(figure, path), time.sleep(float(seconds)))
main()
"""


def command(out: Path, seconds: float) -> subprocess.Popen:
    arguments = [sys.executable, "-c", WAIT, *SMALL, f"out={out}", str(seconds)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_commands_that_end_together_draw_once(inside, lines):
    shutil.rmtree(inside)
    both = [command(OUT, 20.0) for _ in range(2)]
    said = [one.communicate(timeout=300)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum(text.count("drawing") for text in said) == 1
    assert all(text.endswith(f"results: {inside}\n") for text in said)


@pytest.mark.slow
def test_a_command_that_is_killed_while_it_draws_leaves_what_the_next_makes_whole(inside, lines):
    before = content(inside)
    shutil.rmtree(inside)
    one = command(OUT, 60.0)
    assert one.stdout is not None
    assert "drawing" in one.stdout.readline()
    time.sleep(0.05)
    os.kill(one.pid, signal.SIGKILL)
    one.communicate()
    assert not (inside / "report.html").exists()
    asked(OUT)
    assert content(inside) == before
    assert set(OUTPUTS) == {file.name for file in inside.iterdir()}


def test_spikes_that_are_found_damaged_when_they_are_drawn_are_simulated_again(inside, lines, caplog):
    before = content(inside)
    for chunk in inside.parent.glob("store.zarr/spike_step/c/*/0/0"):
        flipped(chunk)
    shutil.rmtree(inside)
    assert asked(OUT) == (inside, lines)
    assert content(inside) == before
    assert "'spike_step' has changed bytes (crc32c)" in caplog.text
    assert status(["--verify", str(inside.parent)]) == 0


@pytest.mark.slow
def test_a_recording_whose_copy_is_damaged_is_read_again(tmp_path):
    write(units(3).dataset(), tmp_path / "small.csv")
    with initialize_config_module("conf", version_base="1.3"):
        asked = ["experiment=recorded_units", f"recording={tmp_path}/small.csv", f"out={tmp_path}/out"]
        config = compose("config", overrides=asked)
    folder, lines = perform(config)
    before = (folder / "measures.json").read_bytes()
    for name in ("measures.zarr.zip", "measures.json"):
        (folder / name).unlink()
    chunk = next(file for file in folder.parent.glob("recording.zarr/spike_*/c/**/*") if file.is_file())
    flipped(chunk)
    assert perform(config) == (folder, lines)
    assert (folder / "measures.json").read_bytes() == before


def test_without_locks_an_answer_is_whole_too(inside, lines, monkeypatch):
    monkeypatch.setattr(claims, "fcntl", None)
    before = content(inside)
    shutil.rmtree(inside)
    assert asked(OUT) == (inside, lines)
    assert content(inside) == before
