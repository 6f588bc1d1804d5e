"""The bus as the rooms see it, and its MQTT client."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiomqtt
from pydantic import BaseModel, ValidationError
from ulid import ULID

from fleet.bus.envelope import Reply, Request
from fleet.clock import Clock

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
WAITING_PUBLISHES = 2000  # more than these wait for a lost broker: the next is refused
ALARM_LEVEL = 1000  # messages a handler is behind by when the log says so
ANSWERS_KEPT = 2000  # of served requests, for repeats
BROKER_PATIENCE_S = 10.0  # of the wall clock, for a connection or a subscription


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came; ``received_s`` is loop time."""

    topic: str
    payload: bytes
    retain: bool
    received_s: float


Handler = Callable[[Message], Awaitable[None]]
Server = Callable[[Request], Awaitable[Reply]]
Will = tuple[str, bytes, bool]  # topic, payload, retain


class BusUnreachable(Exception):
    """No broker answers, or too much already waits for it."""


class RequestFailed(Exception):
    """A request was refused, or nobody answered before its deadline. ``code`` is for programs:
    the refusal's own, or 'timeout'."""

    def __init__(self, reason: str, code: str | None = None) -> None:
        self.reason, self.code = reason, code
        super().__init__(reason)


class Bus(Protocol):
    """Publish, subscribe, ask, serve."""

    async def publish(
        self, topic: str, payload: BaseModel | bytes, retain: bool = False, qos: int = 1
    ) -> None: ...

    async def subscribe(
        self, pattern: str, handler: Handler, newest_only: bool = False
    ) -> None: ...

    async def request(
        self, topic: str, body: BaseModel, timeout_s: float, id_: str | None = None
    ) -> Reply: ...

    async def serve(self, topic: str, handler: Server) -> None: ...


@dataclass(slots=True)
class _Subscription:
    """One handler with its own queue, so that a slow one holds up nobody else."""

    pattern: str
    handler: Handler
    newest_only: bool
    waiting: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    newest: dict[str, Message] = field(default_factory=dict)  # by topic, while one waits
    dropped: int = 0

    def take(self, message: Message) -> None:
        if self.newest_only:
            overtaken = message.topic in self.newest
            self.newest[message.topic] = message
            if overtaken:
                self.dropped += 1
                return
        self.waiting.put_nowait(message)
        behind = self.waiting.qsize()
        if behind % ALARM_LEVEL == 0:
            _log.error("the handler of %s is %d messages behind", self.pattern, behind)

    async def run(self) -> None:
        while True:
            message = await self.waiting.get()
            message = self.newest.pop(message.topic, message)
            try:
                await self.handler(message)
            except Exception:  # noqa: BLE001 -- one bad message must not end the listening
                name = getattr(self.handler, "__qualname__", repr(self.handler))
                _log.exception("handler %s failed on a message on %s", name, message.topic)


