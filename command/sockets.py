"""The Socket.IO namespace `/ops`: consoles come, and ask with an acknowledgement."""

from __future__ import annotations

import threading
from typing import Any

import flask
import flask_socketio
from pydantic import BaseModel

from command.acts import Refused, read_ask
from command.emitter import NAMESPACE
from command.outbox import Greeting, Outbox
from command.people.rights import Right
from command.people.roster import Roster
from command.people.signed import Asks, key_of_request, need, signed_in

ASKS_AT_ONCE = 16  # over all consoles: more are told to wait, so that REST keeps its threads
KEY_LENGTH = 200


class Acknowledgement(BaseModel):
    ok: bool
    code: str | None = None
    reason: str | None = None
    body: dict[str, Any] | None = None


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
    socketio: flask_socketio.SocketIO, acts: Asks, outbox: Outbox, roster: Roster, seats: Seats
) -> None:
    """Answers connections and asks in the namespace, of those who are signed in."""
    places = threading.BoundedSemaphore(ASKS_AT_ONCE)

    def connect(auth: Any = None) -> None:
        console: str = flask.request.sid  # type: ignore[attr-defined]
        try:
            person = signed_in(roster)
            need(person, Right.LOOK)
        except Refused as refusal:
            raise flask_socketio.ConnectionRefusedError(refusal.reason) from None
        seats.take(console, key_of_request() or "", person.name)
        outbox.put(Greeting(console))

    def disconnect(*_: Any) -> None:
        seats.leave(flask.request.sid)  # type: ignore[attr-defined]

    def ask(*arguments: Any) -> dict[str, Any]:
        if not places.acquire(blocking=False):
            busy = "too many requests at once; nothing was sent, try again"
            return _acknowledge(Acknowledgement(ok=False, code="unavailable", reason=busy))
        try:
            return _acknowledge(Acknowledgement(ok=True, body=_ask(acts, arguments)))
        except Refused as refusal:
            return _acknowledge(Acknowledgement(ok=False, code=refusal.code, reason=refusal.reason))
        finally:
            places.release()

    socketio.on_event("connect", connect, namespace=NAMESPACE)
    socketio.on_event("disconnect", disconnect, namespace=NAMESPACE)
    socketio.on_event("ask", ask, namespace=NAMESPACE)


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
