"""Where things that can be made again are kept between runs."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """`$SHERRINGTON_CACHE`, else `sherrington` in the user's cache folder."""
    if folder := os.environ.get("SHERRINGTON_CACHE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sherrington"
