"""Small recordings of known discharges in every format that is read, written as the tools lay them out."""

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

FS = 2048
UNITS = [
    np.array([0, 300, 512, 700, 1024, 1300, 1536]),
    np.array([1000, 1201, 1402, 1603, 1804]),
    np.array([1234, 1450, 1666, 1882]),
]
"""Samples from 0 of each unit."""
FORCE = np.sin(np.linspace(0, np.pi, 2100))


def json_openhdemg(path: Path, *, packed: bool = True) -> None:
    """openhdemg 0.1: a table of JSON texts."""
    signal = {"columns": [0], "index": list(range(len(FORCE))), "data": [[x] for x in FORCE.tolist()]}
    entries = {"SOURCE": "OTB", "FSAMP": float(FS), "MUPULSES": [u.tolist() for u in UNITS], "REF_SIGNAL": signal}
    text = json.dumps({name: json.dumps(value) for name, value in entries.items()}).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if packed else text)


def json_first_beta(path: Path) -> None:
    """openhdemg 0.1.0-beta.1: a list of JSON texts."""
    signal = json.dumps({"0": {str(k): x for k, x in enumerate(FORCE.tolist())}})
    parts = [{"SOURCE": "OTB"}, {"FILENAME": "x"}, {"RAW_SIGNAL": "{}"}, {"REF_SIGNAL": signal}]
    texts = [json.dumps(one) for one in (*parts, [u.tolist() for u in UNITS], {"FSAMP": FS}, {"IED": 8})]
    path.write_bytes(gzip.compress(json.dumps(texts).encode(), mtime=0))


def module(path: Path, *, packed: bool = False) -> None:
    """openhdemg 0.2: a folder."""
    (path / "files").mkdir(parents=True)
    (path / ".openhdemg_module").touch()
    ending, made = (".bin.gz", gzip.compress) if packed else (".bin", bytes)
    pulses = b"".join(u.astype("<i8").tobytes() for u in UNITS)
    offsets = np.cumsum([0, *(8 * len(u) for u in UNITS)])[:-1].tolist()
    (path / f"files/MUPULSES{ending}").write_bytes(made(pulses))
    (path / f"files/REF_SIGNAL{ending}").write_bytes(made(FORCE.astype("<f8").tobytes()))
    manifest = {
        "_metadata": {"data_structure_version": "1.0"},
        "FSAMP": {"data_type": "float", "value": FS},
        "MUPULSES": {
            "data_type": "list_of_1D_np.ndarray",
            "data_file_path": f"files\\MUPULSES{ending}",  # as Windows writes it
            "lengths": [len(u) for u in UNITS],
            "offsets": offsets,
            "endian_dtypes": ["<i8"] * len(UNITS),
        },
        "REF_SIGNAL": {
            "data_type": "pd.DataFrame",
            "data_file_path": f"files/REF_SIGNAL{ending}",
            "shape": [len(FORCE), 1],
            "endian_dtype": "<f8",
        },
    }
    (path / "manifest.json").write_text(json.dumps(manifest))


def cells(rows: list[list[np.ndarray]], wide: int) -> np.ndarray:
    """A cell array, filled up with empty ones."""
    made = np.empty((len(rows), wide), object)
    for index in np.ndindex(made.shape):
        made[index] = np.zeros((0, 0))
    for g, row in enumerate(rows):
        for k, one in enumerate(row):
            made[g, k] = one
    return made


def muedit_5(path: Path, *, edited: bool = False) -> None:
    """MUedit in MATLAB v5: two grids of two and one units, counted from 1."""
    from scipy.io import savemat

    grids = [[(u + 1.0)[None] for u in UNITS[:2]], [(UNITS[2] + 1.0)[None]]]
    signal = {"fsamp": float(FS), "path": FORCE[None], "target": FORCE[None] * 2, "data": np.zeros((2, 50))}
    signal["Dischargetimes"] = cells([[u[:, :3] for u in row] for row in grids] if edited else grids, 3)
    variables: dict = {"signal": signal}
    if edited:
        variables["edition"] = {"Distimeclean": cells([[cells([row], len(row)) for row in grids]], 2)}
    savemat(path, variables, do_compression=True)


