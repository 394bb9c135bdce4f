"""Odd machines and shells: each run ends as asked, or with a sentence."""

import resource
from pathlib import Path

import numpy as np

from tests.attack.ended import SMALL, Tally, sherrington


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """Each surrounding once; `count` is not needed."""
    tally = Tally("odd surroundings")
    folder.mkdir(parents=True, exist_ok=True)
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    hanging, failing = tools / "hanging", tools / "failing"
    for place, text in ((hanging, "#!/bin/sh\nsleep 1000\n"), (failing, "#!/bin/sh\necho no >&2\nexit 1\n")):
        place.mkdir(exist_ok=True)
        (place / "g++").write_text(text)
        (place / "g++").chmod(0o755)
    path = "/usr/bin:/bin"
    closed = folder / "closed"
    closed.mkdir(exist_ok=True)
    cases: dict[str, tuple[tuple[str, ...], dict[str, str], dict[int, int]]] = {
        "no GPU, asked for": ((), {"JAX_PLATFORMS": "cuda"}, {}),
        "x64": ((), {"JAX_ENABLE_X64": "1"}, {}),
        "NaNs forbidden": ((), {"JAX_DEBUG_NANS": "1"}, {}),
        "ASCII": ((), {"PYTHONIOENCODING": "ascii", "LANG": "C", "LC_ALL": "C"}, {}),
        "no HOME": ((), {"HOME": "/nowhere/at/all"}, {}),
        "odd Slurm": ((), {"SLURM_CPUS_PER_TASK": "many", "SLURM_JOB_ID": "-1", "SLURM_NTASKS": "x"}, {}),
        "no cores of Slurm": ((), {"SLURM_CPUS_PER_TASK": "0"}, {}),
        "unknown XLA flag": ((), {"XLA_FLAGS": "--xla_no_such_flag=1"}, {}),
        "hanging g++": ((), {"PATH": f"{hanging}:{path}"}, {}),
        "failing g++": ((), {"PATH": f"{failing}:{path}"}, {}),
        "no g++": ((), {"PATH": str(closed)}, {}),
        "little memory": ((), {}, {resource.RLIMIT_AS: 1_500_000_000}),
        "few files": ((), {}, {resource.RLIMIT_NOFILE: 40}),
        "small files": ((), {}, {resource.RLIMIT_FSIZE: 20_000}),
        "out is a device": (("out=/dev/null",), {}, {}),
        "out is a file": ((f"out={failing / 'g++'}",), {}, {}),
        "out cannot be": (("out=/proc/none",), {}, {}),
        "a cache that is no folder": ((), {"SHERRINGTON_CACHE": "/dev/null"}, {}),
        "a full disk": (("out=/dev/full/x",), {}, {}),
        "no temporary folder": ((), {"TMPDIR": "/nowhere", "SHERRINGTON_CACHE": "/dev/null/x"}, {}),
        "an empty environment": ((), dict.fromkeys(("HOME", "LANG", "USER", "TERM"), ""), {}),
    }
    for name, (arguments, environment, limits) in cases.items():
        place = folder / name.replace(" ", "_")
        place.mkdir(exist_ok=True)
        ended = sherrington(
            *SMALL, *arguments, cwd=place, cache=folder / "cache", environment=environment, limits=limits
        )
        wrong = ended.wrong()
        tally.add("as asked" if ended.status == 0 else "a sentence", f"{name}: {wrong}" if wrong else "")
    return tally
