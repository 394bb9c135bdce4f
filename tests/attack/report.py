"""The tallies as Markdown."""

from collections.abc import Sequence

from experiments.verification.report import machine
from tests.attack.kept import Part, joined

MOST = 20  # wrong endings that are listed
HEAD = "| what | times | of the whole | how it ended | wrong | minutes |\n|---|---|---|---|---|---|"


def text(parts: Sequence[Part], names: Sequence[str]) -> str:
    """The whole page; an attack that was not run stands there as that.

    Args:
        parts: what was run; parts of one attack become one row.
        names: all attacks there are, in their order.
    """
    rows, wrong = [], []
    for name in names:
        if not (own := [part for part in parts if part.name == name]):
            rows.append(f"| {name} | 0 | **not run** | | | |")
            continue
        _, tally, seconds, share, _ = joined(own)
        ended = ", ".join(f"{how} {n:,}" for how, n in sorted(tally.ended.items()))
        whole = "all" if abs(share - 1) < 1e-9 else f"{100 * share:.3g} %"
        badly = len(tally.wrong) or "none"
        rows.append(f"| {tally.what} | {tally.tried:,} | {whole} | {ended} | {badly} | {seconds / 60:.1f} |")
        wrong += [f"- {name}: {line}" for line in tally.wrong[:MOST]]
    return "\n".join(
        [
            "# Attacks",
            "",
            "Written by `make attack`: what was done to the product, how often, how it ended. Wrong is a traceback,",
            "a hang, a number changed without a word, something finished that is lost, an end without a sentence.",
            "",
            HEAD,
            *rows,
            *(["", "## Wrong", "", *wrong] if wrong else []),
            "",
            "## Computed with",
            "",
            machine(),
            "",
        ]
    )
