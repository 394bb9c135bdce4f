"""Every experiment, small: it runs from its configuration, draws its figure, and draws it again from its measures."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hydra import compose, initialize_config_module
from matplotlib.backends.backend_agg import FigureCanvasAgg

import conf
from experiments.declare import UserError
from experiments.figure import caption, look
from experiments.run import perform
from experiments.sources import Brought, Variants
from sim.backends.jax_backend import JaxBackend
from sim.backends.simulation import LaneSimulation

HOME = Path(conf.__file__).parent / "experiment"
EXPERIMENTS = sorted(path.stem for path in HOME.glob("*.yaml"))
REFLEXES = sorted(
    f"{path.parent.name}/{path.stem}" for group in ("reflex", "people") for path in HOME.glob(f"{group}/*.yaml")
)
LARGEST_JSON = 1e6  # bytes: a person opens it in an editor


def configured(*overrides):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=["scale=smoke", *overrides])


def test_there_are_experiments():
    assert "paired_delta_f" in EXPERIMENTS
    assert "reflex/h_reflex" in REFLEXES


ANKLES = ("abort_map", "abort_spasm", "spasm")  # half a minute each, as reflexes
POOLS = ("inhibition_reversal", "recorded_units", "sweep")  # ten seconds each
LONG = (*ANKLES, *POOLS, *REFLEXES)


@pytest.mark.parametrize(
    "experiment",
    [pytest.param(x, marks=pytest.mark.slow) if x in LONG else x for x in (*EXPERIMENTS, *REFLEXES)],
)
def test_every_experiment_draws_its_figure(experiment, tmp_path, monkeypatch):
    config = configured(f"experiment={experiment}", f"out={tmp_path}")
    folder, lines = perform(config)
    assert lines
    assert all(isinstance(line, str) for line in lines)
    drawn = {name: (folder / name).read_bytes() for name in ("figure.png", "figure.pdf")}
    assert all(drawn.values())

    measures = json.loads((folder / "measures.json").read_text(encoding="utf-8"))
    assert (folder / "measures.json").stat().st_size < LARGEST_JSON
    for name, entry in measures["variables"].items():
        assert entry["long_name"] != name, f"{name} does not say what it is"

    assert "<svg" in (folder / "report.html").read_text(encoding="utf-8")

    # and again, from the measures alone
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated to redraw"))
    for name in drawn:
        (folder / name).unlink()
    assert perform(config) == (folder, lines)
    assert {name: (folder / name).read_bytes() for name in drawn} == drawn


def test_sets_from_a_table_replace_the_ranges_of_a_sweep(tmp_path):
    file = tmp_path / "sets.csv"
    file.write_text("network.hTA.monoamine,protocol.inhibition.level\n0.9,1\n1.1,2\n", encoding="utf-8")
    config = configured("experiment=sweep", "design=table", f"design.points.file={file}", f"out={tmp_path}")
    assert "2 points × 2 seeds" in perform(config)[1][1]


@pytest.mark.parametrize("problem", [MemoryError("Unable to allocate 3 GB"), RuntimeError("RESOURCE_EXHAUSTED: 3 GB")])
def test_a_machine_without_memory_is_a_sentence(problem, tmp_path, monkeypatch):
    def full(*_):
        raise problem

    monkeypatch.setattr(LaneSimulation, "run", full)
    config = configured("experiment=pool", f"out={tmp_path}")
    with pytest.raises(
        UserError, match=r"not enough memory: .*3 GB; take a smaller batch .* What was finished is kept"
    ):
        perform(config)


def test_variants_that_others_are_still_at_work_on_leave_their_status_alone(tmp_path):
    """What is read after a status that says done is whole; before that nothing else is read."""

    class Part:
        def __init__(self, *status: int) -> None:
            self.status = status

        def bring(self, folder: Path, measures: Sequence) -> Brought:
            coordinates = {"status": ("sample", list(self.status)), "sample": [0, 1]}
            results = xr.Dataset({"n_spikes": (("sample", "unit"), np.ones((2, 3)))}, coordinates)
            return Brought(results, results[["status"]])

    def whole(*parts: Part) -> Brought:
        return Variants("cell", dict(zip("ab", parts, strict=True))).bring(tmp_path, ())  # type: ignore[arg-type]

    done = whole(Part(1, 1), Part(1, 3)).results
    assert done["n_spikes"].shape == (4, 3)
    assert done["cell"].values.tolist() == ["a", "a", "b", "b"]
    assert done["cell_index"].values.tolist() == [0, 0, 1, 1]
    at_work = whole(Part(1, 1), Part(0, 1))
    assert at_work.missing == 1
    assert at_work.results["status"].values.tolist() == [1, 1, 0, 1]
    assert not at_work.results.data_vars


def test_a_caption_stays_inside_its_figure_in_three_lines():
    figure = look.new_figure(7.2, 4)
    caption.caption(figure, "a long sentence about motoneurons that goes on; " * 30)
    figure.set_dpi(look.STYLE["savefig.dpi"])
    text = figure.texts[0]
    assert len(text.get_text().splitlines()) == 3
    assert text.get_text().endswith("…")
    box = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert box.y0 >= 0
