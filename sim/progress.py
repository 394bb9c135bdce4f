"""Progress of long work: a bar in a terminal, a log line now and then elsewhere."""

import logging
import sys
import time
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("sherrington")


def within(what: str, *, every: float = 10.0) -> Callable[[float, float], None]:
    """Report how far one long call has come that does not tell of samples: soon after it began, then now and then.

    Args:
        what: is at work, and on what.
        every: s, at least this long between two log lines.

    Returns:
        To be called with the seconds that have passed and the fraction that is done.
    """
    said = -every

    def tell(seconds: float, done: float) -> None:
        nonlocal said
        if 0 < done < 1 and seconds - said >= every:
            said = seconds
            log.info("%s: %.0f %% after %.0f s, about %.0f s left", what, 100 * done, seconds, seconds / done - seconds)

    return tell


class Progress(typing.Protocol):
    """Something that is told how many more samples are finished."""

    def __call__(self, samples: int, /) -> None: ...


@contextmanager
def progress(
    what: str,
    total: int,
    finished: int = 0,
    *,
    every: float = 10.0,
    unit: str = "sample",
    note: Callable[[], str] = str,
) -> Iterator[Progress]:
    """Report the progress of some samples.

    Args:
        what: shown beside the bar.
        total: number of samples.
        finished: number that were done before.
        every: s, at least this long between two log lines.
        unit: what is counted, in place of samples.
        note: what else is to be said at the moment.
    """
    if sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, initial=finished, desc=what, unit=unit, dynamic_ncols=True) as bar:

            def advance(samples: int) -> None:
                bar.set_postfix_str(note(), refresh=False)
                bar.update(samples)

            yield advance
        return
    start = said = time.monotonic()
    done = finished

    def tell(samples: int) -> None:
        nonlocal done, said
        done += samples
        now = time.monotonic()
        if now - said < every and done < total:
            return
        said = now
        rate = (done - finished) / max(now - start, 1e-9)
        said_too = f"; {words}" if (words := note()) else ""
        left = (total - done) / max(rate, 1e-9)
        log.info("%s: %d of %d %ss, %.1f/s, %.0f s left%s", what, done, total, unit, rate, left, said_too)

    yield tell
