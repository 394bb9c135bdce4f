"""Values that replace those of a table (`set`), with who set each as its source."""

from collections.abc import Mapping
from typing import Any

from sim.spec.network import Network
from sim.spec.params import Graded, Param
from sim.units import UnitError

USER = "set by the user"
TABLE = "set by the table of the network"


def sourced(value: Any, source: str = USER) -> Param | Graded:
    """A value with its source; what has one of its own keeps it.

    Raises:
        UnitError: it is no value.
    """
    return value if isinstance(value, (Param, Graded)) else Param(value, source)


def all_sourced(values: Any, source: str) -> Any:
    """A tree whose values have a source; what is no value is left to whoever builds with it."""
    if isinstance(values, Mapping):
        return {key: all_sourced(x, source) for key, x in values.items()}
    try:
        return sourced(values, source)
    except UnitError:
        return values


def all_kept(network: Network, set: Mapping[str, Mapping[str, Any]] | None) -> Network:
    """The network, unless `set` replaces what is computed in it from a shared number.

    Raises:
        NetworkError: it does; the value would be lost.
    """
    given = {f"network.{name}.{what}" for name, values in (set or {}).items() for what in values}
    network.check_free((path for path in network.fed if {path, path.rpartition(".")[0]} & given), "`set`")
    return network
