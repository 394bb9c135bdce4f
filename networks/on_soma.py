"""Where inhibition lies on a motoneuron: a share of its conductance on the soma, the rest on the dendrites.

    soma = share * total        dendrites = (1 - share) * total

On the dendrites it lies beside the channels of the persistent inward current (in cats these lie 100 to 400 um from the
soma, synapses of Renshaw cells 65 to 470 um: Bui, Grande & Rose 2008). One number of a network, from 0 to 1, is the
share of a kind of inhibition in all its motoneurons; the total stays.
"""

from collections.abc import Iterable, Mapping

from sim.spec.shared import Shared
from sim.units import quantity

RECIPROCAL, RECURRENT, AUTOGENIC = "reciprocal_soma_share", "recurrent_soma_share", "autogenic_soma_share"
"""The shares of what Ia interneurons, Renshaw cells and Ib interneurons bring."""


def reciprocal(halves: Mapping[tuple[str, str], str], total: str) -> Shared:
    """The share of reciprocal inhibition that lies on the soma, and the weights that follow it.

    Args:
        halves: half of what an Ia interneuron brings, with its unit, by the names of the two projections that bring it:
            to the dendrites, and to the soma.
        total: where what both bring together comes from.
    """
    feeds = {}
    for (dendrites, soma), half in halves.items():
        number = f"{quantity(half).number!r}*uS"
        feeds[f"network.{dendrites}.weight"] = f"2*(1 - {RECIPROCAL})*{number}"
        feeds[f"network.{soma}.weight"] = f"2*{RECIPROCAL}*{number}"
    return Shared(RECIPROCAL, 0.5, feeds, f"chosen, 0 dendrites alone, 1 soma alone; both: {total}", (0, 1))


def one_receptor(name: str, receptor: str, pools: Iterable[str]) -> Shared:
    """The share of inhibition by one receptor that is on the soma (`networks.synapses.receptor`), in all pools."""
    feeds = {f"network.{pool}.{receptor}_soma_share": name for pool in pools}
    return Shared(name, 0.0, feeds, "chosen: all on the dendrites", (0, 1))
