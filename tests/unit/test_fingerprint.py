"""A digest changes with what decides numbers, and with nothing else; held over the project's own files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.code.meaning import meaning
from sim.code.reach import Name, reached_names
from sim.fingerprint import _DECIDING, _of_c, code_digest
from sim.results.digest import digest

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim", "networks", "experiments")


def of_simulations(home: Path) -> str:
    return code_digest(*(place for name in _DECIDING if (place := home / "sim" / name).exists()))


def of_measures(home: Path) -> str:
    """As that of the measures of a pool."""
    pool, convention = home / "experiments/measures/pool.py", home / "sim/analysis/delta_f_convention.py"
    functions = ["pool_delta_f", "n_test_units", "pool_brace_height", "pool_peak_rate", "n_recruited", "n_still_firing"]
    roots = [Name(pool, name) for name in functions] + [Name(convention, "DeltaFConvention")]
    roots += [Name(home / "sim/results/view.py", "View"), Name(home / "sim/analysis/polynomial.py", "Polynomial")]
    return digest(*reached_names(roots, home))


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A copy of the sources."""
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def before(home) -> dict[Callable[[Path], str], str]:
    return {kind: kind(home) for kind in (of_simulations, of_measures)}


@pytest.fixture
def edited(home):
    """Replace some text in a file of the copy, for a test."""
    kept: dict[Path, str] = {}

    def edit(file: str, old: str, new: str) -> Path:
        path = home / file
        kept.setdefault(path, path.read_text())
        assert old in path.read_text(), f"{file} has no {old!r} to edit"
        path.write_text(path.read_text().replace(old, new, 1))
        return home

    yield edit
    for path, text in kept.items():
        path.write_text(text)


SAME = {
    "a reworded error": (
        of_simulations, "sim/spec/wiring.py", "lies between 0 and 1, but it is", "is at least 0 and at most 1, not"),
    "what an error calls a thing": (
        of_simulations, "sim/spec/projection.py", 'text(f"the origin of', 'text(f"where it comes from, of'),
    "words that only an error takes": (
        of_simulations, "sim/spec/projection.py", 'called = f"the {what} of', 'called = f"its {what}, of'),
    "a local variable of what words errors": (
        of_simulations, "sim/spec/projection.py", 'return "a plain number" if', 'said = "no unit"; return said if'),
    "a docstring": (
        of_simulations, "sim/engine/integrate.py", '"""The part of the way', '"""How much of the way'),
    "a comment": (of_simulations, "sim/engine/integrate.py", "# variance of", "# the variance of"),
    "a comment in C++": (of_simulations, "sim/engine/kernels/lanes.h", "// all bits of a lane, or none", "/* all\n */"),
    "a log line": (of_simulations, "sim/engine/kernels/__init__.py", "which is slower, as %s", "for %s"),
    "a type annotation": (of_simulations, "sim/engine/integrate.py", "dt: float, exact: bool) -> Array", "dt, exact)"),
    "how a network describes itself": (of_simulations, "sim/spec/describe/network.py", "Populations", "Who is there"),
    "an import for an error": (
        of_simulations, "sim/spec/wiring.py", "import ", "from sim.spec.params import nearest as near\nimport "),
    "an analysis": (of_simulations, "sim/analysis/polynomial.py", "RIDGE = 1e-12", "RIDGE = 1e-9"),
    "a reworded error of an analysis": (
        of_measures, "sim/analysis/spikes.py", "spike times must increase within", "spikes increase within"),
    "a docstring of an analysis": (of_measures, "sim/analysis/brace.py", "Brace height and what", "It and what"),
    "a figure beside a measure": (
        of_measures, "experiments/measures/pool.py", "def pool_delta_f(", "def draw(): ...\n\n\ndef pool_delta_f("),
    "a function that no measure reaches": (
        of_measures, "sim/analysis/smoothing.py", "RateConvention(Hann(2.0))", "RateConvention(Hann(3.0))"),
    "how a convention describes itself": (
        of_measures, "sim/analysis/delta_f_convention.py", '"recruited >= {', '"recruited at least {'),
    "a figure": (of_measures, "experiments/pool/pool_figure.py", "import ", "import math\nimport "),
    "the simulator": (of_measures, "sim/engine/integrate.py", "0.5 * gain", "0.6 * gain"),
}  # fmt: skip
OTHER = {
    "a coefficient of a scheme": (of_simulations, "sim/engine/integrate.py", "0.5 * gain", "0.6 * gain"),
    "a hash of noise": (of_simulations, "sim/engine/rng.py", "x >> 15", "x >> 14"),
    "a line of C++": (of_simulations, "sim/engine/kernels/lanes.h", "lane, sizeof x", "lane + 1, sizeof x"),
    "a check": (of_simulations, "sim/spec/params.py", "sign * (found.number - limit.number) < 0", "False"),
    "a default": (of_simulations, "sim/spec/record.py", '= "10 ms"', '= "20 ms"'),
    "a function that values are read by": (of_simulations, "sim/units.py", 'return "1" if', 'return "2" if'),
    "how a store rounds": (of_simulations, "sim/results/rounding.py", "nmant - mantissa_bits", "nmant - 9"),
    "a formula of a measure": (of_measures, "experiments/measures/pool.py", "> 1).sum(axis=-1)", "> 2).sum(axis=-1)"),
    "a constant deep in an analysis": (of_measures, "sim/analysis/polynomial.py", "RIDGE = 1e-12", "RIDGE = 1e-9"),
    "a default of a convention": (
        of_measures, "sim/analysis/delta_f_convention.py", "correlation: float = 0.7", "correlation: float = 0.8"),
    "a formula of an analysis": (of_measures, "sim/analysis/brace.py", "height = 100 *", "height = 101 *"),
    "how a view reads spikes": (of_measures, "sim/results/schema.py", '["dt_ms"] / 1000.0', '["dt_ms"] / 999.0'),
}  # fmt: skip


