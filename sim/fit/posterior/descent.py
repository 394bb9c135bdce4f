"""Training: networks side by side go down a loss, each with its own order of the simulations, until none gets better.

Adam with decoupled weight decay (Loshchilov & Hutter 2019, ICLR) along a cosine. An epoch shows every simulation once,
in one of its views. Some simulations, with all their views, are kept apart; what a network was when it served these
best is kept. Every random number follows from the seed and the number of the epoch, so training that was killed and
goes on from its checkpoint ends where it would have ended.
"""

import importlib.metadata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.fingerprint import code_digest
from sim.fit.posterior.checkpoint import Checkpoint
from sim.fit.posterior.errors import PosteriorError
from sim.fit.posterior.layers import Layers
from sim.fit.posterior.told import epochs as told
from sim.results.digest import digest

Loss = Callable[[Layers, Any, Any, Any], Any]
"""loss(layers, viewed (row, column), single (row, column), key or None) -> mean over the rows; traced by JAX."""
ROWS = 1024
"""Of the simulations kept apart, seen at once."""


@dataclass(frozen=True)
class Descent:
    """How to train.

    Args:
        epochs: at most.
        batch: simulations in one step.
        rate: of learning, at the start; it ends at 2 % of that.
        decay: of weights.
        dropout: the part of hidden units that is left out in a step.
        patience: epochs without a better network, after which training ends.
        apart: the part of the simulations that judges.
    """

    epochs: int = 200
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-3
    dropout: float = 0.02
    patience: int = 20
    apart: float = 0.1


class Descended(NamedTuple):
    """What came of it: layers along a leading axis of members, the best loss of each (member,), epochs that ran."""

    layers: Layers
    loss: np.ndarray
    epochs: int


def descend(
    loss: Loss,
    first: Layers,
    viewed: np.ndarray,
    single: np.ndarray,
    *,
    how: Descent,
    seed: int,
    what: str,
    path: Path | None = None,
    every: float = 20.0,
) -> Descended:
    """Train some networks side by side.

    Args:
        loss: that goes down; it computes with what it is given, nothing else that changes.
        first: layers along a leading axis of members.
        viewed: float32 (simulation, view, column), what differs between the views of a simulation.
        single: float32 (simulation, column), what they share.
        how: epochs, rate ...
        seed: another one, other orders, views and masks.
        what: is trained, for the progress.
        path: of the checkpoint; None keeps none.
        every: s, between two checkpoints.

    Raises:
        PosteriorError: no loss is a number.
        StoreError: the disk refuses a checkpoint.
    """
    from sim.engine.platform import computing
    from sim.flags import start

    start()
    with computing(np.float32):
        return _descend(_Course(loss, viewed, single, how, seed, what), first, path, every)


class _Course(NamedTuple):
    loss: Loss
    viewed: np.ndarray
    single: np.ndarray
    how: Descent
    seed: int
    what: str

    def key(self, first: Layers) -> str:
        """Names all that decides what comes of it."""
        arrays = [self.viewed, self.single, *(x for layer in first for x in layer)]
        data = [part for x in arrays for part in (str(x.shape), np.ascontiguousarray(x).tobytes())]
        versions = [importlib.metadata.version(name) for name in ("jax", "jaxlib", "optax", "numpy")]
        code = code_digest(Path(__file__).parent)
        return digest(code, self.what, str(asdict(self.how)), str(self.seed), *versions, *data)


