"""What ARCHITECTURE.md and docs/adding.md promise: the tree is the tree, what is added can be added."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = re.compile(r"`([\w./]+\.(?:py|yaml))`:\n\n```\w+\n(.*?)```", re.S)
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.S)
QUESTIONS = 120  # lines, Python and YAML together


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def written(name: str, folder: Path) -> dict[str, str]:
    """The files that a document shows, written into a folder."""
    found = dict(FILE.findall(text(name)))
    for path, content in found.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    return found


def words_of(line: str) -> list[str]:
    """What follows the name of the command."""
    first, *words = shlex.split(line)
    assert first == "sherrington"
    return words


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    folder = tmp_path_factory.mktemp("added")
    return folder, written("docs/adding.md", folder)


def commands(name: str) -> list[str]:
    """The commands that a document shows."""
    lines = "\n".join(body for kind, body in BLOCK.findall(text(name)) if kind in ("bash", "")).splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.startswith("sherrington")]


def test_a_question_is_one_python_file_and_one_yaml(added):
    _, files = added
    lines = [line for path, content in files.items() if "peaks" in path for line in content.splitlines()]
    assert 0 < len(lines) <= QUESTIONS


def patient(line: str):
    """A command of the ankle is for those who wait."""
    return pytest.param(line, marks=pytest.mark.slow) if "reflex/" in line or "ankle" in line else line


@pytest.mark.parametrize("line", map(patient, commands("docs/adding.md")))
def test_what_is_added_runs_as_the_document_says(added, command, line):
    folder, _ = added
    done = command(*words_of(line), "scale=smoke", cwd=folder)
    assert done.returncode == 0, done.stderr
    result = folder / done.stdout.splitlines()[-1].removeprefix("results: ")
    assert {"figure.png", "report.html", "measures.csv"} <= {file.name for file in result.iterdir()}


def test_the_python_of_the_document_on_adding_runs_as_it_stands(tmp_path):
    for kind, body in BLOCK.findall(text("docs/adding.md")):
        if kind == "python":
            exec(compile(body, "docs/adding.md", "exec"), {"__name__": "adding"})


# ---- the tree of ARCHITECTURE.md


def tree() -> list[str]:
    block = text("ARCHITECTURE.md").partition("## Tree")[2]
    return BLOCK.search(block).group(2).splitlines()  # type: ignore[union-attr]


def test_every_file_that_the_tree_names_is_there():
    top, missing = "", []
    for line in tree():
        if line and not line.startswith(" "):
            top = line.split()[0]
        for name in re.findall(r"[\w./-]+\.(?:py|yaml|cpp|h|html|md)\b", line):
            base = ROOT / top if (ROOT / top).is_dir() else ROOT
            if not any((at / name).exists() for at in (base, ROOT)) and not list(base.rglob(Path(name).name)):
                missing.append(f"{top}{name}")
    assert not missing


@pytest.mark.parametrize("top", ["sim", "networks", "experiments"])
def test_every_module_and_folder_is_in_the_tree(top):
    """A module by its name, unless its folder says that it is summed up: `NAME/  ... one file for each ...`."""
    said = "\n".join(tree())
    summed = {match for line in tree() if "one file" in line for match in re.findall(r"(\w+)/", line)}
    lacking = [
        str(file.relative_to(ROOT))
        for file in (ROOT / top).rglob("*.py")
        if file.name not in ("__init__.py", "__main__.py")
        and file.parent.name not in summed
        and not re.search(rf"\b{file.stem}\b", said)
    ]
    assert not lacking
