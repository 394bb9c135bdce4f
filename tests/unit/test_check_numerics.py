"""A cell whose spikes hang on how they are computed is told so; one whose spikes do not is told that."""

import jax.numpy as jnp
import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.check_numerics import Limits, Pair, Run, _rows
from sim.design import Design
from sim.engine.program import Program
from sim.measure import Measure
from sim.run import Study
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics, NumericsError
from sim.spec.params import Param
from sim.spec.protocol import Settle, Triangle
from sim.spec.record import Record

SQUID = "Hodgkin & Huxley 1952, J Physiol 117:500, rest at -65 mV"
AXON = Model(
    "axon of the squid",
    Block(
        """
        dv/dt = (I - g_na*m**3*h*(v - E_na) - g_k*n**4*(v - E_k) - g_leak*(v - E_leak))/c_m : volt
        dm/dt = (1 - m)/ms/exprel(-(v + 40*mV)/(10*mV)) - m*4/ms*exp(-(v + 65*mV)/(18*mV)) : 1
        dh/dt = (1 - h)*0.07/ms*exp(-(v + 65*mV)/(20*mV)) - h/ms/(1 + exp(-(v + 35*mV)/(10*mV))) : 1
        dn/dt = (1 - n)*0.1/ms/exprel(-(v + 55*mV)/(10*mV)) - n*0.125/ms*exp(-(v + 65*mV)/(80*mV)) : 1
        I : amp/metre**2
        """,
        params={
            "g_na": Param("120 mS/cm**2", SQUID),
            "g_k": Param("36 mS/cm**2", SQUID),
            "g_leak": Param("0.3 mS/cm**2", SQUID),
            "E_na": Param("50 mV", SQUID),
            "E_k": Param("-77 mV", SQUID),
            "E_leak": Param("-54.387 mV", SQUID),
            "c_m": Param("1 uF/cm**2", SQUID),
        },
        initial={"v": "-65 mV"},
    ),
    threshold="v > 0*mV",
)
LEAKY = Model(
    "leaky integrate-and-fire with noise",
    Block(
        "dv/dt = (E - v)/tau + I + sigma*sqrt(2/tau)*xi : volt (unless refractory)\nI : volt/second",
        params={
            "E": Param("-65 mV", "test"),
            "tau": Param("10 ms", "test", ("0.001 ms", None)),
            "sigma": Param("2 mV", "test"),
        },
        initial={"v": "-65 mV"},
    ),
    threshold="v > -50*mV",
    refractory="2 ms",
    reset="v = E",
)


def last_spike(view, population):
    """When the last unit stops: s."""
    return np.nanmax(view.spikes(population), axis=(1, 2), initial=0)


LAST = Measure("last_spike", "s", "last spike", last_spike, {"population": "cells"})


def study(model: Model, target: str, peaks: list[str], up: str, **numerics) -> Study:
    protocol = Settle("0.1 s") >> Triangle(target, peaks[0], up, up, name="ramp")
    design, record = Design({"protocol.ramp.peak": peaks}), Record(max_rate="200 Hz")
    network = Network((Population("cells", model, 2),))
    return Study(network, protocol, record, design, JaxBackend(), Numerics(**numerics))


def test_an_axon_under_a_slow_ramp_hangs_on_its_precision():
    """Its rest loses stability slowly, and rounding grows from then on (Baer, Erneux & Rinzel 1989, SIAM J Appl Math
    49:55): in single precision it fires 0.15 s early."""
    checked = study(AXON, "cells.I", ["30 uA/cm**2"], "1 s").check_numerics()
    single, step = checked.pairs
    assert not checked.agree
    assert not single.agree
    spikes, onset = single.rows
    assert not spikes.agrees
    assert not onset.agrees
    said = "\n".join(checked.lines())
    assert "single precision (float32 against float64, dt 0.05 ms): DISAGREE" in said
    assert "(cells 0, sample 0)" in said
    assert "take dtype=float64" in said
    assert step.agree
    assert study(AXON, "cells.I", ["30 uA/cm**2"], "1 s", dtype="float64").check_numerics().agree


def test_a_step_that_is_too_long_is_told():
    checked = study(
        LEAKY, "cells.I", ["2 mV/ms", "3 mV/ms"], "1 s", scheme="euler", dt="2 ms", window="2 ms"
    ).check_numerics()
    single, step = checked.pairs
    assert single.agree
    assert not step.agree
    assert "take a shorter dt" in checked.lines()[-1]