def _descend(course: _Course, first: Layers, path: Path | None, every: float) -> Descended:
    import jax
    import optax

    how, members = course.how, len(first[0][0])
    order = np.random.default_rng([course.seed, 0]).permutation(len(course.single))
    count = max(1, round(how.apart * len(order)))
    apart, shown = order[:count], order[count:]
    batch = max(1, min(how.batch, len(shown) // 8))
    steps = max(1, len(shown) // batch)
    chain = optax.chain(
        optax.clip_by_global_norm(5.0),
        optax.adamw(
            optax.cosine_decay_schedule(how.rate, how.epochs * steps, 0.02),
            weight_decay=how.decay,
            mask=lambda layers: jax.tree.map(lambda x: x.ndim > 1, layers),  # no bias
        ),
    )
    step, judge = _compiled(course, chain, apart, members)
    now = jax.tree.map(jax.numpy.asarray, first)
    state = jax.vmap(chain.init)(now)
    best, kept, since, epoch = np.full(members, np.inf), now, 0, 0
    checkpoint = Checkpoint(path, course.key(first) if path else "", every)
    if (found := checkpoint.read()) is not None:
        (now, kept, state), best = _restored(found[0], (now, kept, state)), found[0]["best"]
        since, epoch = found[1]["since"], found[1]["epoch"]
    with told(course.what, how.epochs, epoch) as tell:
        while epoch < how.epochs and since < how.patience:
            rng = np.random.default_rng([course.seed, 1, epoch])
            rows = np.stack([rng.permutation(shown)[: steps * batch].reshape(steps, batch) for _ in range(members)], 1)
            views = rng.integers(0, course.viewed.shape[1], rows.shape)
            keys = jax.random.split(jax.random.fold_in(jax.random.key(course.seed), epoch), (steps, members))
            for k in range(steps):
                now, state = step(now, state, rows[k], views[k], keys[k])
            judged = judge(now)
            better = judged < best - 1e-4
            kept = jax.tree.map(lambda x, y, b=better: jax.numpy.where(_along(b, x), x, y), now, kept)
            best, since, epoch = np.where(better, judged, best), 0 if better.any() else since + 1, epoch + 1
            ended = epoch == how.epochs or since >= how.patience
            if path is not None:
                leaves = {f"{n:03d}": np.asarray(x) for n, x in enumerate(jax.tree.leaves((now, kept, state)))}
                checkpoint.write({**leaves, "best": best}, {"since": since, "epoch": epoch}, now=ended)
            tell(float(best.mean()))
    if not np.isfinite(best).all():
        raise PosteriorError(f"{course.what}: no loss is a number; the rate {how.rate} is too high for these data.")
    return Descended(jax.tree.map(np.asarray, kept), best, epoch)


def _compiled(course: _Course, chain: Any, apart: np.ndarray, members: int) -> tuple[Any, Any]:
    """A step of all members, and the losses of all on what was kept apart."""
    import jax
    import optax

    data = jax.numpy.asarray(course.viewed), jax.numpy.asarray(course.single)

    def one(layers: Any, state: Any, rows: Any, views: Any, key: Any, viewed: Any, single: Any) -> tuple[Any, Any]:
        slope = jax.grad(course.loss)(layers, viewed[rows, views], single[rows], key)
        change, state = chain.update(slope, state, layers)
        return optax.apply_updates(layers, change), state

    def losses(layers: Any, rows: Any, views: Any, viewed: Any, single: Any) -> Any:
        return jax.vmap(course.loss, (0, None, None, None))(layers, viewed[rows, views], single[rows], None)

    step, judged = jax.jit(jax.vmap(one, (0, 0, 0, 0, 0, None, None))), jax.jit(losses)

    many = min(2, course.viewed.shape[1])  # views of each that judge
    pairs = np.stack([np.repeat(apart, many), np.tile(np.arange(many), len(apart))])
    size = min(ROWS, pairs.shape[1])
    parts = [pairs[:, k : k + size] for k in range(0, pairs.shape[1] - size + 1, size)]

    def judge(layers: Any) -> np.ndarray:
        return np.mean([np.asarray(judged(layers, *part, *data), float) for part in parts], 0)

    return lambda *now: step(*now, *data), judge


def _along(chosen: np.ndarray, x: Any) -> np.ndarray:
    return chosen.reshape(-1, *[1] * (x.ndim - 1))


def _restored(arrays: dict[str, np.ndarray], like: Any) -> Any:
    import jax

    leaves, shape = jax.tree.flatten(like)
    return jax.tree.unflatten(shape, [jax.numpy.asarray(arrays[f"{n:03d}"]) for n in range(len(leaves))])
