"""Every experiment, small: it runs from its configuration, draws its figure, and draws it again from its measures."""

import json
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from matplotlib.backends.backend_agg import FigureCanvasAgg

import conf
from experiments import figures
from experiments.run import UserError, declare, perform
from sim.backends.jax_backend import JaxBackend

EXPERIMENTS = sorted(path.stem for path in (Path(conf.__file__).parent / "experiment").glob("*.yaml"))
LARGEST_JSON = 1e6  # bytes: a person opens it in an editor


def configured(*overrides):
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=["scale=smoke", *overrides])


def test_there_are_experiments():
    assert "paired_delta_f" in EXPERIMENTS


@pytest.mark.parametrize("experiment", EXPERIMENTS)
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

    # and again, from the measures alone
    monkeypatch.setattr(JaxBackend, "prepare", lambda *_: pytest.fail("it simulated to redraw"))
    for name in drawn:
        (folder / name).unlink()
    assert perform(config) == (folder, lines)
    assert {name: (folder / name).read_bytes() for name in drawn} == drawn


def test_sets_from_a_table_replace_the_ranges_of_a_sweep(tmp_path):
    file = tmp_path / "sets.csv"
    file.write_text("network.hTA.monoamine,protocol.inhibition.level\n0.9,1\n1.1,2\n", encoding="utf-8")
    config = configured("experiment=sweep", "design=table", f"design.file={file}", f"out={tmp_path}")
    assert "2 points × 2 seeds" in perform(config)[1][0]


def test_a_design_of_points_is_no_grid():
    config = configured("experiment=pool", "design=sobol", "+design.ranges.network.hTA.monoamine=[0.8,1.2]")
    with pytest.raises(UserError, match=r"axes of a grid, but the design is one of points; take experiment=sweep"):
        declare(config)


def test_a_caption_stays_inside_its_figure():
    figure = figures.new_figure(7.2, 4)
    figures.caption(figure, "a long sentence about motoneurons that goes on; " * 30)
    figure.set_dpi(figures.STYLE["savefig.dpi"])
    box = figure.texts[0].get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert box.y0 >= 0
