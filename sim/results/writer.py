"""Writes one slab while the next one is simulated; at most one is on its way, so memory stays flat."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy.typing as npt

from sim.results.store import Store


class Writer:
    """A store written from behind; as a context it has written everything when it is left.

    A slab that could not be written is an error of the next `write`, or of leaving the context.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._last: Future[None] | None = None

    def write(self, slab: slice, data: Mapping[str, npt.ArrayLike], status: npt.ArrayLike) -> None:
        """As `Store.write`, which is still at work when this returns.

        Raises:
            ValueError, StoreError: of the slab before.
        """
        self._wait()
        self._last = self._thread.submit(self._store.write, slab, data, status)

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
