"""What the settings of a command line may set at the top: the groups and keys of the configuration, told by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from conf.schema import Config

OURS = {
    "hydra.searchpath": "--config-dir FOLDER adds a folder with groups of your own",
    "hydra.run.dir": "out=FOLDER is where results go",
    "hydra.sweep.dir": "out=FOLDER is where results go",
    "hydra.sweep.subdir": "out=FOLDER is where results go",
    "hydra.output_subdir": "the configuration is kept beside the results as it is",
    "hydra.job.chdir": "out=FOLDER is where results go, and other names of files are taken from where the command runs",
}
"""Settings of Hydra that would bring configurations from elsewhere, or scatter folders, and what to write instead."""
_KEY = re.compile(r"(?P<sign>\+{1,2}|~|)(?P<key>[^=]*)")


class KeyUnknownError(ValueError):
    """A setting whose key the configuration does not have; the message is one sentence."""


def check_keys(settings: Iterable[str], folders: Sequence[str] = ()) -> None:
    """Raise a sentence for the first setting that sets nothing here.

    Args:
        settings: NAME=VALUE, +NAME=VALUE or ~NAME.
        folders: of the user, whose groups count too.

    Raises:
        KeyUnknownError: a top-level key that does not exist, or a setting of Hydra that is ours to make.
    """
    known = _known(folders)
    for setting in settings:
        found = _KEY.match(setting)
        assert found is not None
        key = found["key"].partition("@")[0]
        if instead := OURS.get(key.replace("/", ".")):
            raise KeyUnknownError(f"{key} is not set here; {instead}.")
        top = re.split(r"[./]", key)[0]
        if top in known or found["sign"].startswith("+"):
            continue
        near = get_close_matches(top, known, n=1)
        meant = f"did you mean {near[0]}{key[len(top) :]}? The" if near else "the"
        raise KeyUnknownError(
            f"there is no group or key {top!r} to set with {setting!r}; {meant} groups are in sherrington --help, all "
            "keys in --cfg job."
        )


def _known(folders: Sequence[str]) -> set[str]:
    own = {path.name for folder in folders if Path(folder).is_dir() for path in Path(folder).iterdir() if path.is_dir()}
    return {field.name for field in fields(Config)} | {"experiment", "hydra"} | own
