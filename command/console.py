"""The console's process: bus and feed on the loop, the web server in threads beside it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError

from command.acts import Acts, Refused
from command.app import add_routes, make_app, make_socketio
from command.door import Door
from command.emitter import Emitter
from command.feed import Feed
from command.outbox import Fact, Outbox
from command.people.house import People
from command.people.second import RequestsView, SecondPerson
from command.people.signed import SignedActs
from command.picture import Picture
from command.settings import USUAL, ConsoleSettings, Serializer
from command.shelf import OwnShelf, Shelf
from command.sockets import Seats
from command.video.relay import Relays
from command.video.teller import VideoTeller
from command.video.viewers import Viewers
from command.video.watch import VideoWatch
from command.waits import PATIENT, Waits
from command.webhooks import Webhooks, hooks_of
from command.webserver import WebServer, WebSockets
from fleet.bus import Bus, Topics
from fleet.clock import Clock
from fleet.process import Refusal

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def running_console(
    bus: Bus,
    topics: Topics,
    clock: Clock,
    listener: socket.socket,
    people: People,
    waits: Waits = PATIENT,
    settings: ConsoleSettings = USUAL,
    environment: Mapping[str, str] = MappingProxyType({}),
    shelf: Shelf | None = None,
    serializer: Serializer = Serializer.JSON,
) -> AsyncIterator[asyncio.Future[None]]:
    """A console that answers on ``listener``, with the secrets of ``environment``; the future is
    done if the server ends by itself. It shares the ``shelf``, where there is one, with others."""
    shelf = shelf or OwnShelf()
    picture, outbox, door, web_sockets = Picture(), Outbox(), Door(), WebSockets()
    hooks = hooks_of(settings.webhooks, environment)
    webhooks = Webhooks(hooks, people.audit, clock.wall_now, clock.speedup, is_first=shelf.is_first)
    feed = Feed(bus, topics, clock, picture, outbox, waits, webhooks.tell)
    app = make_app()
    socketio = make_socketio(app, web_sockets, serializer)
    emitter = Emitter(socketio.server, outbox, picture, clock, lambda: feed.online)
    acts = Acts(door, bus, topics, clock, lambda: feed.online, waits, people.repeats)

    def tell_requests(view: RequestsView) -> None:
        picture.requests = view
        outbox.put(Fact("requests", view))

    lasts = timedelta(minutes=settings.two_person_minutes)
    second = SecondPerson(settings.two_person, lasts, clock.wall_now, tell_requests, shelf)
    signed = SignedActs(acts, people, picture, second)
    viewers = Viewers()
    teller = VideoTeller(socketio.server, viewers)
    watch = VideoWatch(bus, topics, clock, viewers, teller)
    relays = Relays(clock.now)
    seats = add_routes(
        *(app, socketio, signed, emitter, outbox, people, picture, viewers, watch, relays),
        limits_uri=shelf.limits_uri,
        tiles=settings.tiles,
        trusted_proxies=settings.trusted_proxies,
    )
    server = WebServer(app, listener, web_sockets)
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(feed.run(), name="feed")
        pause_s = waits.seats_s * clock.speedup
        watching = tasks.create_task(watch.run(), name="video")
        looking = tasks.create_task(_look_round(seats, signed, people, pause_s), name="seats")
        telling = tasks.create_task(webhooks.run(), name="webhooks")
        emitter.start()
        teller.start()
        server.start()
        try:
            yield server.ended
            if server.ended.done():
                raise Refusal("the console's web server ended; its log says why")
        finally:
            door.close()
            emitter.stop()
            teller.stop()
            relays.stop()
            await asyncio.to_thread(server.stop)
            following.cancel()
            telling.cancel()
            looking.cancel()
            watching.cancel()


async def _look_round(seats: Seats, signed: SignedActs, people: People, pause_s: float) -> None:
    while True:
        await asyncio.sleep(pause_s)
        try:
            await asyncio.to_thread(signed.expire)
        except Refused as refusal:
            _LOG.error("acts that wait for a second person: %s", refusal.reason)
        await asyncio.to_thread(people.refusals.settle)
        try:
            await asyncio.to_thread(seats.clear_ended, people.roster)
        except SQLAlchemyError as error:
            _LOG.error("nobody knows who is still signed in: %s", error)
