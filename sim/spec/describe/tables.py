"""Tables of words: what declared things say of themselves, as text, as HTML and row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import zip_longest


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Args:
        title: what it is of.
        columns: their names.
        rows: cells, as many as there are columns.
        note: a sentence or several below it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""

    def __str__(self) -> str:
        filled = [k for k in range(len(self.columns)) if any(row[k] for row in self.rows)]
        lines = [[cells[k] for k in filled] for cells in (self.columns, *self.rows)] if self.rows else []
        widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
        said = ("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)
        return "\n".join([self.title, *(f"  {line}" for line in said), *([f"  {self.note}"] if self.note else [])])

    def html(self) -> str:
        """A heading and a table, every text escaped; columns without any entry are left out."""
        filled = [k for k in range(len(self.columns)) if any(row[k] for row in self.rows)]
        parts = [f"<h4>{escape(self.title)}</h4>"] if self.title else []
        if self.rows:
            head = "".join(f"<th>{escape(self.columns[k])}</th>" for k in filled)
            body = "".join(f"<tr>{''.join(f'<td>{escape(row[k])}</td>' for k in filled)}</tr>\n" for row in self.rows)
            parts.append(f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>")
        return "\n".join(parts + ([f"<p>{escape(self.note)}</p>"] if self.note else []))

    def _repr_html_(self) -> str:
        return self.html()


@dataclass(frozen=True)
class Description:
    """Several tables, one after the other."""

    tables: tuple[Table, ...]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __getitem__(self, title: str) -> Table:
        """The table whose title begins like this."""
        return next(table for table in self.tables if table.title.startswith(title))

    @property
    def rows(self) -> list[dict[str, str]]:
        """Every row of every table, cells by the name of their column, `table` being the title."""
        return [
            {"table": table.title, **dict(zip(table.columns, row, strict=True))}
            for table in self.tables
            for row in table.rows
        ]

    def html(self) -> str:
        """All tables, a part of a page."""
        return "\n".join(table.html() for table in self.tables)

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.tables))
