"""`python -m experiments.verification`: measure every claim, write VERIFICATION.md and its figure into the checkout."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from experiments.verification import (
    adaptive,
    brian2_parity,
    convergence,
    figure,
    neuron_parity,
    passive,
    precision,
    published_delta_f,
    reference,
    report,
)
from experiments.verification.claims import Family
from sim.results.disk import replace

FAMILIES = tuple(
    m.FAMILY for m in (neuron_parity, adaptive, precision, convergence, brian2_parity, published_delta_f, passive)
)
log = logging.getLogger("sherrington")


def main() -> int:
    """Exit status: 0 all met, 1 a claim missed, 2 no checkout."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    log.setLevel(logging.INFO)
    try:
        reference.check()
    except reference.NoCheckout as problem:
        print(f"verification: {problem}", file=sys.stderr)
        return 2
    return verify(FAMILIES, reference.CHECKOUT, _figure)


def verify(families: Sequence[Family], folder: Path, draw: Callable[[Mapping[str, Any]], Figure]) -> int:
    """Measure the claims and write the report, misses and all.

    Args:
        folder: receives VERIFICATION.md and docs/verification.png.
        draw: numbers of every family by its title -> the figure.

    Returns:
        1 if a claim was missed, else 0.
    """
    measures, sections = {}, []
    for k, family in enumerate(families, 1):
        log.info("%d of %d: %s", k, len(families), family.title)
        measures[family.title] = family.measure()
        section = report.Section(family.title, family.about, family.claims(measures[family.title]))
        sections.append(section)
        for claim in section.claims:
            log.info("  %s: %s: %s", claim.verdict.strip("*"), claim.name, claim.found)
    figure.save(draw(measures), folder / "docs" / "verification.png")
    replace(folder / "VERIFICATION.md", report.text(sections, report.machine()))
    print(f"{report.summary(sections)}; see VERIFICATION.md")
    return int(any(claim.met is False for section in sections for claim in section.claims))


def _figure(measures: Mapping[str, Any]) -> Figure:
    chosen = (neuron_parity, convergence, published_delta_f)
    return figure.draw(*(measures[module.FAMILY.title] for module in chosen))


if __name__ == "__main__":
    sys.exit(main())
