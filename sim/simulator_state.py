"""Where some samples stand between two windows: everything that they need to go on, as arrays along `sample`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.engine.network import State
from sim.engine.steps import Steps
from sim.engine.trigger import TriggerState
from sim.results.digest import digest
from sim.spec.kinds import whole
from sim.units import shown


class StateError(ValueError):
    """A state that cannot be used here; the message is one sentence."""


class OnDevices(NamedTuple):
    """States of batches of samples as `Steps` holds them, and how many samples each holds."""

    steps: Steps
    batches: tuple[State, ...]
    counts: tuple[int, ...]

    def gathered(self) -> State:
        """As arrays along `sample`."""
        found = [
            mapped(lambda x, n=count: x[:n], self.steps.gathered(state))
            for state, count in zip(self.batches, self.counts, strict=True)
        ]
        return found[0] if len(found) == 1 else mapped(lambda *x: np.concatenate(x), *found)


@dataclass(frozen=True, eq=False)
class SimState:
    """Some samples at the border between two windows; a `sim.simulator.Simulator` makes it and goes on from it.

    It never changes, and several runs may go on from one. It pickles.

    Args:
        belongs: digest of what it is a state of.
        window: number of the window that comes next.
        window_ms: ms, length of a window.
        values: of the leaves that are not as declared, by path, coherent units, (sample,).
        stream: random stream, (sample,).
        live: what is given from outside, by port or signal, (sample,); it stays until it is given anew.
        marks: what fired in the last advance: of each population whose spikes are kept, uint8, (window, sample, cell).
        twice: whether a cell has fired twice in one window so far, (sample,).
        now: the state itself.
    """

    belongs: str
    window: int
    window_ms: float
    values: Mapping[str, np.ndarray]
    stream: np.ndarray
    live: Mapping[str, np.ndarray]
    marks: tuple[np.ndarray, ...]
    twice: np.ndarray
    now: State | OnDevices

    @property
    def samples(self) -> int:
        """How many."""
        return len(self.stream)

    @property
    def time(self) -> float:
        """s from the start."""
        return self.window * self.window_ms * 1e-3

    @property
    def arrays(self) -> State:
        """Every variable, ring of past spikes and trigger, the first axis of each that of the samples."""
        if isinstance(self.now, OnDevices):
            object.__setattr__(self, "now", self.now.gathered())
        assert isinstance(self.now, State)
        return self.now

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "now": self.arrays}

    def select(self, samples: Any) -> "SimState":
        """Some of the samples, in any order, also several times: each goes on by itself.

        Args:
            samples: their numbers, (chosen,).

        Raises:
            StateError: no such sample.
        """
        asked = [whole(k) for k in np.atleast_1d(np.asarray(samples)).tolist()]
        chosen = np.array([k for k in asked if k is not None and 0 <= k < self.samples])
        if not asked or len(chosen) < len(asked):
            raise StateError(
                f"the samples of this state are 0 to {self.samples - 1}, but {shown(samples)} was asked for."
            )
        return replace(
            self,
            values={path: x[chosen] for path, x in self.values.items()},
            stream=self.stream[chosen],
            live={name: x[chosen] for name, x in self.live.items()},
            marks=tuple(x[:, chosen] for x in self.marks),
            twice=self.twice[chosen],
            now=mapped(lambda x: x[chosen], self.arrays),
        )

    def save(self, path: str | Path) -> None:
        """Write it to one file (.npz) that `Simulator.load` reads."""
        arrays = _named(self)
        about = {"belongs": self.belongs, "window": self.window, "window_ms": self.window_ms, "sum": _sum(arrays)}
        with Path(path).open("wb") as file:
            np.savez(file, **{ABOUT: np.array(json.dumps(about))}, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | Path) -> "SimState":
        """Read what `save` wrote.

        Raises:
            StateError: it is not such a file, or it is damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            about = json.loads(str(arrays.pop(ABOUT)))
            found = _from_names(arrays, about)
            whole_file = about["sum"] == _sum(arrays)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
            raise StateError(f"{path} is no state that was saved ({type(problem).__name__}: {problem}).") from None
        except Exception as problem:  # zipfile and zlib have errors of their own
            raise StateError(f"{path} cannot be read: {problem}.") from None
        if not whole_file:
            raise StateError(f"{path} is damaged: its numbers are not those that were saved.")
        return found


ABOUT = "about"


def mapped(function: Any, *trees: Any) -> Any:
    """A function of every array of a state, or of the same one of several states."""
    first = trees[0]
    if isinstance(first, dict):
        return {name: mapped(function, *(tree[name] for tree in trees)) for name in first}
    if isinstance(first, tuple):
        found = [mapped(function, *own) for own in zip(*trees, strict=True)]
        return type(first)(*found) if hasattr(first, "_fields") else tuple(found)
    return function(*trees)


def _named(state: SimState) -> dict[str, np.ndarray]:
    """All its arrays, by names with slashes."""
    now = state.arrays
    named = {"stream": state.stream, "twice": state.twice}
    named |= {f"value/{path}": x for path, x in state.values.items()}
    named |= {f"live/{name}": x for name, x in state.live.items()}
    named |= {f"mark/{k}": x for k, x in enumerate(state.marks)}
    named |= {f"cell/{k}/{name}": x for k, own in enumerate(now.cells) for name, x in own.items()}
    named |= {f"spike/{k}": x for k, x in now.spikes.items()}
    named |= {f"past/{name}": x for name, x in now.values.items()}
    named |= {f"gain/{name}": x for name, x in now.gains.items()}
    named |= {f"trigger/{n}/{field}": getattr(t, field) for n, t in now.triggers.items() for field in t._fields}
    return named


def _from_names(arrays: dict[str, np.ndarray], about: dict[str, Any]) -> SimState:
    def under(kind: str) -> dict[str, np.ndarray]:
        return {name.partition("/")[2]: x for name, x in arrays.items() if name.startswith(f"{kind}/")}

    def nested(kind: str) -> dict[str, dict[str, np.ndarray]]:
        found: dict[str, dict[str, np.ndarray]] = {}
        for name, x in under(kind).items():
            outer, _, inner = name.partition("/")
            found.setdefault(outer, {})[inner] = x
        return found

    return SimState(
        belongs=about["belongs"],
        window=about["window"],
        window_ms=about["window_ms"],
        values=under("value"),
        stream=arrays["stream"],
        live=under("live"),
        marks=tuple(under("mark").values()),
        twice=arrays["twice"],
        now=State(
            cells=tuple(nested("cell").values()),
            spikes={int(k): x for k, x in under("spike").items()},
            values=under("past"),
            triggers={name: TriggerState(**own) for name, own in nested("trigger").items()},
            gains=under("gain"),
        ),
    )


def _sum(arrays: Mapping[str, np.ndarray]) -> str:
    return digest(*(part for name in sorted(arrays) for part in (name, np.ascontiguousarray(arrays[name]).tobytes())))
