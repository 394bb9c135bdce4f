"""The text of a model as statements: which line each begins in, what it defines, and definitions that go round."""

import re
from collections.abc import Mapping, Sequence

WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
DERIVATIVE = re.compile(r"^d(\w+)/dt$")


def numbered(text: str) -> tuple[tuple[int, str], ...]:
    """The equations of a text, each with the number of its first line, comments and line breaks inside parentheses
    removed."""
    found, pending, first = [], "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if pending else number
        pending = f"{pending} {line.partition('#')[0].strip()}".strip()
        if pending and pending.count("(") <= pending.count(")"):
            found.append((first, " ".join(pending.split())))
            pending = ""
    return (*found, (first, pending)) if pending else tuple(found)


def statements(text: str) -> tuple[str, ...]:
    """The equations of a text, comments and line breaks inside parentheses removed."""
    return tuple(statement for _, statement in numbered(text))


def rename(text: str, names: Mapping[str, str]) -> str:
    """The text with whole words replaced, in `dx/dt` too."""

    def swap(word: re.Match) -> str:
        name = word.group()
        if text[word.end() : word.end() + 3] == "/dt" and name[0] == "d" and name[1:] in names:
            return "d" + names[name[1:]]
        return names.get(name, name)

    return WORD.sub(swap, text)


def head(statement: str) -> str:
    """What a statement defines: 'x' of 'dx/dt = ...', 'x = ...' and 'x : unit'."""
    left = re.split(r"[=:]", statement, maxsplit=1)[0].strip()
    return m.group(1) if (m := DERIVATIVE.match(left)) else left


def where(text: str, statement: str) -> str:
    """', line 3' of what a statement, or the name of a variable, says; empty for what stands in no line of its own.

    Of a name that is defined twice it is the second line.
    """
    found = [n for n, line in numbered(text) if line == statement] or [
        n for n, line in numbered(text) if head(line) == head(statement)
    ]
    return f", line {found[-1]}" if found else ""


def circle(lines: Sequence[str]) -> list[str]:
    """Subexpressions that are defined by each other, in the order in which each needs the next; none if there are none.

    Args:
        lines: statements.
    """
    parts = [
        line.partition("=") for line in lines if "=" in line and not DERIVATIVE.match(line.partition("=")[0].strip())
    ]
    defined = {left.strip() for left, _, _ in parts}
    needs = {
        left.strip(): [w for w in WORD.findall(right.rpartition(":")[0]) if w in defined] for left, _, right in parts
    }
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        found = next(filter(None, (follow(n, [*path, name]) for n in needs[name] if n not in done)), [])
        done.add(name)
        return found

    return next(filter(None, (follow(name, []) for name in needs)), [])
