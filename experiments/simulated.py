"""What was simulated, in words for a caption, from the configuration that every result carries."""

from typing import Any

import xarray as xr
from omegaconf import DictConfig, OmegaConf


def configuration(results: xr.Dataset) -> DictConfig:
    """The configuration that the results come from; empty where it is not known."""
    config = OmegaConf.create(results.attrs.get("provenance", {}).get("config") or "{}")
    assert isinstance(config, DictConfig)
    return config


def in_words(results: xr.Dataset) -> str:
    """Who, cell model and its source, contraction and numerics, as sentences; as much of it as is known."""
    config = configuration(results)
    varied = [str(name) for name in results.coords]
    segment = OmegaConf.select(config, "network.pools") is not None
    text = _segment(config) if segment else _pool(config, results.sizes["unit"])
    protocol: Any = config.get("protocol") or {}
    text += _contraction(protocol, f" of the {protocol.get('population')}" if segment else "", varied)
    text += _stimulation(config, varied)
    changed = dict(OmegaConf.select(config, "network.set") or {})
    if segment:
        changed = {f"{part}.{name}": value for part, values in changed.items() for name, value in values.items()}
    if changed.pop("noise", None) == 0:
        text += "; synaptic noise off"
    text += "".join(f"; {name} {setting}" for name, setting in changed.items() if f"network.{name}" not in varied)
    if config.get("dt"):
        text += f"; dt {config.get('dt')}, {config.get('scheme')} scheme"
    return text + "."


def _pool(config: DictConfig, size: int) -> str:
    network = config.get("network") or {}
    text = f"Simulated pool of {size} motoneuron{'s' * (size != 1)}"
    if network.get("name"):
        text += f" {network.get('name')} (cell {network.get('cell')}; {network.get('source')})"
    return text


def _segment(config: DictConfig) -> str:
    network = config.network
    sources = dict.fromkeys(str(pool.get("source")) for pool in network.pools.values())
    return (
        f"Simulated segment of {' and '.join(map(str, network.pools))}: of each muscle {network.size} motoneurons "
        f"(cell {network.cell}; {', '.join(sources)}), {network.afferents} Ia fibres, and {network.interneurons} Ia "
        "interneurons that silence it"
    )


def _contraction(protocol: Any, whose: str, varied: list[str]) -> str:
    text = ""
    if protocol.get("peak") is not None:
        flanks = [(part, protocol.get(part)) for part in ("up", "hold", "down")]
        ramp = ", ".join(f"{length} {part}" for part, length in flanks if length)
        peak = "" if _ends(varied, "excitation.peak") else f" with a peak of {protocol.get('peak'):g}"
        text += f"; excitatory command Aₑ{whose}{peak}, {ramp}"
    if protocol.get("pulse") is not None:
        text += (
            f"; excitatory command Aₑ{whose} {protocol.get('background'):g}, and {protocol.get('pulse'):g} more for "
            f"{protocol.get('pulse_duration')}"
        )
    inhibition, slope = protocol.get("tonic_inhibition"), protocol.get("inhibition_slope")
    if inhibition is not None and not _ends(varied, "inhibition.level"):
        text += f"; tonic inhibition Aᵢ {inhibition:g}"
    if slope:
        text += f", {'rising' if slope > 0 else 'falling'} by {abs(slope):g} with the command"
    return text


def _stimulation(config: DictConfig, varied: list[str]) -> str:
    train = OmegaConf.select(config, "intervention.nerve")
    if train is None:
        return ""
    rate = "" if _ends(varied, "nerve.frequency") else f" of {train['frequency']}"
    muscle = str(train["nerve"]).removesuffix("_ia")
    return f"; trains{rate} on the Ia fibres of the {muscle} from {train['start']} on, for {train['lasts']}"


def _ends(varied: list[str], ending: str) -> bool:
    return any(name.endswith(ending) for name in varied)
