"""The motoneuron pool hTA in NEURON: the table of conf/network/hTA.yaml, MOD files of our own, noise off.

Recomputes the reference data in tests/data, and is the peer in benchmarks. Excitation rises to A_e 30 and falls again,
10 s each, after 1 s, over a constant inhibition A_i 1.5; a spike is the soma crossing -20 mV upwards. It runs in an
environment of its own, which README.md in this folder makes:

    .venv-neuron/bin/python benchmarks/neuron/pool.py --like converged --compare --out spikes.csv
"""

import argparse
import csv
import os
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
TABLE = CHECKOUT / "conf" / "network" / "hTA.yaml"
DATA = CHECKOUT / "tests" / "data"
MECHANISMS = Path(sys.prefix) / "mechanisms"
"""Where the MOD files lie compiled: in the environment that runs this."""

DURATION = 22_000  # ms
START = -65  # mV
CELSIUS = 37
DENDRITES = (1, 2, 3, 4)
CELLS = range(20)

UNITS = {
    "diam": "um", "length": "um", "E": "mV", "theta": "mV", "tau": "ms", "g": "S/cm**2", "c": "uF/cm**2", "R": "ohm*cm",
}  # fmt: skip
"""NEURON's unit of a row of the table, by what its name begins with."""

COUNT_MAY_DIFFER = 1  # spikes of a motoneuron: a last interval of 300 ms is there or not
RECRUITMENT_MAY_DIFFER = 1.0  # ms: the command rises by 0.003 of its 30 in this time
TIME_MAY_DIFFER = 50.0  # ms: found 41, of the last spike, when rows of the table were rounded to four digits


class Setting(NamedTuple):
    """How NEURON computes.

    Args:
        dt: ms.
        second_order: Crank-Nicolson instead of the implicit Euler step.
        tables: read rates of the delayed rectifier and of the calcium channel from tables of 1 mV.
        suffix: of the reference data that were computed so.
    """

    dt: float
    second_order: bool
    tables: bool
    suffix: str


LIKE = {
    "default": Setting(dt=0.025, second_order=False, tables=True, suffix=""),
    "converged": Setting(dt=0.005, second_order=True, tables=False, suffix="_converged"),
}


class Refused(Exception):
    """What cannot be done, in one sentence."""


# ---- the table


