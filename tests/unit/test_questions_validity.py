"""How well ΔF tells the current behind it: what is read of a contraction, and what follows over many of them."""

import numpy as np
import pytest
import xarray as xr

from experiments import perform
from experiments.measures.validity import inward, kept, largest, of_few, of_lowest
from experiments.people.delta_f_validity import DeltaFValidity, _rank, _slopes
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.results.status import Status
from sim.results.view import View
from tests.made_results import padded, spike_variables

TIME = np.arange(0, 24, 0.05)
UNITS = 8


def contraction(shift: float = 2.0) -> View:
    """Units that begin one after the other and end `shift` s later than a symmetric ramp would have them; the current
    of each is a line from 0 up to 11 nA at 22 s, and stays there."""
    trains = []
    for k in range(UNITS):
        on = 2.0 + 0.9 * k
        moments = np.arange(on, 22 - on + shift, 1e-3)
        rate = 8 + 8 * (1 - np.abs(moments - 11) / 11)
        cycles = np.cumsum(rate * 1e-3)
        trains.append(np.interp(np.arange(1, int(cycles[-1])), cycles, moments))
    current = np.broadcast_to(-0.5 * np.minimum(TIME, 22), (1, UNITS, len(TIME)))
    whole = xr.Dataset(
        {
            **spike_variables([padded(trains)]),
            "i_pic": (("sample", "recorded", "time"), current.astype(np.float32)),
        },
        coords={
            "time": TIME, "status": ("sample", [Status.DONE]), "population": ("unit", ["hTA"] * UNITS),
            "stream": ("sample", [3]), "recorded": np.arange(UNITS),
        },
    )  # fmt: skip
    return View(whole)


def test_the_current_of_test_units_is_read_at_its_largest_and_at_both_ends():
    view = contraction()
    convention = LATER_SPIKE_FROM_SECOND
    assert inward(view, "hTA").shape == (1, UNITS, len(TIME))
    assert float(largest(view, "hTA", convention)[0]) == pytest.approx(11, abs=0.1)
    spikes = view.spikes("hTA")[0]
    tested = np.isfinite(delta_f(view.spikes("hTA"), convention=convention).unit[0])
    lasts = np.nanmax(spikes, axis=-1) - spikes[:, 0]
    assert float(kept(view, "hTA", convention)[0]) == pytest.approx(0.5 * lasts[tested].mean(), abs=0.25)


def test_few_units_and_the_lowest_control_give_a_delta_f_of_their_own():
    view = contraction()
    few, low = (float(f(view, "hTA", LATER_SPIKE_FROM_SECOND)[0]) for f in (of_few, of_lowest))
    assert few > 0
    assert low > 0
    assert float(of_few(contraction(), "hTA", LATER_SPIKE_FROM_SECOND)[0]) == few


def test_slopes_are_those_of_the_linear_model_in_standard_deviations():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 3)) * [1, 5, 0.1] + [0, 3, 1]
    y = 2 * (x[:, 0]) - 1 * (x[:, 1] - 3) / 5 + rng.normal(size=4000)
    assert _slopes(x, y) == pytest.approx(np.array([2, -1, 0]) / np.sqrt(6), abs=0.04)
    y[:10] = np.nan
    assert _slopes(x, y) == pytest.approx(np.array([2, -1, 0]) / np.sqrt(6), abs=0.04)


def test_what_does_not_move_has_no_slope_and_too_few_sets_none_at_all():
    x = np.column_stack([np.arange(60.0), np.ones(60)])
    found = _slopes(x, np.arange(60.0))
    assert found[0] == pytest.approx(1)
    assert np.isnan(found[1])
    assert np.isnan(_slopes(x[:10], np.arange(10.0))).all()
    assert np.isnan(_rank(np.arange(10.0), np.arange(10.0)))
    assert _rank(np.arange(40.0), np.arange(40.0) ** 3) == pytest.approx(1)


def test_it_is_asked_of_sets_of_numbers(tmp_path):
    result = perform(
        "people/delta_f_validity", f"out={tmp_path}", "design.prior.count=64", "network.size=8", "protocol.up='5 s'",
        "protocol.down='5 s'", "question.resamples=20",
    )  # fmt: skip
    m = result.answer
    assert m.sizes["draw"] == 64
    assert str(m["number"].values[0]) == "pic"
    assert "cal" not in m["number"].values
    value, low, high = m["rank"].sel(truth="pic", reading="delta_f").values
    assert low <= value <= high
    assert len(result.headline()) >= 4


@pytest.mark.parametrize(
    ("given", "said"),
    [({"others": ["openhdmg"]}, "did you mean 'openhdemg'"), ({"resamples": 3}, "from 20"), ({"others": 3}, "others")],
)
def test_what_cannot_be_asked_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        DeltaFValidity(**({"population": "hTA", "others": [], "causes": []} | given))
