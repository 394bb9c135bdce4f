"""An estimator as a file, and training that is killed: what is read is what was written, or a sentence."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sim.fit.posterior import Estimator, EstimatorError, estimator_file, forget
from sim.fit.posterior.checkpoint import as_file, opened
from sim.results.packed import pack, unpack
from tests.made_training import trained

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole() -> Estimator:
    return trained()


@pytest.fixture
def saved(whole, tmp_path) -> Path:
    whole.save(tmp_path / "one.posterior")
    return tmp_path / "one.posterior"


X = np.array([0.3, np.nan, -0.2, 0.1, 0.0])


def content(estimator: Estimator, folder: Path) -> bytes:
    estimator.save(folder / "content")
    return (folder / "content").read_bytes()


def test_what_is_loaded_is_what_was_saved(whole, saved, tmp_path):
    found = Estimator.load(saved)
    assert content(found, tmp_path) == saved.read_bytes()
    one, two = whole.infer(X), found.infer(X)
    assert (one.draws == two.draws).all()
    assert repr(one.misfit) == repr(two.misfit)  # in which what is missing is equal
    assert found.space.units == whole.space.units
    assert found.space.values(np.array([[0.1, 0.2, 0.3]])) == whole.space.values(np.array([[0.1, 0.2, 0.3]]))
    for name in ("features", "assessment", "protocol", "simulator", "summaries", "versions"):
        assert getattr(found, name) == getattr(whole, name)


def test_the_same_seed_trains_the_same_estimator_and_another_one_another(whole, tmp_path):
    assert content(trained(), tmp_path) == content(whole, tmp_path)
    assert content(trained(seed=1), tmp_path) != content(whole, tmp_path)


def epochs_done(path: Path) -> int:
    found = opened(path.read_bytes()) if path.exists() else None
    return 0 if found is None else found[1]["epoch"]


def test_training_that_is_killed_ends_where_it_would_have_ended(whole, tmp_path):
    path = tmp_path / "training"
    script = "import sys; from tests.made_training import trained; trained(sys.argv[1])"
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and child.poll() is None and epochs_done(tmp_path / "training.nets") < 5:
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.wait()
    assert 5 <= epochs_done(tmp_path / "training.nets") < 40  # killed in the middle
    assert content(trained(path), tmp_path) == content(whole, tmp_path)
    assert epochs_done(tmp_path / "training.nets") == 40
    forget(path)
    assert not [*tmp_path.glob("training*")]


@pytest.mark.parametrize("damage", ["cut", "other data", "text"])
def test_a_checkpoint_that_does_not_fit_is_not_read(damage, whole, tmp_path):
    path = tmp_path / "training"
    trained(path, **({"seed": 1} if damage == "other data" else {}))
    nets = tmp_path / "training.nets"
    if damage != "other data":
        nets.write_bytes(nets.read_bytes()[:-100] if damage == "cut" else b"text")
    assert content(trained(path), tmp_path) == content(whole, tmp_path)


# ---- damage


def test_a_changed_byte_is_found_unless_nothing_depends_on_it(whole, saved, tmp_path):
    """A ZIP file says some things that no one reads, such as on which system it was made."""
    data, found = saved.read_bytes(), 0
    places = [*np.linspace(0, len(data) - 1, 80).astype(int), 1, -2]
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1
        saved.write_bytes(changed)
        try:
            read = Estimator.load(saved)
        except EstimatorError as problem:
            assert "one.posterior is damaged" in str(problem) or "one.posterior is no estimator" in str(problem)  # noqa: PT017
            found += 1
        else:
            assert content(read, tmp_path) == data
    assert found > 0.8 * len(places)


@pytest.mark.parametrize("length", [0, 1, 100, 0.5, -1])
def test_a_file_that_is_cut_is_found(length, saved):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(length * len(data)) if isinstance(length, float) else length])
    with pytest.raises(EstimatorError, match=r"one\.posterior is (damaged|no estimator)"):
        Estimator.load(saved)


def test_a_file_that_is_not_there_or_of_another_kind_is_named(saved, tmp_path):
    with pytest.raises(EstimatorError, match=r"there is no estimator at .*none\.posterior; train one"):
        Estimator.load(tmp_path / "none.posterior")
    with pytest.raises(EstimatorError, match=r"cannot be read: Is a directory"):
        Estimator.load(tmp_path)
    saved.write_text("a recording")
    with pytest.raises(EstimatorError, match=r"is no estimator; name a file"):
        Estimator.load(saved)
    saved.write_bytes(as_file({}, {"kind": "something"}))
    with pytest.raises(EstimatorError, match=r"holds something else than an estimator"):
        Estimator.load(saved)
    with zipfile.ZipFile(saved, "w") as file:
        file.writestr("a.txt", "a")
    with pytest.raises(EstimatorError, match=r"is damaged"):
        Estimator.load(saved)


def test_a_file_that_would_fill_the_memory_is_not_unpacked(saved, monkeypatch):
    monkeypatch.setattr(estimator_file, "LARGEST", 1e3)
    with pytest.raises(EstimatorError, match=r"is no estimator"):
        Estimator.load(saved)


def changed(saved: Path, **changes) -> None:
    found = opened(saved.read_bytes())
    assert found is not None
    arrays, about = found
    saved.write_bytes(as_file(arrays | changes.pop("arrays", {}), about | changes))


def test_another_format_says_which(saved):
    changed(saved, version=1)
    with pytest.raises(EstimatorError, match=r"of format 1, but this version reads format 3; train it again"):
        Estimator.load(saved)


@pytest.mark.parametrize(
    "changes",
    [
        {"features": [["y0", "mV", "", False]]},
        {"features": 3},
        {"space": {"ranges": [["a.b", 0, 1]], "of": {}, "logarithmic": []}},
        {"space": {"ranges": [["a.b", "0 furlong", 1]], "of": {}, "logarithmic": []}},
        {"assessment": {"a": 1}},
        {"arrays": {"low": np.array([0.1, 10, 1e-11])}},
        {"arrays": {"usual/inverse": np.eye(2)}},
        {"arrays": {"nets/0w": np.zeros((2, 3, 4), np.float32)}},
        {"arrays": {"widths": np.ones(2)}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_parts_that_do_not_fit_together_are_refused(changes, saved):
    changed(saved, **changes)
    with pytest.raises(EstimatorError, match=r"does not fit together"):
        Estimator.load(saved)


def test_nothing_in_a_file_is_unpickled(saved):
    files = unpack(saved.read_bytes())
    assert files is not None
    one = io.BytesIO()
    np.save(one, np.array([{}], dtype=object), allow_pickle=True)
    saved.write_bytes(pack({**files, "widths.npy": one.getvalue()}))
    with pytest.raises(EstimatorError, match=r"is damaged"):
        Estimator.load(saved)


def test_inference_loads_no_compiler(saved):
    code = f"""
