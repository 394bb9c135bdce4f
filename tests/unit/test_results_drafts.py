"""What killed processes leave is swept, and nothing of those that live; where there are no locks, by age."""

import os
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import pytest

from sim.results import claims
from sim.results.claims import Claims, Lock, alone
from sim.results.disk import StoreError, drafted, replace, replacing
from sim.results.drafts import DAY, LOCK, present

ROOT = Path(__file__).parents[2]


def left(folder: Path) -> list[Path]:
    """What a killed process leaves: a store that it built, a file that it drafted, a chunk that Zarr did."""
    token = uuid.uuid4().hex
    places = [folder / f".x.zarr.{token}.building", drafted(folder / "report.html")]
    places.append(folder / "x.zarr" / "v" / "c" / "1" / f"0.{token}.partial")
    places[0].mkdir()
    (places[0] / "zarr.json").touch()
    places[2].parent.mkdir(parents=True, exist_ok=True)
    for file in places[1:]:
        file.touch()
    return places


def test_orphans_are_swept_when_somebody_begins_and_nothing_else_is(tmp_path):
    orphans = left(tmp_path)
    others = [tmp_path / name for name in (".x.zarr.claims", "report.html", ".mine.draft", "x.zarr/v/c/1/0")]
    for file in others:
        file.touch()
    with present(tmp_path):
        assert not any(place.exists() for place in orphans)
        assert all(file.exists() for file in others)
    assert not (tmp_path / LOCK).exists()


HOLD = (
    "import sys\nfrom pathlib import Path\nfrom sim.results.drafts import present\nwith present(Path(sys.argv[1])):\n"
)
HOLD += "    print('here', flush=True)\n    sys.stdin.read()\n"


def test_what_a_living_process_drafts_is_left_and_swept_when_it_was_killed(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    other = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "here\n"
    drafts = left(tmp_path)
    with present(tmp_path):
        assert all(place.exists() for place in drafts)
    other.kill()
    other.communicate()
    with present(tmp_path):
        assert not any(place.exists() for place in drafts)


def test_a_file_that_somebody_writes_is_left_though_he_holds_no_folder(tmp_path):
    with replacing(tmp_path / "report.html") as file:
        file.write(b"whole")
        command = [sys.executable, "-c", HOLD, str(tmp_path)]
        assert subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True).stdout == b"here\n"
    assert (tmp_path / "report.html").read_bytes() == b"whole"


def test_a_file_that_was_swept_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    path, dup = tmp_path / "draft", os.dup

    def swept(file: int) -> int:
        monkeypatch.setattr(os, "dup", dup)
        path.unlink()
        return dup(file)

    monkeypatch.setattr(os, "dup", swept)
    with claims.made(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"


def test_writers_and_sweepers_in_one_folder_lose_nothing(tmp_path):
    write = "import sys\nfrom pathlib import Path\nfrom sim.results.disk import replace\n"
    write += "for turn in range(400):\n    replace(Path(sys.argv[1]) / 'kept.json', str(turn))\n"
    clear = "import sys\nfrom pathlib import Path\nfrom sim.results.drafts import sweep\n"
    clear += "while not Path(sys.argv[1], 'over').exists():\n    sweep(Path(sys.argv[1]))\n"
    sweeper = subprocess.Popen([sys.executable, "-c", clear, str(tmp_path)], cwd=ROOT)
    writers = [subprocess.Popen([sys.executable, "-c", write, str(tmp_path)], cwd=ROOT) for _ in range(2)]
    codes = [writer.wait(timeout=120) for writer in writers]
    (tmp_path / "over").touch()
    assert (*codes, sweeper.wait(timeout=60)) == (0, 0, 0)
    assert (tmp_path / "kept.json").read_text() == "399"
    assert not list(tmp_path.glob(".*"))


def test_one_process_may_be_there_twice(tmp_path):
    with present(tmp_path):
        drafts = left(tmp_path)
        with present(tmp_path):
            assert all(place.exists() for place in drafts)
        assert (tmp_path / LOCK).exists()
    assert not (tmp_path / LOCK).exists()


def test_without_locks_only_what_is_old_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "fcntl", None)
    young, old = left(tmp_path), left(tmp_path)
    for place in old:
        os.utime(place, (time.time() - 2 * DAY, time.time() - 2 * DAY))
    with present(tmp_path):
        assert all(place.exists() for place in young)
        assert not any(place.exists() for place in old)


def test_without_locks_every_claim_is_granted_and_nobody_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "fcntl", None)
    with Claims(tmp_path / "x.zarr") as one, Claims(tmp_path / "x.zarr") as other:
        assert one.take(0)
        assert other.take(0)
    with alone(tmp_path / "lock", "waiting"), alone(tmp_path / "lock", "waiting"):
        assert not list(tmp_path.iterdir())


def test_patience_ends(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    with Lock(tmp_path / "lock") as held:
        assert held.take(alone=True)
        with alone(tmp_path / "lock", "drawing"):
            assert "another process has been drawing for 0 s; this one goes on beside it" in caplog.text


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    with present(tmp_path), alone(tmp_path / LOCK, "drawing"):
        pass
    assert (tmp_path / "elsewhere").read_text() == "mine"


# ---- files that are replaced whole


def test_a_link_is_replaced_and_not_what_it_points_to(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "figure.png").symlink_to(tmp_path / "precious")
    replace(tmp_path / "figure.png", b"a picture")
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "figure.png").is_symlink()
    assert (tmp_path / "figure.png").read_bytes() == b"a picture"


def test_what_fails_half_way_leaves_what_was_there(tmp_path):
    (tmp_path / "a").write_text("before")
    with suppress(KeyboardInterrupt), replacing(tmp_path / "a") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "before"


def test_a_folder_in_the_way_is_a_sentence(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(StoreError, match=r"could not write a to .*: Is a directory"):
        replace(tmp_path / "a", "text")
