"""Writes what was simulated while the next samples are; at most one batch is on its way, so memory stays flat."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any


class Writer:
    """A thread that works from behind; as a context it has done everything when it is left.

    What could not be done is an error of the next `do`, or of leaving the context.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._last: Future[None] | None = None

    def do(self, work: Callable[..., None], *given: Any) -> None:
        """Begin some work, such as `Store.write` of a slab, once that before is done; it goes on when this returns.

        Raises:
            Exception: what the work before has raised.
        """
        self._wait()
        self._last = self._thread.submit(work, *given)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            self._wait()
        except BaseException:
            if problem is None:
                raise
        finally:
            self._thread.shutdown()
