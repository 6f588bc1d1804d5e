"""Puts the console's parts together."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import flask
import flask_socketio
from flask.json.provider import DefaultJSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from command import api, asyncapi, health, pages, problems, second, sockets
from command.doorkeeper import Doorkeeper
from command.emitter import Emitter
from command.outbox import Outbox
from command.people import guard, routes
from command.people.house import People
from command.people.signed import SignedActs
from command.picture import Picture
from command.settings import Serializer, TileSettings
from command.shelf import OwnShelf
from command.video import sockets as video_sockets
from command.video.relay import Relays
from command.video.viewers import Viewers
from command.video.watch import VideoWatch
from command.webserver import MESSAGE_BYTES, WebSockets

API_VERSION = "1"
MEMORY = OwnShelf.limits_uri
REQUESTS_ALLOWED = "3000/minute"  # from one address
_SECURITY: dict[str, Any] = {
    "session": {"type": "apiKey", "in": "cookie", "name": "dockfleet_session"},
    "token": {"type": "http", "scheme": "bearer"},
}


class StrictJson:
    """JSON as its standard has it: no NaN and no infinity."""

    JSONDecodeError = json.JSONDecodeError

    @staticmethod
    def loads(text: str | bytes, **kwargs: Any) -> Any:
        try:
            return json.loads(text, parse_constant=_refuse_constant, **kwargs)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None

    @staticmethod
    def dumps(value: Any, **kwargs: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, **kwargs)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class _StrictProvider(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return StrictJson.loads(s, **kwargs)


def make_socketio(
    app: flask.Flask, web_sockets: WebSockets, serializer: Serializer
) -> flask_socketio.SocketIO:
    """A server speaks one way with everybody: python-socketio cannot tell who wants which."""
    socketio = flask_socketio.SocketIO(
        app,
        async_mode="threading",
        json=StrictJson,
        serializer="default" if serializer is Serializer.JSON else "msgpack",
        manage_session=False,
        always_connect=True,
        ping_interval=10,
        ping_timeout=10,
        max_http_buffer_size=MESSAGE_BYTES,
    )
    web_sockets.take_over(socketio)
    return socketio


def make_app() -> OpenAPI:
    """The Flask application without its routes."""
    app = OpenAPI(
        __name__,
        info=Info(
            title="dockfleet console",
            version=API_VERSION,
            description="Positions are WGS-84 longitude and latitude unless a datum is named; "
            "times are UTC; errors are problem documents (RFC 9457) with a sentence in `detail`.",
        ),
        security_schemes=_SECURITY,
        doc_ui=False,
        static_folder=None,
        validation_error_model=problems.Problem,
        validation_error_callback=problems.validation_problem,
    )
    app.json = _StrictProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = MESSAGE_BYTES
    return app


def add_routes(
    app: OpenAPI,
    socketio: flask_socketio.SocketIO,
    acts: SignedActs,
    emitter: Emitter,
    outbox: Outbox,
    people: People,
    picture: Picture,
    viewers: Viewers,
    watch: VideoWatch,
    relays: Relays,
    limits_uri: str,
    tiles: TileSettings | None,
    trusted_proxies: int,
) -> sockets.Seats:
    """All routes and the socket; who sits at which console."""
    problems.register(app)
    seats = sockets.Seats(socketio)
    # before the guard, so that whoever is turned away by it is counted too
    limiter = Limiter(
        get_remote_address,
        app=app,
        default_limits=[REQUESTS_ALLOWED],
        storage_uri=limits_uri,
        storage_options={} if limits_uri == MEMORY else {"wrap_exceptions": True},
        in_memory_fallback_enabled=limits_uri != MEMORY,  # while Redis is away
    )
    guard.register(app, people)
    app.register_api(routes.blueprint(people, limiter, seats.clear))
    app.register_api(api.blueprint(acts, emitter, relays, limiter, tiles))
    sockets.attach(socketio, acts, outbox, emitter.paces, people, seats, limiter)
    second.attach(socketio, acts, people, limiter)
    video_sockets.attach(socketio, viewers, picture, people, seats, watch.stir)
    health.register(app, emitter)

    _add_documents(app)
    pages.register(app, tiles_from=tiles.origin if tiles else None)
    _wrap(app, Doorkeeper(app, socketio.server, people), trusted_proxies)
    return seats


def _wrap(app: flask.Flask, doorkeeper: Doorkeeper, trusted_proxies: int) -> None:
    """What a request passes before Flask. Each proxy adds one address to X-Forwarded-For, so of so
    many proxies the last so many entries can be believed."""
    outermost: Any = doorkeeper
    if trusted_proxies:
        outermost = ProxyFix(doorkeeper, x_for=trusted_proxies, x_proto=trusted_proxies)
    app.wsgi_app = outermost  # type: ignore[method-assign]


def _add_documents(app: OpenAPI) -> None:
    """What describes the console itself; nobody need be signed in for it."""
    any_json: dict[str, Any] = {"application/json": {"schema": {}}}
    told: dict[Any, Any] = {200: {"description": "OK", "content": any_json}}

    @app.get("/api/v1/openapi.json", responses=told)
    def openapi_document() -> dict[str, Any]:
        """This document"""
        return app.api_doc

    @app.get("/api/v1/asyncapi.json", responses=told)
    def asyncapi_document() -> dict[str, Any]:
        """The Socket.IO contract, as AsyncAPI 3"""
        return asyncapi.document()
