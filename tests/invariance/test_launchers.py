"""However a design is cut into slices, and whatever becomes of their processes, one store holds what one process makes.

The same is checked on a real Slurm by `make test-slurm`.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.results.status import Status
from sim.results.store import Store
from sim.run import Study, run
from sim.spec.numerics import Numerics
from sim.spec.record import Record

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from experiments.run import main; main()"]
SAMPLES, SLICES = 48, 3
DESIGN = ["experiment=pool", "scale=smoke", "network.size=2", f"design.seeds={SAMPLES}", "batch=1"]
SWEEP = ["-m", *DESIGN, f"slice={','.join(map(str, range(SLICES)))}", f"slices={SLICES}"]
LAUNCHERS = {  # and what stands in the command line of a process that runs a slice
    "basic": "",
    "joblib": "LokyProcess",
    "submitit_local": "submitit.core._submit",
}


def started(*arguments: str, out: Path) -> subprocess.Popen:
    """The command on its way."""
    text = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.Popen([*COMMAND, *arguments, f"out={out}"], cwd=ROOT, **text)


def swept(launcher: str, out: Path) -> subprocess.Popen:
    two_at_a_time = ["hydra.launcher.n_jobs=2"] if launcher == "joblib" else []
    return started(*SWEEP, f"hydra/launcher={launcher}", *two_at_a_time, out=out)


def finished(command: subprocess.Popen) -> str:
    said, _ = command.communicate(timeout=300)
    assert command.returncode == 0, said
    return said


def results(out: Path) -> xr.Dataset:
    """The only result in `out`, whose figure is there, without what tells when and where it was made."""
    (folder,) = out.glob("pool-*")
    found = Store.open(folder / "store.zarr").dataset().load()
    assert (found.status == Status.DONE).all()
    (figure,) = folder.glob("*/figure.png")
    assert figure.stat().st_size > 0
    return found.drop_attrs()


def done(out: Path) -> int:
    """Samples that are done by now."""
    return sum(Store.open(path).status_counts()[Status.DONE] for path in out.glob("pool-*/store.zarr"))


def at_work(pattern: str, *, below: int | None = None) -> list[int]:
    """Processes whose command line holds `pattern`; only descendants of `below`."""
    answer = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in answer.stdout.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, *_ in rows}

    def descends(pid: int) -> bool:
        return pid == below or (pid in parents and descends(parents[pid]))

    return [int(pid) for pid, _, *args in rows if pattern in "".join(args) and (below is None or descends(int(pid)))]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What a single process makes of the design."""
    out = tmp_path_factory.mktemp("uninterrupted")
    finished(started(*DESIGN, out=out))
    found = results(out)
    assert found.sizes["sample"] == SAMPLES
    assert (found.n_spikes > 10).any("unit").all()  # there is something to compare
    return found


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_slices_fill_one_store_that_equals_that_of_one_process(launcher, uninterrupted, tmp_path):
    finished(swept(launcher, tmp_path))
    xr.testing.assert_identical(results(tmp_path), uninterrupted)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_the_same_command_again_runs_what_a_killed_slice_left(launcher, uninterrupted, tmp_path):
    command, deadline = swept(launcher, tmp_path), time.monotonic() + 120
    try:
        while not done(tmp_path):
            assert command.poll() is None, command.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        *_, worker = at_work(LAUNCHERS[launcher], below=command.pid)  # the last one has most of its slice before it
        os.kill(worker, signal.SIGKILL)
        said, _ = command.communicate(timeout=120)
    finally:
        command.kill()
    while at_work(f"{tmp_path}/.submitit"):  # the others go on by themselves
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert command.returncode == (-signal.SIGKILL if launcher == "basic" else 1)
    if launcher != "basic":
        (sentence,) = (line for line in said.splitlines() if line.startswith("sherrington: "))
        assert sentence.endswith("the same command again, once no job of it is left, runs what is missing.")
        assert "Traceback" not in said
    assert 0 < done(tmp_path) < SAMPLES  # killed in the middle
    asked = [*COMMAND, "status", *tmp_path.glob("pool-*")]
    status = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    assert f"{SAMPLES - done(tmp_path)} missing" in status.stdout
    finished(swept(launcher, tmp_path))
    xr.testing.assert_identical(results(tmp_path), uninterrupted)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_slice_that_is_refused_is_told_in_one_sentence_and_the_others_go_on(launcher, tmp_path):
    wrong = [f"slice=0,{SLICES}" if text.startswith("slice=") else text for text in SWEEP]
    command = started(*wrong, f"hydra/launcher={launcher}", out=tmp_path)
    said, _ = command.communicate(timeout=120)
    assert command.returncode == 2
    assert said.splitlines()[-1] == (
        f"sherrington: slice is the number of a part of the samples, from 0 to slices - 1 = {SLICES - 1}, but it is "
        f"{SLICES}."
    )
    assert done(tmp_path) == SAMPLES // SLICES


