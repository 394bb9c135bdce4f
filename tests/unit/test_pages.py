"""What the pages of docs/ and README show: their Python runs, their commands compose, their links lead somewhere."""

import re
import shutil
from importlib.resources import files
from itertools import product

import pytest

from experiments import describe
from experiments.command import arranged, own_folders
from experiments.configured import configured
from experiments.declare import declare
from tests.unit.test_documents import ROOT, text, words_of

FENCE = re.compile(r"^```(\w*)( slow)?\n(.*?)^```", re.S | re.M)
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts
)
GENERATED = {f"docs/{name}.md" for name in ("architecture", "attacks", "benchmarks", "verification")}
WRITTEN = ["README.md", *(page for page in PAGES if page not in GENERATED)]
WITH_PYTHON = [page for page in WRITTEN if "```python" in text(page) and page != "docs/adding.md"]
WITH_SLOW_PYTHON = [page for page in WITH_PYTHON if "```python slow" in text(page)]
VARIANTS = {"fit/refuse_known_cells", "fit/calibrate_soleus"}
"""Experiments on the page of another."""
OWN = {"FILE": "mine.csv", "NAME": "cluster"}
"""What stands for a name of the reader's own."""


@pytest.fixture(scope="module")
def finished(command, tmp_path_factory):
    """A folder with a finished result of the default experiment, as the pages find it."""
    folder = tmp_path_factory.mktemp("pages")
    assert command("scale=smoke", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def here(page, request, tmp_path, monkeypatch):
    """An own folder, with that result in it if the page reads one."""
    if 'Path("results")' in text(page):
        shutil.copytree(request.getfixturevalue("finished") / "results", tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")


def run_python(page: str, *, slow: bool) -> None:
    """Every block of a page, from top to bottom, with the names of those before it."""
    names: dict[str, object] = {"__name__": "page"}
    for kind, marked, body in FENCE.findall(text(page)):
        if kind == "python" and (slow or not marked):
            exec(compile(body, page, "exec"), names)


@pytest.mark.parametrize("page", WITH_PYTHON)
def test_the_python_of_a_page_runs_as_it_stands(page, here):
    run_python(page, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_SLOW_PYTHON)
def test_the_python_that_takes_long_runs_too(page, here):
    run_python(page, slow=True)


# ---- commands


def commands() -> list[str]:
    """Every command that a page shows, once, without its comment; none that another test runs, and none with a folder
    of the reader's own or another program."""
    found: dict[str, None] = {}
    for page in WRITTEN:
        for kind, _, body in FENCE.findall(text(page)):
            if kind in ("bash", "text"):
                lines = [line for line in body.splitlines() if re.match(r"sherrington(?!:)", line)]
                found |= dict.fromkeys(re.split(r"\s+# | {3,}", line)[0].strip() for line in lines)
    return [line for line in found if not re.search(r"--config-dir (mine|results)|=FOLDER|\|", line)]


def each_run(words: list[str]) -> list[list[str]]:
    """What `-m` starts one by one: settings with one value each."""
    values = []
    for word in words:
        name, _, value = word.partition("=")
        several = range(int(value[6:-1])) if value.startswith("range(") else value.split(",")
        values.append([f"{name}={one}" for one in several] if value[:1] not in ("[", "{", "'", '"') else [word])
    return [list(found) for found in product(*values)]


@pytest.fixture(scope="module")
def own_files(tmp_path_factory):
    """Files that the pages name."""
    folder = tmp_path_factory.mktemp("own")
    example = files("conf").joinpath("example_recording.csv").read_text(encoding="utf-8").splitlines()
    (folder / "mine.csv").write_text("\n".join(example), encoding="utf-8")
    (folder / "force.csv").write_text("time_s,force (N)\n0,0\n10,20\n22,0\n")
    (folder / "sets.csv").write_text("network.hTA.monoamine,protocol.excitation.peak\n0.9,15\n1.1,20\n")
    return folder


def test_there_are_commands_to_compose():
    assert len(commands()) > 40


def patient(line: str):
    """A command of the ankle, whose study takes a while to declare, is for those who wait."""
    return pytest.param(line, marks=pytest.mark.slow) if "reflex/" in line or "people/" in line else line


@pytest.mark.parametrize("line", map(patient, commands()))
def test_every_command_of_the_pages_fits_together(line, own_files, monkeypatch, capsys):
    monkeypatch.chdir(own_files)
    words = [re.sub(r"=(FILE|NAME)$", lambda found: f"={OWN[found[1]]}", word) for word in words_of(line)]
    if words[:1] == ["describe"]:
        describe.main(words[1:])
        assert "Parameters of" in capsys.readouterr().out
        return
    if words[:1] == ["status"] or "--help" in words or "--cfg" in words:
        return
    if words[:1] == ["check"]:
        words = words[1:]
    settings = [word for word in arranged(words) if not word.startswith("-") and "hydra" not in word]
    assert not own_folders(words)
    runs = each_run(settings) if "-m" in words else [settings]
    for run in (runs[0], runs[-1]) if len(runs) > 1 else runs:  # slices differ in their number only
        source, question = declare(configured(run))
        source.digest(question.measures())
        question.fits(source.factors())


# ---- links, experiments, targets of make


@pytest.mark.parametrize("page", WRITTEN)
def test_every_link_leads_to_a_file(page):
    plain = FENCE.sub("", text(page))
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", plain) if "://" not in link]
    lost = [link for link in links if link and not (ROOT / page).parent.joinpath(link).exists()]
    assert not lost


def test_every_experiment_has_a_page_with_its_figure_and_a_line_in_the_list():
    top = {path.stem for path in (ROOT / "conf/experiment").glob("*.yaml")}
    themed = {f"{path.parent.name}/{path.stem}" for path in (ROOT / "conf/experiment").glob("*/*.yaml")}
    listed = text("docs/experiments/index.md")
    for name in top | {x for x in themed if x.partition("/")[2] not in top} - VARIANTS:
        own = name.rpartition("/")[2]
        page = text(f"docs/experiments/{own}.md")
        figures = re.findall(r"!\[.+\]\(\.\./(\w+\.png)\)", page)
        assert figures, own
        assert all((ROOT / "docs" / figure).is_file() for figure in figures)
        assert f"[`{name}`]({own}.md)" in listed
        assert re.search(r"^\*(Simulated|The example)[^*]+\*$", page, re.M), "a figure says what was simulated"


@pytest.mark.parametrize("page", WRITTEN)
def test_the_targets_of_make_that_a_page_names_are_there(page):
    for target in re.findall(r"`make ([a-z][a-z-]*)", text(page)):
        assert re.search(rf"^{target}:", text("Makefile"), re.M), target
