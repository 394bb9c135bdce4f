"""The text of a file in whatever encoding a spreadsheet wrote it."""

import codecs

from sim.results.recordings.parts import RecordingError

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CONTROL = {chr(c) for c in range(32)} - set("\t\n\r\f\v\x1a\x1b")


def decoded(name: str, data: bytes) -> str:
    """Text in UTF-8, UTF-16 or UTF-32, with or without their marks, else in the Windows and Latin-1 code page.

    Raises:
        RecordingError: it is no text.
    """
    encoding = next((named for mark, named in BOMS.items() if data.startswith(mark)), None) or _unmarked(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding.startswith("utf-8"):
            text = data.decode("cp1252", errors="replace")
        else:
            raise RecordingError(
                f"{name} looks like text in {encoding.upper()}, but is damaged. Save it again as CSV (UTF-8)."
            ) from None
    text = text.removeprefix("\ufeff")
    if CONTROL & set(text[:100_000]) or "\x00" in text:
        raise RecordingError(
            f"{name} is no text and none of the formats that are read: openhdemg, MUedit, DEMUSE, NWB, BIDS and CSV. "
            "Export the units as CSV with the columns unit,time_s."
        )
    return text


def _unmarked(data: bytes) -> str:
    """UTF-16 by its zero bytes: most of what is in a table is ASCII."""
    head = data[: 2 * (min(len(data), 4096) // 2)]
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > 0.6 * len(head[1::2]) and low == 0:
        return "utf-16-le"
    if low > 0.6 * len(head[0::2]) and high == 0:
        return "utf-16-be"
    return "utf-8"
