"""Where a result comes from: source, configuration, versions, machine kind and time, without paths of the machine."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim import child
from sim.results.disk import replace, writing

PACKAGES = (
    "jax", "jaxlib", "numpy", "scipy", "scikit-learn", "brian2", "xarray", "zarr", "numcodecs", "hydra-core",
    "matplotlib",
)  # fmt: skip


def provenance(
    *,
    config_text: str,
    backend: str,
    device: str,
    wall_seconds: Mapping[str, float],
    packages: Sequence[str] = PACKAGES,
) -> dict[str, Any]:
    """Everything needed to repeat a run, as JSON can hold it.

    Args:
        config_text: the resolved configuration.
        backend, device: what computed, in words ("jax cpu", "NVIDIA H100").
        wall_seconds: s, duration of each phase.
        packages: distributions to name the versions of; those not installed are left out.
    """
    return {
        "source": source(Path(__file__).resolve().parents[2]),
        "config": config_text,
        "config_sha256": hashlib.sha256(config_text.encode()).hexdigest(),
        "backend": backend,
        "device": device,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": versions(packages),
        "wall_seconds": dict(wall_seconds),
    }


def write_provenance(record: Mapping[str, Any], folder: str | Path) -> None:
    """Write `provenance.json` into `folder`, whole or not at all.

    Raises:
        StoreError: the disk refuses.
    """
    folder = Path(folder)
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    with writing("the provenance", folder, len(text)):
        folder.mkdir(parents=True, exist_ok=True)
    replace(folder / "provenance.json", text)


def source(checkout: Path) -> dict[str, Any]:
    """Commit of a git checkout and whether it has changes; None for both where there is none, as in a wheel."""

    def git(*arguments: str) -> str | None:
        try:
            run = child.run(["git", *arguments], 30, cwd=checkout)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return run.stdout.strip() if run.returncode == 0 else None

    top = git("rev-parse", "--show-toplevel")
    # A wheel inside someone else's checkout must not be given that project's commit.
    if top is None or Path(top).resolve() != checkout.resolve():
        return {"commit": None, "dirty": None}
    changes = git("status", "--porcelain")
    return {"commit": git("rev-parse", "--verify", "HEAD"), "dirty": None if changes is None else bool(changes)}


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Installed version of each distribution that is installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
