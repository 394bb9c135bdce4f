"""The question `delta_f_interventions`, asked of pools whose answer is known: trains made from a drive."""

import numpy as np
import pytest

from experiments.delta_f.delta_f_interventions import DeltaFInterventions
from sim.analysis.delta_f import delta_f
from sim.design import Design
from sim.results.schema import NO_SPIKE
from tests.made_contractions import TIME, draws_and_tells, pool, results
from tests.made_results import DT_MS, answered, failing

ON, FREQUENCY, BASELINE = "protocol.nerve.on", "protocol.nerve.frequency", "network.ligand.baseline"
CASES = {
    "rest": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.5},
    "50 Hz": {ON: 1, FREQUENCY: "50 Hz", BASELINE: 0.5},
    "100 Hz": {ON: 1, FREQUENCY: "100 Hz", BASELINE: 0.5},
    "no interneurons": {ON: 1, FREQUENCY: "100 Hz", BASELINE: 0.5},
    "less": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.3},
    "more": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.6},
}
HYSTERESIS = {"rest": 3.0, "50 Hz": 2.8, "100 Hz": 2.4, "no interneurons": 3.0, "less": 2.0, "more": 4.0}
INTERVENTIONS = DeltaFInterventions(
    "P", "Q", 0.35, "1 s", "20 s", "rest", ["50 Hz", "100 Hz"], "no interneurons", ["less"], ["more"], "100 Hz"
)


def by_case(seeds=2, cases=CASES):
    """The pool, and an interneuron that fires ten times from 2 to 3 s."""
    design = Design(cases=cases, seeds=seeds)
    rows = design.dataset()
    samples = []
    for case, seed in zip(rows["case"].values, rows["seed"].values, strict=True):
        spikes = pool(HYSTERESIS[str(case)] + 0.1 * int(seed))
        interneuron = np.full((1, spikes.shape[-1]), np.nan)
        interneuron[0, :10] = 2.05 + 0.1 * np.arange(10)
        samples.append(np.concatenate([spikes, interneuron]))
    flat = np.ones((len(samples), len(TIME)))
    ligand = flat * np.array([CASES[str(case)][BASELINE] for case in rows["case"].values])[:, None]
    courses = {"P_force": 30 * flat, "Q_force": 2 * flat, "ligand_level": ligand}
    return results(design, samples, beside=["P_in"], **{name: (("sample", "time"), x) for name, x in courses.items()})


def test_what_interventions_change_is_measured_against_the_same_seed_at_rest():
    m = answered(INTERVENTIONS, by_case())
    rest = m["delta_f"].sel(case="rest")
    np.testing.assert_array_equal(m["delta_f_effect"].sel(case="less"), m["delta_f"].sel(case="less") - rest)
    np.testing.assert_allclose(m["delta_f_percent"], 100 * m["delta_f_effect"] / rest.mean())
    mean = m["delta_f_effect_mean"]
    assert float(mean.sel(case="less")) < float(mean.sel(case="100 Hz")) < 0 < float(mean.sel(case="more"))
    assert float(mean.sel(case="rest")) == 0


def test_dose_level_and_control_are_read_from_the_design_and_the_recording():
    m = answered(INTERVENTIONS, by_case())
    assert m["frequency"].values == pytest.approx([0, 50, 100, 100, 0, 0])
    assert m["level"].values == pytest.approx([0.85, 0.85, 0.85, 0.85, 0.65, 0.95])
    assert m["interneuron_rate"].values == pytest.approx(10 / 20, rel=0.01)  # the command lasts 20 s
    assert m["stimulated"].values.tolist() == [1, 21]
    assert (m["silenced_spikes"] == 0).all()
    assert (m["baseline_spikes"].values == [np.isfinite(pool(3 + x)).sum() for x in (0, 0.1)]).all()
    assert (m["peak_force"] == 30).all()
    assert (m["antagonist_force"] == 2).all()


def test_a_spike_that_moves_while_the_synapses_are_silenced_is_counted():
    whole = by_case().copy(deep=True)
    treated = int(np.flatnonzero(whole["case"].values == "no interneurons")[1])
    whole["spike_step"][treated, 2, 5] += 1
    assert answered(INTERVENTIONS, whole)["silenced_spikes"].values.tolist() == [0, 1]


def test_units_that_outlast_the_command_are_counted_and_left_out():
    """The first unit fires a last time just after the command; the last one now starts late and goes on to the end."""
    whole = by_case(seeds=1)
    late = np.round(np.arange(9, 21.9, 0.1) * 1000 / DT_MS).astype(int)
    spikes = np.pad(whole["spike_step"].values, ((0, 0), (0, 0), (0, 200)), constant_values=NO_SPIKE)
    spikes[:, 5] = NO_SPIKE
    spikes[:, 5, : len(late)] = late
    more = whole.drop_vars(["spike_step", "n_spikes"]).assign(
        spike_step=(("sample", "unit", "spike"), spikes, {"dt_ms": DT_MS}),
        n_spikes=(("sample", "unit"), (spikes != NO_SPIKE).sum(-1)),
    )
    m = answered(INTERVENTIONS, more)
    assert (m["n_outlasting"] == 2).all()
    without = [delta_f(pool(h)[None, 1:5]).pool[0] for h in HYSTERESIS.values()]
    np.testing.assert_allclose(m["delta_f_without"].values[:, 0], without, atol=1e-3)  # spikes stand on steps
    assert (m["delta_f"] != m["delta_f_without"]).all()


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_case(), id="all cases"),
        pytest.param(by_case(seeds=1), id="one seed"),
        pytest.param(failing(by_case(), 0, 1), id="without a baseline"),
        pytest.param(failing(by_case()), id="all failed"),
    ],
)
def test_interventions_are_drawn_whatever_there_is(whole):
    assert any(line.startswith("ΔF and rate under one stimulation") for line in draws_and_tells(INTERVENTIONS, whole))


def test_a_case_that_the_design_lacks_is_refused_by_name():
    lacking = {name: case for name, case in CASES.items() if name != "less"}
    with pytest.raises(ValueError, match="asks about the case 'less', but the design has rest, 50 Hz"):
        answered(INTERVENTIONS, by_case(cases=lacking))
