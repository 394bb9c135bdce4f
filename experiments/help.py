"""`sherrington --help` in a screen: what there is to ask, what may be chosen, and where to read on; and
`sherrington experiments`: what each experiment asks."""

from collections.abc import Iterable, Sequence
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
  sherrington experiments [WORD]             what each asks, or those about a word
  sherrington status FOLDER                  what of a result is done, failed or missing
  sherrington check SETTING ...              do precision and step change it? A few samples, side by side
  sherrington describe SETTING ...           parameters, variables, ports and their paths, as tables
  sherrington --cfg job SETTING ...          the whole configuration          --version     which Sherrington this is

Experiments by what they are about (experiment=NAME; scale=smoke tries one in seconds, scale=full is the default)
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
    themes: dict[str, list[str]] = {}
    for name, (theme, said) in sorted(_experiments(roots).items()):
        if not said.startswith(VARIANT):
            themes.setdefault(theme or "others", []).append(name)
    experiments = "\n".join(_entry(theme, ", ".join(names)) for theme, names in sorted(themes.items()))
    groups = "\n".join(_entry(group, ", ".join(_names(roots, group))) for group in GROUPS)
    return PAGE.format(default="paired_delta_f", experiments=experiments, groups=groups)


def questions(word: str = "", folders: Sequence[str] = ()) -> str:
    """A line or two for each experiment: what it asks.

    Args:
        word: only of those whose name, theme or sentence holds it.
        folders: of the user's own groups (`--config-dir`).
    """
    found = _experiments([files("conf"), *map(Path, folders)])
    lines = [
        f"{name}\n    {said or '(says nothing of itself)'}"
        for name, (theme, said) in sorted(found.items())
        if word.lower() in f"{name} {theme} {said}".lower()
    ]
    return "\n".join(lines) or f"No experiment is about {word!r}; sherrington experiments lists all {len(found)}."


def asked(roots: Sequence[Any]) -> dict[str, str]:
    """What each experiment asks, by its name.

    Args:
        roots: folders with groups.
    """
    return {name: said for name, (_, said) in _experiments(roots).items()}


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
    first, *more = wrap(said, WIDTH - 26, break_on_hyphens=False) or [""]
    return "\n".join([f"  {name:<23} {first}", *(f"{'':26}{line}" for line in more)])


def _experiments(roots: Iterable[Any]) -> dict[str, tuple[str, str]]:
    """Theme and sentence of every experiment; one that is short for a file in the folder of a theme has its own, and
    files in such a folder that nothing is short for are named with it."""
    found: dict[str, tuple[str, str]] = {}
    for root in roots:
        shortened = set()
        for file in _files(root.joinpath("experiment")):
            name, text = file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")
            of = text.partition("Short for experiment=")[2].partition("\n")[0].strip()
            if of:
                shortened.add(of)
                text = root.joinpath("experiment", *f"{of}.yaml".split("/")).read_text(encoding="utf-8")
            found[name] = (of.rpartition("/")[0], sentence(text))
        for folder in _folders(root.joinpath("experiment")):
            for file in _files(folder):
                if (name := f"{folder.name}/{file.name.removesuffix('.yaml')}") not in shortened:
                    found[name] = (folder.name, sentence(file.read_text(encoding="utf-8")))
    return found


def _names(roots: Iterable[Any], group: str) -> list[str]:
    return sorted({file.name.removesuffix(".yaml") for root in roots for file in _files(root.joinpath(group))})


def _folders(folder: Any) -> list[Any]:
    return [place for place in folder.iterdir() if place.is_dir()] if folder.is_dir() else []


def _files(folder: Any) -> list[Any]:
    return [file for file in folder.iterdir() if file.name.endswith(".yaml")] if folder.is_dir() else []
