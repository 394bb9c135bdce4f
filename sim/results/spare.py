"""The template of a store once more, in one file: names, units, labels and coordinates that were damaged are restored.

The template never changes once the store is made, so that its every file can be held against the copy at each opening.
"""

import json
import logging
from pathlib import Path

from sim.results.disk import StoreError, replace, replacing
from sim.results.packed import digest_of, pack, unpack
from sim.results.schema import STATUS
from sim.results.seals import FOLDER, sealed

log = logging.getLogger("sherrington")
SPARE = Path(FOLDER) / "template.zip"


def keep_spare(root: Path) -> None:
    """Copy the template, which is all that there is yet.

    Raises:
        OSError: the disk refuses.
    """
    with replacing(root / SPARE) as file:
        file.write(pack(_files(root)))


def restored(root: Path) -> str:
    """The digest of the template; what of it is damaged is restored, and that is said in the log.

    Raises:
        StoreError: this is no store, or too much of it is lost.
    """
    copy = unpack(_content(root / SPARE) or b"")
    return _remade(root) if copy is None else _held(root, copy)


def _held(root: Path, copy: dict[str, bytes]) -> str:
    lost = [name for name, content in copy.items() if _content(root / name) != content]
    for name in lost:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        replace(root / name, copy[name])
    if lost:
        log.warning("%s was damaged in %s, which is restored from its copy", root, ", ".join(lost))
    return digest_of(copy)


def _remade(root: Path) -> str:
    """The copy is lost, or there never was one: if the template fits the seals it is whole, and is copied again."""
    files = _files(root)
    template = digest_of(files)
    numbers = [place.name for place in (root / FOLDER).glob("[0-9]*") if place.name.isdecimal()]
    if not any(sealed(root, int(number), template) for number in numbers):
        reason = (
            "both its description and the copy of that are damaged"
            if numbers or (root / SPARE).exists()
            else "it has no copy of its template, as the stores of this version have"
        )
        raise StoreError(
            f"{root} exists but is not a result store ({reason}). Move it away or choose another path; nothing was "
            "changed."
        )
    replace(root / SPARE, pack(files))
    log.warning("the copy of the template of %s was damaged and is made anew", root)
    return template


def _files(root: Path) -> dict[str, bytes]:
    """The files of the template: all metadata, and the coordinates, which have a single chunk."""
    slabs = {STATUS.name, *_variables(root)}
    arrays = sorted(place.parent for place in root.glob("*/zarr.json"))
    names = ["zarr.json", *(f"{array.name}/zarr.json" for array in arrays)]
    names += [f"{array.name}/c/0" for array in arrays if array.name not in slabs]
    found = {name: _content(root / name) for name in names}
    return {name: content for name, content in found.items() if content is not None}


def _variables(root: Path) -> list[str]:
    """What the store says of itself, as far as it can be read."""
    try:
        return [str(name) for name in json.loads(_content(root / "zarr.json") or b"")["attributes"]["variables"]]
    except (ValueError, KeyError, TypeError):
        return []


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
