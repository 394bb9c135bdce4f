"""Names of files on the command line as they are: what Hydra's grammar would take apart is quoted before it sees it."""

import re
from pathlib import Path

FILES = ("recording", "force")
"""Keys whose values are names of files."""
SEVERAL = ("-m", "--multirun")
_KEY = re.compile(rf"(\+{{0,2}}(?:{'|'.join(FILES)})=)(.+)", re.DOTALL)
_PLAIN = re.compile(r"[\w./:+%@-]+", re.ASCII)
"""What Hydra takes as one word."""


def quoted(arguments: list[str]) -> list[str]:
    """The arguments with each name of a file quoted that needs it.

    A name needs it if there is such a file and it is more than one plain word, or if it could be nothing but a name: in
    a run of several (`-m`), commas separate names, and each that exists is quoted by itself.
    """
    several = any(one in SEVERAL for one in arguments)
    return [_quoted(one, several) for one in arguments]


def _quoted(argument: str, several: bool) -> str:
    found = _KEY.fullmatch(argument)
    if found is None:
        return argument
    key, name = found.groups()
    if exists(name):
        return key + name if _is_word(name) else key + quote(name)
    if re.fullmatch(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\$\{[^}]*\}|null", name, re.DOTALL):
        return argument  # as Hydra wants it
    if several:
        parts = name.split(",")
        return key + ",".join(part if _is_word(part) or not exists(part) else quote(part) for part in parts)
    return key + name if _is_word(name) else key + quote(name)


def exists(name: str) -> bool:
    """Whether there is a file or folder of this name."""
    try:
        return Path(name).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # a name that is too long, holds a zero, or names no user
        return False


def quote(name: str) -> str:
    """A name as a text of Hydra's grammar, with nothing in it that means something else."""
    plain = re.sub(r"(\\*)\$\{", lambda found: 2 * found[1] + "\\${", name)  # or else OmegaConf puts in a value
    body = re.sub(r"(\\*)('|$)", lambda found: 2 * found[1] + ("\\'" if found[2] else ""), plain)
    return f"'{body}'"


def _is_word(name: str) -> bool:
    """Whether Hydra takes a name as this very text, and not as a number or nothing."""
    if not _PLAIN.fullmatch(name) or name.lower() in ("null", "true", "false", "yes", "no", "on", "off", "nan", "inf"):
        return False
    try:
        float(name)
    except ValueError:
        return True
    return False
