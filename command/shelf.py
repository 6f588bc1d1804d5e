"""What the workers of one console share beside the people's database: short texts that one at a
time may change, and word that one has changed. A console that is alone keeps them in its memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol


@dataclass
class Text:
    """One that is open; what it is set to is kept."""

    now: str


class Shelf(Protocol):
    @property
    def limits_uri(self) -> str:
        """Where the rate limits are counted, as the package limits has it."""
        ...

    def opened(self, name: str) -> AbstractContextManager[Text]:
        """A text, empty at first, that nobody else has open meanwhile. It is kept as it is then,
        unless an error is raised.

        Raises:
            Refused: if it cannot be had now.
        """
        ...

    def is_first(self, name: str) -> bool:
        """True for one of all who ask for this name within a day."""
        ...

    def listen(self, heard: Callable[[], None]) -> None:
        """Has ``heard`` called when another worker has changed a text, from any thread."""
        ...

    def close(self) -> None: ...


class OwnShelf:
    """Of a worker that is alone."""

    limits_uri = "memory://"

    def __init__(self) -> None:
        self._lock, self._texts = threading.Lock(), dict[str, str]()

    @contextmanager
    def opened(self, name: str) -> Iterator[Text]:
        with self._lock:
            text = Text(self._texts.get(name, ""))
            yield text
            self._texts[name] = text.now

    def is_first(self, name: str) -> bool:
        return True

    def listen(self, heard: Callable[[], None]) -> None:
        """There is nobody else."""

    def close(self) -> None:
        """There is nothing to close."""