class MqttBus:
    """The bus over MQTT 3.1.1. Comes back by itself after a broker was lost, subscribes again,
    and tells ``on_connected`` so that births and retained states are published again."""

    def __init__(
        self,
        url: str,
        client: str,
        clock: Clock,
        will: Will | None = None,
        on_connected: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``url`` is mqtt://HOST[:PORT] or mqtts://..., with USER:PASSWORD@ where asked for.

        Raises:
            BusUnreachable: if the address is none.
        """
        self._url, self._clock = url, clock
        self._name = f"{client}-{str(ULID())[-8:].lower()}"
        self._will, self._on_connected = will, on_connected
        self._options = _options(url)
        self._client: aiomqtt.Client | None = None
        self._up = asyncio.Event()
        self._first = asyncio.Event()
        self._waiting = 0
        self.dropped = 0  # QoS 0 messages while no broker was there
        self._subscriptions: list[_Subscription] = []
        self._unacknowledged: set[asyncio.Timeout] = set()
        self._replies: dict[str, set[asyncio.Future[Reply]]] = {}
        self._inbox = f"dockfleet/reply/{self._name}"
        self._served: OrderedDict[str, asyncio.Future[Reply]] = OrderedDict()
        self._tasks: asyncio.TaskGroup
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> MqttBus:
        """Connects.

        Raises:
            BusUnreachable: if no broker answers.
        """
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        try:
            client = await self._connect()
        except aiomqtt.MqttError as error:
            await self._tasks.__aexit__(None, None, None)
            raise BusUnreachable(
                f"no MQTT broker answers at {_shown(self._url)} ({error}); start one, or name "
                "another with --broker"
            ) from None
        await self.subscribe(self._inbox, self._on_reply)
        self._spawn(self._run(client), "bus")
        await self._up.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in list(self._running):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._tasks.__aexit__(None, None, None)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._tasks.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def publish(
        self, topic: str, payload: BaseModel | bytes, retain: bool = False, qos: int = 1
    ) -> None:
        """Returns once the broker has it (QoS 1). While the broker is away QoS 0 is dropped and
        counted, QoS 1 waits.

        Raises:
            BusUnreachable: if the broker is away and too many messages already wait.
        """
        data = payload if isinstance(payload, bytes) else payload.model_dump_json().encode()
        while (client := await self._there(qos)) is not None:
            # ends when the connection does: a broker that is merely slow is waited for
            patience = asyncio.timeout(None)
            try:
                async with patience:
                    self._unacknowledged.add(patience)
                    await client.publish(topic, data, qos=qos, retain=retain, timeout=math.inf)
            except (aiomqtt.MqttError, TimeoutError):
                if client is self._client:
                    self._up.clear()
                if qos == 0:
                    self.dropped += 1
                    return
            else:
                return
            finally:
                self._unacknowledged.discard(patience)

    def _give_up_waiting(self) -> None:
        """What the lost connection did not acknowledge goes out again on the next."""
        now_s = asyncio.get_running_loop().time()
        for patience in self._unacknowledged:
            if not patience.expired():
                patience.reschedule(now_s)

    async def _there(self, qos: int) -> aiomqtt.Client | None:
        if not self._up.is_set():
            if qos == 0:
                self.dropped += 1
                return None
            if self._waiting >= WAITING_PUBLISHES:
                raise BusUnreachable(
                    f"the MQTT broker at {_shown(self._url)} is away and {self._waiting} "
                    "messages already wait for it"
                )
            self._waiting += 1
            try:
                await self._up.wait()
            finally:
                self._waiting -= 1
        return self._client

    async def subscribe(self, pattern: str, handler: Handler, newest_only: bool = False) -> None:
        """Calls ``handler`` for each message that matches, one after the other in their order.
        With ``newest_only`` a handler that is behind gets the newest of each topic and skips the
        rest. A message may come more than once, as with every broker."""
        subscription = _Subscription(pattern, handler, newest_only)
        self._subscriptions.append(subscription)
        self._spawn(subscription.run(), f"handler of {pattern}")
        if self._up.is_set() and self._client is not None:
            with contextlib.suppress(aiomqtt.MqttError):  # the reconnect subscribes it again
                await self._subscribe(self._client, pattern)

    async def _subscribe(self, client: aiomqtt.Client, pattern: str) -> None:
        # with a time-out of its own aiomqtt uses asyncio.wait_for, which in Python 3.11 may
        # swallow the cancellation of whoever waits
        try:
            async with asyncio.timeout(BROKER_PATIENCE_S * self._clock.speedup):
                await client.subscribe(pattern, qos=1, timeout=math.inf)
        except TimeoutError:
            raise aiomqtt.MqttError(f"no answer to the subscription of {pattern}") from None

    async def request(
        self, topic: str, body: BaseModel, timeout_s: float, id_: str | None = None
    ) -> Reply:
        """Asks and waits for the answer. Asking again with the same ``id_`` is safe.

        Raises:
            RequestFailed: if it is refused or nobody answers in time.
        """
        request = Request(
            id=id_ or str(ULID()),
            sender=self._name,
            reply_to=self._inbox,
            expires_at=self._clock.wall_now() + timedelta(seconds=timeout_s / self._clock.speedup),
            body=body.model_dump(mode="json"),
        )
        answer = asyncio.get_running_loop().create_future()
        askers = self._replies.setdefault(request.id, set())
        askers.add(answer)
        try:
            async with asyncio.timeout(timeout_s):
                await self.publish(topic, request)
                reply: Reply = await answer
        except TimeoutError:
            raise RequestFailed(
                f"nobody answered on {topic} within {timeout_s:.0f} s", "timeout"
            ) from None
        finally:
            askers.discard(answer)
            if not askers:
                self._replies.pop(request.id, None)
        if not reply.ok:
            raise RequestFailed(reply.reason or "refused without a reason", reply.code)
        return reply

    async def serve(self, topic: str, handler: Server) -> None:
        """Answers the requests on a topic. An expired one is dropped; a repeated one gets the
        first answer, also while that is still being worked on."""

        async def take(message: Message) -> None:
            try:
                request = Request.model_validate_json(message.payload)
            except ValidationError as error:
                _log.warning("not a request on %s: %s", topic, error.errors()[0]["msg"])
                return
            if request.expires_at < self._clock.wall_now():
                _log.warning("request %s on %s had expired", request.id, topic)
                return
            self._spawn(self._answer(request, handler), f"request {request.id}")

        await self.subscribe(topic, take)

    async def _answer(self, request: Request, handler: Server) -> None:
        answer = self._served.get(request.id)
        if answer is None:
            answer = asyncio.get_running_loop().create_future()
            self._served[request.id] = answer
            while len(self._served) > ANSWERS_KEPT:
                self._served.popitem(last=False)
            answer.set_result(await _handled(request, handler))
        with contextlib.suppress(BusUnreachable):  # whoever asked has long given up
            await self.publish(request.reply_to, await asyncio.shield(answer))

    async def _on_reply(self, message: Message) -> None:
        reply = Reply.model_validate_json(message.payload)
        for waiting in self._replies.get(reply.id, ()):
            if not waiting.done():
                waiting.set_result(reply)

    async def _connect(self) -> aiomqtt.Client:
        will = None
        if self._will is not None:
            topic, payload, retain = self._will
            will = aiomqtt.Will(topic, payload, qos=1, retain=retain)
        client = aiomqtt.Client(
            identifier=self._name,
            will=will,
            protocol=aiomqtt.ProtocolVersion.V311,
            max_queued_incoming_messages=0,
            timeout=BROKER_PATIENCE_S * self._clock.speedup,
            **self._options,  # type: ignore[arg-type]
        )
        client.pending_calls_threshold = WAITING_PUBLISHES
        await client.__aenter__()
        return client

    async def _run(self, client: aiomqtt.Client) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._listen(client)
            except aiomqtt.MqttError as error:
                _log.warning("the MQTT broker at %s is lost: %s", _shown(self._url), error)
            finally:
                self._up.clear()
                self._give_up_waiting()
                with contextlib.suppress(aiomqtt.MqttError):
                    await client.__aexit__(None, None, None)
            while True:
                await asyncio.sleep(pause_s)
                try:
                    client = await self._connect()
                except aiomqtt.MqttError:
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                else:
                    pause_s = FIRST_PAUSE_S
                    _log.warning("the MQTT broker at %s is back", _shown(self._url))
                    break

    async def _listen(self, client: aiomqtt.Client) -> None:
        made = 0
        while made < len(self._subscriptions):  # more may come while these are made
            await self._subscribe(client, self._subscriptions[made].pattern)
            made += 1
        self._client = client
        self._up.set()
        if self._on_connected is not None:
            self._spawn(_run(self._on_connected), "bus birth")
        loop = asyncio.get_running_loop()
        async for heard in client.messages:
            payload = heard.payload if isinstance(heard.payload, bytes) else b""
            message = Message(heard.topic.value, payload, heard.retain, loop.time())
            for subscription in self._subscriptions:
                if heard.topic.matches(subscription.pattern):
                    subscription.take(message)


async def _run(act: Callable[[], Awaitable[None]]) -> None:
    await act()


async def _handled(request: Request, handler: Server) -> Reply:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 -- who asked must get an answer
        _log.exception("request %s failed", request.id)
        return Reply(id=request.id, ok=False, code="internal", reason=f"it failed: {error}")


def _options(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == -1:
        shown = url.rpartition("@")[2]  # without a password
        raise BusUnreachable(
            f"the broker's address must be mqtt://HOST:PORT or mqtts://HOST:PORT, not {shown!r}"
        )
    secure = parts.scheme == "mqtts"
    return {
        "hostname": parts.hostname,
        "port": port or (8883 if secure else 1883),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "tls_context": ssl.create_default_context() if secure else None,
        # without it a question and its answer wait 40 ms each for Nagle's algorithm
        "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    }


def _shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (8883 if parts.scheme == 'mqtts' else 1883)}"
