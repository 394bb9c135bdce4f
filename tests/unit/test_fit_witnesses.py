"""Witnesses say whether code that has changed still gives what an estimator has learnt from: to the last bit on the
device that simulated it, and elsewhere as far as rounding goes."""

from dataclasses import replace

import numpy as np
import pytest

from sim.fit.posterior import Estimator, EstimatorError, Feature, Witnesses
from sim.fit.posterior.checkpoint import as_file, opened
from sim.fit.posterior.witnesses import CLOSE, FIRED, MOVED, ONE
from tests.made_training import FEATURES, trained

COUNT, CELLS, NUMBERS = 16, 200, 3
SD = np.array([2.0, 1.0, 1.0, 1.0, np.inf] + [1.0] * 35)
MANY = [Feature(f"y{k}", "pps", f"rate {k}") for k in range(40)]


def made(features: int = 40) -> Witnesses:
    """Sixteen witnesses; the third summary is missing in the first, the fifth never varies."""
    rng = np.random.default_rng(0)
    seen = rng.standard_normal((COUNT, features)).astype(np.float32)
    seen[0, 2], seen[:, 4] = np.nan, 3.0
    return Witnesses(
        np.arange(COUNT), np.arange(COUNT), rng.random((COUNT, NUMBERS)), seen, rng.integers(0, 90, (COUNT, CELLS)),
        1e-4, "here",
    )  # fmt: skip


def moved(now: Witnesses, device: str) -> str:
    return made().moved(now.seen, now.spikes, device, sd=SD, features=MANY)


def seen(change) -> Witnesses:
    x = made().seen.copy()
    change(x)
    return replace(made(), seen=x)


@pytest.mark.parametrize("device", ["here", "elsewhere"])
def test_what_is_equal_has_not_moved(device):
    assert moved(made(), device) == ""


def test_where_it_was_simulated_the_last_bit_counts():
    def last_bit(x):
        x[3, 1] = np.nextafter(x[3, 1], np.float32(np.inf))

    assert "rate 1 was " in moved(seen(last_bit), "here")
    assert moved(seen(last_bit), "elsewhere") == ""


def test_a_summary_that_has_moved_is_named_with_how_much_and_where():
    def shifted(x):
        x[5, 0], x[6, 0] = x[5, 0] + 0.5, x[6, 0] + 0.1

    said = moved(seen(shifted), "here")
    assert "(draw 5, 0.25 of its SD over the prior), and has moved in 2 of 16 draws; 0.3% of all" in said
    assert "0.00% of the cells" in said


@pytest.mark.parametrize(("share", "told"), [(0.9 * MOVED, False), (1.1 * MOVED, True)])
def test_elsewhere_some_summaries_may_move_and_not_more(share, told):
    few = np.random.default_rng(1).permutation(COUNT * 40)[: int(share * COUNT * 40)]

    def shifted(x):
        x.flat[few] += 2.1 * CLOSE * 2  # of one whose SD is 2

    now = seen(shifted)
    now.seen[:, 4] = 3.0
    assert bool(moved(now, "elsewhere")) == told


@pytest.mark.parametrize(("count", "told"), [(int(ONE * COUNT), False), (int(ONE * COUNT) + 1, True)])
def test_elsewhere_no_single_summary_moves_in_most(count, told):
    def shifted(x):
        x[-count:, 7] += 1

    said = moved(seen(shifted), "elsewhere")
    assert bool(said) == told
    assert not told or "rate 7" in said


def test_elsewhere_a_hundredth_of_its_spread_is_no_move():
    def shifted(x):
        x[:, :2] += 0.9 * CLOSE * SD[:2]

    assert moved(seen(shifted), "elsewhere") == ""
    assert "has moved in 16 of 16 draws" in moved(seen(shifted), "here")


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.__setitem__((0, 2), 1.0),
        lambda x: x.__setitem__((1, 2), np.nan),
        lambda x: x.__setitem__((1, 4), 3.1),
    ],
    ids=["comes", "goes", "never varied"],
)
def test_what_comes_goes_or_never_varied_moves_without_a_measure(change):
    said = moved(seen(change), "here")
    assert "has moved in 1 of 16" in said
    assert "SD over the prior" not in said


@pytest.mark.parametrize(("share", "told"), [(0.9 * FIRED, False), (1.1 * FIRED, True)])
def test_cells_that_are_not_seen_count_too(share, told):
    spikes = made().spikes.copy()
    spikes.flat[: int(share * spikes.size)] += 1
    now = replace(made(), spikes=spikes)
    assert bool(moved(now, "elsewhere")) == told
    assert moved(now, "here").startswith("no summary has moved, but ")


def test_another_number_of_cells_is_another_pool():
    now = replace(made(), spikes=made().spikes[:, 1:])
    assert moved(now, "elsewhere") == f"there are {CELLS - 1} cells instead of {CELLS}"


# ---- in a file


@pytest.fixture(scope="module")
def whole() -> Estimator:
    return replace(trained(), witnesses=made(len(FEATURES)))


def test_a_file_keeps_them_to_the_last_bit(whole, tmp_path):
    whole.save(tmp_path / "one")
    found = Estimator.load(tmp_path / "one").witnesses
    assert found is not None
    for name, x in whole.witnesses.arrays().items():
        y = found.arrays()[name]
        assert x.dtype == y.dtype
        assert np.array_equal(x, y, equal_nan=x.dtype.kind == "f")


def test_an_estimator_may_have_none(tmp_path):
    trained().save(tmp_path / "one")
    assert Estimator.load(tmp_path / "one").witnesses is None


@pytest.mark.parametrize("name", ["seen", "numbers", "stream", "spikes"])
def test_witnesses_that_do_not_fit_are_refused(name, whole, tmp_path):
    found = opened(whole.written())
    assert found is not None
    arrays, about = found
    (tmp_path / "one").write_bytes(as_file(arrays | {f"witness/{name}": arrays[f"witness/{name}"][1:]}, about))
    with pytest.raises(EstimatorError, match="does not fit together"):
        Estimator.load(tmp_path / "one")
