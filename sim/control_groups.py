"""What a container, or a job of a cluster, may take of the machine: the control groups of this process (Linux)."""

from collections.abc import Iterator
from pathlib import Path

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def free_memory(root: Path = ROOT, own: Path = OWN) -> float:
    """Bytes that its groups leave it; infinite where they set no limit. What files left in memory counts as free."""
    names = (
        ("memory.max", "memory.current", "inactive_file"),
        (
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    )
    found = [float("inf")]
    for folder in _groups("memory", root, own):
        for most, taken, files in names:
            limit, used = _number(folder / most), _number(folder / taken)
            if limit is not None and used is not None:
                found.append(max(0.0, limit - used + _statistic(folder / "memory.stat", files)))
    return min(found)


def cores(root: Path = ROOT, own: Path = OWN) -> float:
    """Processor cores whose time its groups leave it, not always a whole number; infinite where they set no limit."""
    found = [float("inf")]
    for folder in _groups("cpu", root, own):
        quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        words = _words(folder / "cpu.max")
        if len(words) == 2 and words[0] != "max":
            quota, period = float(words[0]), float(words[1])
        if quota is not None and period and quota > 0:
            found.append(quota / period)
    return min(found)


def _groups(controller: str, root: Path, own: Path) -> Iterator[Path]:
    """Folders of the groups of this process, each with those that hold it; in both versions of control groups."""
    for line in _lines(own):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number != "0" and controller not in controllers.split(","):
            continue
        base = root if number == "0" else root / controller
        folder = base / path.lstrip("/")
        yield from (place for place in (folder, *folder.parents) if place == base or base in place.parents)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _words(file: Path) -> list[str]:
    return [word for line in _lines(file)[:1] for word in line.split()]


def _number(file: Path) -> float | None:
    words = _words(file)
    try:
        return float(words[0]) if words else None
    except ValueError:  # "max"
        return None


def _statistic(file: Path, name: str) -> float:
    found = [line.split() for line in _lines(file)]
    return next((float(words[1]) for words in found if len(words) == 2 and words[0] == name), 0.0)
