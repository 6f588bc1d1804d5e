"""The audit log: who did what, from where, and with what outcome. It is only ever added to, and
each entry carries the hash of the one before it: what is changed or taken out afterwards shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from command.people.tables import AUDIT

BEGINNING: Final = "0" * 64
LONGEST_DETAIL: Final = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``outcome`` is done or refused."""

    seq: int
    at: str
    who: str
    role: str
    address: str
    act: str
    subject: str
    outcome: str
    detail: str
    previous: str
    hash: str


class AuditLog:
    """Several processes may write: that a seq is given only once keeps the chain whole."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def record(
        self,
        who: str,
        role: str,
        address: str,
        act: str,
        subject: str,
        refusal: str | None = None,
        detail: str = "",
    ) -> None:
        """Adds an entry; it is on disk when the call returns. A ``refusal`` is the reason why the
        act was not done."""
        what = {
            "at": self._now().isoformat(),
            "who": who[:64],
            "role": role,
            "address": address[:64],
            "act": act[:64],
            "subject": subject[:100],
            "outcome": "done" if refusal is None else "refused",
            "detail": (detail if refusal is None else refusal)[:LONGEST_DETAIL],
        }
        while not self._appended(what):
            pass  # somebody else took the place; the next one

    def _appended(self, what: dict[str, Any]) -> bool:
        newest_first = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
        try:
            with self._engine.begin() as connection:
                newest = connection.execute(newest_first).first()
                entry = {
                    **what,
                    "seq": newest.seq + 1 if newest else 1,
                    "previous": newest.hash if newest else BEGINNING,
                }
                connection.execute(insert(AUDIT).values(**entry, hash=_hash(entry)))
        except IntegrityError:
            return False
        return True

    def entries(self, before: int | None = None, limit: int = 100) -> list[Entry]:
        """Newest first; with ``before`` those older than that seq."""
        query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.seq < before)
        with self._engine.connect() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]

    def fault(self) -> str | None:
        """Where the chain is broken, in words; None if it is whole."""
        previous, expected = BEGINNING, 1
        for entry in self._oldest_first():
            if entry.seq != expected:
                return f"entry {expected} is missing"
            fields = asdict(entry)
            if entry.previous != previous or fields.pop("hash") != _hash(fields):
                return f"entry {entry.seq} is not what was written"
            previous, expected = entry.hash, expected + 1
        return None

    def _oldest_first(self) -> Iterator[Entry]:
        with self._engine.connect() as connection:
            for row in connection.execute(select(AUDIT).order_by(AUDIT.c.seq)).mappings():
                yield Entry(**row)


def _hash(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
