"""A search finds optima that are known, the same for the same seed, and loses nothing to a kill."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.fit.errors import FitError
from sim.fit.history import History
from sim.fit.loss import Judged
from sim.fit.search import Found, Rules, search

pytest.importorskip("cmaes")
ROOT = Path(__file__).parents[2]
PRECISE = Rules(evaluations=6000, restarts=0, narrow=1e-6, flat=0)
TURN = np.linalg.qr(np.random.default_rng(5).normal(size=(4, 4)))[0]
CURVED = TURN @ np.diag([1.0, 10.0, 100.0, 1000.0]) @ TURN.T
AT = np.array([0.3, 0.6, 0.45, 0.7])


def judged(loss: np.ndarray) -> Judged:
    return Judged(loss, {"all": loss})


def quadratic(points: np.ndarray) -> Judged:
    away = points - AT
    return judged(((away @ CURVED) * away).sum(axis=1))


def rosenbrock(points: np.ndarray) -> Judged:
    """Of a box from -2 to 2, its valley bent; lowest at 1, which is 0.75 of the range."""
    x = 4 * points - 2
    return judged((100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(axis=1))


def on_a_bound(points: np.ndarray) -> Judged:
    """Lowest where the first number is at its highest, the second at its lowest, the third at 0.4."""
    return judged(5 * (1 - points[:, 0]) + 3 * points[:, 1] + 20 * (points[:, 2] - 0.4) ** 2)


def two_valleys(points: np.ndarray) -> Judged:
    """A wide valley of depth 1 around the middle, and a deeper one in a corner, which the first run passes by."""
    wide = 1 + 4 * ((points - 0.5) ** 2).sum(axis=1)
    return judged(np.minimum(wide, 40 * ((points - 0.9) ** 2).sum(axis=1)))


@pytest.mark.parametrize(
    ("objective", "numbers", "optimum", "within"),
    [
        (quadratic, 4, AT, 1e-5),
        (rosenbrock, 3, np.full(3, 0.75), 1e-4),
        (on_a_bound, 3, np.array([1, 0, 0.4]), 1e-3),
        (lambda p: judged((p[:, 0] - 0.2) ** 2), 1, np.array([0.2]), 1e-4),
    ],
)
def test_an_optimum_that_is_known_is_found(objective, numbers, optimum, within):
    """Within a few of the widths to which the last generation has shrunk; on a bound, draws beyond it are drawn again,
    so that the last of the way is slower."""
    found = search(objective, [f"x{k}" for k in range(numbers)], rules=PRECISE)
    np.testing.assert_allclose(found.point, optimum, atol=within)
    assert ((found.history.points >= 0) & (found.history.points <= 1)).all()


def test_noise_moves_the_optimum_by_less_than_it_moves_the_loss():
    """Noise of 0.02 hides what lies within sqrt(0.02/1) = 0.14 of the optimum along the flattest axis at most."""
    rng = np.random.default_rng(1)
    found = search(lambda p: judged(quadratic(p).loss + rng.normal(0, 0.02, len(p))), list("abcd"),
                   rules=Rules(evaluations=2000, restarts=0, flat=0), population=24)  # fmt: skip
    tail = found.history.points[-240:].mean(axis=0)
    assert quadratic(tail[None]).loss[0] < 0.02


def test_a_restart_finds_what_the_first_run_passed_by():
    rules = {"evaluations": 20_000, "narrow": 1e-3, "flat": 1e-6}
    first = search(two_valleys, ["a", "b"], rules=Rules(restarts=0, **rules), width=0.05)
    assert first.loss == pytest.approx(1, abs=1e-3)
    found = search(two_valleys, ["a", "b"], rules=Rules(restarts=5, **rules), width=0.05)
    assert found.loss < 1e-3
    sizes = np.bincount(found.history.generation)
    assert set(sizes) == {6 * 2**run for run in range(6)}  # 4 + 3 log 2 at first, then twice as many each time


def test_the_same_seed_gives_the_same_search_and_another_one_another():
    rules = Rules(evaluations=300)
    one, same, other = (search(rosenbrock, ["a", "b"], rules=rules, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.history.points, same.history.points)
    assert not np.array_equal(one.history.points, other.history.points)


def test_a_search_says_why_it_ended():
    spent = search(quadratic, list("abcd"), rules=Rules(evaluations=50))
    assert spent.why == "The search has made its 50 evaluations."
    assert spent.history.evaluations <= 50
    enough = search(quadratic, list("abcd"), rules=Rules(enough=0.1))
    assert enough.why.startswith("The loss has come down to")
    assert enough.loss <= 0.1
    ended = search(quadratic, list("abcd"), rules=Rules(restarts=1))
    assert ended.why.startswith("All 2 runs have ended; the last one, because")


def test_a_start_is_where_the_first_run_begins():
    found = search(quadratic, list("abcd"), rules=Rules(evaluations=8), start=[0.9, 0.1, 0.9, 0.1], width=0.001)
    np.testing.assert_allclose(found.history.points, [[0.9, 0.1, 0.9, 0.1]] * 8, atol=0.01)


def same(a: Found, b: Found) -> None:
    np.testing.assert_array_equal(a.history.points, b.history.points)
    np.testing.assert_array_equal(a.history.loss, b.history.loss)
    assert (a.loss, a.terms, a.why) == (b.loss, b.terms, b.why)


def test_a_search_goes_on_from_any_generation_as_if_nothing_had_happened(tmp_path):
    """Also across restarts, and when it is given more to do."""
    rules = {"restarts": 2, "narrow": 0.05}
    whole = search(rosenbrock, ["a", "b"], rules=Rules(evaluations=600, **rules))
    assert len(set(np.bincount(whole.history.generation))) > 1  # it restarts
    file = tmp_path / "search.zip"
    for evaluations in (7, 50, 301, 600):
        found = search(rosenbrock, ["a", "b"], rules=Rules(evaluations=evaluations, **rules), file=file)
    same(found, whole)

    def never(points: np.ndarray) -> Judged:
        raise AssertionError("what is known is not evaluated again")

    same(search(never, ["a", "b"], rules=Rules(evaluations=600, **rules), file=file), whole)


CHILD = """
import sys, time
from tests.unit.test_fit_search import Rules, rosenbrock, search
def slow(points):
    time.sleep(0.02)
    print("generation", flush=True)
    return rosenbrock(points)
