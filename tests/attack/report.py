"""The tallies as Markdown."""

from collections.abc import Sequence

from tests.attack.ended import Tally

MOST = 20  # wrong endings that are listed


def text(tallies: Sequence[tuple[str, Tally, float]]) -> str:
    """The whole page.

    Args:
        tallies: name of the attack, its tally, and its seconds.
    """
    rows = [
        f"| {tally.what} | {tally.tried:,} | {', '.join(f'{how} {n:,}' for how, n in sorted(tally.ended.items()))} | "
        f"{len(tally.wrong) or 'none'} | {seconds:.0f} |"
        for _, tally, seconds in tallies
    ]
    wrong = [f"- {name}: {line}" for name, tally, _ in tallies for line in tally.wrong[:MOST]]
    return "\n".join(
        [
            "# Attacks",
            "",
            "Written by `make attack`: what was done to the product, how often, how it ended. Wrong is a traceback,",
            "a hang, a number changed without a word, something finished that is lost, an end without a sentence.",
            "",
            "| what | times | how it ended | wrong | seconds |",
            "|---|---|---|---|---|",
            *rows,
            *(["", "## Wrong", "", *wrong] if wrong else []),
            "",
        ]
    )
