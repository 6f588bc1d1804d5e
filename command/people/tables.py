"""The database of people and of the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from fleet.process import Refusal

_METADATA = MetaData()

PEOPLE = Table(
    "people",
    _METADATA,
    Column("name", String(64), primary_key=True),
    Column("shown", String(100), nullable=False),
    Column("role", String(32), nullable=False),
    Column("subdistricts", JSON, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
)

# Of sessions and tokens only a hash is kept: who reads the database cannot sign in with it.
KEYS = Table(
    "keys",
    _METADATA,
    Column("hash", String(64), primary_key=True),
    Column("person", ForeignKey("people.name"), nullable=False),
    Column("kind", String(16), nullable=False),  # session or token
    Column("label", String(100), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
)

AUDIT = Table(
    "audit",
    _METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", String(40), nullable=False),  # as hashed, to the letter
    Column("who", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("act", String(64), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("detail", String, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# Names that nobody has, and how often somebody tried them: they are locked like those of people.
STRANGERS = Table(
    "strangers",
    _METADATA,
    Column("name", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("at", DateTime(timezone=True), nullable=False),
)

# Acts that came with an idempotency key.
ANSWERS = Table(
    "answers",
    _METADATA,
    Column("id", String(26), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("body", JSON(none_as_null=True)),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)


def opened(url: str) -> Engine:
    """The database, made when it is new.

    Raises:
        Refusal: if the address is no database URL or the database does not answer.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _durable_sqlite)
        _METADATA.create_all(engine)
    except ArgumentError:
        raise Refusal(
            f"the address of the people's database {url!r} is no database URL; expected for "
            "instance sqlite:///var/longgang/people.db"
        ) from None
    except OSError as error:
        raise Refusal(f"the people's database {url} cannot be made: {error.strerror}") from None
    except OperationalError as error:
        raise Refusal(f"the people's database {url} cannot be opened: {error.orig}") from None
    return engine


def aware(at: datetime) -> datetime:
    """SQLite forgets that times are UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _durable_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
