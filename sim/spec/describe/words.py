"""What is done to a network in one sentence, for the caption of a figure; the tables say the rest."""

from collections.abc import Collection
from typing import Any

FLANKS = {"triangle": ("up", "down"), "trapezoid": ("up", "hold", "down")}


def in_words(elements: Collection[Any], varied: Collection[str]) -> str:
    """Commands, trains and triggers of a protocol: '; excitation of hTA up to 20 (10 s up, 10 s down)'.

    Args:
        elements: see `sim.spec.composed.Element`; what a trigger starts comes after it.
        varied: paths that a design varies, whose numbers are left out.
    """
    started = [own for element in elements for own in getattr(element, "do", _NOTHING).elements()]
    said = (_words(element, varied) for element in elements if not any(element is own for own in started))
    return "".join(f"; {words}" for words in said if words)


class _NOTHING:
    @staticmethod
    def elements() -> list[Any]:
        return []


def _words(element: Any, varied: Collection[str]) -> str:
    """One element; nothing of one that does nothing."""
    path, kind = f"protocol.{element.label}", type(element).__name__.lower()

    def number(field: str, before: str = " ") -> str:
        return "" if f"{path}.{field}" in varied else f"{before}{getattr(element, field)}"

    size = next((field for field in ("level", "peak") if hasattr(element, field) and kind != "when"), "")
    off = not float(getattr(element, "on", 1)) and f"{path}.on" not in varied
    if kind == "settle" or off or (size and not number(size, "").strip("0. ") and f"{path}.{size}" not in varied):
        return ""
    port = " of ".join(reversed(getattr(element, "target", "").split(".", 1)))
    if kind == "hold":
        return f"{port}{number(size)} throughout"
    if kind == "step":
        return f"{port}{number(size, ' + ')} for {element.duration}"
    if kind in FLANKS:
        flanks = ", ".join(f"{getattr(element, part)} {part}" for part in FLANKS[kind])
        return f"{port} up{number(size, ' to ')} ({flanks})"
    if kind == "train":
        return f"pulses{number('frequency', ' at ')} on the {port} for {element.duration}"
    if kind == "when":
        side = "above" if getattr(element, "above", None) is not None else "below"
        return f"an answer to {element.signal} {side} {element.level}"
    return f"{kind} of {port}"
