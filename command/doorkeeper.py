"""Who may take a place at Socket.IO is asked before a place is taken: at the HTTP request that
begins a connection, over WebSocket and polling alike."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qs

import socketio  # type: ignore[import-untyped]
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from command.acts import Refused
from command.people.house import People
from command.people.rights import Right
from command.people.signed import check_origin, need, note_refused, signed_in
from command.webserver import CONSOLES_AT_MOST, shut

PATH: Final = "/socket.io/"
SEATS_OF_ONE: Final = 60  # of one person: a wall of screens, and programs besides
STRANGERS_AT_ONCE: Final = 16
STRANGERS_STAY_S: Final = 3.0
_PERSON: Final = "dockfleet.person"
_LOG = logging.getLogger(__name__)

Answer = Iterable[bytes]


class Doorkeeper:
    """WSGI around ``app``. Whoever is not signed in gets no seat. A browser cannot read why a
    WebSocket was refused, so a few are let in for a moment to be told, as Socket.IO tells it."""

    def __init__(self, app: Flask, server: socketio.Server, people: People) -> None:
        self._flask, self._app, self._server = app, app.wsgi_app, server
        self._people = people
        self._strangers = threading.BoundedSemaphore(STRANGERS_AT_ONCE)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        if not environ["PATH_INFO"].startswith(PATH):
            return self._app(environ, start_response)
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if "sid" in query or environ["REQUEST_METHOD"] == "OPTIONS":
            return self._app(environ, start_response)  # of a connection that began before
        try:
            environ[_PERSON] = self._judged(environ)
        except Refused as refusal:
            is_read_by_scripts = query.get("transport") != ["websocket"]
            if refusal.status >= 500 or is_read_by_scripts:
                return _refuse(refusal, start_response)
            return self._tell_stranger(refusal, environ, start_response)
        return self._app(environ, start_response)

    def _judged(self, environ: dict[str, Any]) -> str:
        """The name of whoever is to have a seat."""
        with self._flask.request_context(environ):
            try:
                check_origin()
                person = signed_in(self._people.roster)
                need(person, Right.LOOK)
                self._find_seat(person.name)
            except Refused as refusal:
                note_refused(self._people, f"connect {PATH}", "", refusal.reason)
                raise
            except SQLAlchemyError as error:
                _LOG.error("nobody knows who is at the door: %s", error)
                raise Refused("unavailable", "nobody knows now who is signed in") from None
        return person.name

    def _find_seat(self, name: str) -> None:
        taken = [each.get(_PERSON) for each in list(self._server.environ.values())]
        if len(taken) - taken.count(None) >= CONSOLES_AT_MOST:
            raise Refused("unavailable", "too many consoles are open; close one and try again")
        if taken.count(name) >= SEATS_OF_ONE:
            raise Refused("unavailable", f"{name} has {SEATS_OF_ONE} consoles open; close one")

    def _tell_stranger(
        self, refusal: Refused, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Answer:
        """Lets the namespace say it; after a moment the connection is ended, whatever it does."""
        if not self._strangers.acquire(blocking=False):
            return _refuse(refusal, start_response)
        connection: socket.socket = environ["gunicorn.socket"]
        end = threading.Timer(STRANGERS_STAY_S, shut, (connection,))
        end.daemon = True
        end.start()
        try:
            return self._app(environ, start_response)
        finally:
            end.cancel()
            self._strangers.release()


def _refuse(refusal: Refused, start_response: Callable[..., Any]) -> Answer:
    told = {"code": refusal.code, "reason": refusal.reason}
    start_response(
        f"{refusal.status.value} {refusal.status.phrase}",
        [("Content-Type", "application/json"), ("Connection", "close")],
    )
    return [json.dumps(told).encode()]
