"""The event store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from fleet.log.events import KINDS, Fact, Recorded
from fleet.process import Refusal

_METADATA = MetaData()

_EVENTS = Table(
    "events",
    _METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("incident", String(26)),
    Column("cause", String(64)),
    Column("data", JSON, nullable=False),
    Index("events_by_incident", "incident", "seq"),
    Index("events_by_subject", "subject", "seq"),
)


class EventLog:
    """Append-only facts in the order they became true. One writer: the controller.

    ``append`` returns once the facts are on disk, so that what follows from them may leave the
    process.
    """

    def __init__(self, url: str, create: bool = True) -> None:
        """Opens the log, creating it when it is new; for a reader it must be there.

        Raises:
            Refusal: if the address is no database URL or the database does not answer.
        """
        try:
            parsed = make_url(url)
            if create:
                _make_room(parsed)
            elif _is_missing(parsed):
                raise Refusal(f"there is no event log {url}; name that of the run, with --log")
            self._engine = create_engine(parsed)
        except ArgumentError:
            raise Refusal(
                f"the event log's address {url!r} is no database URL; "
                "expected for instance sqlite:///var/longgang/events.db"
            ) from None
        except OSError as error:
            raise Refusal(f"the event log {url} cannot be created: {error.strerror}") from None
        if parsed.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _durable_sqlite)
        try:
            if create:
                _METADATA.create_all(self._engine)
            elif not inspect(self._engine).has_table(_EVENTS.name):
                raise Refusal(f"{url} is no event log: it holds no events")
            self._connection = self._engine.connect()
        except DatabaseError as error:
            raise Refusal(f"the event log {url} cannot be opened: {error.orig}") from None

    def append(self, at: datetime, facts: Sequence[Fact], cause: str | None) -> list[Recorded]:
        """Writes the facts in one transaction and returns them with their places."""
        recorded = []
        with self._connection.begin():
            for fact in facts:
                result = self._connection.execute(
                    insert(_EVENTS).values(
                        at=at,
                        kind=type(fact).__name__,
                        subject=fact.subject,
                        incident=fact.of_incident,
                        cause=cause,
                        data=fact.model_dump(mode="json"),
                    )
                )
                key = result.inserted_primary_key
                assert key is not None
                recorded.append(Recorded(seq=key[0], at=at, cause=cause, fact=fact))
        return recorded

    def read(
        self,
        after: int = 0,
        incident: str | None = None,
        subject: str | None = None,
        limit: int | None = None,
        kind: type[Fact] | None = None,
        newest_first: bool = False,
        before: int | None = None,
    ) -> Iterator[Recorded]:
        """Facts with a greater ``seq`` than ``after`` and a smaller than ``before``, oldest first
        unless told otherwise."""
        order = _EVENTS.c.seq.desc() if newest_first else _EVENTS.c.seq
        query = select(_EVENTS).where(_EVENTS.c.seq > after).order_by(order)
        if before is not None:
            query = query.where(_EVENTS.c.seq < before)
        if kind is not None:
            query = query.where(_EVENTS.c.kind == kind.__name__)
        if incident is not None:
            query = query.where(_EVENTS.c.incident == incident)
        if subject is not None:
            query = query.where(_EVENTS.c.subject == subject)
        if limit is not None:
            query = query.limit(limit)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                yield Recorded(
                    seq=row["seq"],
                    at=row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC),
                    cause=row["cause"],
                    fact=KINDS[row["kind"]].model_validate(row["data"]),
                )

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _make_room(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _is_missing(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def _durable_sqlite(connection: Any, _record: Any) -> None:
    """Write-ahead log, so that readers do not stop the writer; a commit is on disk when it
    returns (FULL), which is what 'log before effect' rests on."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
