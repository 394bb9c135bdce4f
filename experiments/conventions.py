"""ΔF conventions by the name that a configuration gives them."""

from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    OPENHDEMG,
    DeltaFConvention,
)

CONVENTIONS = {
    "later_spike_from_second": LATER_SPIKE_FROM_SECOND,
    "later_spike_from_first": LATER_SPIKE_FROM_FIRST,
    "midpoint_from_first": MIDPOINT_FROM_FIRST,
    "openhdemg": OPENHDEMG,
}


def convention(named: str | DeltaFConvention) -> DeltaFConvention:
    """The convention of that name; one that is declared in full stays as it is.

    Raises:
        ValueError: no such name.
    """
    if isinstance(named, DeltaFConvention):
        return named
    if named not in CONVENTIONS:
        raise ValueError(
            f"there is no ΔF convention {named!r}. Choose one of {', '.join(CONVENTIONS)}, "
            "or declare your own with _target_: sim.analysis.delta_f_convention.DeltaFConvention."
        )
    return CONVENTIONS[named]
