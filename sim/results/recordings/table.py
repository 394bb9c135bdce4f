"""A table of text as spreadsheets and programs write it: delimiter, decimal sign, comments, empty cells.

Tabs, semicolons, commas and spaces delimit; a decimal comma is read where another sign delimits. A number that may have
a thousands separator is refused, because nobody can tell which of two numbers it is. Lines that begin with # tell
something of the whole (`# fs_hz: 2048`), and a line `sep=;` names the delimiter, as Excel writes it.
"""

import csv
import re
from dataclasses import dataclass, field

import numpy as np

from sim.results.recordings.columns import Column, column
from sim.results.recordings.parts import RecordingError

EMPTY = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "-", "–", "—", ".", "?", "<na>", "missing"))
"""Cells that stand for no value, in lower case."""
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+")
"""A number that may be read in two ways: 1,234 is a thousand or one."""
SPACED = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
"""What separates thousands without a doubt."""
MOST_COLUMNS = 5000


@dataclass(eq=False)
class Table:
    """The text of a file: what it says of itself, and its columns.

    Args:
        name: of the file, for errors.
        said: what comment lines tell, by name in lower case.
        columns: what each column is, (column,).
        cells: text of each, (column, row).
        lines: number of the line of each row, from 1.
        decimal: the decimal sign, one of ".,".
    """

    name: str
    said: dict[str, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    decimal: str = "."

    def named(self, role: str) -> int | None:
        """The column of a role, by the order of the names that are known for it; None if there is none.

        Raises:
            RecordingError: two columns have the same right to it.
        """
        found = sorted((one.rank, k) for k, one in enumerate(self.columns) if one.role == role)
        if len(found) > 1 and found[0][0] == found[1][0]:
            names = " and ".join(repr(self.columns[k].name) for _, k in found[:2])
            raise RecordingError(f"{self.name} has two columns that may be the {role}: {names}. Keep one of them.")
        return found[0][1] if found else None

    def numbers(self, k: int) -> np.ndarray:
        """float (row,), NaN where the cell is empty.

        Raises:
            RecordingError: a cell that is no number, or may be read in two ways.
        """
        texts = ["nan" if text.lower() in EMPTY else text for text in self.cells[k]]
        if self.decimal == "." or not any("." in text for text in texts):
            try:
                values = np.array([text.replace(self.decimal, ".") for text in texts], dtype=float)
                if not np.isinf(values).any() and not any("_" in text for text in texts):
                    return values
            except ValueError:
                pass
        name = self.columns[k].name
        return np.array(
            [self._number(text, f"line {line}", name) for text, line in zip(texts, self.lines, strict=True)]
        )

    def told(self, *names: str) -> float | None:
        """The number that a comment line tells under one of some names; None where there is none."""
        name = next((name for name in names if self.said.get(name)), None)
        return None if name is None else self._number(self.said[name], "a comment line", name)

    def is_empty(self, k: int, row: int) -> bool:
        """Whether a cell holds no value."""
        return self.cells[k][row].lower() in EMPTY

    def _number(self, text: str, where: str, what: str) -> float:
        if text.lower() in EMPTY:
            return np.nan
        plain = SPACED.sub("", text)
        if self.decimal == ",":
            if "." in plain:
                if not re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", plain):
                    self._refuse(text, where, what)
                plain = plain.replace(".", "")
            plain = plain.replace(",", ".")
        elif "," in plain:
            if not re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+", plain):
                self._refuse(text, where, what)
            plain = plain.replace(",", "")
        try:
            number = float(plain) if "_" not in plain else float("x")
        except ValueError:
            raise RecordingError(
                f"{self.name}, {where}: {what} should be a number, but is {text[:40]!r}. Correct it, or leave it empty."
            ) from None
        if np.isinf(number):
            raise RecordingError(f"{self.name}, {where}: {what} is infinite. Correct it, or leave it empty.")
        return number

    def _refuse(self, text: str, where: str, what: str) -> None:
        raise RecordingError(
            f"{self.name}, {where}: {what} is {text[:40]!r}, whose comma or point may separate thousands or decimals. "
            "Export numbers without thousands separators."
        )


def table(name: str, text: str) -> Table:
    """The table in a text.

    Raises:
        RecordingError: there is no table, or a row is cut off.
    """
    found = Table(name)
    body, delimiter = _body(found, text)
    if not body:
        raise RecordingError(f"{name} holds no table. Export it again with the columns unit,time_s.")
    delimiter = delimiter or _delimiter(body)
    try:
        rows = _rows(body, delimiter)
    except csv.Error as problem:
        raise RecordingError(f"{name} is no table that can be read ({problem}). Export it again as CSV.") from None
    header = rows[0][1]
    body_rows = rows[1:]
    if body_rows and all(len(row) == len(header) + 1 for _, row in body_rows) and delimiter in (" ", "\t"):
        header = ["", *header]  # R's write.table names the rows and not their column
    if len(header) > MOST_COLUMNS:
        raise RecordingError(f"{name} has {len(header)} columns, too many for units of a recording.")
    for number, row in body_rows:
        if len(row) != len(header):
            decimals = " If its decimal sign is a comma, export it with semicolons." if len(row) > len(header) else ""
            raise RecordingError(
                f"{name}, line {number} has {len(row)} values for {len(header)} columns "
                f"({', '.join(header)[:80]}). If the file was cut off there, export it again; else correct the "
                f"line.{decimals}"
            )
    found.columns = [column(cell) for cell in header]
    found.cells = [[row[k].strip() for _, row in body_rows] for k in range(len(header))]
    found.lines = [number for number, _ in body_rows]
    found.decimal = _decimal(found, delimiter)
    return found


def _body(found: Table, text: str) -> tuple[list[tuple[int, str]], str | None]:
    """Numbered lines without comments and empty ones, and the delimiter where a line names it."""
    body: list[tuple[int, str]] = []
    delimiter = None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().strip('"')
        if bare.startswith("#") and not (not body and re.match(r"#\s*[^:=]*[,;\t]", bare) and ":" not in bare):
            name, _, value = bare.lstrip("# ").rstrip(",;\t ").partition(":" if ":" in bare else "=")
            found.said[name.strip().lower()] = value.strip()
        elif not body and (named := re.fullmatch(r"sep=(.)", bare.lower())):
            delimiter = named[1]
        elif line.strip(" ,;\t\ufeff\x1a"):
            body.append((number, line))
    return body, delimiter


def _delimiter(body: list[tuple[int, str]]) -> str:
    header = re.sub(r'"[^"]*"', "", body[0][1])
    if given := next((d for d in "\t;" if d in header), None):
        return given
    if "," in header:
        return ","
    if len(body) > 1 and any(d in re.sub(r'"[^"]*"', "", body[1][1]) for d in "\t;"):
        return next(d for d in "\t;" if d in body[1][1])
    words = [len(line.split()) for _, line in body[:20]]
    return (
        " "
        if len(words) > 1 and words[1] > 1 and set(words[1:]) == {words[1]} and words[0] in (words[1], words[1] - 1)
        else ","
    )


def _rows(body: list[tuple[int, str]], delimiter: str) -> list[tuple[int, list[str]]]:
    """Cells of each line, numbered; a quoted cell may go on over lines."""
    lines = [" ".join(line.split()) if delimiter == " " else line for _, line in body]
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    rows = []
    for row in reader:
        rows.append((body[min(reader.line_num, len(body)) - 1][0], row))
    return rows


def _decimal(found: Table, delimiter: str) -> str:
    """The decimal sign: a comma if another sign delimits and a number is written with one.

    Raises:
        RecordingError: the commas may as well separate thousands.
    """
    if delimiter == ",":
        return "."
    number = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?")
    commas = [
        text
        for k, one in enumerate(found.columns)
        if one.role not in ("unit", "trial", "group", "quality")
        for text in found.cells[k]
        if "," in text and number.fullmatch(SPACED.sub("", text))
    ]
    if not commas:
        return "."
    if delimiter != ";" and all(GROUPED.fullmatch(SPACED.sub("", text)) for text in commas):
        raise RecordingError(
            f"{found.name} writes numbers such as {commas[0]!r}, whose comma may separate thousands or decimals. "
            "Export it with decimal points, or without thousands separators."
        )
    return ","
