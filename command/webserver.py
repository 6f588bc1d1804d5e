"""The web server: gunicorn's threaded worker, run inside the console's own process.

One process instead of gunicorn's two keeps the loop, the picture and the consoles in one place and
halves the memory; whoever started the console watches over it. Gunicorn parses HTTP, limits sizes
and does not give a thread to a connection that says nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import flask
import flask_socketio
from engineio.async_drivers._websocket_wsgi import (  # type: ignore[import-untyped]
    SimpleWebSocketWSGI,
)
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker
from simple_websocket import Server as WebSocket  # type: ignore[import-untyped]
from wsproto.utilities import LocalProtocolError

from fleet.process import Refusal

CONSOLES_AT_MOST = 240
THREADS = CONSOLES_AT_MOST + 40
MESSAGE_BYTES = 64 * 1024
UNACKNOWLEDGED_MS = 20_000  # a console whose machine takes no data for so long is let go
SEND_BUFFER_BYTES = 128 * 1024  # small, so that what a slow console gets is new
REQUEST_LINE_BYTES = 8190  # the longest query that the archive's filters make
END_WITHIN_S = 1.5
_LOG = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        Refusal: if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise Refusal(
            f"the console cannot listen on {host} port {port}: {error.strerror or error}; "
            "end what uses it, or choose another with --host or --port"
        ) from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listener


class WebSockets:
    """The consoles' open WebSockets: messages of at most so many bytes, and all can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._engine: Any = None

    def take_over(self, socketio: flask_socketio.SocketIO) -> None:
        """Makes ``socketio`` open its WebSockets here. Engine.IO has no setting for the size of an
        incoming message on this transport, hence the touch of its inside."""
        self._engine = socketio.server.eio
        self._engine._async = {**self._engine._async, "websocket": self._open}

    def close_all(self) -> None:
        """Without a word of farewell: a console that is told to go does not come back by itself."""
        for session in list(self._engine.sockets.values()):
            session.close(wait=False, abort=True)
        with self._lock:
            for each in self._sockets:
                shut(each)

    def _open(self, handler: Callable[..., Any], server: Any) -> Callable[..., Any]:
        def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            # No compression: per console it costs 300 kB and a share of a core for nothing on a
            # local network.
            environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            connection = environ["gunicorn.socket"]
            with self._lock:
                self._sockets.add(connection)
            try:
                return _BoundedWebSocket(handler, server)(environ, start_response)
            finally:
                with self._lock:
                    self._sockets.discard(connection)
                shut(connection)

        return respond


class _BoundedWebSocket(SimpleWebSocketWSGI):  # type: ignore[misc]
    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.ws = _WebSocket(environ, max_message_size=MESSAGE_BYTES, thread_class=_Reader)
        self.app(self)
        raise StopIteration  # gunicorn's sign that the socket is no longer HTTP's


class _WebSocket(WebSocket):  # type: ignore[misc]
    def close(self, reason: Any = None, message: Any = None) -> None:
        with contextlib.suppress(LocalProtocolError, OSError):  # it is closing, or gone, already
            super().close(reason, message)

    def _thread(self) -> None:
        """At the end wakes whoever waits for a message. The library does so before it says that
        the connection is over when a message is too big: the waiter would wait for good."""
        try:
            super()._thread()
        finally:
            self.event.set()


class _Reader(threading.Thread):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, daemon=True)


class WebServer:
    """Serves ``app`` on ``listener`` in threads of its own."""

    def __init__(self, app: flask.Flask, listener: socket.socket, sockets: WebSockets) -> None:
        self._sockets = sockets
        settings = Config()
        settings.set("threads", THREADS)
        settings.set("worker_connections", 2 * THREADS)
        settings.set("keepalive", 15)
        settings.set("graceful_timeout", 1)
        settings.set("limit_request_line", REQUEST_LINE_BYTES)
        settings.set("loglevel", "warning")
        self._worker = _Worker(0, 0, [listener], _App(app), 0, settings, Logger(settings))
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends consoles and silent connections at once; lets requests finish, for a second."""
        self._worker.end()
        self._sockets.close_all()
        self._thread.join(END_WITHIN_S)
        self._worker.shut(lambda connection: True)

    def _run(self) -> None:
        try:
            self._worker.init_process()
        finally:
            self._loop.call_soon_threadsafe(self._tell_ended)

    def _tell_ended(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class _App:
    def __init__(self, app: flask.Flask) -> None:
        self._app = app

    def wsgi(self) -> flask.Flask:
        return self._app


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Without the parts that belong to a process of gunicorn's own: signals, parent, heartbeat."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections: WeakSet[Any] = WeakSet()
        self._connections_lock = threading.Lock()

    def init_signals(self) -> None:
        """The console's loop has the signals."""

    def notify(self) -> None:
        """No arbiter waits for a sign of life."""

    def is_parent_alive(self) -> bool:
        return True

    def enqueue_req(self, conn: Any) -> None:
        with self._connections_lock:
            self._connections.add(conn)
        super().enqueue_req(conn)

    def end(self) -> None:
        """Lets nobody in any more, and does not wait for connections that say nothing."""
        self.handle_exit(None, None)
        self.shut(lambda connection: not connection.initialized)

    def shut(self, wanted: Callable[[Any], bool]) -> None:
        with self._connections_lock:
            for connection in filter(wanted, list(self._connections)):
                shut(connection.sock)


def shut(connection: socket.socket) -> None:
    """Ends a connection, whoever reads from it or writes to it at the time."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
