"""`make test-slurm`: a job array on a real Slurm of one node, one of its jobs killed, requeued, preempted.

As root on Debian or Ubuntu it installs Slurm's packages if they are not there, starts Slurm with ports and files of its
own, and stops it again. What it prints was found; what does not hold ends it with status 1 and a sentence.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import xarray as xr

from sim.results.status import Status
from sim.results.store import Store

PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
SHERRINGTON = [str(Path(sys.executable).with_name("sherrington"))]
SAMPLES, SLICES, PATIENCE = 24, 3, 180
DESIGN = ["experiment=pool", "scale=smoke", "network.size=2", f"design.seeds={SAMPLES}"]
SWEEP = ["-m", *DESIGN, f"slice={','.join(map(str, range(SLICES)))}", f"slices={SLICES}", "batch=1"]
OWN = ["hydra/launcher=cluster", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=1"]  # as a user would set it


class NotAsClaimed(Exception):
    """What was found instead, as a sentence."""


def main() -> int:
    start = time.monotonic()
    try:
        install()
        with tempfile.TemporaryDirectory(prefix="sherrington-slurm-") as folder, slurm(Path(folder)):
            check(Path(folder) / "results")
    except NotAsClaimed as problem:
        print(f"test-slurm: {problem}", file=sys.stderr)
        return 1
    print(f"all as claimed, in {time.monotonic() - start:.0f} s; Slurm is stopped, its packages stay installed")
    return 0


def check(out: Path) -> None:
    told = Told()
    subprocess.run([*SHERRINGTON, *DESIGN, f"out={out / 'plain'}"], check=True, capture_output=True)
    expected = results(out / "plain")
    told(f"a plain run of {SAMPLES} samples, {int(expected.n_spikes.sum())} spikes")

    with submitted(out / "array", "hydra/launcher=submitit_slurm", "hydra.launcher.partition=small") as command:
        finished(command)
    same(out / "array", expected)
    told(f"a job array of {SLICES} slices fills one store, spike for spike equal to the plain run")

    killed(out / "killed", expected)
    told("a job killed in the middle: the others finish, status says what is missing, the same command completes it")

    warned = ["scancel", "--signal=USR2"]  # what Slurm sends before it ends a job; submitit takes 10 minutes as over
    for said, how, minutes in (
        ("requeued", ["scontrol", "requeue"], 60),
        ("preempted", warned, 60),
        ("out of time", warned, 10),
    ):
        kept, left = requeued(out / said.replace(" ", "_"), how, minutes, expected)
        told(f"a job {said} with {kept} of its samples done ran the {left} that were missing, and only these")


class Told:
    """Prints what was found, and how long it took."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self, sentence: str) -> None:
        now = time.monotonic()
        print(f"{sentence} ({now - self.last:.0f} s)", flush=True)
        self.last = now


