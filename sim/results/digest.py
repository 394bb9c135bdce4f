"""The short name of everything that decides a result."""

import hashlib
from pathlib import Path


def digest(*parts: str | bytes) -> str:
    """First 12 hex digits of the SHA-256 of all parts, each preceded by its length: ("ab", "c") is not ("a", "bc")."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()[:12]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
