"""How the simulation of one sample ended."""

from enum import IntEnum


class Status(IntEnum):
    """State of one sample, stored as one byte; its `sentence` says what the code means."""

    sentence: str

    def __new__(cls, code: int, sentence: str) -> "Status":
        status = int.__new__(cls, code)
        status._value_ = code
        status.sentence = sentence
        return status

    TODO = 0, "Not simulated yet."
    DONE = 1, "Simulated to the end."
    FAILED_NOT_FINITE = 2, "A state became infinite or NaN: take a smaller dt or look at the parameters."
    FAILED_SPIKE_OVERFLOW = 3, "A unit fired more spikes than the buffer holds: raise record.max_rate."
    FAILED_TWO_SPIKES_IN_ONE_WINDOW = 4, "A unit fired twice in one coupling window: take a shorter window."


FLAGS = {
    "flag_values": [int(status) for status in Status],
    "flag_meanings": " ".join(status.name.lower() for status in Status),
}
"""The CF attributes that explain the codes to whoever opens the store."""