def motoneuron(cell: int, table: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The rows of the table for one cell (0 = lowest threshold), in NEURON's units."""
    part = cell / CELLS[-1]
    values = {}
    for name, row in table.items():
        low, high = number(name, row["low"]), number(name, row["high"])
        values[name] = low + (high - low) * part ** (1 + row.get("skew", 0))
    return values


def number(name: str, quantity: str) -> float:
    value, _, unit = quantity.partition(" ")
    wanted = UNITS[name.partition("_")[0]]
    if unit != wanted:
        raise Refused(f"the row {name!r} of {TABLE.name} is in {unit!r}, but NEURON takes {wanted}; write it so.")
    return float(value)


# ---- the cells


class Cell:
    """A soma and four dendrites, each one compartment; the dendrites meet at the middle of the soma."""

    def __init__(self, h: Any, name: str, p: Mapping[str, float], multiplier: float) -> None:
        self.soma = h.Section(name=f"{name}_soma")
        self.dendrites = [h.Section(name=f"{name}_d{k}") for k in DENDRITES]
        self._membrane(self.soma, "soma", p)
        for channel in ("sodium", "persistent_sodium", "delayed_rectifier", "afterhyperpolarisation"):
            self.soma.insert(channel)
        middle = self.soma(0.5)
        middle.sodium.g_na = p["g_na"]
        middle.persistent_sodium.g_nap = p["g_nap"]
        middle.delayed_rectifier.g_kdr = p["g_kdr"]
        for key in ("g_ca", "g_kca", "tau_ca"):
            setattr(middle.afterhyperpolarisation, key, p[key])
        for k, dendrite in zip(DENDRITES, self.dendrites, strict=True):
            self._membrane(dendrite, "dend", p)
            dendrite.Ra = p["R_a"]
            dendrite.insert("synapses")
            dendrite.insert("persistent_calcium")
            pic = dendrite(0.5).persistent_calcium
            pic.g_cal, pic.theta_m, pic.theta_h = multiplier * p[f"g_cal_{k}"], p["theta_m"], p["theta_h"]
            dendrite.connect(middle, 0)
        self.spikes = h.Vector()
        self._detector = h.NetCon(middle._ref_v, None, sec=self.soma)
        self._detector.threshold = -20
        self._detector.record(self.spikes)

    @staticmethod
    def _membrane(section: Any, group: str, p: Mapping[str, float]) -> None:
        section.nseg = 1
        section.L, section.diam, section.cm = p[f"length_{group}"], p[f"diam_{group}"], p[f"c_m_{group}"]
        section.insert("pas")
        section.insert("h_current")
        section(0.5).pas.g, section(0.5).pas.e = p[f"g_leak_{group}"], p["E_leak"]
        section(0.5).h_current.g_h = p["g_h"]


def simulate(cells: Sequence[int], setting: Setting, multiplier: float) -> tuple[list[np.ndarray], float]:
    """Spike times of each cell, ms, and the wall time of the run, s."""
    h = neuron()
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["table"]
    built = [Cell(h, f"mn{i}", motoneuron(i, table), multiplier) for i in cells]
    h.celsius, h.dt, h.secondorder = CELSIUS, setting.dt, 2 if setting.second_order else 0
    h.usetable_delayed_rectifier = h.usetable_afterhyperpolarisation = int(setting.tables)
    h.finitialize(START)
    parallel = h.ParallelContext()
    parallel.set_maxstep(10)
    began = time.perf_counter()
    parallel.psolve(DURATION)
    return [np.array(cell.spikes) for cell in built], time.perf_counter() - began


def neuron() -> Any:
    """NEURON with the compiled MOD files."""
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    library = next(MECHANISMS.glob("*/libnrnmech.*"), None)
    if library is None or find_spec("neuron") is None:
        raise Refused("NEURON and the compiled MOD files are not in this environment; run `make neuron-reference`.")
    h = import_module("neuron").h
    h.nrn_load_dll(str(library))
    return h


# ---- the reference data


def reference(multiplier: float, suffix: str) -> list[np.ndarray]:
    """Committed spike times of the 20 motoneurons, ms; tests/data/README.md has the format."""
    path = DATA / f"powers_heckman_2017_hTA_gcal{multiplier:.1f}{suffix}.npz"
    if not path.exists():
        raise Refused(f"there are no reference data {path.name} to compare with; run without --compare.")
    stored = np.load(path)
    return [0.005 * np.cumsum(train) for train in np.split(stored["interval"], np.cumsum(stored["count"])[:-1])]


def compare(cells: Sequence[int], found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> None:
    """Print how the trains differ.

    Raises:
        Refused: a train differs by more than may be.
    """
    print("motoneuron  spikes  reference   first spike    median       largest difference (ms)")
    missed = []
    for cell, times in zip(cells, found, strict=True):
        theirs = expected[cell]
        both = min(len(times), len(theirs))
        later = times[:both] - theirs[:both]
        first, median, largest = (later[0], np.median(np.abs(later)), np.abs(later).max()) if both else (np.nan,) * 3
        print(f"{cell:10d}  {len(times):6d}  {len(theirs):9d}  {first:+12.3f}  {median:8.3f}  {largest:20.3f}")
        within = (
            abs(len(times) - len(theirs)) <= COUNT_MAY_DIFFER
            and abs(first) <= RECRUITMENT_MAY_DIFFER
            and largest <= TIME_MAY_DIFFER
        )
        missed += [] if within else [cell]
    if missed:
        raise Refused(
            f"motoneurons {', '.join(map(str, missed))} differ from the reference by more than {COUNT_MAY_DIFFER} "
            f"spike, {RECRUITMENT_MAY_DIFFER:g} ms of recruitment or {TIME_MAY_DIFFER:g} ms of any spike."
        )


def write(path: Path, cells: Sequence[int], trains: Sequence[np.ndarray]) -> None:
    """A table `motoneuron,spike_ms`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["motoneuron", "spike_ms"])
        rows.writerows((cell, f"{spike:.4f}") for cell, train in zip(cells, trains, strict=True) for spike in train)


# ---- the command


def main() -> None:
    ask = argparse.ArgumentParser(description="The motoneuron pool hTA in NEURON.")
    ask.add_argument("--like", choices=LIKE, default="default", help="setting of the reference data (default: default)")
    ask.add_argument("--dt", type=float, help="ms, instead of that of the setting")
    ask.add_argument("--second-order", action=argparse.BooleanOptionalAction, help="instead of that of the setting")
    ask.add_argument("--tables", action=argparse.BooleanOptionalAction, help="instead of those of the setting")
    ask.add_argument("--multiplier", type=float, default=1.0, help="of the dendritic calcium conductance gCaL")
    ask.add_argument(
        "--cells", type=int, nargs="+", choices=CELLS, default=CELLS, metavar="CELL", help="0 has the lowest threshold"
    )
    ask.add_argument("--out", type=Path, help="CSV of the spike times (motoneuron,spike_ms)")
    ask.add_argument("--compare", action="store_true", help="with the committed data of the setting and multiplier")
    asked = ask.parse_args()
    own = {key: getattr(asked, key) for key in ("dt", "second_order", "tables") if getattr(asked, key) is not None}
    setting = LIKE[asked.like]._replace(**own)
    try:
        expected = reference(asked.multiplier, setting.suffix) if asked.compare else None
        trains, wall = simulate(asked.cells, setting, asked.multiplier)
        order = "second" if setting.second_order else "first"
        print(
            f"gCaL x {asked.multiplier:g}, dt {setting.dt:g} ms, {order} order: {len(asked.cells)} motoneurons, "
            f"{sum(map(len, trains))} spikes in {DURATION // 1000} s, computed in {wall:.1f} s"
        )
        if asked.out is not None:
            write(asked.out, asked.cells, trains)
        if expected is not None:
            compare(asked.cells, trains, expected)
    except Refused as sentence:
        sys.exit(str(sentence))


if __name__ == "__main__":
    main()
