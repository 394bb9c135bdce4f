"""The report is honest: every claim is there, a miss is a miss and fails the command, and no path of a machine."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.figure.look import new_figure
from experiments.verification import (
    __main__,
    adaptive,
    brian2_parity,
    convergence,
    figure,
    neuron_parity,
    passive,
    precision,
    published_delta_f,
    reference,
    report,
)
from experiments.verification.claims import Claim, Family
from sim.analysis.smoothing import rate_difference
from sim.spec.protocol import Settle

MET = Claim("cells fire", "another program", "1 spike: the last", "5 against 5", True)
MISSED = Claim("cells rest", "another program", "0.1 mV: half a digit", "−60 | −70 mV", False)
UNKNOWN = Claim("cells think", "a philosopher", "none", "no philosopher is installed", None)


def family(*rows: Claim) -> Family:
    return Family("A family", "What was done.", lambda: None, lambda _: list(rows))


@pytest.fixture
def verified(tmp_path, capsys):
    """Exit status, report and last line printed, from some claims."""

    def verify(*rows: Claim) -> tuple[int, str, str]:
        status = __main__.verify([family(*rows)], tmp_path, lambda _: new_figure(1, 1))
        return status, (tmp_path / "VERIFICATION.md").read_text(encoding="utf-8"), capsys.readouterr().out

    return verify


def test_a_missed_claim_exits_non_zero_and_is_shown_as_missed(verified):
    status, text, said = verified(MET, MISSED)
    assert status == 1
    assert "| −60 \\| −70 mV | **MISSED** |" in text
    assert "**2 claims: 1 met, 1 MISSED.**" in text
    assert said.startswith("2 claims: 1 met, 1 MISSED")


def test_claims_that_are_met_exit_zero(verified):
    status, text, _ = verified(MET)
    assert status == 0
    assert "MISSED" not in text


def test_a_claim_that_cannot_be_checked_is_not_called_met(verified):
    status, text, _ = verified(MET, UNKNOWN)
    assert status == 0
    assert "| no philosopher is installed | not checked |" in text
    assert "2 claims: 1 met, 1 not checked" in text


def test_a_number_that_is_not_a_number_misses():
    nowhere = {scheme: np.full(4, np.nan) for scheme in ("euler", "staggered")}
    assert not any(claim.met for claim in convergence.claims(convergence.Convergence(nowhere, nowhere, 3)))
    apart = brian2_parity.Agreement(True, 5, np.nan, np.nan)
    assert [c.met for c in brian2_parity.claims(brian2_parity.Parity(*[apart] * 4))] == [True, False] * 4


def test_two_runs_write_the_same_file(verified):
    assert verified(MET, MISSED) == verified(MET, MISSED)


# ---- every family, from numbers that are made up

EXACT = np.full(20, 300)


def parity(off: int) -> neuron_parity.Parity:
    """So many spikes, twice as many ms at recruitment, and as many pps off."""
    pair = neuron_parity.Pair(EXACT + off, EXACT, np.full(20, 0.002 * off), np.full(20, off), (1.8 + off, 1.8))
    return neuron_parity.Parity(pair, dict.fromkeys((0.8, 1.0, 1.2), pair))


TRAINS = [np.linspace(2, 20, 300)] * len(adaptive.UNITS)
UNCHANGED = precision.Change(np.zeros((3, 20), int), np.zeros((3, 20)), np.zeros(3))
POWERS = {
    name: np.array(convergence.STEPS) ** order
    for name, order in (("euler", 1), ("exponential_euler", 1), ("staggered", 2))
}
TOGETHER = brian2_parity.Agreement(True, 23, 1e-10, 1e-11)
POOLS = {name: dict(expected) for name, (_, expected) in published_delta_f.CONVENTIONS.items()}
UNITS = np.array([published_delta_f.OPENHDEMG_DELTA_F.get(unit, np.nan) for unit in range(5)])
CELLS = {name: value for name, (value, _) in {**passive.GEOMETRY, **passive.REST}.items()}
RESISTANCE = {
    pic: np.array([cells.get(cell, np.nan) for cell in range(20)]) for pic, cells in passive.INPUT_RESISTANCE.items()
}
PERFECT = {
    neuron_parity: parity(0),
    adaptive: adaptive.Adaptive(TRAINS, TRAINS, TRAINS),
    precision: precision.Precision(UNCHANGED, UNCHANGED),
    convergence: convergence.Convergence(POWERS, {"staggered": POWERS["staggered"]}, 3),
    brian2_parity: brian2_parity.Parity(*[TOGETHER] * 4),
    published_delta_f: published_delta_f.Published(POOLS, UNITS),
    passive: passive.Passive(CELLS, RESISTANCE),
}
WRONG = {
    neuron_parity: parity(4),
    adaptive: adaptive.Adaptive(TRAINS, [train[:-2] + 0.3 for train in TRAINS], TRAINS),
    precision: precision.Precision(*[precision.Change(*(x + 5 for x in UNCHANGED))] * 2),
    convergence: convergence.Convergence(dict.fromkeys(POWERS, np.ones(4)), {"staggered": np.ones(4)}, 3),
    brian2_parity: brian2_parity.Parity(*[brian2_parity.Agreement(False, 23, 1e-8, 1e-8)] * 4),
    published_delta_f: published_delta_f.Published(
        {name: {pool: x + 0.11 for pool, x in pools.items()} for name, pools in POOLS.items()}, UNITS + 0.01
    ),
    passive: passive.Passive(
        {name: x + 6 for name, x in CELLS.items()}, {pic: x + 0.01 for pic, x in RESISTANCE.items()}
    ),
}


def test_every_family_is_run():
    assert [module.FAMILY for module in PERFECT] == list(__main__.FAMILIES)


@pytest.mark.parametrize("module", PERFECT)
def test_numbers_as_they_should_be_meet_every_claim(module):
    assert all(claim.met is True for claim in module.FAMILY.claims(PERFECT[module]))


@pytest.mark.parametrize("module", WRONG)
def test_wrong_numbers_miss_every_claim(module):
    assert all(claim.met is False for claim in module.FAMILY.claims(WRONG[module]))


def test_the_report_has_every_claim_with_its_tolerance_and_what_was_found():
    sections = [report.Section(m.FAMILY.title, m.FAMILY.about, m.FAMILY.claims(x)) for m, x in PERFECT.items()]
    text = report.text(sections, report.machine())
    rows = [line for line in text.splitlines() if line.endswith("| met |")]
    claims = [claim for section in sections for claim in section.claims]
    assert len(rows) == len(claims) > 25
    for claim in claims:
        assert claim.name in text
        assert claim.tolerance in text
        assert claim.found in text


def names_a_place(text: str) -> bool:
    """Whether an absolute path or a time of day stands in a text."""
    return bool(re.search(r"(?<![\w.)\]])/\w+/\w|[A-Za-z]:\\|\d\d:\d\d", text))


def test_no_path_or_clock_of_a_machine_is_in_the_report(verified):
    assert names_a_place("written to /home/someone at 12:30")
    _, text, said = verified(MET)
    assert not names_a_place(text + said)
    assert str(Path.home()) not in text


def test_the_report_that_is_committed_is_of_these_claims():
    text = (reference.CHECKOUT / "VERIFICATION.md").read_text(encoding="utf-8")
    assert not names_a_place(text)
    for module, numbers in PERFECT.items():
        for claim in module.FAMILY.claims(numbers):
            assert f"| {claim.name} | {claim.against} | {claim.tolerance} |" in text


def test_the_figure_is_small_and_the_same_each_time(tmp_path):
    chosen = [PERFECT[module] for module in (neuron_parity, convergence, published_delta_f)]
    for name in ("a.png", "b.png"):
        figure.save(figure.draw(*chosen), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").stat().st_size < 250_000
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "P"


# ---- the pieces


def test_without_a_checkout_it_says_so_in_one_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(reference, "DATA", tmp_path / "data")
    assert __main__.main() == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "make verify" in said


def test_make_verify_is_in_the_help():
    said = subprocess.run(["make", "help"], cwd=reference.CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert "make verify" in said


def test_a_constant_difference_of_rates_is_found_as_it_is():
    slow, fast = (np.arange(0, 10, 1 / rate) for rate in (10, 12))
    both = reference.padded([slow, fast])
    # 1e-6 pps: rates are rounded where intervals are differences of times
    np.testing.assert_allclose(rate_difference(both, both[::-1]), [2, 2], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(rate_difference(both, both), [0, 0])


def test_rates_that_never_overlap_have_no_difference():
    early, late = np.arange(0, 3, 0.1)[None], np.arange(5, 8, 0.1)[None]
    assert np.isnan(rate_difference(early, late)).all()
    assert np.isnan(rate_difference(early, np.full((1, 5), np.nan))).all()


# ---- the adaptive solver


def test_the_equations_written_anew_have_the_slope_of_the_models(prepare, pool):
    """At any state: a wrong sign or constant in either shows here, before anything is integrated."""
    prepared = prepare(pool(noise=0), Settle("1 ms"), dtype="float64")
    part = prepared.parts[0]
    values = {
        name: x[4]
        for name, x in prepared.batched(prepared._numbers(slice(0, 1)), np.zeros(1, int)).parameters[0].items()
    }
    constants = part.compiled.constants(values)
    cell = adaptive.Motoneuron(adaptive.cell(4))
    dendrites = ("d1", "d2", "d3", "d4")
    names = ["v_soma", *(f"v_{d}" for d in dendrites)]
    names += [f"{x}_soma" for x in ("m_na", "h_na", "m_nap", "m_kdr", "m_ca", "Ca", "n_kca", "n_h")]
    names += [f"{x}_{d}" for x in ("n_h", "m_cal", "h_cal") for d in dendrites]
    rng = np.random.default_rng(0)
    for _ in range(20):
        y = np.concatenate([rng.uniform(-80, 30, 5), rng.uniform(0, 1, 20)])
        y[10] = rng.uniform(1e-4, 1e-2)  # calcium
        known = constants | dict(zip(names, y, strict=True)) | {"excitation": 12.0, "inhibition": 1.5, "current": 0.0}
        known |= {e.name: 0.0 for e in part.compiled.steady.equations if e.name.startswith("z_")}
        found = dict(zip(names, cell.slope(y, 7.0, 5.0, 1.0, 0.0), strict=True))
        for equation in part.compiled.steady.equations:
            if equation.name in found:
                target, rate = equation.relaxation(known)
                scale = max(1.0, abs(found[equation.name]))
                assert (target - known[equation.name]) * rate == pytest.approx(found[equation.name], abs=1e-9 * scale)


def test_a_short_contraction_by_the_adaptive_solver_is_ours(simulate, pool, contraction):
    breaks = (0.0, 1000.0, 2000.0, 3000.0, 4000.0)
    found = adaptive.Motoneuron(adaptive.cell(0)).spikes(breaks, tolerance=1e-7)
    ours = simulate(pool(noise=0), contraction(up="1 s", down="1 s")).times[0, 0]
    ours = ours[~np.isnan(ours)]
    assert len(found) == len(ours) > 20
    np.testing.assert_allclose(ours, found, rtol=0, atol=0.005)
