"""What each idempotency key was first used for, and what came of it: over restarts, and for every
console that has the same database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from command.people.tables import ANSWERS

KEPT: Final = timedelta(days=1)


class Repeats:
    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def first(self, id_: str, content: str) -> tuple[str, dict[str, Any] | None]:
        """The content that this id was first used with, which may be this one, and the answer to
        it if there was one."""
        now = self._now()
        found = select(ANSWERS.c.content, ANSWERS.c.body).where(ANSWERS.c.id == id_)
        with self._engine.begin() as connection:
            connection.execute(delete(ANSWERS).where(ANSWERS.c.at < now - KEPT))
            before = connection.execute(found).first()
            if before is not None:
                return before.content, before.body
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(ANSWERS).values(id=id_, content=content, at=now))
        except IntegrityError:  # another was quicker
            return self.first(id_, content)
        return content, None

    def keep(self, id_: str, body: dict[str, Any]) -> None:
        """The answer, for whoever asks again."""
        with self._engine.begin() as connection:
            connection.execute(update(ANSWERS).where(ANSWERS.c.id == id_).values(body=body))
