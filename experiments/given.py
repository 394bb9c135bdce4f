"""Who gave a value of the network: the experiment that ships, or the settings of the command line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser

from networks.replaced import USER, all_sourced

EXPERIMENT = "set by the experiment"


def keys(settings: Sequence[str]) -> set[str]:
    """The keys of the values that some settings of a command line give, `network.set.soleus.noise` say; of a table that
    is given in one, those of its values."""
    return {
        key
        for one in OverridesParser.create().parse_overrides(list(settings))
        for key in _keys(one.key_or_group, one.value())
    }


def _keys(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _keys(f"{key}.{name}", part)
    else:
        yield key


def with_sources(network: Mapping[str, Any], given: set[str], key: str = "network") -> dict[str, Any]:
    """The table of a network in which values that replace others (`set`), and rows (`table`) and numbers of cells
    (`counts`) that the user changed, say who set them.

    Args:
        network: as configured.
        given: keys of what the user gave.
        key: of this table.
    """
    found = {}
    for name, value in network.items():
        place = f"{key}.{name}"
        if not isinstance(value, Mapping):
            found[name] = value
        elif name == "counts":
            found[name] = {kind: USER if f"{key}.{kind}" in given else origin for kind, origin in value.items()}
        elif name == "set":
            found[name] = _replaced(value, given, place)
        elif name == "table":
            found[name] = {row: _row(x, given, f"{place}.{row}") for row, x in value.items()}
        else:
            found[name] = with_sources(value, given, place)
    return found


def _replaced(value: Any, given: set[str], key: str) -> Any:
    if isinstance(value, Mapping) and "_target_" not in value:
        return {name: _replaced(x, given, f"{key}.{name}") for name, x in value.items()}
    return value if isinstance(value, Mapping) else all_sourced(value, USER if key in given else EXPERIMENT)


def _row(row: Any, given: set[str], key: str) -> Any:
    if not any(x == key or x.startswith(f"{key}.") for x in given):
        return row
    return {"source": USER, **row} if isinstance(row, Mapping) else all_sourced(row, USER)