@pytest.mark.parametrize("number", [-1, 2, 7])
def test_a_slice_out_of_range_is_refused(command, number, tmp_path):
    done = command("experiment=pool", f"slice={number}", "slices=2", f"out={tmp_path}")
    assert done.returncode == 2
    assert done.stderr == (
        f"sherrington: slice is the number of a part of the samples, from 0 to slices - 1 = 1, but it is {number}.\n"
    )
    assert not list(tmp_path.iterdir())


WITHOUT_THE_EXTRA = "import hydra_plugins; hydra_plugins.__path__ = []; from experiments.run import main; main()"


@pytest.mark.parametrize("launcher", ["joblib", "submitit_slurm", "cluster"])
def test_a_launcher_whose_extra_is_missing_names_the_extra(launcher):
    command = [sys.executable, "-c", WITHOUT_THE_EXTRA, "-m", "slice=0,1", "slices=2", f"hydra/launcher={launcher}"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 2
    (sentence,) = answer.stderr.splitlines()
    assert "come with an extra: install the extra 'cluster'" in sentence


def test_a_normal_run_needs_no_launcher_of_the_extra():
    for asked in ("--help", "--cfg=job"):
        answer = subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA, asked], cwd=ROOT, capture_output=True)
        assert answer.returncode == 0


def test_the_launcher_of_a_cluster_fits_the_plugin():
    asked = ["hydra/launcher=cluster", "hydra.launcher.partition=gpu", "--cfg=hydra", "--package=hydra.launcher"]
    answer = subprocess.run([*COMMAND, *asked], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "partition: gpu" in answer.stdout
    assert "SlurmLauncher" in answer.stdout


@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 12))
def test_slices_share_no_slab_and_leave_none(samples, batch, slices):
    store = Store(Path("x.zarr"), "", samples, batch, cast(Any, None), cast(Any, None), {})
    mine = [store.slabs(slice=number, slices=slices) for number in range(slices)]
    covered = sorted(sample for slabs in mine for slab in slabs for sample in range(samples)[slab])
    assert covered == list(range(samples))
    starts = [{slab.start // batch for slab in slabs} for slabs in mine]
    assert sum(map(len, starts)) == len(set().union(*starts))


def test_a_process_takes_the_slabs_of_one_that_was_first(pool, contraction, tmp_path, monkeypatch):
    network, protocol = pool("hTA", size=2), contraction("triangle", up="200 ms", down="200 ms")
    study = Study(network, protocol, Record(), Design(seeds=5), JaxBackend(), Numerics())
    create = Store.create_or_resume

    def second(path, schema, *, samples_per_slab, **rest):
        Store.create(path, schema, samples_per_slab=4, **rest)  # by another process, in between
        return create(path, schema, samples_per_slab=samples_per_slab, **rest)

    monkeypatch.setattr(Store, "create_or_resume", second)
    found = run(study, tmp_path / "store.zarr", batch=3)
    assert (found.status == Status.DONE).all()
    assert Store.open(tmp_path / "store.zarr").samples_per_slab == 4
