"""`sherrington status PATH`: what of a result is done, what failed and why, what is missing, and what is damaged.

With `--verify` every byte is read, and what is not what was written counts as missing from then on.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from sim.results.claims import Claims
from sim.results.disk import StoreError
from sim.results.measures import PACKED, read_measures
from sim.results.mend import Trouble, troubles
from sim.results.status import Status
from sim.results.store import Store

MOST = 10  # failed samples, and damaged slabs, that are listed
USAGE = (
    "sherrington: status looks at one result; write  sherrington status results/NAME, or, to read and check every byte,"
    "  sherrington status --verify results/NAME"
)


def main(arguments: list[str]) -> int:
    """Exit status: 0 all done, 1 something is missing, damaged or failed, 2 there is nothing to look at."""
    verify = "--verify" in arguments
    paths = [word for word in arguments if word != "--verify"]
    if len(paths) != 1 or paths[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 2
    path = Path(paths[0]).expanduser()
    reports = [search] if (search := searched(path)) else []
    try:
        reports += [_or_refused(store, verify) for store in stores(path)]
    except StoreError as problem:
        if not reports and not answers(path):
            print(f"sherrington: {problem}", file=sys.stderr)
            return 2
        if not reports:
            reports.append(([f"{path}: an answer of several experiments, which lie in folders of their own"], True))
    if verify:
        reports += [verified_answer(file) for file in answers(path)]
    if all(whole for _, whole in reports) and any(path.glob("measured-*.zarr")) and not answers(path):
        reports.append((["no answer is kept yet; the same command makes it from what is done"], True))
    print("\n".join(line for lines, _ in reports for line in lines))
    return int(not all(whole for _, whole in reports))


def stores(path: Path) -> list[Path]:
    """The stores of a result: `path` itself, those in its folder, or, if that is of an answer, around it.

    Raises:
        StoreError: there is none.
    """
    if (path / "zarr.json").exists() or (path.suffix == ".zarr" and path.is_dir()):
        return [path]
    for folder in (path, path.resolve().parent) if _answer(path) else (path,):
        found = {*folder.glob("*.zarr"), *folder.glob("*/*.zarr")} - {*folder.glob("**/measured-*.zarr")}
        if found:
            return sorted(found)
    raise StoreError(f"no store in {path}. Give the folder that a run has printed, or a store in it.")


def searched(path: Path) -> tuple[list[str], bool] | None:
    """What a calibration in a folder has tried, and whether its search is finished; None if there is none."""
    from sim.fit.history import SEARCH, glimpse

    folder = path / SEARCH
    if (found := glimpse(folder / f"{SEARCH}.zip")) is None:
        return None
    done = (folder / PACKED).exists()
    goes = "finished" if done else "not finished; the same command goes on from there, if no process is at work on it"
    return [f"{folder}: {found[0]} sets evaluated, lowest loss {found[1]:.4g}; {goes}"], done


def answers(path: Path) -> list[Path]:
    """The kept answers in a folder and in those in it."""
    return sorted({*path.glob(PACKED), *path.glob(f"*/{PACKED}")})


def said(path: Path, *, verify: bool = False) -> tuple[list[str], bool]:
    """What is to be said of one store, and whether all of it is done.

    Args:
        verify: read everything.

    Raises:
        StoreError: it cannot be opened.
    """
    store = Store.open(path)
    damaged = list(_damaged(store, verify))
    codes = store.status()
    for trouble in damaged:
        codes[trouble.slab] = Status.TODO if trouble.seal is None else trouble.seal.codes
    counts = {kind: int((codes == kind).sum()) for kind in Status}
    missing, done = counts[Status.TODO], counts[Status.DONE]
    failed = store.n_samples - missing - done
    lines = [f"{path}: {done} of {store.n_samples} samples done, {failed} failed, {missing} missing"]
    lines += _failures(store, codes, counts) if failed else []
    lines += listed(damaged, "simulates them again")
    if missing:
        lines.append(
            f"  the same command again runs the {missing} that are missing, but for those that a process is at work on"
        )
    beside, whole = unmeasured(store, codes, verify=verify)
    return lines + beside, whole and not (missing or failed or damaged)


def unmeasured(store: Store, codes: np.ndarray, *, verify: bool = False) -> tuple[list[str], bool]:
    """What lacks of the measures that are kept beside a store, and whether they are all whole.

    Args:
        codes: status of each sample of the store, (sample,).
    """
    lines, whole, simulated = [], True, codes != Status.TODO
    for place in sorted(store.path.parent.glob("measured-*.zarr")):
        try:
            kept = Store.open(place)
        except StoreError as problem:
            lines, whole = [*lines, f"  {problem}"], False
            continue
        if kept.dataset().attrs.get("of") != store.digest:
            continue
        damaged, found = list(_damaged(kept, verify)), kept.status()
        for trouble in damaged:
            found[trouble.slab] = Status.TODO if trouble.seal is None else trouble.seal.codes
        lacking = int((simulated & (found == Status.TODO)).sum())
        lines += [f"  {place.name} lacks {lacking} samples that are simulated"] if lacking else []
        again = "measures them again" if "spike_step" in store.names else "simulates them again"
        lines += [f"  {place.name}:", *listed(damaged, again)] if damaged else []
        whole &= not damaged
    return lines, whole


def listed(damaged: list[Trouble], again: str) -> list[str]:
    """Slabs that are damaged, and what the same command does about them."""
    lines = [
        f"  {trouble.samples} are damaged: {trouble.what}; the same command "
        f"{again if trouble.seal is None else 'writes it anew'}"
        for trouble in damaged[:MOST]
    ]
    return lines + ([f"  and {len(damaged) - MOST} more slabs are damaged"] if len(damaged) > MOST else [])


def verified_answer(file: Path) -> tuple[list[str], bool]:
    """Whether a kept answer is whole."""
    try:
        read_measures(file.parent)
    except StoreError as problem:
        return [str(problem)], False
    return [f"{file}: whole"], True


def _damaged(store: Store, verify: bool) -> Iterator[Trouble]:
    """The slabs that are not what was written; those that only reading shows are taken back, so that they are missing
    for the next command too."""
    with Claims(store.path) as claims:
        for trouble in troubles(store, thoroughly=verify):
            if not claims.take(trouble.number):
                continue  # a process is writing it
            if verify and trouble.seal is None:
                _withdraw(store, trouble)
            yield trouble


def _withdraw(store: Store, trouble: Trouble) -> None:
    try:
        store.withdraw(trouble.number)
    except OSError as problem:
        print(
            f"sherrington: cannot mark {trouble.samples} of {store.path} as damaged: {problem.strerror or problem}. "
            "Remove the file of the seal, seals/"
            f"{trouble.number} in it, so that they are simulated again.",
            file=sys.stderr,
        )


def _or_refused(path: Path, verify: bool) -> tuple[list[str], bool]:
    try:
        return said(path, verify=verify)
    except StoreError as problem:
        return [str(problem)], False


def _answer(path: Path) -> bool:
    return (path / PACKED).exists() or (path / "config.yaml").exists()


def _failures(store: Store, codes: np.ndarray, counts: dict[Status, int]) -> list[str]:
    lines, results = [], store.dataset()
    for kind in (k for k in Status if k > Status.DONE and counts[k]):
        lines.append(f"  {counts[kind]} failed: {kind.sentence}")
        samples = np.flatnonzero(codes == kind)
        lines += [f"    sample {k}: {_conditions(results, int(k))}" for k in samples[:MOST]]
        if len(samples) > MOST:
            lines.append(f"    and {len(samples) - MOST} more")
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
