"""How Sphinx builds the site (`make docs`): Markdown pages, and the reference from docstrings."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "Sherrington"
author = copyright = "The Sherrington developers"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Sherrington {release}"
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_copy_source = False

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
suppress_warnings = ["myst.header"]  # a tutorial may begin with a third-level heading of README

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"no-value": True}
napoleon_numpy_docstring = False
napoleon_use_rtype = False
maximum_signature_line_length = 80

CODE = re.compile(r"`[^`]*`")


def plain(text: str) -> str:
    """A line of a docstring, in which nothing but `code` means anything to Sphinx."""
    parts, last = [], 0
    for found in CODE.finditer(text):
        parts += [re.sub(r"([*|\\_])", r"\\\1", text[last : found.start()]), f"`{found[0]}`"]
        last = found.end()
    return "".join([*parts, re.sub(r"([*|\\_])", r"\\\1", text[last:])])


def readable(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Docstrings are plain text with `code`; what is indented after an empty line is shown as it stands."""
    found, block, field = [], False, False
    for k, line in enumerate(lines):
        indented = line.startswith("    ")
        field = bool(re.match(r":\w+", line)) or (field and (indented or not line))
        if indented and not field and not block and (k == 0 or not lines[k - 1].strip()):
            found += ["::", ""]
            block = True
        elif line and not indented:
            block = False
        found.append(line if block else plain(line))
    lines[:] = found


HERE = {f"{name.upper()}.md": f"{name}.md" for name in ("architecture", "verification", "attacks", "benchmarks")}


def whole(app: object, page: str, source: list[str]) -> None:
    """A page that says `<!-- all of NAME -->` shows that file of the root folder, its links as they lie from here."""

    def link(found: re.Match[str]) -> str:
        said, target = found.groups()
        if "://" in target or target.startswith("#"):
            return found[0]
        if target.startswith("docs/") or target in HERE:
            return f"[{said}]({HERE.get(target, target.removeprefix('docs/'))})"
        return said if target.endswith(".md") else f"[{said}](../{target})"

    def text(found: re.Match[str]) -> str:
        app.env.note_dependency(str(ROOT / found[1]))  # type: ignore[attr-defined]
        return re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, (ROOT / found[1]).read_text(encoding="utf-8"))

    source[0] = re.sub(r"<!-- all of (\S+) -->", text, source[0])


def setup(app: object) -> None:
    app.connect("autodoc-process-docstring", readable, priority=400)  # type: ignore[attr-defined]
    app.connect("source-read", whole)  # type: ignore[attr-defined]
