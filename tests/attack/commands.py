"""Commands drawn at random, right and wrong: each would run, or is refused with one sentence before anything runs."""

import contextlib
import io
import sys
from pathlib import Path

import numpy as np

from tests.attack.ended import Tally

EXPERIMENTS = (
    *("paired_delta_f", "pool", "sweep", "spasm", "abort_spasm", "abort_map"),
    *("inhibition_reversal", "recorded_units"),
)
KEYS = (
    *(
        "network",
        "network.size",
        "network.cell",
        "network.name",
        "network.set",
        "+network.set.monoamine",
        "network.wiring",
    ),
    *(
        "+network.set.soleus.E_cl",
        "protocol",
        "protocol.peak",
        "protocol.up",
        "protocol.before",
        "state",
        "intervention",
    ),
    *("record", "record.every", "record.max_rate", "record.variables", "design", "design.seeds", "design.first_seed"),
    *(
        "design.axes",
        "+design.axes.monoamine",
        "+design.points.file",
        "design.cases",
        "backend",
        "backend.kernel",
        "dt",
    ),
    *("window", "scheme", "dtype", "batch", "slice", "slices", "seed", "scale", "name", "timing.start", "timing.lasts"),
    *(
        "question.population",
        "question.convention",
        "question.levels",
        "question.shown",
        "recording",
        "force",
        "variants",
    ),
    *(
        "question._target_",
        "network._target_",
        "+question.nonsense",
        "nonsense",
        "+nonsense",
        "out",
        "~design",
        "~network",
    ),
)
VALUES = (
    *("0", "1", "-1", "3", "20", "1e9", "1e400", "nan", "inf", "-inf", "true", "null", "''", "hTA", "cMG", "segment"),
    *(
        "smoke",
        "triangle",
        "spikes",
        "pic",
        "jax",
        "brian2",
        "native",
        "xla",
        "float64",
        "float16",
        "euler",
        "staggered",
    ),
    *("0.05 ms", "'50 us'", "-1 ms", "'1 h'", "'5 mV'", "0.3", "[]", "[1,2,3]", "{}", "{a: 1}", "[0.5,'x',{b: []}]"),
    *("soleus", "tibialis", "nobody", "[injured]", "[severe,relaxed]", "[continuous]", "openhdemg", "../../x", "/x"),
    *("os.system", "subprocess.run", "builtins.exec", "pandas.read_pickle", "pathlib.Path.write_text", "sim.run.run"),
    *("'{of: network.hTA.tau_ca.low, values: [60 ms, 90 ms]}'", "{of: network.hTA.monoamine, values: [0.9, 1.0]}"),
    *(
        "${oc.env:HOME}",
        "${network.size}",
        "${nothing}",
        "äöü",
        "a b",
        "'quoted",
        "x" * 300,
        "\\n",
        "$HOME",
        "%s",
        "{{}}",
    ),
    *("powers_heckman_segmental", "powers_heckman", "[v_soma,i_pic]", "[[[[]]]]", "2026-01-01", "0x10", "1_000", "０"),
)


WOULD_RUN = 77
"""How a command ends here that is right so far: from then on it would simulate."""


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """So many commands, in this process, up to the first step of a simulation."""
    from experiments import run, sources

    tally, before = Tally("commands drawn at random, up to their first step"), sources.Simulation.bring
    recorded = sources.Recorded.bring

    def stop(*_, **__):
        raise SystemExit(WOULD_RUN)

    sources.Simulation.bring = sources.Recorded.bring = stop  # pyright: ignore[reportAttributeAccessIssue]
    argv, cwd = sys.argv, Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.chdir(folder):
            for _ in range(count):
                words = drawn(rng)
                how, wrong = _ended(run, words)
                tally.add(how, f"{' '.join(words)[:200]}: {wrong}" if wrong else "")
    finally:
        sources.Simulation.bring, sources.Recorded.bring = before, recorded
        sys.argv = argv
        assert Path.cwd() == cwd
    return tally


def drawn(rng: np.random.Generator) -> list[str]:
    """An experiment, and up to four settings."""
    words = [f"experiment={rng.choice(EXPERIMENTS)}", "scale=smoke"]
    for _ in range(int(rng.integers(0, 5))):
        key = str(rng.choice(KEYS))
        words.append(key if key.startswith("~") else f"{key}={rng.choice(VALUES)}")
    return words


def _ended(run, words: list[str]) -> tuple[str, str]:
    from hydra.core.global_hydra import GlobalHydra

    sys.argv = ["sherrington", *words]
    GlobalHydra.instance().clear()
    said, problems = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(problems):
        try:
            run.main()
        except SystemExit as end:
            status = end.code
        except BaseException as problem:
            return "wrong", f"{type(problem).__name__}: {problem}"
    text = problems.getvalue()
    if status == WOULD_RUN:
        return "would run", ""
    if "Traceback" in text or status == 3:
        return "wrong", text.strip()[-300:]
    if status == 2:
        sentence = text.strip().splitlines()[-1] if text.strip() else ""
        return "one sentence", "" if sentence.startswith("sherrington: ") else f"no sentence: {text[-200:]!r}"
    return "would run", ""
