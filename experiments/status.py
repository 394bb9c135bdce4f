"""`sherrington status PATH`: what of a result is done, what failed and why, and what is missing."""

import sys
from pathlib import Path

import numpy as np
import xarray as xr

from sim.results.disk import StoreError
from sim.results.status import Status
from sim.results.store import Store

MOST = 10  # failed samples that are listed


def main(arguments: list[str]) -> int:
    """Exit status: 0 all done, 1 something is missing or failed, 2 there is nothing to look at."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("sherrington: status looks at one result; write  sherrington status results/NAME", file=sys.stderr)
        return 2
    try:
        reports = [said(path) for path in stores(Path(arguments[0]).expanduser())]
    except StoreError as problem:
        print(f"sherrington: {problem}", file=sys.stderr)
        return 2
    print("\n".join(line for lines, _ in reports for line in lines))
    return int(not all(whole for _, whole in reports))


def stores(path: Path) -> list[Path]:
    """The stores of a result: `path` itself, or those in its folder.

    Raises:
        StoreError: there is none.
    """
    if (path / "zarr.json").exists():
        return [path]
    beside = {*path.glob("**/measures.zarr"), *path.glob("**/measured-*.zarr")}
    found = sorted({*path.glob("*.zarr"), *path.glob("*/*.zarr")} - beside)
    if not found:
        raise StoreError(f"no store in {path}. Give the folder that a run has printed, or a store in it.")
    return found


def said(path: Path) -> tuple[list[str], bool]:
    """What is to be said of one store, and whether all of it is done."""
    store = Store.open(path)
    counts = store.status_counts()
    missing, done = counts[Status.TODO], counts[Status.DONE]
    failed = store.n_samples - missing - done
    lines = [f"{path}: {done} of {store.n_samples} samples done, {failed} failed, {missing} missing"]
    if failed:
        results = store.dataset()
        for kind in (k for k in Status if k > Status.DONE and counts[k]):
            lines.append(f"  {counts[kind]} failed: {kind.sentence}")
            samples = np.flatnonzero(store.status() == kind)
            lines += [f"    sample {k}: {_conditions(results, int(k))}" for k in samples[:MOST]]
            if len(samples) > MOST:
                lines.append(f"    and {len(samples) - MOST} more")
    if missing:
        lines.append(
            f"  the same command again runs the {missing} that are missing, but for those that a process is at work on"
        )
    return lines + unmeasured(store), not (missing or failed)


def unmeasured(store: Store) -> list[str]:
    """What lacks of the measures that are kept beside a store."""
    lines, simulated = [], store.status() != Status.TODO
    for kept in map(Store.open, sorted(store.path.parent.glob("measured-*.zarr"))):
        if kept.dataset().attrs.get("of") == store.digest:
            lacking = int((simulated & (kept.status() == Status.TODO)).sum())
            lines += [f"  {kept.path.name} lacks {lacking} samples that are simulated"] if lacking else []
    return lines


def _conditions(results: xr.Dataset, sample: int) -> str:
    """'network.hTA.monoamine 0.9, stream 3', in coherent units."""
    parts = []
    for name in sorted(map(str, results.coords), key=lambda name: (name == "stream", name)):
        coordinate = results.coords[name]
        if coordinate.dims == ("sample",) and name not in ("sample", "status"):
            value, unit = coordinate.values[sample], coordinate.attrs.get("units", "1")
            said = value if coordinate.dtype.kind in "UTO" else f"{value:g} {'' if unit == '1' else unit}"
            parts.append(f"{name} {said}".strip())
    return ", ".join(parts)
