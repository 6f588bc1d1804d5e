"""Acts that one person asks for and a second one confirms, declines, or lets go by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, TypeAdapter
from ulid import ULID

from command.acts import Refused
from command.people.rights import Person
from command.shelf import Shelf
from fleet.contract import Ask, LandAll, RecallAll

MOST_WAITING: Final = 50
SHOWN_AFTER: Final = timedelta(minutes=1)  # how it ended, for whoever asked


class RequestView(BaseModel):
    """An act that waits for a second person, or how that ended a moment ago."""

    id: str
    act: str
    subject: str
    detail: str
    asked_by: str
    asked_at: datetime
    until: datetime
    state: Literal["waiting", "done", "refused", "declined", "expired"]
    second: str | None
    reason: str | None


class RequestsView(BaseModel):
    requests: tuple[RequestView, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An act as it will be done, in the name of who asked for it."""

    view: RequestView
    person: Person
    ask: Ask
    key: str | None


Book = dict[str, Held]
_BOOK: TypeAdapter[Book] = TypeAdapter(Book)


class SecondPerson:
    """For any number of threads, and for all workers that have the same ``shelf``: a request does
    not outlive it, and is then made again. ``tell`` is called with all of them whenever one
    changes."""

    def __init__(
        self,
        acts: Collection[str],
        lasts: timedelta,
        now: Callable[[], datetime],
        tell: Callable[[RequestsView], None],
        shelf: Shelf,
    ) -> None:
        self._acts, self._lasts, self._now, self._tell = frozenset(acts), lasts, now, tell
        self._shelf = shelf
        shelf.listen(lambda: tell(self.views()))

    def is_needed_for(self, ask: Ask) -> bool:
        if isinstance(ask, RecallAll | LandAll) and ask.confirmation is None:
            return False  # nothing is done by it yet
        return ask.ask in self._acts

    def hold(self, person: Person, ask: Ask, key: str | None, subject: str, detail: str) -> Held:
        """Has it wait for a second person; the same of the same person only once.

        Raises:
            Refused: if too many wait.
        """
        with self._opened() as book:
            waiting = [each for each in book.values() if each.view.state == "waiting"]
            for each in waiting:
                if (each.person.name, each.ask) == (person.name, ask):
                    return each
            if len(waiting) >= MOST_WAITING:
                raise Refused("conflict", f"{MOST_WAITING} acts wait for a second person already")
            now = self._now()
            view = RequestView(
                id=str(ULID()),
                act=ask.ask,
                subject=subject,
                detail=detail,
                asked_by=person.name,
                asked_at=now,
                until=now + self._lasts,
                state="waiting",
                second=None,
                reason=None,
            )
            book[view.id] = held = Held(view, person, ask, key)
            return held

    def find(self, id_: str) -> Held:
        """
        Raises:
            Refused: if no such act waits.
        """
        with self._opened() as book:
            return self._waiting(book, id_)

    def _waiting(self, book: Book, id_: str) -> Held:
        held = book.get(id_)
        if held is None:
            raise Refused("not_found", f"no act {id_[:40]} waits for a second person")
        view = held.view
        if view.state != "waiting" or self._now() >= view.until:
            state = "expired" if view.state == "waiting" else view.state
            raise Refused("conflict", f"{view.act} does not wait any more: it is {state}")
        return held

    def end(
        self,
        id_: str,
        state: Literal["done", "refused", "declined"],
        second: str,
        reason: str | None = None,
    ) -> RequestView:
        """Ends one that waits; of two who do it at once one is refused.

        Raises:
            Refused: if no such act waits.
        """
        with self._opened() as book:
            self._waiting(book, id_)
            return _put(book, id_, state=state, second=second, reason=reason)

    def failed(self, id_: str, reason: str) -> None:
        """It was confirmed, but could not be done."""
        with self._opened() as book:
            _put(book, id_, state="refused", reason=reason)

    def expire(self) -> list[Held]:
        """Those whose time is over; forgets what ended a while ago."""
        with self._opened() as book:
            now, over = self._now(), []
            for id_, held in list(book.items()):
                if held.view.state == "waiting" and now >= held.view.until:
                    over.append(held)
                    _put(book, id_, state="expired")
                elif held.view.state != "waiting" and now >= held.view.until + SHOWN_AFTER:
                    del book[id_]
            return over

    def views(self) -> RequestsView:
        """Oldest first."""
        with self._opened() as book:
            return _views(book)

    @contextmanager
    def _opened(self) -> Iterator[Book]:
        """All of them, to be changed by nobody else meanwhile."""
        with self._shelf.opened("requests") as text:
            book = _BOOK.validate_json(text.now) if text.now else {}
            before = dict(book)
            yield book
            if book != before:
                text.now = _BOOK.dump_json(book).decode()
                self._tell(_views(book))


def _views(book: Book) -> RequestsView:
    return RequestsView(requests=tuple(each.view for each in book.values()))


def _put(book: Book, id_: str, **changes: str | None) -> RequestView:
    held = book[id_]
    view = held.view.model_copy(update=changes)
    book[id_] = Held(view, held.person, held.ask, held.key)
    return view
