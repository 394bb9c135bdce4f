"""`sherrington --help` in a screen: what each experiment asks, what may be chosen, and where to read on."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from textwrap import wrap
from typing import Any

WIDTH = 120
GROUPS = ("network", "protocol", "state", "intervention", "record", "design", "backend", "targets")
VARIANT = "As "
"""What begins so is another experiment with other settings, and named on its page."""
PAGE = """\
Sherrington simulates motoneurons of the human spinal cord and measures them as recorded motor units are measured.

  sherrington experiment=NAME SETTING ...    an experiment; without a name {default}
  sherrington status FOLDER                  what of a result is done, failed or missing
  sherrington check SETTING ...              do precision and step change it? A few samples, side by side
  sherrington describe SETTING ...           parameters, variables, ports and their paths, as tables
  sherrington --cfg job SETTING ...          the whole configuration          --version     which Sherrington this is

Experiments (experiment=NAME; scale=smoke tries one in seconds, scale=full is the default)
{experiments}

Groups (GROUP=NAME; of states and interventions a list: state=[injured,relaxed])
{groups}

A setting is NAME=VALUE; a quantity carries its unit, a value with a space is quoted twice:  'dt="0.025 ms"'
  +network.set.monoamine=0.9             one value for all cells of a pool (of a segment +network.set.soleus.monoamine)
  '+design.axes.PATH=[VALUE,VALUE]'      an axis along any number; design.seeds=4: how often each is repeated
  --config-dir FOLDER                    groups and questions of your own       -m GROUP=A,B     a run for each

Read on: README.md and docs/ of the source folder (tutorials, glossary, every experiment, a cell of your own)."""


def page(folders: Sequence[str] = ()) -> str:
    """The text.

    Args:
        folders: of the user's own groups (`--config-dir`).
    """
    roots = [files("conf"), *map(Path, folders)]
    own = {name: said for name, said in asked(roots).items() if not said.startswith(VARIANT)}
    experiments = "\n".join(_entry(name, said) for name, said in sorted(own.items()))
    groups = "\n".join(_entry(group, ", ".join(_names(roots, group))) for group in GROUPS)
    return PAGE.format(default="paired_delta_f", experiments=experiments, groups=groups)


def asked(roots: Sequence[Any]) -> dict[str, str]:
    """What each experiment asks, by its name.

    Args:
        roots: folders with groups.
    """
    return {name: sentence(text) for name, text in _experiments(roots)}


def sentence(text: str) -> str:
    """The first sentence of the comment that a file begins with."""
    lines = []
    for line in text.splitlines():
        if line.startswith("# @package"):
            continue
        if not line.startswith("#") or not line.strip("# "):
            break
        lines.append(line.lstrip("# ").strip())
    said = " ".join(lines)
    ends = [place + 1 for mark in (". ", "? ") if (place := said.find(mark)) >= 0]
    return said[: min(ends)] if ends else said


def _entry(name: str, said: str) -> str:
    first, *more = wrap(said, WIDTH - 26) or [""]
    return "\n".join([f"  {name:<23} {first}", *(f"{'':26}{line}" for line in more)])


def _experiments(roots: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Name and text of every experiment; those that are short for a file in a folder of a theme have its text, and
    files in such a folder that nothing is short for are named with it."""
    for root in roots:
        shortened = set()
        for file in _files(root.joinpath("experiment")):
            name, text = file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")
            of = text.partition("Short for experiment=")[2].partition("\n")[0].strip()
            shortened.add(of)
            whole = root.joinpath("experiment", *of.split("/")) if of else None
            yield name, whole.with_name(f"{whole.name}.yaml").read_text(encoding="utf-8") if whole else text
        for folder in _folders(root.joinpath("experiment")):
            for file in _files(folder):
                if (name := f"{folder.name}/{file.name.removesuffix('.yaml')}") not in shortened:
                    yield name, file.read_text(encoding="utf-8")


def _names(roots: Iterable[Any], group: str) -> list[str]:
    return sorted({file.name.removesuffix(".yaml") for root in roots for file in _files(root.joinpath(group))})


def _folders(folder: Any) -> list[Any]:
    return [place for place in folder.iterdir() if place.is_dir()] if folder.is_dir() else []


def _files(folder: Any) -> list[Any]:
    return [file for file in folder.iterdir() if file.name.endswith(".yaml")] if folder.is_dir() else []