search(slow, ["a", "b"], rules=Rules(evaluations=600, restarts=2, narrow=0.05), file=sys.argv[1])
"""


@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_search_goes_on_as_if_it_had_not_been(tmp_path, signalled):
    file = tmp_path / "search.zip"
    whole = search(rosenbrock, ["a", "b"], rules=Rules(evaluations=600, restarts=2, narrow=0.05))
    for _ in range(2):
        command = [sys.executable, "-c", CHILD, str(file)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as child:
            assert child.stdout is not None
            for _ in range(9):
                child.stdout.readline()
            time.sleep(0.01)
            child.send_signal(signalled)
    before = History(["a", "b"], "")
    with pytest.raises(FitError, match="holds another search"):
        before.read(file)  # there is one, and it knows whose
    same(search(rosenbrock, ["a", "b"], rules=Rules(evaluations=600, restarts=2, narrow=0.05), file=file), whole)


def test_a_damaged_file_is_ignored_and_one_of_something_else_is_left_alone(tmp_path, caplog):
    file, rules = tmp_path / "search.zip", Rules(evaluations=60)
    whole = search(rosenbrock, ["a", "b"], rules=rules, file=file)
    data = file.read_bytes()
    for damaged in (data[: len(data) // 2], data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], b""):
        file.write_bytes(damaged)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="sherrington"):
            same(search(rosenbrock, ["a", "b"], rules=rules, file=file), whole)
        assert "is damaged, so the search begins anew" in caplog.text
    file.write_bytes(b"my thesis")
    with pytest.raises(FitError, match="no file of a search"):
        search(rosenbrock, ["a", "b"], rules=rules, file=file)
    assert file.read_bytes() == b"my thesis"


class Named:
    """An objective that says what it is."""

    def __init__(self, digest: str) -> None:
        self.digest = digest

    def __call__(self, points: np.ndarray) -> Judged:
        return rosenbrock(points)


def test_a_file_belongs_to_one_search(tmp_path):
    file, rules = tmp_path / "search.zip", Rules(evaluations=60)
    search(Named("one"), ["a", "b"], rules=rules, file=file)
    search(Named("one"), ["a", "b"], rules=Rules(evaluations=70), file=file)
    for objective, names, more in (
        (Named("other"), ["a", "b"], {}),
        (Named("one"), ["a", "c"], {}),
        (Named("one"), ["a", "b"], {"seed": 1}),
        (Named("one"), ["a", "b"], {"population": 9}),
        (Named("one"), ["a", "b"], {"start": [0.1, 0.2]}),
    ):
        with pytest.raises(FitError, match="holds another search"):
            search(objective, names, rules=rules, file=file, **more)


def test_the_progress_says_the_best_loss_and_its_terms(caplog, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)

    def terms(points: np.ndarray) -> Judged:
        found = {f"term {k}": (points[:, 0] - 0.5) ** 2 + k for k in range(6)}
        return Judged(np.sum([*found.values()], axis=0), found)

    with caplog.at_level(logging.INFO, logger="sherrington"):
        found = search(terms, ["a"], rules=Rules(evaluations=40, restarts=0, narrow=0, flat=0))
    last = caplog.messages[-1]
    assert last.startswith("searching: 40 of 40 evaluations")
    assert f"best loss {found.loss:.4g} (term 5 5, term 4 4, term 3 3, term 2 2, 2 more)" in last
    assert found.terms.keys() == {f"term {k}" for k in range(6)}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"names": []}, "the names of its numbers"),
        ({"names": ["a", "a"]}, "each once"),
        ({"population": 3}, "at least 4"),
        ({"seed": -1}, "whole number from 0"),
        ({"width": 0}, "a part of the range"),
        ({"start": [0.5, 2]}, "between 0 and 1"),
        ({"start": [0.5]}, "points are numbers"),
        ({"rules": 3}, "is a Rules"),
        ({"rules": Rules(evaluations=3)}, "a generation has 6 sets, more than the 3 evaluations"),
        ({"objective": lambda p: judged(np.full(len(p), np.nan))}, "no finite number"),
        ({"objective": lambda p: judged(np.zeros(1))}, "one loss for each of 6 sets"),
    ],
)
def test_a_search_that_cannot_be_is_refused_in_a_sentence(asked, said):
    asked = {"objective": rosenbrock, "names": ["a", "b"], **asked}
    with pytest.raises(ValueError, match=said) as refused:
        search(asked.pop("objective"), asked.pop("names"), **asked)
    assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize(
    "fields", [{"evaluations": 0}, {"restarts": -1}, {"narrow": -1}, {"flat": "x"}, {"enough": "x"}]
)
def test_rules_are_numbers(fields):
    with pytest.raises(FitError):
        Rules(**fields)


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(FitError, match=r"needs cmaes, which is not installed; .*pip install .* '\.\[fit\]'"):
        search(rosenbrock, ["a", "b"])
