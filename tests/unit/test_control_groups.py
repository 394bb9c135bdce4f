"""What a container or a job may take, from files as Linux lays them out in both versions of control groups."""

from pathlib import Path

import numpy as np
import pytest

from sim import control_groups, flags


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n")
    return folder


def test_the_tightest_of_all_groups_counts(tmp_path):
    """Version 2: a step of a job of Slurm, whose limit is that of the job above it."""
    root = written(
        tmp_path / "root",
        {
            "slurm/job_7/step_0/memory.max": "max",
            "slurm/job_7/step_0/memory.current": "100",
            "slurm/job_7/memory.max": "1000",
            "slurm/job_7/memory.current": "400",
            "slurm/job_7/memory.stat": "anon 250\ninactive_file 150",
            "slurm/job_7/cpu.max": "150000 100000",
            "slurm/cpu.max": "max 100000",
            "memory.max": "5000",
            "memory.current": "10",
        },
    )
    own = written(tmp_path, {"own": "0::/slurm/job_7/step_0"}) / "own"
    assert control_groups.free_memory(root, own) == 1000 - 400 + 150  # files that were read can be dropped
    assert control_groups.cores(root, own) == 1.5


def test_a_container_sees_its_own_limit_at_the_root(tmp_path):
    root = written(tmp_path / "root", {"memory.max": "1000", "memory.current": "400", "cpu.max": "200000 100000"})
    own = written(tmp_path, {"own": "0::/a/path/of/the/host"}) / "own"
    assert control_groups.free_memory(root, own) == 600
    assert control_groups.cores(root, own) == 2


def test_version_1_has_a_tree_for_each_kind(tmp_path):
    root = written(
        tmp_path / "root",
        {
            "memory/job/memory.limit_in_bytes": "1000",
            "memory/job/memory.usage_in_bytes": "900",
            "memory/job/memory.stat": "total_inactive_file 300",
            "cpu/job/cpu.cfs_quota_us": "300000",
            "cpu/job/cpu.cfs_period_us": "100000",
            "cpu/cpu.cfs_quota_us": "-1",
            "cpu/cpu.cfs_period_us": "100000",
        },
    )
    own = written(tmp_path, {"own": "4:memory:/job\n2:cpu,cpuacct:/job\n0::/"}) / "own"
    assert control_groups.free_memory(root, own) == 400
    assert control_groups.cores(root, own) == 3


def test_without_groups_nothing_is_limited(tmp_path):
    assert control_groups.free_memory(tmp_path, tmp_path / "none") == np.inf
    assert control_groups.cores(tmp_path, tmp_path / "none") == np.inf


@pytest.mark.parametrize(("limit", "asked", "expected"), [(0.5, "", 1), (1.5, "", 2), (64, "1", 1), (64, "none", None)])
def test_a_process_takes_no_more_cores_than_its_container_and_its_job_give_it(limit, asked, expected, monkeypatch):
    monkeypatch.setattr(flags, "_machine", lambda: 8)
    monkeypatch.setattr(control_groups, "cores", lambda: limit)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", asked)
    assert flags.cores() == (8 if expected is None else expected)
