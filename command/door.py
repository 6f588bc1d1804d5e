"""The one way from the web server's threads into the event loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class DoorClosed(Exception):
    """The console is ending; nothing was started."""


class Door:
    """Runs coroutines on the loop for other threads, and waits for their results.

    Made on the loop's thread, while the loop runs.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._lock = threading.Lock()
        self._inside: set[concurrent.futures.Future[Any]] = set()
        self._open = True

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of ``work()``, run on the loop.

        Raises:
            DoorClosed: if the console is ending, also when it ends meanwhile.
            RuntimeError: if called from the loop's own thread, which would wait for itself.
        """
        if threading.get_ident() == self._thread_id:
            raise RuntimeError("the loop's own thread must await, not call through the door")
        with self._lock:
            if not self._open:
                raise DoorClosed("the console is ending")
            future = asyncio.run_coroutine_threadsafe(work(), self._loop)
            self._inside.add(future)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise DoorClosed("the console is ending") from None
        finally:
            with self._lock:
                self._inside.discard(future)

    def close(self) -> None:
        """Lets nobody in any more, and cancels what is still running."""
        with self._lock:
            self._open = False
            inside = list(self._inside)
        for future in inside:
            future.cancel()