def test_a_cell_with_noise_agrees_at_half_the_step():
    """Both steps see the same noise, or the spikes of a noisy cell could not be compared at all."""
    checked = study(LEAKY, "cells.I", ["2 mV/ms", "3 mV/ms"], "0.5 s").check_numerics([LAST])
    assert checked.agree, checked.lines()
    assert [len(pair.rows) for pair in checked.pairs] == [3, 3]
    assert "last_spike (last spike)" in checked.pairs[1].rows[2].words


def test_the_noise_of_half_the_step_is_that_of_the_step_refined(prepare):
    whole = prepare(Network((Population("cells", LEAKY, 50),)), Settle("1 s"))
    program = whole.parts[0].program
    keys = [jnp.asarray(x)[None] for x in whole.batched(whole._numbers(slice(0, 1)), np.zeros(1, int)).cells[0].keys]

    def draws(program: Program, steps: int) -> np.ndarray:
        return np.asarray(program.draws((keys[0], keys[1]), jnp.arange(steps)[:, None])["xi"], float)

    coarse, fine = draws(program, 400), draws(program._replace(bridged=True), 800)
    np.testing.assert_allclose((fine[::2] + fine[1::2]) / np.sqrt(2), coarse, atol=1e-6)  # drawn in float32 here
    assert abs(fine.std() - 1) < 0.01  # 40,000 draws
    assert abs(np.corrcoef(fine[::2].ravel(), fine[1::2].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(fine[1:-1:2].ravel(), fine[2::2].ravel())[0, 1]) < 0.03


def test_few_samples_of_a_design_are_run_first_and_last_among_them():
    peaks = [f"{k} mV/ms" for k in range(1, 8)]
    checked = study(LEAKY, "cells.I", peaks, "0.1 s").check_numerics(samples=3)
    assert checked.samples == (0, 3, 6)
    assert checked.lines()[0] == "checked samples 0, 3, 6 of 7"
    with pytest.raises(ValueError, match="at least one sample"):
        study(LEAKY, "cells.I", peaks, "0.1 s").check_numerics(samples=0)


def test_half_a_step_keeps_its_window_unless_that_is_full():
    assert Numerics(dt="0.05 ms").halved() == Numerics("0.025 ms", "0.5 ms", bridged=True)
    full = Numerics("0.0025 ms", "0.5 ms").halved()
    assert (full.steps, full.window_ms) == (200, 0.25)
    with pytest.raises(NumericsError, match="halved once only"):
        full.halved()


def made_up(counts: list[int], first: list[float], measured: float, status: int = 1) -> Run:
    return Run(np.array([counts]), np.array([first]), {"last_spike": np.array([measured])}, np.array([status]))


SAME = made_up([10, 400], [0.1, 0.2], 1.0)


@pytest.mark.parametrize(
    ("other", "agrees", "said"),
    [
        (SAME, [True, True, True], "spikes: 410 against 410"),
        (made_up([11, 402], [0.1, 0.2], 1.0), [True, True, True], "most apart 400 against 402 (b 0, sample 7)"),
        (made_up([12, 400], [0.1, 0.2], 1.0), [False, True, True], "most apart 10 against 12 (a 0, sample 7)"),
        (made_up([10, 403], [0.1, 0.2], 1.0), [False, True, True], "against 403"),
        (made_up([10, 400], [0.1, 0.206], 1.0), [True, False, True], "within 6 ms, 0.2000 against 0.2060 s (b 0"),
        (made_up([0, 400], [np.inf, 0.2], 1.0), [False, False, True], "1 of the units fires in one run only (a 0"),
        (made_up([10, 400], [0.1, 0.2], 1.06), [True, True, False], "1 against 1.06 s (sample 7)"),
        (made_up([10, 400], [0.1, 0.2], np.nan), [True, True, False], "1 against nan s (sample 7)"),
        (made_up([10, 400], [0.1, 0.2], np.nan, 2), [False], "sample 7: A state became infinite"),
    ],
)
def test_what_is_apart_is_said_and_by_which_unit(other, agrees, said):
    rows = _rows(SAME, other, [LAST], ["a 0", "b 0"], np.array([7]), Limits())
    assert [row.agrees for row in rows] == agrees
    assert any(said in row.words for row in rows)
    assert Pair("", "", tuple(rows)).agree == all(agrees)


@pytest.mark.slow
def test_the_command_says_whether_they_agree(command):
    done = command("check", "experiment=pool", "scale=smoke", "network.size=2")
    assert done.stdout.splitlines()[0] == "pool: checked samples 0, 1 of 2"
    assert "spikes: " in done.stdout
    assert done.returncode == 0


def test_a_recording_cannot_be_checked(command):
    done = command("check", "experiment=recorded_units", "recording=x.csv")
    assert "measures a recording, and nothing is computed" in done.stderr
    assert done.returncode == 2
