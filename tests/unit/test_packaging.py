"""What is installed is what is here: the wheel, its versions, and a command that answers at once."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = (ROOT / "constraints.txt").read_text()
REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names of the files in a wheel built from this folder."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_and_configuration_and_nothing_else(wheel):
    packages = ["sim", "networks", "conf", "experiments"]
    here = {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for pattern in ("*.py", "*.yaml", "*.csv", "*.h", "*.cpp", "*.html", "*.posterior")
        for path in (ROOT / package).rglob(pattern)
    }
    assert {"conf/config.yaml", "sim/results/store.py", "experiments/run.py"} <= here
    assert {name for name in wheel if ".dist-info/" not in name} == here


def test_the_wheel_carries_its_license(wheel):
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)


def test_constraints_name_no_address():
    assert "://" not in PINS
    assert not re.search(r"^\s*-", PINS, re.MULTILINE)  # nor any option of pip


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_constraints_pin_what_the_project_asks_for(text):
    asked = Requirement(text)
    pins = [pin for pin in map(Requirement, PINS.splitlines()) if pin.name.lower() == asked.name.lower()]
    for python in ("3.11", "3.12", "3.13"):
        here = {"python_version": python, "python_full_version": f"{python}.0"}
        if asked.marker is None or asked.marker.evaluate(here):
            versions = [str(p.specifier).removeprefix("==") for p in pins if not p.marker or p.marker.evaluate(here)]
            assert len(versions) == 1, f"{asked.name} on Python {python}; run make constraints"
            assert versions[0] in asked.specifier


def test_the_version_is_written_once_and_cited():
    version = PROJECT["version"]
    assert metadata.version("sherrington") == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    for package in ("sim", "networks", "conf", "experiments"):
        for path in (ROOT / package).rglob("*.py"):
            assert "__version__" not in path.read_text(), f"{path} has a version of its own"


def test_help_answers_without_the_heavy_imports(tmp_path):
    ask = (
        "import sys\n"
        "from importlib.metadata import entry_points\n"
        "(command,) = entry_points(group='console_scripts', name='sherrington')\n"
        "sys.argv = ['sherrington', '--help']\n"
        "try:\n"
        "    command.load()()\n"
        "finally:\n"
        "    heavy = {'brian2', 'jax', 'xarray', 'pandas', 'scipy', 'sympy', 'zarr', 'matplotlib'}\n"
        "    print('imported:', *sorted(heavy & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "sherrington" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "imported:"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("found", ["3.10", "3.14", ""])
def test_make_refuses_another_python_in_one_sentence(tmp_path, found):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho {found}\n" if found else "#!/bin/sh\nexit 127\n")
    python.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    answer = subprocess.run(["make", f"PYTHON={python}", "run"], cwd=tmp_path, capture_output=True, text=True)
    assert answer.returncode != 0
    sentence, *rest = answer.stderr.splitlines()
    assert sentence.startswith(f"Sherrington needs Python 3.11, 3.12 or 3.13, but {python} {found and 'is ' + found}")
    assert [line for line in rest if not line.startswith("make")] == []
    assert not (tmp_path / ".venv").exists()
