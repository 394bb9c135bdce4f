"""Who may import whom: the picture in ARCHITECTURE.md, read from the source."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# layer -> the layers of this project that it may import besides itself; the first that fits a module names its layer
MAY_IMPORT = {
    "sim.units": (),
    "sim.cache": (),
    "sim.child": (),
    "sim.spec": ("sim.units", "sim.cache"),
    "sim.progress": (),
    "sim.control_groups": (),
    "sim.flags": ("sim.cache", "sim.child", "sim.control_groups"),
    "sim.engine": ("sim.cache", "sim.child", "sim.flags"),
    "sim.compile": ("sim.spec", "sim.engine", "sim.units", "sim.cache"),
    "sim.results": ("sim.cache", "sim.child"),
    "sim.analysis": (),
    "sim.design": ("sim.spec", "sim.units"),
    "sim.backends": ("sim.compile", "sim.engine", "sim.spec", "sim.results", "sim.units", "sim.flags", "sim.progress"),
    "sim.fit": ("sim",),
    "sim": ("sim",),  # fingerprint, progress, run
    "networks": ("sim.spec", "sim.units"),
    "experiments": ("sim", "networks", "conf"),
    "conf": (),
}
# package from outside -> where it may be imported
ONLY_IN = {
    "matplotlib": ("experiments",),
    "hydra": ("experiments", "conf"),
    "omegaconf": ("experiments",),
    "yaml": ("networks.shipped", "experiments"),  # tables of conf, which the command reads through hydra
    "zarr": ("sim.results",),
    "jax": ("sim.engine", "sim.compile", "sim.backends", "sim.gradient", "sim.fit"),
    "optax": ("sim.fit",),
    "cmaes": ("sim.fit",),
    "SALib": ("sim.fit",),
    "brian2": ("sim.spec.parse", "sim.backends.brian2_door", "sim.backends.brian2_backend"),
}
ENGINE_MAY_USE = {"jax", "numpy", *sys.stdlib_module_names}


@cache
def modules() -> dict[str, Path]:
    """Every module of the project by dotted name."""
    files = [f for package in ("sim", "networks", "experiments", "conf") for f in (ROOT / package).rglob("*.py")]
    return {".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}


@cache
def imports(module: str) -> tuple[tuple[str, bool], ...]:
    """The names that a module imports, and whether it does so when it is itself imported (not inside a function)."""
    tree = ast.parse(modules()[module].read_text())
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.Lambda)) for n in ast.walk(f)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.append((whole if whole in modules() else str(node.module), id(node) not in inside))
    return tuple(found)


def belongs(module: str, layer: str) -> bool:
    return module == layer or module.startswith(layer + ".")


def layer_of(module: str) -> str:
    return next(layer for layer in MAY_IMPORT if belongs(module, layer))


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_what_lies_below_it(layer):
    wrong = [
        f"{module} imports {name}"
        for module in modules()
        if layer_of(module) == layer
        for name, _ in imports(module)
        if name.partition(".")[0] in ("sim", "networks", "experiments", "conf")
        and not any(belongs(name, below) for below in (layer, *MAY_IMPORT[layer]))
    ]
    assert not wrong


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_heavy_package_is_imported_in_its_place_only(package):
    wrong = [
        f"{module} imports {name}"
        for module in modules()
        for name, _ in imports(module)
        if belongs(name, package) and not any(belongs(module, place) for place in ONLY_IN[package])
    ]
    assert not wrong


def test_brian2_is_never_imported_with_a_module():
    assert not [m for m in modules() for name, at_once in imports(m) if belongs(name, "brian2") and at_once]


def test_the_engine_knows_arrays_only():
    used = {name.partition(".")[0] for m in modules() if belongs(m, "sim.engine") for name, _ in imports(m)}
    assert used - {"sim"} <= ENGINE_MAY_USE


def test_no_two_modules_import_each_other():
    edges = {m: {name for name, _ in imports(m) if name in modules() and name != m} for m in modules()}
    while free := {m for m, needs in edges.items() if not needs & edges.keys()}:
        edges = {m: needs for m, needs in edges.items() if m not in free}
    assert not edges, f"an import cycle among {sorted(edges)}"


def test_every_module_has_a_home():
    assert not [m for m in modules() if m.endswith((".utils", ".util", ".helpers", ".misc"))]
