"""Acts that one person asks for and a second one confirms, declines, or lets go by."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel
from ulid import ULID

from command.acts import Refused
from command.people.rights import Person
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


class SecondPerson:
    """For any number of threads. Kept in memory: a request does not outlive the console, and is
    then made again. ``tell`` is called with all of them whenever one changes."""

    def __init__(
        self,
        acts: Collection[str],
        lasts: timedelta,
        now: Callable[[], datetime],
        tell: Callable[[RequestsView], None],
    ) -> None:
        self._acts, self._lasts, self._now, self._tell = frozenset(acts), lasts, now, tell
        self._lock = threading.RLock()
        self._held: dict[str, Held] = {}

    def is_needed_for(self, ask: Ask) -> bool:
        if isinstance(ask, RecallAll | LandAll) and ask.confirmation is None:
            return False  # nothing is done by it yet
        return ask.ask in self._acts

    def hold(self, person: Person, ask: Ask, key: str | None, subject: str, detail: str) -> Held:
        """Has it wait for a second person; the same of the same person only once.

        Raises:
            Refused: if too many wait.
        """
        with self._lock:
            waiting = [each for each in self._held.values() if each.view.state == "waiting"]
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
            self._held[view.id] = held = Held(view, person, ask, key)
            self._tell(self.views())
            return held

    def find(self, id_: str) -> Held:
        """
        Raises:
            Refused: if no such act waits.
        """
        with self._lock:
            held = self._held.get(id_)
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
        with self._lock:
            self.find(id_)
            return self._put(id_, state=state, second=second, reason=reason)

    def failed(self, id_: str, reason: str) -> None:
        """It was confirmed, but could not be done."""
        with self._lock:
            self._put(id_, state="refused", reason=reason)

    def expire(self) -> list[Held]:
        """Those whose time is over; forgets what ended a while ago."""
        with self._lock:
            now = self._now()
            over = [
                each
                for each in self._held.values()
                if each.view.state == "waiting" and now >= each.view.until
            ]
            for each in over:
                self._put(each.view.id, state="expired")
            last = {
                id_
                for id_, each in self._held.items()
                if each.view.state != "waiting" and now >= each.view.until + SHOWN_AFTER
            }
            if last:
                self._held = {id_: each for id_, each in self._held.items() if id_ not in last}
                self._tell(self.views())
            return over

    def views(self) -> RequestsView:
        """Oldest first."""
        with self._lock:
            return RequestsView(requests=tuple(each.view for each in self._held.values()))

    def _put(self, id_: str, **changes: str | None) -> RequestView:
        held = self._held[id_]
        view = held.view.model_copy(update=changes)
        self._held[id_] = Held(view, held.person, held.ask, held.key)
        self._tell(self.views())
        return view
