"""How long a name is locked after wrong passwords; names that nobody has are locked alike, so that
a lock does not tell which exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from command.people.tables import STRANGERS

FAILURES_FREE: Final = 5
LOCKED_FIRST: Final = timedelta(minutes=1)  # doubled by each further failure
LOCKED_LONGEST: Final = timedelta(hours=1)
STRANGERS_KEPT: Final = 10_000  # names remembered; whoever tries more is stopped by the rate limit


def locked_until(failures: int, now: datetime) -> datetime | None:
    """After so many failures in a row."""
    if failures < FAILURES_FREE:
        return None
    # no more doublings than lead to the longest lock: the number must not grow for ever
    doublings = min(failures - FAILURES_FREE, 10)
    lasts: timedelta = min(LOCKED_FIRST * 2**doublings, LOCKED_LONGEST)
    return now + lasts


class Strangers:
    """The failures of names that nobody has, in the database of those that somebody has."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def locked_until(self, name: str) -> datetime | None:
        query = select(STRANGERS.c.locked_until).where(STRANGERS.c.name == name)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def count_failure(self, name: str, now: datetime) -> None:
        try:
            self._count(name, now)
        except IntegrityError:  # another tried it at the same moment
            self._count(name, now)

    def _count(self, name: str, now: datetime) -> None:
        known = STRANGERS.c.name == name
        more = update(STRANGERS).where(known).values(failures=STRANGERS.c.failures + 1, at=now)
        with self._engine.begin() as connection:
            if connection.execute(more).rowcount == 0:
                connection.execute(insert(STRANGERS).values(name=name, failures=1, at=now))
                _forget_oldest(connection)
            count = select(STRANGERS.c.failures).where(known)
            lock = locked_until(connection.execute(count).scalar_one(), now)
            connection.execute(update(STRANGERS).where(known).values(locked_until=lock))


def _forget_oldest(connection: Connection) -> None:
    newest_first = select(STRANGERS.c.at).order_by(STRANGERS.c.at.desc())
    oldest = connection.execute(newest_first.offset(STRANGERS_KEPT).limit(1)).scalar()
    if oldest is not None:
        connection.execute(delete(STRANGERS).where(STRANGERS.c.at <= oldest))
