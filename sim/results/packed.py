"""Several small files as one, which says whether it is whole: a ZIP file whose comment is the digest of its content."""

import io
import zipfile
from collections.abc import Mapping

from sim.results.digest import digest

SINCE = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file knows: the same content gives the same bytes


def pack(files: Mapping[str, bytes]) -> bytes:
    """One file of several, by name."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.comment = digest_of(files).encode()
        for name in sorted(files):
            file.writestr(zipfile.ZipInfo(name, SINCE), files[name], zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def unpack(data: bytes) -> dict[str, bytes] | None:
    """The files in one that `pack` made; None if it is cut or changed in any way."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            found = {name: file.read(name) for name in file.namelist()}
            said = file.comment
    except Exception:  # whatever damage makes zipfile and zlib raise
        return None
    whole = data.startswith(b"PK") and data.endswith(said)  # ZIP files may have anything before and after
    return found if whole and said == digest_of(found).encode() else None


def digest_of(files: Mapping[str, bytes]) -> str:
    """The digest of names and contents."""
    return digest(*(part for name in sorted(files) for part in (name, files[name])))
