"""How far training has come: a bar in a terminal, a line of the log now and then elsewhere."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

log = logging.getLogger("sherrington")


class Told(Protocol):
    """Something that is told that one more epoch is finished, and the best loss so far."""

    def __call__(self, best: float, /) -> None: ...


@contextmanager
def epochs(what: str, most: int, finished: int = 0, *, every: float = 10.0) -> Iterator[Told]:
    """Report the epochs of a training, which may end before the last.

    Args:
        what: is trained.
        most: epochs.
        finished: epochs that were done before.
        every: s, at least this long between two lines of the log.
    """
    if sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=most, initial=finished, desc=what, unit="epoch", dynamic_ncols=True) as bar:

            def advance(best: float) -> None:
                bar.set_postfix_str(f"best validation loss {best:.3f}", refresh=False)
                bar.update(1)

            yield advance
        return
    start = time.monotonic()
    said, done = start, finished

    def tell(best: float) -> None:
        nonlocal said, done
        done += 1
        now = time.monotonic()
        if now - said < every and done < most:
            return
        said = now
        left = (most - done) * (now - start) / (done - finished)
        log.info(
            "%s: epoch %d of at most %d, best validation loss %.3f, at most %.0f s left", what, done, most, best, left
        )

    yield tell
