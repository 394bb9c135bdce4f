"""What is kept between runs is taken only if it is whole and this user's own; else it is made anew, and said."""

import logging
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from sim import cache
from sim.cache import folder, recall, remember, whole
from sim.compile.source import source
from sim.engine import kept
from sim.engine.kernels import compiler
from sim.spec.model import Block, Model
from sim.spec.params import Param

CELL = Model(
    "cell",
    Block("dv/dt = (level - v)/(10*ms) : 1", {"level": Param("1", "a test")}),
    threshold="v > 0.5",
    reset="v = 0",
)
DAMAGE = {
    "cut": lambda data: data[: len(data) // 2],
    "cut by its last byte": lambda data: data[:-1],
    "empty": lambda data: b"",
    "a bit": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "longer": lambda data: data + b"x",
    "another text": lambda data: b"def fires(v):\n    return v > 1e9\n",
}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    place = tmp_path / "kept"
    monkeypatch.setenv("SHERRINGTON_CACHE", str(place))
    cache._home.cache_clear()
    cache._sweep.cache_clear()
    yield place
    cache._home.cache_clear()


def test_what_is_kept_comes_back(place):
    assert recall("texts", "one") is None
    path = remember("texts", "one", "ä text\n")
    assert path == place / "texts" / "one" == whole("texts", "one")
    assert recall("texts", "one") == "ä text\n"
    for where in (place, place / "texts"):
        assert stat.S_IMODE(where.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((place / "texts").iterdir()) == [path]  # no draft is left


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_not_taken_and_is_said(damage, caplog):
    path = remember("texts", "one", "some text that is long enough to be cut" * 9)
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        assert recall("texts", "one") is None
    assert "is made anew: it is damaged" in caplog.text
    remember("texts", "one", "again")
    assert recall("texts", "one") == "again"


def test_files_that_were_exchanged_are_not_taken():
    one, two = (remember("texts", name, name) for name in ("one", "two"))
    three = one.with_name("three")
    one.rename(three), two.rename(one), three.rename(two)
    assert recall("texts", "one") is None
    assert recall("texts", "two") is None


def test_a_link_is_not_followed(place, tmp_path):
    path = remember("texts", "one", "text")
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert recall("texts", "one") is None
    assert whole("texts", "one") is None
    remember("texts", "one", "mine")
    assert not path.is_symlink()
    assert elsewhere.read_bytes().startswith(b"text\n")  # nothing was written through the link


def test_a_pipe_in_the_place_of_a_file_does_not_hang():
    os.mkfifo(folder("texts") / "one")
    assert recall("texts", "one") is None


def test_a_file_that_others_may_write_is_made_anew(caplog):
    remember("texts", "one", "text").chmod(0o666)
    assert recall("texts", "one") is None
    assert "not a file of this user alone" in caplog.text


def test_a_folder_that_others_could_write_is_emptied(place, caplog):
    remember("texts", "one", "text")
    place.chmod(0o777)
    cache._home.cache_clear()
    assert recall("texts", "one") is None
    assert "others could write" in caplog.text
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_folder_of_another_user_or_a_link_is_left_alone(place, tmp_path, monkeypatch, caplog):
    planted = remember("texts", "one", "planted")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    cache._home.cache_clear()
    assert recall("texts", "one") is None
    assert "belongs to another user" in caplog.text
    monkeypatch.undo()
    (tmp_path / "link").symlink_to(place)
    monkeypatch.setenv("SHERRINGTON_CACHE", str(tmp_path / "link"))
    assert recall("texts", "one") is None
    assert "is no folder" in caplog.text
    assert planted.exists()
    mine = folder("texts")
    assert mine.is_relative_to(Path(mine.anchor, *Path(os.environ.get("TMPDIR", "/tmp")).parts[1:]))
    remember("texts", "one", "mine")  # for this process
    assert recall("texts", "one") == "mine"


def test_where_nothing_can_be_kept_everything_is_made_anew(monkeypatch):
    monkeypatch.setenv("SHERRINGTON_CACHE", "/dev/null/nowhere")
    monkeypatch.setattr(cache.tempfile, "mkdtemp", _refused)
    assert recall("texts", "one") is None
    assert remember("texts", "one", "text") is None
    assert "def fires" in source(CELL)


def _refused(*_, **__):
    raise OSError(30, "Read-only file system")


def test_drafts_of_killed_processes_are_swept_and_those_of_living_ones_are_not():
    own = folder("texts")
    old, new = own / ".one.abc.draft", own / ".two.abc.draft"
    for draft in (old, new):
        draft.write_text("half")
    (own / ".three.draft").mkdir()
    for draft in (old, own / ".three.draft"):
        os.utime(draft, (time.time() - 7200,) * 2)
    remember("texts", "four", "text")
    assert sorted(p.name for p in own.iterdir()) == [".two.abc.draft", "four"]


def test_a_cut_module_of_a_model_is_written_anew(place):
    text = source(CELL)
    (path,) = (place / "generated").iterdir()
    path.write_text(text[: text.index("def fires")])  # it would never fire, and say nothing
    assert source(CELL) == text


def test_a_module_that_lacks_what_it_promises_is_written_anew(place):
    text = source(CELL)
    (path,) = (place / "generated").iterdir()
    remember("generated", path.name, text[: text.index("def fires")])  # as whole as a file can be
    assert source(CELL) == text


@pytest.mark.skipif(bool(compiler.lacking()), reason="no compiler")
def test_a_library_is_checked_before_it_is_loaded(place):
    made = compiler.library('extern "C" int one() { return 1; }', (), "native")
    own = made.read_bytes()
    other = compiler.library('extern "C" int one() { return 2; }', (), "native")
    made.write_bytes(other.read_bytes()[:-1])
    assert compiler.library('extern "C" int one() { return 1; }', (), "native") == made
    assert made.read_bytes()[:64] == own[:64]
    assert not [p for p in made.parent.iterdir() if p.name.endswith(".draft")]


def test_a_compiler_that_hangs_is_stopped_and_asked_once(tmp_path, monkeypatch):
    left = tmp_path / "left"
    fake = tmp_path / "bin" / "g++"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsh -c 'sleep 30; echo > {left}' &\nsleep 30\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(compiler, "ASKED", 0.3)
    compiler._macros.cache_clear()
    try:
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(compiler.CompilerError, match=r"had not ended after 0\.3 s and was stopped"):
                compiler.library("int one;", (), "native")
        assert time.monotonic() - began < 10
    finally:
        compiler._macros.cache_clear()
    assert not left.exists()


def test_what_xla_compiled_is_not_run_in_the_place_of_something_else(place):
    own = kept.checked("xla-test")
    for name, text in {"a-cache": "one", "b-cache": "two"}.items():
        (own / name).write_text(text)
    kept.sealed(own)
    (own / "a-cache").write_text("two")  # whole in itself, and another program
    kept._check.cache_clear()
    assert kept.checked("xla-test") == own
    assert sorted(p.name for p in own.iterdir()) == ["b-cache", "b-cache.crc32"]
    (own / "b-cache.crc32").write_bytes(b"\xb7" * 8)
    kept._check.cache_clear()
    assert kept.checked("xla-test") == own
    assert not list(own.iterdir())


if sys.platform == "win32":
    pytestmark = pytest.mark.skip(reason="POSIX owners and modes")
