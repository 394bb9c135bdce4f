"""The claims as Markdown: what was compared, how close it is, and on what it was computed."""

import platform
from collections.abc import Sequence
from typing import NamedTuple

from experiments.verification.claims import Claim
from experiments.verification.figure import LEGEND
from sim.engine.platform import devices_in_words
from sim.results.provenance import PACKAGES, versions

HEAD = "| claim | compared with | tolerance, and why | found | |\n|---|---|---|---|---|"


class Section(NamedTuple):
    """The claims of one family."""

    title: str
    about: str
    claims: Sequence[Claim]


def summary(sections: Sequence[Section]) -> str:
    """'31 claims: 30 met, 1 MISSED'."""
    found = [claim.met for section in sections for claim in section.claims]
    words = {True: "met", False: "MISSED", None: "not checked"}
    return f"{len(found)} claims: " + ", ".join(f"{found.count(k)} {w}" for k, w in words.items() if k in found)


def text(sections: Sequence[Section], computed_on: str) -> str:
    """The whole report.

    Args:
        computed_on: versions and device, see `machine`.
    """
    parts = [
        "# Verification",
        "Written by `make verify`, which computes every number in the column `found` anew (a few minutes on two cores) "
        "and fails if a claim is missed. Where the reference data come from: "
        "[`tests/data/README.md`](tests/data/README.md).",
        f"**{summary(sections)}.**",
        "![The claims as a figure](docs/verification.png)",
        LEGEND,
    ]
    for section in sections:
        rows = [
            _row(claim.name, claim.against, claim.tolerance, claim.found, claim.verdict) for claim in section.claims
        ]
        parts += [f"## {section.title}", section.about, "\n".join([HEAD, *rows])]
    return "\n\n".join([*parts, "## Computed with", computed_on]) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def machine() -> str:
    """Versions and device kind, without anything that names the machine."""
    packages = ", ".join(f"{name} {version}" for name, version in versions(PACKAGES).items())
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return f"{system}; devices: {devices_in_words()}; {packages}."