def muedit_73(path: Path) -> None:
    """MUedit in MATLAB v7.3: HDF5 behind 512 bytes, axes reversed, cells as references, empty arrays as their shape."""
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        refs = file.create_group("#refs#")

        def put(name: str, values: np.ndarray | None):
            if values is None:
                made = refs.create_dataset(name, data=np.array([0, 0], np.uint64))
                made.attrs["MATLAB_empty"] = np.uint8(1)
            else:
                made = refs.create_dataset(name, data=np.asarray(values, float)[:, None])
            return made.ref

        grid = [[UNITS[0] + 1, UNITS[1] + 1], [UNITS[2] + 1, None]]
        pointers = np.array([[put(f"{g}{k}", grid[g][k]) for g in range(2)] for k in range(2)], dtype=h5py.ref_dtype)
        signal = file.create_group("signal")
        signal.create_dataset("Dischargetimes", data=pointers, dtype=h5py.ref_dtype).attrs["MATLAB_class"] = b"cell"
        signal["fsamp"] = np.array([[float(FS)]])
        signal["path"] = FORCE[:, None]
        muscle = signal.create_dataset("muscle", data=np.array([[ord(c)] for c in "TA"], np.uint16))
        muscle.attrs["MATLAB_class"] = np.bytes_("char")
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with path.open("r+b") as file:
        file.write(header)


def demuse(path: Path) -> None:
    """DEMUSE: a cell for each unit, counted from 1, and an empty one."""
    from scipy.io import savemat

    rows = cells([[(u + 1.0)[None] for u in UNITS]], 4)
    savemat(path, {"MUPulses": rows, "fsamp": float(FS), "ref_signal": FORCE[None]}, do_compression=True)


def muedit2(path: Path) -> None:
    """MUedit2: an array of objects, counted from 0."""
    made = np.empty(len(UNITS), object)
    made[:] = UNITS
    np.savez_compressed(path, discharge_times=made, fsamp=float(FS), muscle=np.array(["TA"], object), allow_pickle=True)


def nwb(path: Path, *, where: str = "units") -> None:
    """NWB: the Units table at home or in a processing module, with a quality, and a force in another."""
    import h5py

    with h5py.File(path, "w") as file:
        units = file.create_group(where)
        units["spike_times"] = np.concatenate(UNITS) / FS
        units["spike_times"].attrs["resolution"] = 1 / FS
        units["spike_times_index"] = np.cumsum([len(u) for u in UNITS]).astype(np.uint8)
        units["id"] = [1, 2, 3]
        units.create_dataset("quality", data=["good", "noise", "good"], dtype=h5py.string_dtype())
        force = file.create_group("processing/behavior/elbow torque")
        force["data"] = FORCE
        force["data"].attrs["unit"] = "N*m"
        force["starting_time"] = 0.0
        force["starting_time"].attrs["rate"] = float(FS)


def table(path: Path, *, header: str = "unit,time_s", line: str = "{unit},{time:.6f}", start: str = "") -> None:
    """One row for each discharge."""
    rows = [line.format(unit=k, time=s / FS, sample=s) for k, u in enumerate(UNITS, 1) for s in u]
    path.write_text(f"{start}{header}\n" + "\n".join(rows) + "\n", encoding="utf-8")


def bids(path: Path) -> None:
    """The events of BIDS as MUedit2 exports them."""
    table(
        path,
        header="onset\tduration\tsample\tunit_id\tdescription",
        line="{time:.6f}\t0.0\t{sample}\t{unit}\tmotor-unit-spike",
    )


def archived(path: Path) -> None:
    """A table in a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        table(path.with_suffix(".inside"))
        archive.write(path.with_suffix(".inside"), "units.csv")


MADE: dict[str, Callable[[Path], None]] = {
    "openhdemg JSON": json_openhdemg,
    "openhdemg JSON, first beta": json_first_beta,
    "MUedit, MATLAB 5": muedit_5,
    "MUedit, MATLAB 7.3": muedit_73,
    "DEMUSE": demuse,
    "MUedit2": muedit2,
    "NWB": nwb,
    "CSV": table,
    "BIDS events": bids,
    "zip of a CSV": archived,
}
"""A writer of each format, by its name; those of MATLAB 7.3 and NWB need h5py."""
