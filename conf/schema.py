"""The types of the top-level keys of the configuration; Hydra checks them before anything runs."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Timing:
    """When interventions act, unless one of them says otherwise.

    Args:
        start: when they begin.
        lasts: how long stimulation goes on.
        relaxing, relaxed: the ramp of relaxation, and how long it lasts after that.
    """

    start: str = "4 s"
    lasts: str = "16 s"
    relaxing: str = "2 s"
    relaxed: str = "20 s"


@dataclass
class Config:
    """Groups hold what is built (see `experiments.targets`); the rest are plain values that the command line may set.

    `needs` names the group that an experiment cannot do without: {network: ankle}. `window` is the time between two
    moments of a simulation, and [from, to] of a recording. `alternatives` holds options of groups that variants name.
    `together` names experiments whose answers a question is asked of, and settings of all of them: {experiments: {NAME:
    EXPERIMENT}, settings: []}. `participants` is how many people a cohort has.
    """

    name: str = "???"
    scale: str = "full"
    network: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    protocol: dict[str, Any] = field(default_factory=dict)
    intervention: dict[str, Any] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)
    record: dict[str, Any] = field(default_factory=dict)
    design: dict[str, Any] = field(default_factory=dict)
    backend: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, Any] = field(default_factory=dict)
    search: dict[str, Any] = field(default_factory=dict)
    question: dict[str, Any] = field(default_factory=dict)
    variants: dict[str, Any] = field(default_factory=dict)
    alternatives: dict[str, Any] = field(default_factory=dict)
    together: dict[str, Any] = field(default_factory=dict)
    participants: int = 15
    needs: dict[str, str] = field(default_factory=dict)
    recording: str | None = None
    force: str | None = None
    units: Any = None
    exclude: Any = None
    contraction: Any = None
    seed: int = 0
    dt: str = "0.05 ms"
    window: Any = "0.5 ms"
    scheme: str = "staggered"
    dtype: str = "float32"
    batch: int | None = None
    slice: int = 0
    slices: int = 1
    out: str = "results"
