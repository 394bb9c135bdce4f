"""A calibration in the closed loop: its targets are of what is measured, and it runs, draws and leaves its numbers."""

import pytest

from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.fit.calibrate_in_ramp import CalibrateInRamp
from experiments.fit.fitted import Fitted
from experiments.run import perform

pytest.importorskip("cmaes")
TWO = (
    "~search.space",
    "+search.space={_target_: sim.design.Space, ranges: {noise: [0.3, 1], ready: [0, 8]}, "
    "of: {network: {tibialis: {noise: noise}, person: {dorsal_ready: ready}}}}",
    "~search.start",
    "search.generations=2",
)
"""Two numbers, for a search in seconds."""


@pytest.mark.parametrize(("name", "muscle", "side"), [("calibrate", "tibialis", 1), ("calibrate_soleus", "soleus", 0)])
def test_each_muscle_is_alone_in_its_ankle_and_pulls_to_its_side(name, muscle, side):
    source, question = declare(configured([f"experiment=fit/{name}"]))
    assert isinstance(source, Fitted)
    assert isinstance(question, CalibrateInRamp)
    network = source.study.network
    assert question.decomposed.population == question.population == muscle
    units = [p.name for p in network.populations if p.name.endswith("_units")]
    assert units == [f"{muscle}_units"]
    assert network.leaves()["network.person.dorsal"].number == side
    assert source.study.record.populations == (muscle,)
    assert {row.name for row in question.targets if not row.held_out} >= {"delta_f", "peak_rate", "peak_rate_spread"}
    assert all(row.source for row in question.targets)


def test_where_the_search_begins_the_cell_is_nearly_the_published_one():
    source, _ = declare(configured(["experiment=fit/calibrate"]))
    assert isinstance(source, Fitted)
    numbers = dict(zip(source.sought.space.names, source.sought.space.numbers(source.sought.first), strict=True))
    assert (numbers["cal_low"], numbers["cal_high"]) == pytest.approx((1, 1))
    assert numbers["theta_low"] == pytest.approx(-42)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("question.decomposed.population=soleus", "is of the pool 'tibialis', but decomposes units of 'soleus'"),
        ("question.decomposed.units=1", "two units at least"),
        ("targets.rows.recruitment.value=7.2 pps", "recruitment"),
        ("network.only=[soleus]", "tibialis"),
    ],
)
def test_what_does_not_fit_is_refused(setting, said):
    name, _, value = setting.partition("=")
    with pytest.raises((UserError, ValueError), match=said):
        checked(f'{name}="{value}"' if " " in value else setting)


def checked(setting: str) -> None:
    source, question = declare(configured(["experiment=fit/calibrate", setting]))
    assert isinstance(source, Fitted)
    source.study.check()
    question.measures()


@pytest.mark.slow
def test_it_runs_small_and_leaves_its_numbers(tmp_path):
    folder, lines = perform(configured(["experiment=fit/calibrate", "scale=smoke", *TWO, f"out={tmp_path}"]))
    assert sum(line.startswith("fitted: ") for line in lines) == 15
    for file in ("figure.png", "report.html", "targets.csv", "numbers.csv", "state/calibrated.yaml"):
        assert (folder / file).stat().st_size > 100, file
    assert "network.tibialis.noise" in (folder / "state/calibrated.yaml").read_text(encoding="utf-8")