@pytest.mark.parametrize("kind", [of_simulations, of_measures])
def test_what_is_only_said_names_nothing_anew(kind, edited, home, before):
    changes = {words: change for words, (of, *change) in SAME.items() if of is kind}
    for change in changes.values():
        edited(*change)
    if kind(home) != before[kind]:
        for change in changes.values():
            restored(home, change[0])
        pytest.fail(
            f"one of these counts: {', '.join(w for w, change in changes.items() if alone(kind, home, change))}"
        )


def restored(home: Path, file: str) -> None:
    shutil.copy(ROOT / file, home / file)


def alone(kind: Callable[[Path], str], home: Path, change: list[str]) -> bool:
    """Whether one edit by itself changes the digest."""
    file, old, new = change
    untouched = kind(home)
    (home / file).write_text((home / file).read_text().replace(old, new, 1))
    found = kind(home)
    restored(home, file)
    return found != untouched


@pytest.mark.parametrize("edit", OTHER)
def test_what_decides_numbers_names_them_anew(edit, edited, before):
    kind, *change = OTHER[edit]
    assert kind(edited(*change)) != before[kind]


def test_where_a_function_stands_does_not_count(edited, home, before):
    """A measure's code may move to another file and change places with its neighbours."""
    pool = home / "experiments/measures/pool.py"
    text = pool.read_text()
    start = text.index("def command_end(")
    moved = text[start : text.index("def unit_delta_f(")]
    edited("experiments/measures/pool.py", moved, "")
    edited(
        "experiments/measures/pool.py",
        "from sim.measure import",
        "from experiments.measures.ends import command_end\nfrom sim.measure import",
    )
    ends = home / "experiments/measures/ends.py"
    ends.write_text(f"import numpy as np\n\n\n{moved}")
    try:
        assert of_measures(home) == before[of_measures]
        ends.write_text(ends.read_text().replace("last + 1", "last + 2"))
        assert of_measures(home) != before[of_measures]
    finally:
        ends.unlink()


CHECKS = """
def short(value):
    text = repr(value)
    return text[:9]

def check(what, value, error):
    if value < 0:
        raise error(f"{what} is {short(value)}")
    return value
"""


def one(checks: str, user: str) -> list[str]:
    return meaning([("checks", checks), ("user", user)])


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("text[:9]", "text[:8]", True),  # only the error shows it
        ("is {short", "was {short", True),
        ("value < 0", "value < 1", False),
        ("return value", "return -value", False),
        ('check("a weight", x', 'check("the weight", x', True),
        ('check("a weight", x', 'check("a weight", -x', False),
        ("(ValueError", "(TypeError", False),
        ("y = 3", "y = 4", False),
    ],
)
def test_the_argument_that_only_an_error_names_does_not_count(old, new, same):
    user = 'from checks import check\ny = 3\nz = check("a weight", x, (ValueError, y)[0])\n'
    changed = [text.replace(old, new) for text in (CHECKS, user)]
    assert changed != [CHECKS, user]
    assert (one(*changed) == one(CHECKS, user)) == same


@pytest.mark.parametrize("used", ["n = short(3)", "f = {'short': 1}", "y = checks.short"])
def test_what_words_errors_counts_where_it_is_also_used_for_numbers(used):
    assert one(CHECKS, used) != one(CHECKS.replace("[:9]", "[:8]"), used)


def test_comments_of_c_do_not_count_and_texts_do():
    assert _of_c('int a; // b\n\n/* c */ int d = "//";  \n') == 'int a;\n  int d = "//";'
