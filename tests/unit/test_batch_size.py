"""How many samples run together: as many as keep the devices busy, fewer where memory is short."""

import numpy as np
import pytest

from sim import batch_size as own
from sim.batch_size import batch_size, free_memory
from sim.design import Design
from sim.spec.protocol import Step
from sim.spec.record import Record

MB = 2.0**20


@pytest.mark.parametrize(
    ("samples", "together", "sample", "free", "expected"),
    [
        (1000, 32, 1 * MB, 10_000 * MB, 32),  # the devices decide
        (5, 32, 1 * MB, 10_000 * MB, 5),  # there are no more
        (1000, 32, 1 * MB, 40 * MB, 10),  # a quarter of the memory
        (1000, 32, 900 * MB, 100 * MB, 1),  # at least one
        (1000, 32, 0, 100 * MB, 32),
    ],
)
def test_devices_and_memory_decide(samples, together, sample, free, expected):
    assert batch_size(samples, together=together, sample_bytes=sample, free=free) == expected


def test_what_was_asked_of_slurm_is_the_most(monkeypatch):
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "300")
    assert own._of_job() == 300 * MB
    assert free_memory() <= 300 * MB
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "")
    monkeypatch.setenv("SLURM_MEM_PER_CPU", "100")
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "4")
    assert own._of_job() == 400 * MB
    monkeypatch.delenv("SLURM_MEM_PER_CPU")
    assert own._of_job() == np.inf


def test_the_machine_has_some_memory_left():
    assert 1 * MB < free_memory() < 2.0**50


def test_what_a_sample_takes_grows_with_its_length_and_its_cells_and_not_with_the_design(prepare, pool):
    def taken(size: int, time: str, seeds: int = 1) -> float:
        network = pool("hTA", size=size)
        return prepare(
            network, Step("hTA.excitation", 1, time), record=Record(commands=False), design=Design(seeds=seeds)
        ).sample_bytes

    base = taken(4, "1 s")
    assert taken(8, "1 s") == pytest.approx(2 * base)
    assert taken(4, "2 s") == pytest.approx(2 * base, rel=0.01)  # whole spikes
    assert taken(4, "1 s", seeds=9) == base
