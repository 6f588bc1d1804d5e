"""The people of the console: their passwords, sessions and tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from command.acts import Refused
from command.people import passwords
from command.people.lockout import Strangers, locked_until
from command.people.rights import Person, Role
from command.people.tables import KEYS, PEOPLE, aware

SESSION_LASTS = timedelta(hours=14)  # a twelve-hour shift with its hand-over
NAME_RULE = "a name is 2 to 64 of the characters a-z, 0-9, '.', '-' and '_'"
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a program's key."""

    label: str
    made_at: datetime
    expires_at: datetime | None


class Roster:
    """``now`` tells real time. Every change is on disk when its call returns."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._strangers = Strangers(engine)

    def people(self) -> list[Person]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(PEOPLE).order_by(PEOPLE.c.name)).mappings()
            return [_person(row) for row in rows]

    def find(self, name: str) -> Person | None:
        """Nobody, where there is none of that name."""
        with self._engine.connect() as connection:
            query = select(PEOPLE).where(PEOPLE.c.name == name)
            row = connection.execute(query).mappings().first()
            return None if row is None else _person(row)

    def add(self, name: str, role: Role, shown: str = "", subdistricts: Sequence[str] = ()) -> str:
        """Adds somebody; the one-time password to sign in with first.

        Raises:
            Refused: if the name is taken or none.
        """
        if not (2 <= len(name) <= 64 and set(name) <= _NAME_CHARACTERS):
            raise Refused("invalid", f"{NAME_RULE}, not {name[:70]!r}")
        password = passwords.one_time()
        person = insert(PEOPLE).values(
            name=name,
            shown=shown or name,
            role=role.value,
            subdistricts=list(subdistricts),
            password_hash=passwords.hashed(password),
            must_change=True,
            disabled=False,
            failures=0,
            locked_until=None,
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(person)
        except IntegrityError:
            raise Refused("conflict", f"there is somebody named {name} already") from None
        return password

    def change(self, name: str, **fields: Any) -> Person:
        """Changes ``shown``, ``role``, ``subdistricts`` or ``disabled``; a disabled person's
        sessions and tokens end.

        Raises:
            Refused: if there is no such person, or nobody would be left to administer.
        """
        before = self._one(name)
        if not fields:
            return before
        with self._engine.begin() as connection:
            connection.execute(update(PEOPLE).where(PEOPLE.c.name == name).values(**fields))
            # asked once it is changed: two that take each other's office away wait for each other
            if before.role is Role.ADMINISTRATOR and not _is_administered(connection):
                raise Refused(
                    "conflict", f"{name} is the last administrator; make another one first"
                )
            if fields.get("disabled"):
                connection.execute(delete(KEYS).where(KEYS.c.person == name))
        return self._one(name)

    def reset_password(self, name: str) -> str:
        """A new one-time password; every session of the person ends, and no lock is left."""
        self._one(name)
        password = passwords.one_time()
        self._store_password(name, password, must_change=True)
        return password

    def set_password(self, person: Person, old: str, new: str, present: str = "") -> None:
        """Ends all sessions of the person but the ``present`` one.

        Raises:
            Refused: if the old password is wrong or the new one too weak.
        """
        if not passwords.fits(old, self._row(person.name)["password_hash"]):
            raise Refused("invalid", "the present password is not right")
        if fault := passwords.weakness(new, person.name):
            raise Refused("invalid", fault)
        if new == old:
            raise Refused("invalid", "the new password must differ from the present one")
        self._store_password(person.name, new, must_change=False, present=present)

    def sign_in(self, name: str, password: str) -> tuple[Person, str]:
        """The person, and the key of a new session.

        Raises:
            Refused: in the same words and after the same time whether the name or the password is
                wrong; and while the name is locked after too many failures.
        """
        row = self._row(name) or {"locked_until": self._strangers.locked_until(name)}
        locked = row["locked_until"]
        if locked is not None and aware(locked) > self._now():
            wait_s = (aware(locked) - self._now()).total_seconds()
            raise Refused("locked", f"too many wrong passwords; try again in {wait_s:.0f} s")
        fits = passwords.fits(password, row.get("password_hash"))
        if not fits or row["disabled"]:
            self._count_failure(name, known="name" in row)
            raise Refused("unauthorized", "name or password is not right")
        with self._engine.begin() as connection:
            connection.execute(
                update(PEOPLE).where(PEOPLE.c.name == name).values(failures=0, locked_until=None)
            )
        return _person(row), self._new_key(name, "session", "", self._now() + SESSION_LASTS)

    def new_token(self, name: str, label: str, lasts: timedelta | None = None) -> str:
        """A key for a program that acts as this person; without ``lasts`` until it is ended."""
        self._one(name)
        expires_at = None if lasts is None else self._now() + lasts
        return self._new_key(name, "token", label, expires_at)

    def tokens(self, name: str) -> list[Token]:
        """The person's tokens, oldest first; what they are is known to nobody.

        Raises:
            Refused: if there is no such person.
        """
        self._one(name)
        query = (
            select(KEYS.c.label, KEYS.c.made_at, KEYS.c.expires_at)
            .where(KEYS.c.person == name, KEYS.c.kind == "token")
            .order_by(KEYS.c.made_at)
        )
        with self._engine.connect() as connection:
            return [
                Token(label, aware(made_at), None if expires_at is None else aware(expires_at))
                for label, made_at, expires_at in connection.execute(query)
            ]

    def end_tokens(self, name: str, label: str) -> None:
        """Ends the person's tokens of that label.

        Raises:
            Refused: if there is none.
        """
        self._one(name)
        theirs = (KEYS.c.person == name, KEYS.c.kind == "token", KEYS.c.label == label)
        with self._engine.begin() as connection:
            if connection.execute(delete(KEYS).where(*theirs)).rowcount == 0:
                raise Refused("not_found", f"{name} has no token with the label {label[:70]!r}")

    def holder(self, key: str) -> Person | None:
        """Whose session or token this is, if it is still good."""
        query = (
            select(PEOPLE, KEYS.c.expires_at)
            .join(KEYS, KEYS.c.person == PEOPLE.c.name)
            .where(KEYS.c.hash == _hash(key))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["disabled"]:
            return None
        if row["expires_at"] is not None and aware(row["expires_at"]) <= self._now():
            return None
        return _person(row)

    def end(self, key: str) -> None:
        """Ends a session or token."""
        with self._engine.begin() as connection:
            connection.execute(delete(KEYS).where(KEYS.c.hash == _hash(key)))

    def _one(self, name: str) -> Person:
        row = self._row(name)
        if row is None:
            raise Refused("not_found", f"there is nobody named {name[:70]}")
        return _person(row)

    def _row(self, name: str) -> Any:
        query = select(PEOPLE).where(PEOPLE.c.name == name)
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().first()

    def _store_password(
        self, name: str, password: str, must_change: bool, present: str = ""
    ) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(PEOPLE)
                .where(PEOPLE.c.name == name)
                .values(
                    password_hash=passwords.hashed(password),
                    must_change=must_change,
                    failures=0,
                    locked_until=None,
                )
            )
            sessions = delete(KEYS).where(KEYS.c.person == name, KEYS.c.kind == "session")
            connection.execute(sessions.where(KEYS.c.hash != _hash(present)))

    def _count_failure(self, name: str, known: bool) -> None:
        if not known:
            self._strangers.count_failure(name, self._now())
            return
        them = PEOPLE.c.name == name
        with self._engine.begin() as connection:
            # counted in the database: others may be guessing at this very moment
            more = update(PEOPLE).where(them).values(failures=PEOPLE.c.failures + 1)
            connection.execute(more)
            failures = connection.execute(select(PEOPLE.c.failures).where(them)).scalar_one()
            lock = locked_until(failures, self._now())
            if lock is not None:
                connection.execute(update(PEOPLE).where(them).values(locked_until=lock))

    def _new_key(self, name: str, kind: str, label: str, expires_at: datetime | None) -> str:
        key = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            connection.execute(delete(KEYS).where(KEYS.c.expires_at <= self._now()))
            connection.execute(
                insert(KEYS).values(
                    hash=_hash(key),
                    person=name,
                    kind=kind,
                    label=label,
                    made_at=self._now(),
                    expires_at=expires_at,
                )
            )
        return key


def _is_administered(connection: Connection) -> bool:
    good = (PEOPLE.c.role == Role.ADMINISTRATOR.value, PEOPLE.c.disabled.is_(False))
    return connection.execute(select(PEOPLE.c.name).where(*good)).first() is not None


def first_administrator(roster: Roster) -> tuple[str, str] | None:
    """Where there is nobody yet, adds an administrator: (name, one-time password)."""
    if roster.people():
        return None
    return "admin", roster.add("admin", Role.ADMINISTRATOR, "管理员")


def _person(row: Any) -> Person:
    return Person(
        name=row["name"],
        shown=row["shown"],
        role=Role(row["role"]),
        subdistricts=tuple(row["subdistricts"]),
        disabled=row["disabled"],
        must_change=row["must_change"],
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
