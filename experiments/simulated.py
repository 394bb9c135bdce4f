"""What was simulated, in words for a caption, from the configuration that every result carries."""

from typing import Any

import xarray as xr
from omegaconf import OmegaConf


def in_words(results: xr.Dataset) -> str:
    """Pool, cell model and its source, contraction and numerics, as sentences; as much of it as is known."""
    config = OmegaConf.create(results.attrs.get("provenance", {}).get("config") or "{}")

    def value(path: str) -> Any:
        return OmegaConf.select(config, path)

    size = results.sizes["unit"]
    text = f"Simulated pool of {size} motoneuron{'s' * (size != 1)}"
    if value("network.name"):
        text += f" {value('network.name')} (cell {value('network.cell')}; {value('network.source')})"
    if value("protocol.peak") is not None:
        flanks = [(part, value(f"protocol.{part}")) for part in ("up", "hold", "down")]
        ramp = ", ".join(f"{length} {part}" for part, length in flanks if length)
        varied = any(str(name).endswith("excitation.peak") for name in results.coords)
        peak = "" if varied else f" with a peak of {value('protocol.peak'):g}"
        text += f"; excitatory command Aₑ{peak}, {ramp}"
    inhibition, slope = value("protocol.tonic_inhibition"), value("protocol.inhibition_slope")
    if inhibition is not None and not any(str(name).endswith("inhibition.level") for name in results.coords):
        text += f"; tonic inhibition Aᵢ {inhibition:g}"
    if slope:
        text += f", {'rising' if slope > 0 else 'falling'} by {abs(slope):g} with the command"
    changed = dict(value("network.set") or {})
    if changed.pop("noise", None) == 0:
        text += "; synaptic noise off"
    text += "".join(f"; {name} {setting}" for name, setting in changed.items())
    if value("dt"):
        text += f"; dt {value('dt')}, {value('scheme')} scheme"
    return text + "."
