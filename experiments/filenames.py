"""Names that become a part of a path: one plain name, so that nothing is written outside the folder of the results."""

import re

LONGEST = 100
"""Bytes; the digest, and what lies inside, come after it."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}


def plain(what: str, name: object) -> str:
    """The name, if it is plain.

    Args:
        what: it is called in an error.

    Raises:
        ValueError: a path, an empty or a very long one, or one that some system cannot keep; one sentence.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{what} is a text that names a folder, but it is {name!r}; give it a word or two.")
    if wrong := _wrong(name):
        shown = ascii(name if len(name) <= LONGEST else f"{name[:40]}...")
        raise ValueError(f"{what} names a folder inside `out`, but {shown} {wrong}; take letters, digits, '-' and '_'.")
    return name


def _wrong(name: str) -> str:
    if found := re.search(r'[/\\:*?"<>|]', name):
        return f"has {found.group()!r} in it"
    if not name.isprintable():
        return "has a character that cannot be printed"
    if name[0] in ".-~ " or name[-1] in ". ":
        return f"begins or ends with {name[0] if name[0] in '.-~ ' else name[-1]!r}"
    if name.partition(".")[0].lower() in _RESERVED:
        return "is reserved by Windows"
    size = len(name.encode("utf-8", "surrogatepass"))
    return f"is {size} bytes long, more than {LONGEST}" if size > LONGEST else ""
