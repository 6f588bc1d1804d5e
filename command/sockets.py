"""The Socket.IO namespace `/ops`: consoles come, and ask with an acknowledgement."""

from __future__ import annotations

import threading
from typing import Any

import flask
import flask_socketio
from pydantic import BaseModel

from command.acts import Acts, Refused, read_ask
from command.emitter import NAMESPACE
from command.outbox import Greeting, Outbox

ASKS_AT_ONCE = 16  # over all consoles: more are told to wait, so that REST keeps its threads
KEY_LENGTH = 200


class Acknowledgement(BaseModel):
    ok: bool
    code: str | None = None
    reason: str | None = None
    body: dict[str, Any] | None = None


def attach(socketio: flask_socketio.SocketIO, acts: Acts, outbox: Outbox) -> None:
    """Answers connections and asks in the namespace."""
    places = threading.BoundedSemaphore(ASKS_AT_ONCE)

    def connect(auth: Any = None) -> None:
        outbox.put(Greeting(flask.request.sid))  # type: ignore[attr-defined]

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
    socketio.on_event("ask", ask, namespace=NAMESPACE)


def _ask(acts: Acts, arguments: tuple[Any, ...]) -> dict[str, Any]:
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise Refused("invalid", "an ask must be one object with the field 'ask'")
    fields = dict(arguments[0])
    key = fields.pop("key", None)
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= KEY_LENGTH):
        raise Refused("invalid", f"key must be a text of 1 to {KEY_LENGTH} characters")
    return acts.ask(read_ask(fields), key)


def _acknowledge(answer: Acknowledgement) -> dict[str, Any]:
    return answer.model_dump(mode="json")