def killed(out: Path, expected: xr.Dataset) -> None:
    """One job of an array dies of SIGKILL. Without accounting no one tells the command, which is then interrupted."""
    launcher = ["hydra/launcher=submitit_slurm", "hydra.launcher.partition=small"]
    with submitted(out, *launcher) as command:
        until(lambda: 1 < done(out, 1) < SAMPLES // SLICES, "slice 1 is in the middle")
        os.kill(worker(1), signal.SIGKILL)
        until(lambda: not jobs(), "all other jobs have ended")
        time.sleep(2)
        command.send_signal(signal.SIGINT)
        said = command.communicate(timeout=60)[0]
    claim("the same command goes on from there" in said, f"an interrupted command said: {said[-500:]}")
    missing = SAMPLES // SLICES - done(out, 1)
    claim(missing > 0, "the killed job had finished before")
    claim(all(done(out, k) == SAMPLES // SLICES for k in (0, 2)), "the jobs beside the killed one did not finish")
    status = subprocess.run([*SHERRINGTON, "status", *out.glob("pool-*")], capture_output=True, text=True)
    claim(
        status.returncode == 1 and f"{missing} missing" in status.stdout,
        f"{missing} are missing, but status said: {status.stdout}",
    )
    with submitted(out, *launcher) as command:
        finished(command)
    same(out, expected)


def requeued(out: Path, how: list[str], minutes: int, expected: xr.Dataset) -> tuple[int, int]:
    """Slice 1 goes back into the queue while it runs, and is not touched again.

    Returns:
        Its samples that were done when it waited in the queue, and those that were not.
    """
    own = [*OWN, "hydra.launcher.partition=small", f"hydra.launcher.timeout_min={minutes}"]
    with submitted(out, *own) as command:
        until(lambda: 1 < done(out, 1) < SAMPLES // SLICES, "slice 1 is in the middle")
        (job,) = (name for name, state in jobs().items() if name.endswith("_1") and state == "RUNNING")
        process = worker(1)
        subprocess.run([*how, job], check=True)
        if "requeue" in how:  # it has 5 s until it is killed; held still, it is in the middle then on any machine
            until(lambda: not held(process), f"Slurm has killed job {job}")
        until(lambda: jobs().get(job) == "PENDING", f"job {job} is in the queue again")
        before = written(out)
        kept = done(out, 1)
        claim(kept < SAMPLES // SLICES, f"job {job} had finished before it was requeued")
        finished(command)
    same(out, expected)
    after = written(out)
    claim(all(after[path] == when for path, when in before.items()), "samples that were done were run again")
    return kept, SAMPLES // SLICES - kept


@contextmanager
def submitted(out: Path, *launcher: str) -> Iterator[subprocess.Popen]:
    """A sweep on its way; nothing of it is left behind."""
    command = subprocess.Popen(
        [*SHERRINGTON, *SWEEP, *launcher, f"out={out}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield command
    finally:
        command.kill()
        command.communicate()
        subprocess.run(["scancel", "--user=root"], check=True)
        until(lambda: not jobs(), "the queue is empty")


def finished(command: subprocess.Popen) -> None:
    try:
        said = command.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        raise NotAsClaimed(f"the command did not end within {PATIENCE} s; jobs: {jobs()}") from None
    claim(command.returncode == 0, f"the command ended with {command.returncode}: {said[-2000:]}")


def jobs() -> dict[str, str]:
    """State of each job in the queue by its name, such as 7_1: job 7 of slice 1."""
    answer = subprocess.run(["squeue", "-h", "-r", "-o", "%i %T"], capture_output=True, text=True, check=True)
    return dict(line.split() for line in answer.stdout.splitlines())


def worker(number: int) -> int:
    """The process that runs a slice: Slurm numbers the jobs of an array as Hydra numbers the slices."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "cmdline").read_bytes().split(b"\0")
            mine = f"SLURM_ARRAY_TASK_ID={number}".encode() in (place / "environ").read_bytes().split(b"\0")
            if mine and b"submitit.core._submit" in words and b"python" in words[0]:
                return int(place.name)
    raise NotAsClaimed(f"no process runs slice {number}")


def held(process: int) -> bool:
    """Stop a process, which Slurm wakes again with SIGCONT; False when it is gone."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGSTOP)
        return True
    return False


def results(out: Path) -> xr.Dataset:
    """The only result in `out`, without what tells when and where it was made."""
    (folder,) = out.glob("pool-*")
    claim(len(list(folder.glob("*/figure.png"))) == 1, f"{folder} has no figure")
    return Store.open(folder / "store.zarr").dataset().load().drop_attrs()


def same(out: Path, expected: xr.Dataset) -> None:
    found = results(out)
    claim(bool((found.status == Status.DONE).all()), f"{int((found.status != Status.DONE).sum())} samples are not done")
    claim(found.identical(expected), f"{out.name} differs from the plain run")


def done(out: Path, number: int) -> int:
    """Samples of a slice that are done."""
    for path in out.glob("pool-*/store.zarr"):
        store = Store.open(path)
        codes = store.status()
        return sum(int((codes[slab] == Status.DONE).sum()) for slab in store.slabs(slice=number, slices=SLICES))
    return 0


def written(out: Path) -> dict[Path, int]:
    """When each sample of slice 1 was written."""
    (path,) = out.glob("pool-*/store.zarr")
    files = [path / "status" / "c" / str(k) for k in range(1, SAMPLES, SLICES)]
    return {file: file.stat().st_mtime_ns for file in files if file.exists()}


def claim(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotAsClaimed(otherwise)


def until(holds: Callable[[], bool], said: str) -> None:
    """Wait."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        claim(time.monotonic() < deadline, f"waited {PATIENCE} s in vain until {said}")
        time.sleep(0.1)


def install() -> None:
    claim(os.geteuid() == 0, "starting Slurm takes root; run it in a container: docker run ... make test-slurm")
    if all(map(shutil.which, ("slurmctld", "slurmd", "sbatch", "munged"))):
        return
    claim(
        shutil.which("apt-get") is not None,
        "install Slurm first: only the packages of Debian and Ubuntu are known here",
    )
    start = time.monotonic()
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True, "text": True}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        answer = subprocess.run(["apt-get", "-q", *words], **quiet)
        claim(answer.returncode == 0, f"apt-get {words[0]} failed: {answer.stderr}")
    print(f"installed {', '.join(PACKAGES)} ({time.monotonic() - start:.0f} s)", flush=True)


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """A Slurm of one node whose files all lie in `folder`; programs of this process and below find it."""
    host, start = socket.gethostname().partition(".")[0], time.monotonic()
    folder.chmod(0o755)  # as munge wants it
    for name in ("slurmctld", "slurmd"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    text = Path(__file__).with_name("slurm.conf").read_text().format(folder=folder, host=host)
    (folder / "slurm.conf").write_text(text)
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    munge = {"socket": "munge.socket", "key-file": "munge.key", "pid-file": "munged.pid"}
    munge |= {"log-file": "munged.log", "seed-file": "munged.seed"}
    daemons = [
        ["munged", *(f"--{option}={folder / name}" for option, name in munge.items())],
        ["slurmctld"],
        ["slurmd"],
    ]
    try:
        for words in daemons:
            answer = subprocess.run(words, capture_output=True, text=True)
            claim(answer.returncode == 0, f"{words[0]} does not start: {answer.stderr}")
        until(
            lambda: subprocess.run(["sinfo", "-h", "-o", "%t"], capture_output=True).stdout.strip() == b"idle", "idle"
        )
        version = subprocess.run(["sinfo", "--version"], capture_output=True, text=True).stdout.strip()
        print(f"{version} runs on {host} ({time.monotonic() - start:.0f} s)", flush=True)
        yield
    finally:
        for name in ("slurmd", "slurmctld", "munged"):
            stop(folder / f"{name}.pid")


def stop(pid_file: Path) -> None:
    """End a daemon that was started here, and wait for it."""
    if not pid_file.exists():
        return
    process = int(pid_file.read_text())
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        for _ in range(100):
            os.kill(process, 0)
            time.sleep(0.1)
        os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
