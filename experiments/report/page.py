"""One self-contained page about a result: nothing in it comes from the network, and nothing of it is lost with it."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from importlib.resources import files
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.look import STYLE
from experiments.question import Question
from experiments.words import number
from sim.results.grid import factors
from sim.results.status import Status

MOST_ROWS = 400  # of the table of measures; all are in measures.csv and measures.json
CITE = (
    "The Sherrington developers. Sherrington: a simulator of the human spinal segment, version {version}. Cite the "
    "sources of the tables below too."
)


class Table(NamedTuple):
    """A table of the page; each row has as many cells as there are columns."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def page(
    question: Question, m: xr.Dataset, results: xr.Dataset, figure: Figure, headline: Sequence[str], config: str = ""
) -> str:
    """The page as HTML.

    Args:
        question: its docstring is the title, its fields the settings.
        m: its answer.
        results: (sample, ...); their attributes describe what was simulated and where they come from.
        figure: is drawn into the page.
        headline: the answer in words.
        config: the whole configuration; its first line is the command.
    """
    from jinja2 import Environment

    template = (files("experiments.report") / "page.html").read_text(encoding="utf-8")
    origin = results.attrs.get("provenance", {})
    origin = json.loads(origin) if isinstance(origin, str) else dict(origin)
    shown = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    return shown.render(
        title=question.name[:1].upper() + question.name[1:],
        subtitle=_first_line(question),
        headline=headline,
        svg=svg(figure),
        measures=measures(m),
        more=MOST_ROWS,
        notes=question.notes(m),
        simulated=results.attrs.get("simulated", ""),
        described=described(results),
        design=design(results),
        conventions=[str(m.attrs[name]) for name in ("convention", "brace_convention") if name in m.attrs],
        settings=settings(question),
        failures=failures(results["status"].values),
        origin=provenance(origin),
        command=config.partition("\n")[0].removeprefix("# ") if config.startswith("# ") else "",
        config=config,
        cite=CITE.format(version=version("sherrington")),
    )


def svg(figure: Figure) -> str:
    """The figure as SVG inside a page: the same figure, the same text."""
    text = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def measures(m: xr.Dataset) -> Table:
    """Every measure with its unit, in every condition: mean, SD, half of the 95 % interval, number."""
    rows = [row for name in m.data_vars if f"{name}_mean" in m for row in _conditions(m, str(name))]
    note = f"The first {MOST_ROWS} of {len(rows)} rows." if len(rows) > MOST_ROWS else ""
    head = ("measure", "unit", "condition", "mean", "SD", "95 % interval ±", "n")
    return Table("Measures", head, rows[:MOST_ROWS], note)


def _conditions(m: xr.Dataset, name: str) -> Iterator[list[str]]:
    mean = m[f"{name}_mean"]
    unit = str(m[name].attrs.get("units", "1"))
    said = [str(m[name].attrs.get("long_name", name)), "" if unit == "1" else unit]
    for place in np.ndindex(mean.shape):
        where = dict(zip(mean.dims, place, strict=True))
        labels = [f"{dim} {_label(m[dim].values[k])}" for dim, k in where.items() if dim in m.coords]
        digits = _digits(float(mean.values[place]), float(m[f"{name}_sd"].values[place]))
        numbers = [number(float(m[f"{name}_{part}"].values[place]), digits) for part in ("mean", "sd", "half")]
        yield [*said, ", ".join(labels), *("–" if x == "not measurable" else x for x in numbers),
               f"{float(m[f'{name}_n'].values[place]):.0f}"]  # fmt: skip


def _digits(mean: float, sd: float) -> int:
    """Behind the point, so that the spread has two digits."""
    scale = sd if np.isfinite(sd) and sd > 0 else abs(mean)
    return int(np.clip(1 - np.floor(np.log10(scale)), 0, 6)) if np.isfinite(scale) and scale > 0 else 0


def described(results: xr.Dataset) -> list[Table]:
    """What was simulated, as the tables of a paper."""
    given = results.attrs.get("description", {})
    given = json.loads(given) if isinstance(given, str) else given
    return [Table(**table) for part in given.values() for table in part] if isinstance(given, Mapping) else []


def design(results: xr.Dataset) -> Table:
    """The factors of the design and their levels."""
    rows = []
    for name in factors(results):
        if name in results.coords:
            _, first = np.unique(results[f"{name}_index"].values, return_index=True)
            labels = [_label(x) for x in results[name].values[first]]
            shown = labels if len(labels) <= 40 else [*labels[:20], "…", *labels[-3:]]
            unit = str(results[name].attrs.get("units", "1"))
            words = str(results[name].attrs.get("long_name", ""))
            rows.append([name, words, f"{len(labels)}", ", ".join(shown) + ("" if unit == "1" else f" {unit}")])
    return Table("Design", ("factor", "what", "levels", "labels"), rows)


def settings(question: Question) -> Table:
    """The settings of the analysis."""
    rows = []
    for field in fields(question):
        value = getattr(question, field.name)
        rows.append([field.name, value.describe() if hasattr(value, "describe") else str(value)])
    return Table("Settings of the analysis", ("setting", "value"), rows)


def failures(status: np.ndarray) -> list[str]:
    """Why samples failed."""
    counts = {kind: int((status == kind).sum()) for kind in Status if kind > Status.DONE}
    return [f"{count} of {len(status)} samples: {kind.sentence}" for kind, count in counts.items() if count]


def provenance(origin: Mapping[str, Any]) -> Table:
    """Versions, machine and commit."""
    source = origin.get("source") or {}
    rows = [["commit", f"{source.get('commit') or 'unknown'}{' (with changes)' if source.get('dirty') else ''}"]]
    rows += [[key, str(origin[key])] for key in ("backend", "device", "platform", "python") if key in origin]
    rows += [["packages", ", ".join(f"{name} {number}" for name, number in (origin.get("packages") or {}).items())]]
    return Table("Provenance", ("", ""), rows)


def _label(value: object) -> str:
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)


def _first_line(question: Question) -> str:
    import sys

    return (sys.modules[type(question).__module__].__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
