"""Hostile texts: equations, names, thresholds, weights and targets that would run, hang or break out of quotes."""

import signal
from pathlib import Path

import numpy as np

from tests.attack.ended import Tally

MARK = "attacked"  # a file that a text which runs leaves
PIECES = (
    *(
        "__import__('os').system('touch attacked')",
        "open('attacked','w')",
        "().__class__.__bases__",
        "lambda: 1",
        "v.real",
    ),
    *("exec('1')", "eval('1')", "[v for v in (1,)]", "v[0]", "'a'*9", "9**9**9", "1e308*10", "2**100000", "f'{v}'"),
    *('"""', "'''", "\\", "#", ";", "\n", "\x00", "*/", "//", "`", "${HOME}", "import os", "print(1)", "yield", ":="),
    *(
        "(" * 300,
        "-" * 500 + "v",
        "v" * 5000,
        "not " * 200 + "v",
        "v if v else v",
        "v or 1",
        "v < 1 < 2",
        "~v",
        "v // 1",
    ),
    *("sin(v)", "exp(exp(exp(v)))", "rand()", "int(v)", "clip(v, 0, 1)", "timestep(t, dt)", "_x", "xi", "xi_1", "inf"),
    *("v : volt", "dv/dt = 1 : 1", "dw/dt = v : 1 (unless refractory, constant)", "x = x : 1", "a = b : 1\nb = a : 1"),
)
BODY = "dv/dt = {0}(E - v)/tau : 1 {1}\n{2}"
LONGEST = 10  # s


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """So many models with something foreign in one of their texts; those that can be are compiled and stepped."""
    tally = Tally("hostile texts of a model")
    folder.mkdir(parents=True, exist_ok=True)
    import os

    before = os.getcwd()
    os.chdir(folder)
    signal.signal(signal.SIGALRM, _late)
    try:
        for _ in range(count):
            texts = _drawn(rng)
            signal.alarm(LONGEST)
            try:
                how, wrong = _tried(texts)
            except TimeoutError:
                how, wrong = "wrong", "it took more than 10 s"
            finally:
                signal.alarm(0)
            if Path(MARK).exists():
                Path(MARK).unlink()
                wrong = "it ran"
            tally.add(how, f"{texts!r:.300}: {wrong}" if wrong else "")
    finally:
        os.chdir(before)
    return tally


def _late(*_) -> None:
    raise TimeoutError


def _drawn(rng: np.random.Generator) -> dict[str, str]:
    piece = [str(PIECES[k]) for k in rng.integers(len(PIECES), size=3)]
    texts = {
        "name": "cell",
        "text": BODY.format("", "", ""),
        "threshold": "v > 0.5",
        "reset": "v = 0",
        "refractory": "v > 0.5",
        "param": "tau",
        "unit": "10 ms",
    }
    where = str(rng.choice(list(texts)))
    if where == "text":
        texts["text"] = [
            BODY.format(f"{piece[0]}*", "", ""),
            BODY.format("", f"({piece[0]})", ""),
            BODY.format("", "", f"w = {piece[0]} : 1"),
            BODY.format("", f"# {piece[0]}", piece[1]),
        ][int(rng.integers(4))]
    else:
        texts[where] = [piece[0], f"{texts[where]} {piece[0]}", f"{piece[0]} {texts[where]}"][int(rng.integers(3))]
    return texts


def _tried(texts: dict[str, str]) -> tuple[str, str]:
    from sim.compile.equations import compile_model
    from sim.spec.model import Block, Model
    from sim.spec.params import Param

    try:
        params = {texts["param"]: Param(texts["unit"], "a test"), "E": Param("1", "a test")}
        block = Block(texts["text"], params)
        model = Model(texts["name"], block, texts["threshold"], texts["refractory"], texts["reset"])
        compile_model(model)
    except ValueError as problem:
        return "one sentence", "" if str(problem).strip() and "\n" not in str(
            problem
        ) else f"no sentence: {problem!r:.200}"
    except TimeoutError:
        raise
    except Exception as problem:
        return "wrong", f"{type(problem).__name__}: {problem!s:.200}"
    return "compiled", ""