import sys
from sim.fit.posterior import Estimator
assert "scipy" not in sys.modules
Estimator.load({str(saved)!r}).infer({[0.3, float(0), -0.2, 0.1, 0.0]}).sentences
assert not {{"jax", "optax", "tqdm"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# ---- what it was trained for


def test_another_simulator_or_other_summaries_are_refused(whole):
    whole.refuse(simulator="abc", summaries="def")
    with pytest.raises(EstimatorError, match=r"trained with another simulator \(abc, here abd\)"):
        whole.refuse(simulator="abd")
    with pytest.raises(EstimatorError, match=r"another code that summarises \(def, here abc\)"):
        whole.refuse(summaries="abc")


@pytest.mark.parametrize("protocol", [{"up": 10.9}, {"up": 9.0, "kind": "triangle"}, {"hold": False}, {}])
def test_a_protocol_that_is_close_enough_is_taken(protocol, whole):
    whole.refuse(protocol=protocol)


@pytest.mark.parametrize("protocol", [{"up": 11.1}, {"up": 8.9}, {"kind": "ramp"}, {"hold": True}, {"down": 3.0}])
def test_another_protocol_is_refused(protocol, whole):
    (name,) = protocol
    with pytest.raises(EstimatorError, match=f"the estimator was trained for {name} = "):
        whole.refuse(protocol=protocol)
