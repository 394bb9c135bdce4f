"""The report of the benchmarks says what was measured: ratios within rounds, targets met or missed, nothing made up."""

import pytest

from benchmarks.report import Run, Target, targets, text
from benchmarks.workloads import WORKLOADS


def ran(engine: str, workload: str, lanes: float, *rates: float) -> list[Run]:
    return [Run(engine, workload, k, lanes, 1.0, rate, 0.5, 100, 2e8) for k, rate in enumerate(rates)]


RUNS = [
    *ran("sherrington", "two", 64, 30e6, 60e6),
    *ran("sherrington", "two", 16384, 100e6, 200e6),  # a machine that became twice as fast
    *ran("limit", "two", 16384, 200e6, 400e6),
    *ran("plain", "two", 16384, 100e6, 200e6),
    *ran("brian2", "two", 3200, 10e6, 20e6),
    *ran("sherrington", "five", 1280, 44e6, 88e6),
    *ran("sherrington", "coupled", 3200, 30e6, 60e6),
    *ran("brian2", "coupled", 3200, 10e6, 20e6),
]


def test_a_ratio_is_that_of_one_round():
    """So a machine whose speed changes between rounds changes no ratio."""
    found = {target.words: list(target.ratios) for target in targets(RUNS, [10.0, 5.0], cores=2)}
    assert found["two compartments, against the limit"] == [0.5, 0.5]
    assert found["two compartments, against Brian2"] == [10, 10]
    assert found["64 lanes against 16,384"] == pytest.approx([0.3, 0.3])
    assert found["320 coupled cells, 10 samples, against Brian2"] == [3, 3]
    assert found["the limit against gcc's own vectorisation"] == [2, 2]
    # 8.8 M steps of a pool run: 0.2 s at 44 M steps/s, that is 0.4 s of one of two cores, against 10 s
    assert found["five compartments, a pool run against NEURON, per core"] == pytest.approx([25, 25])


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [([0.2], "**MISSED**"), ([0.3], "met"), ([0.49, 0.3, 0.1], "met"), ([0.5], "aim reached"), ([], "not measured")],
)
def test_a_target_is_met_by_the_median_or_missed(ratios, verdict):
    assert verdict in Target("a ratio", ratios, must=0.3, aim=0.5).row()


def test_what_was_not_run_is_said_and_not_left_out():
    report = text(
        [run for run in RUNS if run.engine != "brian2"], [], {"two": (20.0, 8.1)}, {"two": {"staggered": -0.15}}
    )
    assert report.count("not measured") == 5  # NEURON and the two of the ankle too
    assert "| two compartments, uncoupled | staggered | -0.15 |" in report
    assert "65536" not in report
    assert "Not measured." in report  # a sweep as it grows
    assert "| two compartments, uncoupled | 20.0 | 8.1 | **MISSED** |" in report


def test_a_sweep_that_grows_shows_its_cost_and_its_memory():
    runs = [
        *RUNS,
        *ran("sweep", "two", 6400, 1e6, 3e6),
        *ran("sweep", "two", 64000, 2e6),
        *ran("longer", "two", 64000, 2e6),
    ]
    report = text(runs, [], {}, {})
    assert "| 100 | 1 | 1.0 | 10.0 | 200 |" in report
    assert "| 1,000 | 1 | 1.0 | 1.0 | 200 |\n| 1,000 | 4 | 1.0 | 0.2 | 200 |" in report


def took(workload: str, *seconds: float, engine: str = "sherrington") -> list[Run]:
    return [Run(engine, workload, k, 1.0, each, 1e6, 0.5, 100, 2e8) for k, each in enumerate(seconds)]


def test_what_remoto_runs_stands_beside_what_it_takes_itself():
    runs = [*took("volley", 2.0, 1.0, 1.5), *took("pulse", 0.25), *took("pulse", 9.0, engine="xla")]
    (line,) = (line for line in text([*RUNS, *runs], [], {}, {}).splitlines() if "ReMoto" in line)
    volley, pulse = (WORKLOADS[name] for name in ("volley", "pulse"))
    assert line == (
        f"{volley.words}, {volley.seconds:g} s: 1.50 (1.00 to 2.00) s here; ReMoto 2,284 s; "
        f"{pulse.words}, {pulse.seconds:g} s: 0.25 s here; ReMoto 85 s (as its notebook states, in Python, on another "
        "machine)."
    )


def test_only_what_was_run_stands_beside_it():
    report = text([*RUNS, *took("pulse", 0.25)], [], {}, {})
    assert "ReMoto 85 s (as" in report
    assert "2,284" not in report
    assert "ReMoto" not in text(RUNS, [], {}, {})


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_has_as_many_cells_as_it_says(name):
    workload = WORKLOADS[name]
    for noise in (True, False):
        assert sum(population.size for population in workload.network(noise).populations) == workload.size
    workload.protocol(workload.seconds)
