"""What a search has evaluated, generation by generation, kept in one file that is whole or ignored."""

import io
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.fit.errors import FitError
from sim.fit.loss import Judged
from sim.results.disk import StoreError, replace
from sim.results.packed import pack, unpack

log = logging.getLogger("sherrington")
SEARCH = "search"
"""Folder of what a search leaves beside the results that it is for, and name of its file in it."""
ARRAYS = ("points", "loss", "terms", "generation")
"""What is kept."""
FIRST = b"generation.npy"
"""The name that a file of a search begins with: what begins so and is not whole is ours, and cut or changed."""


class History:
    """Every set that was evaluated.

    Args:
        names: of the numbers.
        belongs: digest of the search; generations of another one are refused.
    """

    def __init__(self, names: Sequence[str], belongs: str) -> None:
        self.names, self.belongs = tuple(names), belongs
        self.term_names: tuple[str, ...] = ()
        self._points: list[np.ndarray] = []
        self._loss: list[np.ndarray] = []
        self._terms: list[np.ndarray] = []

    def __len__(self) -> int:
        """Generations."""
        return len(self._loss)

    @property
    def evaluations(self) -> int:
        return sum(map(len, self._loss))

    @property
    def points(self) -> np.ndarray:
        """(evaluation, number), each between 0 and 1, in the order in which they were evaluated."""
        return np.concatenate([np.zeros((0, len(self.names))), *self._points])

    @property
    def loss(self) -> np.ndarray:
        """(evaluation,)."""
        return np.concatenate([np.zeros(0), *self._loss])

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """What the loss is the sum of, by name, (evaluation,)."""
        found = np.concatenate([np.zeros((0, len(self.term_names))), *self._terms])
        return {name: found[:, k] for k, name in enumerate(self.term_names)}

    @property
    def generation(self) -> np.ndarray:
        """Number of the generation of each evaluation, (evaluation,)."""
        return np.repeat(np.arange(len(self)), [len(x) for x in self._loss])

    def add(self, points: np.ndarray, judged: Judged) -> None:
        """A generation: points (set, number)."""
        if self._loss and tuple(judged.terms) != self.term_names:
            raise FitError(
                f"the terms of a loss stay what they are in a search, but {', '.join(self.term_names) or 'none'} have "
                f"become {', '.join(judged.terms) or 'none'}."
            )
        self.term_names = tuple(judged.terms)
        self._points.append(points)
        self._loss.append(np.asarray(judged.loss, float))
        terms = [np.asarray(x, float) for x in judged.terms.values()]
        self._terms.append(np.stack(terms, axis=1) if terms else np.zeros((len(points), 0)))

    def taken(self, generation: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (set, number) and loss (set,) of a generation."""
        return self._points[generation], self._loss[generation]

    def terms_of(self, generation: int, number: int) -> dict[str, float]:
        """The terms of one set of a generation, by name."""
        return dict(zip(self.term_names, map(float, self._terms[generation][number]), strict=True))

    def write(self, path: Path) -> None:
        """Keep it in a file, in place of what is there.

        Raises:
            StoreError: the disk refuses.
        """
        said = {"belongs": self.belongs, "names": self.names, "terms": self.term_names}
        terms = np.concatenate([np.zeros((0, len(self.term_names))), *self._terms])
        arrays = {"points": self.points, "loss": self.loss, "terms": terms, "generation": self.generation}
        files = {f"{name}.npy": _bytes(x) for name, x in arrays.items()}
        replace(path, pack({"search.json": json.dumps(said).encode(), **files}))

    def read(self, path: Path) -> None:
        """Take over what a file of the same search holds; one that is damaged is ignored, with a line of the log.

        Raises:
            FitError: it is of another search, so that it is not written over.
            StoreError: it is there, and cannot be read.
        """
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as problem:
            raise StoreError(f"cannot read {path}: {problem.strerror or problem}.") from problem
        found = unpack(data)
        if found is None and (not data or FIRST in data[: 2 * len(FIRST) + 30]):
            log.warning("%s is damaged, so the search begins anew", path)
            return
        foreign = FitError(f"{path} is no file of a search, and is not written over; give another name.")
        try:
            said = json.loads((found or {})["search.json"])
            arrays = {name: np.load(io.BytesIO((found or {})[f"{name}.npy"]), allow_pickle=False) for name in ARRAYS}
            belongs, terms = said["belongs"], tuple(said["terms"])
        except (KeyError, ValueError, TypeError) as problem:
            raise foreign from problem
        if belongs != self.belongs:
            raise FitError(
                f"{path} holds another search ({belongs}, this one is {self.belongs}): numbers, targets, seed, rules "
                "or the code differ; give another file, or delete this one to begin anew."
            )
        count = arrays["loss"].size
        shapes = {"points": (count, len(self.names)), "terms": (count, len(terms))}
        if any(
            arrays[name].shape != shapes.get(name, (count,)) or arrays[name].dtype.kind not in "fi" for name in ARRAYS
        ):
            raise foreign
        self._take(arrays, terms)

    def _take(self, arrays: dict[str, np.ndarray], terms: tuple[str, ...]) -> None:
        generation = arrays["generation"]
        for own in np.split(np.arange(len(generation)), np.flatnonzero(np.diff(generation)) + 1):
            if len(own):
                judged = Judged(arrays["loss"][own], dict(zip(terms, arrays["terms"][own].T, strict=True)))
                self.add(arrays["points"][own], judged)


def glimpse(path: Path) -> tuple[int, float] | None:
    """How many sets a search has evaluated, and its lowest loss, from its file alone, whosever search it is.

    Returns:
        None if there is no such file, or it is damaged.
    """
    try:
        found = unpack(path.read_bytes())
        loss = np.load(io.BytesIO((found or {})["loss.npy"]), allow_pickle=False)
    except (OSError, KeyError, ValueError):
        return None
    return loss.size, float(loss.min(initial=np.inf))


def _bytes(x: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, x, allow_pickle=False)
    return file.getvalue()
