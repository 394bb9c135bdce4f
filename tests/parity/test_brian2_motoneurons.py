"""Whole motoneurons fire the same spikes in JAX and in Brian2, for a short time in every scheme, and for a second."""

import numpy as np
import pytest

from networks.cells.booth_rinzel_kiehn import MOTONEURON
from networks.cells.powers_heckman import REFERENCE
from sim.engine.integrate import SCHEMES
from sim.spec.params import Graded
from sim.spec.protocol import Hold, Settle, Step
from tests.parity.cells import DRIVEN, motoneurons
from tests.parity.feature import ROUNDING, Feature, agree, run

WHOLE_CELLS = {
    "Powers & Heckman, with its noise": Feature(
        motoneurons(REFERENCE, 2, g_na=Graded("0.010 S/cm**2", "0.014 S/cm**2")), DRIVEN, dt="0.05 ms"
    ),
    # Its instantaneous sodium gate outruns longer steps: with 0.05 ms a rounding of 1e-15 mV has grown to 1e-9 mV after
    # 50 ms and to another spike after 300 ms, in JAX alone as well; with 0.01 ms it stays below that for 500 ms.
    # 1e-7 mV: its upstroke is so steep, 1000 mV/ms, that a spike 1e-11 ms later is 1e-8 mV where a sample meets it.
    "Booth, Rinzel & Kiehn": Feature(
        MOTONEURON, Step("cells.excitation", "0.1 mS/cm**2", "100 ms"), dt="0.01 ms", tolerance=1e-7
    ),
}


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        pytest.param(
            n, s, marks=() if (n, s) == ("Powers & Heckman, with its noise", "staggered") else pytest.mark.slow
        )
        for n in WHOLE_CELLS
        for s in SCHEMES
    ],
)
def test_back_ends_agree_on_whole_motoneurons(simulate, name, scheme):
    row = WHOLE_CELLS[name]
    agree(row, run(simulate, row, scheme), run(simulate, row, scheme, "same"))


SECOND = Hold("cells.inhibition", 3) + Hold("cells.excitation", 3) + Settle("1 s")  # about 10 pps


@pytest.mark.slow
def test_a_whole_motoneuron_agrees_for_a_second(simulate):
    """A rounding grows on the slow way to a spike to 1e-11 ms of its time, which on its flanks is 1e-9 mV."""
    row = Feature(motoneurons(REFERENCE, 1, noise=0), SECOND, dt="0.05 ms", every="0.5 ms", commands=True)
    ours, theirs = run(simulate, row), run(simulate, row, method="same")
    spikes = ours.steps[0, 0][ours.steps[0, 0] >= 0] * ours.dt
    assert len(spikes) > 5
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    flank = np.abs(np.arange(2000)[:, None] * 0.5 - spikes).min(axis=1) < 3  # ms
    for name, x in ours.traces.items():
        apart = np.abs(x - theirs.traces[name])
        assert apart[..., ~flank].max() < ROUNDING, name
        assert apart[..., flank].max() < 10 * ROUNDING, name
