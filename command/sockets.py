"""The Socket.IO namespace `/ops`: consoles come, and ask with an acknowledgement."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import flask
import flask_socketio
from flask_limiter import Limiter
from limits import RateLimitItem, parse
from limits.errors import StorageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from command.acts import Refused, read_ask, sentence_of
from command.emitter import NAMESPACE
from command.outbox import Greeting, Outbox
from command.paces import Paces
from command.people.house import People
from command.people.rights import Right
from command.people.roster import Roster
from command.people.signed import Asks, key_of_request, need, note_refused, signed_in

ASKS_AT_ONCE = 16  # over all consoles: more are told to wait, so that REST keeps its threads
KEY_LENGTH = 200
ASKS_ALLOWED: Final[RateLimitItem] = parse("600/minute")  # of one session or token

_LOG = logging.getLogger(__name__)
F = TypeVar("F", bound=BaseModel)


class Acknowledgement(BaseModel):
    ok: bool
    code: str | None = None
    reason: str | None = None
    body: dict[str, Any] | None = None


class ComingBack(BaseModel):
    """What a console may connect with (Socket.IO's ``auth``): the stream it followed, and the seq
    of the last change it has."""

    model_config = ConfigDict(extra="forbid", strict=True)

    stream: str | None = Field(default=None, max_length=64)
    after: int | None = Field(default=None, ge=0, le=2**53)


class PaceForm(BaseModel):
    """How often a console wants telemetry, at most; whoever does not say gets all of it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    telemetry_hz: float = Field(ge=0.2, le=20, allow_inf_nan=False)


class TurnedAway(BaseModel):
    """Why a connection is ended as soon as it began."""

    code: str
    reason: str


def turn_away(
    socketio: flask_socketio.SocketIO, console: str, namespace: str, refusal: Refused
) -> None:
    """Ends a connection with a word. Socket.IO's own refusal is of no use here: the server sends
    it once it has said yes, in a packet that JavaScript's client takes for nonsense, and comes
    again for ever."""
    told = TurnedAway(code=refusal.code, reason=refusal.reason).model_dump(mode="json")
    socketio.emit("refused", told, namespace=namespace, to=console)
    socketio.server.disconnect(console, namespace=namespace)


class Seats:
    """Which console is open in which session, so that it closes when the session ends."""

    def __init__(self, socketio: flask_socketio.SocketIO) -> None:
        self._socketio, self._lock = socketio, threading.Lock()
        self._keys: dict[str, tuple[str, str]] = {}  # console -> session, person
        self._namespaces: dict[str, str] = {}

    def take(self, console: str, key: str, person: str, namespace: str = NAMESPACE) -> None:
        with self._lock:
            self._keys[console] = (key, person)
            self._namespaces[console] = namespace

    def leave(self, console: str) -> None:
        with self._lock:
            self._keys.pop(console, None)
            self._namespaces.pop(console, None)

    def clear(self, whose: str) -> None:
        """Closes the consoles of a session or of a person."""
        with self._lock:
            consoles = [
                (console, self._namespaces[console])
                for console, held_by in self._keys.items()
                if whose in held_by
            ]
        for console, namespace in consoles:
            self._socketio.server.disconnect(console, namespace=namespace)

    def clear_ended(self, roster: Roster) -> None:
        """Closes the consoles whose session or token is over, or was ended by another process."""
        with self._lock:
            keys = {key for key, _ in self._keys.values()}
        for key in keys:
            if roster.holder(key) is None:
                self.clear(key)


def attach(
    socketio: flask_socketio.SocketIO,
    acts: Asks,
    outbox: Outbox,
    paces: Paces,
    people: People,
    seats: Seats,
    limiter: Limiter,
) -> None:
    """Answers connections and asks in the namespace, of those who are signed in."""
    places = threading.BoundedSemaphore(ASKS_AT_ONCE)

    def connect(auth: Any = None) -> None:
        console: str = flask.request.sid  # type: ignore[attr-defined]
        try:
            person = signed_in(people.roster)
            need(person, Right.LOOK)
            before = read_form(ComingBack, auth) if auth else ComingBack()
        except Refused as refusal:
            note_refused(people, f"connect {NAMESPACE}", "", refusal.reason)
            turn_away(socketio, console, NAMESPACE, refusal)
            return
        seats.take(console, key_of_request() or "", person.name)
        outbox.put(Greeting(console, before.stream, before.after))

    def disconnect(*_: Any) -> None:
        seats.leave(flask.request.sid)  # type: ignore[attr-defined]
        paces.drop(flask.request.sid)  # type: ignore[attr-defined]

    def pace(*arguments: Any) -> dict[str, Any]:
        try:
            wanted = read_form(PaceForm, arguments[0] if len(arguments) == 1 else arguments)
        except Refused as refusal:
            return refused(people, "pace", refusal)
        paces.set(flask.request.sid, wanted.telemetry_hz)  # type: ignore[attr-defined]
        return _acknowledge(Acknowledgement(ok=True))

    def ask(*arguments: Any) -> dict[str, Any]:
        try:
            within_rate(limiter)
            with _place(places):
                return _acknowledge(Acknowledgement(ok=True, body=_ask(acts, arguments)))
        except Refused as refusal:
            return refused(people, "ask", refusal)

    socketio.on_event("connect", connect, namespace=NAMESPACE)
    socketio.on_event("disconnect", disconnect, namespace=NAMESPACE)
    socketio.on_event("ask", ask, namespace=NAMESPACE)
    socketio.on_event("pace", pace, namespace=NAMESPACE)


def within_rate(limiter: Limiter) -> None:
    """Counts an ask of the session or token that the present message is from.

    Raises:
        Refused: if it asks too often.
    """
    whose = hashlib.sha256((key_of_request() or "").encode()).hexdigest()
    try:
        is_within = limiter.limiter.hit(ASKS_ALLOWED, "asks", whose)
    except StorageError as error:  # Redis is away: rather too many asks than none
        _LOG.error("asks are not counted: %s", error)
        return
    if not is_within:
        raise Refused("unavailable", f"more than {ASKS_ALLOWED} asks; nothing was sent, wait")


def refused(people: People, act: str, refusal: Refused) -> dict[str, Any]:
    """The answer to what was refused, once that is in the audit log."""
    note_refused(people, f"socket {act}", "", refusal.reason)
    return _acknowledge(Acknowledgement(ok=False, code=refusal.code, reason=refusal.reason))


@contextmanager
def _place(places: threading.BoundedSemaphore) -> Iterator[None]:
    if not places.acquire(blocking=False):
        raise Refused("unavailable", "too many requests at once; nothing was sent, try again")
    try:
        yield
    finally:
        places.release()


def read_form(model: type[F], given: Any) -> F:
    """What was sent, as the form that is expected.

    Raises:
        Refused: if it is something else.
    """
    try:
        # as JSON, where a whole number is a number with a fraction too
        return model.model_validate_json(json.dumps(given, allow_nan=False))
    except ValidationError as error:
        raise Refused("invalid", sentence_of(error)) from None
    except (TypeError, ValueError):
        raise Refused("invalid", "what is sent must be plain JSON") from None


def _ask(acts: Asks, arguments: tuple[Any, ...]) -> dict[str, Any]:
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise Refused("invalid", "an ask must be one object with the field 'ask'")
    fields = dict(arguments[0])
    key = fields.pop("key", None)
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= KEY_LENGTH):
        raise Refused("invalid", f"key must be a text of 1 to {KEY_LENGTH} characters")
    return acts.ask(read_ask(fields), key)


def _acknowledge(answer: Acknowledgement) -> dict[str, Any]:
    return answer.model_dump(mode="json")
