"""An estimator as one file: arrays without pickles, JSON for the rest, the digest of it all. Nothing of it is run."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.design.space import Space
from sim.fit.posterior import layers as dense
from sim.fit.posterior.assessment import Assessment
from sim.fit.posterior.checkpoint import as_file, opened
from sim.fit.posterior.emulator import Emulator
from sim.fit.posterior.ensemble import Ensemble
from sim.fit.posterior.errors import EstimatorError
from sim.fit.posterior.features import Feature, checked
from sim.fit.posterior.misfit import Judge, Usual
from sim.fit.posterior.scaler import Scaler
from sim.fit.posterior.witnesses import Witnesses
from sim.units import Quantity
from sim.units import written as exactly

KIND, VERSION = "posterior", 3
LARGEST = 256e6
"""B, unpacked: a larger file is no estimator."""


def written(fields: Mapping[str, Any]) -> bytes:
    """The file of the fields of an estimator."""
    judge, assessment, space = fields["judge"], fields["assessment"], fields["space"]
    emulator = judge.emulator
    arrays = {
        "low": space.low,
        "high": space.high,
        "widths": fields["widths"],
        "given": fields["given"],
        "edges": judge.edges,
        "reference": judge.reference,
        "bands": judge.bands,
        **_under("usual", judge.usual._asdict()),
        "used": emulator.used,
        "told": emulator.given,
        "missing": emulator.missing,
        **_under("scaler", _of_scaler(fields["scaler"])),
        **_under("emulator/scaler", _of_scaler(emulator.scaler)),
        **_under("nets", dense.named(fields["ensemble"].layers)),
        **_under("emulator/nets", dense.named(emulator.layers)),
        **_under("witness", {} if fields["witnesses"] is None else fields["witnesses"].arrays()),
    }
    about = {
        "kind": KIND,
        "version": VERSION,
        "space": _of_space(space),
        "features": [[f.name, f.unit, f.words, f.given] for f in fields["features"]],
        "assessment": None if assessment is None else assessment.written(),
        **{name: fields[name] for name in ("protocol", "simulator", "summaries", "versions")},
    }
    return as_file(arrays, about)


def read(path: Path) -> dict[str, Any]:
    """The fields of the estimator in a file.

    Raises:
        EstimatorError: as `Estimator.load`.
    """
    arrays, about = _whole(path)
    if about.get("kind") != KIND:
        raise EstimatorError(f"{path} holds something else than an estimator; name a file that a training has written.")
    if about.get("version") != VERSION:
        raise EstimatorError(
            f"{path} is an estimator of format {about.get('version')}, but this version reads format {VERSION}; train "
            "it again, or use the version that wrote it."
        )
    try:
        return _fields(arrays, about)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as problem:
        raise EstimatorError(
            f"{path} holds an estimator that does not fit together ({type(problem).__name__}: {problem}); train it "
            "again."
        ) from None


def _whole(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"PK"
        large = zipped and (path.stat().st_size > LARGEST or _unpacked(path) > LARGEST)
        data = path.read_bytes() if zipped and not large else b""
    except FileNotFoundError:
        raise EstimatorError(f"there is no estimator at {path}; train one, or name another file.") from None
    except OSError as problem:
        raise EstimatorError(f"{path} cannot be read: {problem.strerror or problem}.") from None
    if not zipped or large:
        raise EstimatorError(f"{path} is no estimator; name a file that a training has written.")
    found = opened(data)
    if found is None:
        raise EstimatorError(f"{path} is damaged: it is not what was written; copy it again, or train it again.")
    return found


def _unpacked(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as file:
            return sum(item.file_size for item in file.infolist())
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        return 0  # it is damaged, which is told where it is opened


def _fields(arrays: dict[str, np.ndarray], about: Mapping[str, Any]) -> dict[str, Any]:
    space, features = _to_space(about["space"], arrays), checked([Feature(*own) for own in about["features"]])
    emulator = Emulator(
        dense.of_names(_within("emulator/nets", arrays)), arrays["used"], arrays["told"],
        _to_scaler(_within("emulator/scaler", arrays)), arrays["missing"],
    )  # fmt: skip
    ensemble = Ensemble(dense.of_names(_within("nets", arrays)), len(space))
    scaler, f = _to_scaler(_within("scaler", arrays)), len(features)
    for name, shape in (
        ("used", (f,)),
        ("told", (f,)),
        ("missing", (f,)),
        ("given", (2, f)),
        ("widths", (len(space),)),
    ):
        if arrays[name].shape != shape:
            raise ValueError(f"{name} is {arrays[name].shape} instead of {shape}")
    ensemble.mixture(scaler(np.full((1, f), np.nan)))  # whether the layers fit, before anyone waits for them
    usual = Usual(**_within("usual", arrays))
    judge = Judge(emulator, arrays["edges"], usual, arrays["reference"], arrays["bands"])
    judge.p(judge.distances(np.full((1, f), np.nan), np.zeros((1, 1, len(space)), np.float32))[0], np.zeros(1, int))
    return dict(
        space=space,
        features=features,
        scaler=scaler,
        ensemble=ensemble,
        widths=arrays["widths"],
        judge=judge,
        given=arrays["given"],
        assessment=None if about["assessment"] is None else Assessment.of(about["assessment"]),
        protocol=about["protocol"],
        simulator=about["simulator"],
        summaries=about["summaries"],
        versions=about["versions"],
        witnesses=Witnesses.of(_within("witness", arrays), len(space), f),
    )


def _of_space(space: Space) -> dict[str, Any]:
    ends = zip(space.names, space.low, space.high, space.dimensions, strict=True)
    return {
        "ranges": [[name, *(exactly(Quantity(float(x), d)) for x in (low, high))] for name, low, high, d in ends],
        "of": dict(space.of),
        "logarithmic": list(space.logarithmic),
        "scaled": dict(space.scaled),
    }


def _to_space(about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Space:
    ranges = {name: [_read(low), _read(high)] for name, low, high in about["ranges"]}
    space = Space(ranges, about["of"], about["logarithmic"], about["scaled"])
    if not np.array_equal(space.low, arrays["low"]) or not np.array_equal(space.high, arrays["high"]):
        raise ValueError("the ranges are not those of the numbers that were estimated")
    return space


def _read(end: Any) -> Any:
    """A quantity whose unit has no name is kept as its number and dimensions."""
    return Quantity(float(end[0]), tuple(map(float, end[1]))) if isinstance(end, list) else end


def _of_scaler(scaler: Scaler) -> dict[str, np.ndarray]:
    return {"mean": scaler.mean, "sd": scaler.sd, "flagged": scaler.flagged, "clip": np.array(scaler.clip)}


def _to_scaler(arrays: Mapping[str, np.ndarray]) -> Scaler:
    return Scaler(arrays["mean"], arrays["sd"], arrays["flagged"], float(arrays["clip"]))


def _under(place: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{place}/{name}": x for name, x in arrays.items()}


def _within(place: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(f"{place}/"): x for name, x in arrays.items() if name.startswith(f"{place}/")}
