"""A calibration finds numbers that are known, says what it missed, loses nothing to a kill, refuses in a sentence."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments.configured import configured
from experiments.declare import UserError, declare
from experiments.fit.calibrate import Calibrate
from experiments.fit.calibrated import said, sentence
from experiments.fit.course import course, noise
from experiments.fit.fitted import Fitted, _joined
from experiments.fit.observed import targets
from experiments.fit.sought import Sought
from experiments.run import perform
from sim.backends.jax_backend import JaxBackend
from sim.design import Space
from sim.fit.errors import FitError
from sim.fit.evaluator import Evaluator
from sim.fit.loss import Judged, Loss, Target
from sim.fit.profile import along, profile
from sim.fit.search import search
from sim.measure import Measure
from sim.results.measures import read_measures

pytest.importorskip("cmaes")
ROOT = Path(__file__).parents[2]
SMALL = ("experiment=fit/calibrate_pool", "scale=smoke")
TWO = (
    "~search.space",
    "+search.space={_target_: sim.design.Space, ranges: {ahp_size: [0.5, 3], peak: [8, 40]}, "
    "logarithmic: [ahp_size, peak], of: {protocol: {excitation: {peak: peak}}}, "
    "scaled: {network: {hTA: {g_ca: ahp_size}}}}",
)
"""Two numbers, for a search in seconds."""
MADE = ("peak_rate", "recruitment", "peak_rate_spread")
TRUE = {"ahp_size": 1.6, "peak": 24.0}


def source_of(*settings: str, config_dir: str | None = None) -> tuple[Fitted, Calibrate]:
    source, question = declare(configured([*SMALL, *settings], config_dir))
    assert isinstance(source, Fitted)
    assert isinstance(question, Calibrate)
    return source, question


@pytest.fixture(scope="module")
def truth() -> dict[str, np.ndarray]:
    """What a pool with the known numbers does under 16 seeds that no search and no check has."""
    source, question = source_of(*TWO)
    study, space = source.study, source.sought.space
    measures = [m for m in question.known() if m.name in (*MADE, "recruitment_last")]
    evaluator = Evaluator(
        study.network, study.protocol, space, measures, record=study.record, numerics=study.numerics, seeds=16,
        first_seed=5000,
    )  # fmt: skip
    point = space.points(np.array([TRUE[name] for name in space.names]))
    return {name: x[0] for name, x in evaluator(point[None]).measures.items()}


@pytest.fixture(scope="module")
def own(truth, tmp_path_factory) -> Path:
    """A folder with these as targets: one held out, and one held out that no pool reaches."""
    rows = [
        f"  {name}: {{value: {x.mean()} {unit}, uncertainty: {x.std(ddof=1)} {unit}, source: made, held_out: {held}}}"
        for name, x in truth.items()
        for unit in ["pps" if "rate" in name else ""]
        for held in ["true" if name == "recruitment_last" else "false"]
    ]
    rows.append("  beyond: {measure: recruitment_first, value: 5, uncertainty: 0.1, source: made, held_out: true}")
    folder = tmp_path_factory.mktemp("own")
    (folder / "targets").mkdir()
    head = ["_target_: experiments.fit.observed.targets", "name: made", "who: a pool", "rows:"]
    (folder / "targets" / "made.yaml").write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return folder


SEARCH = ("targets=made", "search.seeds=4", "search.generations=14", "design.seeds=8")


@pytest.fixture(scope="module")
def calibrated(own, tmp_path_factory):
    """Folder of the answer, and its headline."""
    out = tmp_path_factory.mktemp("out")
    config = configured([*SMALL, *TWO, *SEARCH, f"out={out}"], str(own))
    return config, *perform(config)


@pytest.mark.slow
def test_known_numbers_come_back_within_the_seed_spread(calibrated, truth):
    """Each number lies in its interval, twice as wide. What is measured at the set that was found lies within two
    standard deviations over seeds of what was measured at the truth, also what was held out: means of the 4 seeds of
    the search, of 8 that neither it nor the truth has, and of 16 of the truth differ by 0.66 standard deviations."""
    _, folder, _ = calibrated
    m = read_measures(folder)
    for k, name in enumerate(m["number"].values):
        low, high = m["search_interval"].values[k]
        room = (high - low) / 2  # twice the standard deviation
        assert m["search_trusted"].values[k]
        assert low - room < TRUE[name] < high + room, name
        assert low <= m["search_value"].values[k] <= high
    for name, x in truth.items():
        found = m["simulated"].sel(target=name, case="fitted").item()
        assert abs(found - x.mean()) < 2 * x.std(ddof=1), name
    assert m["search_loss"].min() < m["checked_loss"].sel(case="before")


def test_what_is_missed_is_marked_and_what_is_not_is_not(calibrated):
    _, folder, lines = calibrated
    m = read_measures(folder)
    missed = dict(zip(m["target"].values, m["missed"].sel(case="fitted").values, strict=True))
    assert missed == {"peak_rate": False, "recruitment": False, "peak_rate_spread": False, "recruitment_last": False,
                      "beyond": True}  # fmt: skip
    away = m["away"].sel(target="beyond", case="fitted").item()
    first = m["simulated"].sel(target="beyond", case="fitted").item()
    assert away == pytest.approx((first - 5) / 0.1)
    (line,) = [line for line in lines if line.startswith("held out: beyond")]
    assert line.endswith(f"MISSED by {abs(away):.1f} uncertainties")
    assert "missed by more than 2 uncertainties: beyond" in lines
    rows = (folder / "targets.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[2] for row in rows[1:]] == ["fitted"] * 3 + ["held out"] * 2


def test_the_loss_is_the_sum_of_its_terms_at_every_set(calibrated):
    m = read_measures(calibrated[1])
    assert set(m["term"].values.tolist()) == set(MADE)
    np.testing.assert_allclose(m["search_terms"].sum("term"), m["search_loss"], rtol=1e-12)


def test_what_was_found_is_drawn_again_without_a_simulation(calibrated, monkeypatch):
    config, folder, lines = calibrated
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated to redraw"))
    monkeypatch.setitem(sys.modules, "cmaes", None)
    before = (folder / "figure.png").read_bytes()
    (folder / "figure.png").unlink()
    assert perform(config) == (folder, lines)
    assert (folder / "figure.png").read_bytes() == before


def test_the_numbers_that_were_found_serve_later_runs(calibrated):
    """As a state of the network, and as a design with the numbers of the protocol too, to the last bit."""
    _, folder, _ = calibrated
    m = read_measures(folder)
    found = {str(path): float(m["leaf_value"].sel(leaf=path, case="fitted")) for path in m["leaf"].values}
    assert set(found) == {"network.hTA.g_ca.low", "network.hTA.g_ca.high", "protocol.excitation.peak"}
    pool = ["experiment=pool", "scale=smoke"]
    source, question = declare(configured([*pool, "design=calibrated"], str(folder)))
    samples = source.study.samples()  # type: ignore[attr-defined]
    for path, value in found.items():
        assert samples[path].values.tolist() == [value] * len(samples["sample"]), path
    question.fits(source.factors())
    source, _ = declare(configured([*pool, "state=[calibrated]"], str(folder)))
    leaves = source.study.leaves()  # type: ignore[attr-defined]
    for path in ("network.hTA.g_ca.low", "network.hTA.g_ca.high"):
        assert leaves[path].number == found[path]


@pytest.mark.slow
def test_a_search_that_was_killed_goes_on_as_if_it_had_not_been(calibrated, own, tmp_path):
    _, folder, lines = calibrated
    settings = [*SMALL, *TWO, *SEARCH, f"out={tmp_path}"]
    command = [sys.executable, "-m", "experiments.run", "--config-dir", str(own), *settings]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment) as child:
        until = time.monotonic() + 120
        while not (kept := list(tmp_path.glob("*/search/search.zip"))) and time.monotonic() < until:
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    assert kept, "nothing was kept"
    assert not list(tmp_path.glob("*/search/measures.zarr.zip")), "it had ended before it was killed"
    again, words = perform(configured(settings, str(own)))
    assert words == lines
    whole, found = (json.loads((place / "measures.json").read_text(encoding="utf-8")) for place in (folder, again))
    assert found == whole


def searched(objective: Callable[[np.ndarray], np.ndarray], *, raised: float = 0.0) -> xr.Dataset:
    """What an answer holds of a search for two numbers.

    Args:
        raised: is added to the loss on the profiles, as where a search has not come to its end.
    """
    sought = Sought(Space({"network.x.a": [0, 10], "network.x.b": ["1 mV", "2 mV"]}), population=8, generations=40)

    def judged(points: np.ndarray) -> Judged:
        loss = objective(points)
        return Judged(loss, {"all": loss})

    best = search(judged, sought.space.names, rules=sought.rules, population=sought.population)
    told = along(judged, profile(best.history))
    lowest = judged(told.paths.reshape(-1, 2)).loss.reshape(2, -1).min(axis=1)
    return _joined(xr.Dataset(), course(sought, best, told, lowest + raised))


def test_a_number_that_the_targets_do_not_constrain_is_said_to_be_free():
    m = searched(lambda p: (50 * (p[:, 0] - 0.3)) ** 2 + 2)
    assert m["search_determined"].values.tolist() == [True, False]
    assert re.fullmatch(r"network\.x\.a lies at 2[78] to 3[23] % of its range\.", sentence(m, 0))
    assert sentence(m, 1) == (
        "network.x.b is not constrained by these targets: 0 to 100 % of its range fit about as well."
    )
    assert said(m, 1).endswith("not constrained by these targets")
    low, high = m["search_interval"].values[0]
    assert (low, high) == pytest.approx((2.8, 3.2), abs=0.05)  # 50 (0.02) = 1, of a range of 10


def test_numbers_that_replace_each_other_are_named():
    m = searched(lambda p: (50 * (p[:, 0] + p[:, 1] - 1)) ** 2 + (p[:, 0] - p[:, 1]) ** 2)
    for k, other in enumerate(("network.x.b", "network.x.a")):
        assert sentence(m, k).endswith(f"It can be traded for {other} (−1.00).")


def test_a_number_at_the_end_of_its_range_is_said_to_be_held_there():
    m = searched(lambda p: 40 * p[:, 0] + (20 * (p[:, 1] - 0.5)) ** 2)
    assert sentence(m, 0).endswith("It comes to the lowest end of its range, which may hold it there.")
    assert "range, which" not in sentence(m, 1)


def test_where_the_profile_is_not_as_low_as_the_best_set_an_interval_is_that_of_the_sets_at_least():
    m = searched(lambda p: (50 * (p[:, 0] - 0.3)) ** 2 + (50 * (p[:, 1] - 0.5)) ** 2, raised=7.0)
    assert not m["search_trusted"].any()
    assert not m["search_determined"].any()
    within = m["search_tried"].values[m["search_loss"] <= m["search_loss"].min() + 1]
    np.testing.assert_array_equal(m["search_place"], np.stack([within.min(axis=0), within.max(axis=0)], axis=1))
    for k in (0, 1):
        assert "% of its range at least; how much farther is not known, since on its profile the loss" in sentence(m, k)
        assert sentence(m, k).endswith("by 7.")
        assert "(at least " in said(m, k)
    alone = m.assign(search_place=m["search_place"] * 0 + 0.3, search_interval=m["search_interval"] * 0 + 3)
    assert said(alone, 0).endswith("(how far it may go is not known)")
    assert "network.x.a lies at 30 % of its range; how far it may go is not known, since" in sentence(alone, 0)


def test_what_seeds_alone_do_to_the_loss_is_what_they_do_to_means():
    """The loss of means of 4 seeds is higher by that on average than the loss of the truth, here 0."""
    rng = np.random.default_rng(1)
    a, b = (Measure(name, "pps", name, lambda view: view, {}) for name in ("a", "b"))
    loss = Loss([Target("a", 5.0, 0.5), Target("b", 2.0, 2.0, weight=3)], [a, b])
    drawn = {"a": rng.normal(5, 0.8, (4000, 4)), "b": rng.normal(2, 3, (4000, 4))}
    expected = 0.8**2 / 4 / 0.5**2 + 3 * 3**2 / 4 / 2**2
    told = np.mean([noise(loss, {name: x[k : k + 1] for name, x in drawn.items()}) for k in range(4000)])
    assert told == pytest.approx(expected, rel=0.05)  # 4000 variances of 4: a standard error of 1.3 %
    assert loss(drawn).loss.mean() == pytest.approx(expected, rel=0.08)
    missing = {"a": np.array([[np.nan, 5.0, np.nan, np.nan]]), "b": np.full((1, 4), 2.0)}
    assert noise(loss, missing) == 0


def test_a_profile_that_is_lower_than_the_best_set_says_to_search_on():
    m = searched(lambda p: (50 * (p[:, 0] - 0.3)) ** 2 + (50 * (p[:, 1] - 0.5)) ** 2, raised=-7.0)
    assert any(x.startswith("The search has not come to the lowest loss") for x in m.attrs["search_cautions"])


def test_what_is_held_out_makes_no_difference_to_the_search(own):
    """Its folder has another name, since it is measured too; what the search leaves has not."""

    def names(*settings: str) -> tuple[str, str]:
        source, question = source_of(*TWO, "targets=made", *settings, config_dir=str(own))
        measures = question.measures()
        return source.digest(measures), source._of_search(measures)

    whole, search = names()
    assert names("targets.rows.recruitment_last.source=elsewhere") == (whole, search)
    assert names("targets.rows.recruitment_last.value=0.9") == (whole, search)  # said in the answer alone
    for setting in ("targets.rows.recruitment.value=0.4", "search.seeds=5", "search.generations=9", "network.size=7",
                    "search.draw=1", "search.space.ranges.peak=[8, 41]"):  # fmt: skip
        other = names(setting)
        assert other[0] != whole
        assert other[1] != search
    assert names("search.space.ranges.peak=[8.0, 40.0]", "dt='100 us'") == (whole, search)


def test_what_an_experiment_says_of_its_step_holds():
    assert [configured([f"experiment={name}"]).dt for name in ("pool", "fit/calibrate_pool")] == ["0.05 ms", "0.1 ms"]
    assert configured(["experiment=fit/calibrate_pool", "dt='0.05 ms'"]).dt == "0.05 ms"


WRONG = {
    "+targets.rows.delta_g={value: 1 pps, uncertainty: 1 pps, source: x}": "'delta_g', which there is not: did you",
    "targets.rows.delta_f.uncertainty=null": "'delta_f' has no uncertainty; give its standard deviation",
    "targets.rows.delta_f.uncertainty=0 pps": "the uncertainty of the target 'delta_f' is above zero",
    "targets.rows.delta_f.value=null": "'delta_f' has no value; give what was observed",
    "targets.rows.delta_f.source=null": "'delta_f' has no source; give where it comes from",
    "targets.rows.delta_f.value=4 mV": "the target 'delta_f' is in pps, but '4 mV' is in",
    "targets.rows.delta_f.value=4.4": "'delta_f' is 4.4 without a unit, but 'delta_f' is in pps; write 4.4 pps",
    "targets.rows.recruitment.value=0.3 pps": "the target 'recruitment'",
    "+targets.rows.delta_f.weigth=2": "'weigth', which means nothing here: did you mean 'weight'",
    "search.space.ranges.cal=[2, 2]": "the range of 'cal' is its lowest value and a higher one",
    "search.space.ranges.cal=[2, 1]": "the range of 'cal' is its lowest value and a higher one",
    "search.space.ranges.theta_m=[-48, -36]": "theta_m",
    "+search.space.ranges.spare=[1, 2]": "'spare' of a space is the path of no leaf",
    "+search.space.scaled.network.hTA.g_nothing=cal": "'network.hTA.g_nothing', which leads to no number",
    "search.generations=2": "read from at least 56 sets, but 2 generations of 8 are 16; raise search.generations",
    "search.population=1": "search.population is a whole number from 4",
    "search.seeds=0": "search.seeds is a whole number from 1",
    "search.first_seed=1": "under random streams that the search has not seen, but both have 1",
    "backend=brian2": "take backend=jax",
    "+design.axes.network.hTA.noise=[0, 1]": "its design has seeds and no other factor",
    "+variants.size={a: {network.size: 3}}": "it is sought for one study|numbers are sought for one study",
    "record.commands=false": "was not recorded|nothing was recorded along time",
    "targets=none": "targets",
}  # fmt: skip


@pytest.mark.parametrize("setting", WRONG)
def test_what_cannot_be_is_a_sentence_before_anything_runs(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(Fitted, "bring", lambda *_: pytest.fail("it ran"))
    with pytest.raises(UserError, match=WRONG[setting]) as found:
        perform(configured([*SMALL, setting, f"out={tmp_path}"]))
    assert "\n" not in str(found.value)


def test_without_the_extra_it_says_which(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(UserError, match=r"a calibration needs cmaes, .* pip install .* '\.\[fit\]'"):
        perform(configured([*SMALL, f"out={tmp_path}"]))


def test_targets_without_one_that_is_fitted_are_refused():
    row = {"value": "4 pps", "uncertainty": "1 pps", "source": "made", "held_out": True}
    with pytest.raises(FitError, match="none that is fitted"):
        targets(name="made", rows={"delta_f": row})


@pytest.mark.parametrize("name", ["tibialis_anterior_command", "soleus_command"])
def test_every_target_that_is_shipped_has_unit_and_source(name):
    _, question = source_of(f"targets={name}")
    assert {row.name for row in question.targets if not row.held_out} >= {"peak_rate", "delta_f"}
    for row in question.targets:
        assert "orssatto/PICs-ageing" in row.source


@pytest.mark.slow
def test_what_is_shipped_runs_small_and_draws(tmp_path):
    folder, lines = perform(configured(["experiment=fit/calibrate_pool", "scale=smoke", f"out={tmp_path}"]))
    for file in ("figure.png", "report.html", "targets.csv", "numbers.csv", "state/calibrated.yaml"):
        assert (folder / file).stat().st_size > 100, file
    assert sum(line.startswith("fitted: ") for line in lines) == 4
    assert sum(line.startswith("held out: ") for line in lines) == 5
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "There are more numbers than fitted targets" in report
    assert "its uncertainty is chosen" in report


def test_a_search_begins_where_it_is_told_to():
    """Of the numbers that are named; the others begin in the middle of their ranges."""
    source, _ = source_of(*TWO, "+search.start={peak: 20}", "+search.width=0.1")
    sought = source.sought
    numbers = dict(zip(sought.space.names, sought.space.numbers(sought.first), strict=True))
    assert numbers["peak"] == pytest.approx(20)
    assert numbers["ahp_size"] == pytest.approx(np.sqrt(0.5 * 3))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("+search.start={peek: 20}", "'peek', which is not sought: did you mean 'peak'"),
        ("+search.start={peak: 50}", "search.start.peak is 50, beyond its range"),
        ("+search.start={peak: 3 mV}", "search.start.peak"),
        ("+search.width=0", "above 0 to 1"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(setting, said):
    with pytest.raises(UserError, match=said):
        source_of(*TWO, setting)
