"""Designs that several experiments use: the paths of their axes follow the name of the pool."""

from collections.abc import Mapping, Sequence

from sim.design import Design


def levels_by_inhibition(
    *,
    population: str,
    monoamine: Sequence[float],
    inhibition: Sequence[float],
    further: Mapping[str, Sequence[str | float]] | None = None,
    seeds: int = 1,
    first_seed: int = 0,
    ends_only: bool = False,
) -> Design:
    """Every monoaminergic level with every tonic inhibition, each under the same random streams.

    Args:
        population: name of the pool, part of the axis' path.
        monoamine: levels, 1 = Powers & Heckman 2017.
        inhibition: tonic inhibitory commands A_i.
        further: more axes by their path, for example `{"protocol.excitation.peak": [12, 20]}`.
        seeds, first_seed, ends_only: see `sim.design.Design`.

    Raises:
        DesignError: an axis without values, or no seed.
    """
    axes = {
        f"network.{population}.monoamine": monoamine,
        "protocol.inhibition.level": inhibition,
        **(further or {}),
    }
    return Design(axes, seeds=seeds, first_seed=first_seed, ends_only=ends_only)
