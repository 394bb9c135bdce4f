"""The two-compartment workloads in Brian2, as its users would write them: the same text, its own exponential Euler, a
C++ program with OpenMP, the command as an expression of time. Without noise, which exponential Euler does not take."""

from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sim.backends.brian2_door import brian2_for_numpy, set_values, unit_text
from sim.spec.model import Model
from sim.units import quantity, si_factor


def run(model: Model, *, samples: int, size: int, seconds: float, threads: int, coupled: bool) -> tuple[float, int]:
    """Some samples of some cells, compiled and run.

    Args:
        model: without noise.
        samples, size: samples, and cells in each; cells of different samples do not reach each other.
        coupled: every cell reaches half of the others of its sample (state `g_syn`).

    Returns:
        Seconds of the program alone, without its compilation; number of spikes.
    """
    brian2 = brian2_for_numpy()
    with TemporaryDirectory(prefix="benchmark_") as folder:
        brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
        brian2.set_device("cpp_standalone", build_on_run=False, directory=folder)
        brian2.defaultclock.dt = 0.05 * brian2.ms
        group = brian2.NeuronGroup(
            samples * size,
            _equations(model, seconds),
            method="exponential_euler",
            threshold=model.threshold,
            refractory=model.refractory,
            namespace={},
        )
        for name, param in model.params.items():
            found = param.quantity
            set_values(group, name, np.full(samples * size, found.number / si_factor(found.dimensions)))
        for state in model.parsed.states:
            start = quantity(model.block.initial.get(state.name, 0))
            set_values(group, state.name, np.full(samples * size, start.number / si_factor(state.dimensions)))
        low, high = (quantity(x) for x in ("0.15 mS/cm**2", "0.40 mS/cm**2"))
        pic = np.tile(np.linspace(low.number, high.number, size), samples) / si_factor(low.dimensions)
        set_values(group, "g_cal", pic)
        parts: list[Any] = [group, brian2.SpikeMonitor(group, record=False)]
        if coupled:
            parts.append(_synapses(brian2, group, samples, size))
        brian2.Network(*parts).run(seconds * brian2.second, namespace={})
        brian2.get_device().build(directory=folder, compile=True, run=True, debug=False)
        taken, spikes = float(brian2.get_device()._last_run_time), int(parts[1].num_spikes)
        brian2.get_device().reinit()
        brian2.set_device("runtime")
    return taken, spikes


def _synapses(brian2: Any, group: Any, samples: int, size: int) -> Any:
    made = brian2.Synapses(group, group, on_pre="g_syn_post += 0.005*siemens/metre**2")
    random = np.random.default_rng(0)
    i, j = np.nonzero(random.random((size, size)) < 0.5)
    sample = np.arange(samples)[:, None] * size
    made.connect(i=(sample + i).ravel(), j=(sample + j).ravel())
    made.delay = np.tile((1 + 2 * i / (size - 1)), samples) * brian2.ms
    return made


def _equations(model: Model, seconds: float) -> str:
    """The text as Brian2 reads it; the command is a triangle of time."""
    lines = []
    for e in model.parsed.equations:
        unit = unit_text(e.dimensions)
        if e.kind == "port":
            course = f"clip(1 - abs(2*t/({seconds}*second) - 1), 0, 1)"
            lines.append(f"{e.name} = 1.0*{course}*siemens/metre**2 : {unit}")  # 0.1 mS/cm**2 at the top
        elif e.kind == "subexpression":
            lines.append(f"{e.name} = {e.expression} : {unit}")
        else:
            lines.append(f"d{e.name}/dt = {e.expression} : {unit}")
    lines += [f"{name} : {unit_text(p.quantity.dimensions)} (constant)" for name, p in model.params.items()]
    return "\n".join(lines)
