"""The bus within one loop: what is published has been heard when ``publish`` returns."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from fleet.bus import Handler, Message, Reply, Request, RequestFailed
from fleet.bus.client import Server
from fleet.clock import Clock


class LocalBus:
    """Keeps what is retained, as a broker does."""

    def __init__(self) -> None:
        self._handlers: list[tuple[list[str], Handler]] = []
        self._servers: dict[str, Server] = {}
        self._retained: dict[str, bytes] = {}

    async def publish(
        self, topic: str, payload: BaseModel | bytes, retain: bool = False, qos: int = 1
    ) -> None:
        levels = topic.split("/")
        handlers = [handler for pattern, handler in self._handlers if _fits(pattern, levels)]
        if not handlers and not retain:
            return
        data = payload if isinstance(payload, bytes) else payload.model_dump_json().encode()
        if retain:
            self._retained[topic] = data
        message = Message(topic, data, False, asyncio.get_running_loop().time())
        for handler in handlers:
            await handler(message)

    async def subscribe(self, pattern: str, handler: Handler, newest_only: bool = False) -> None:
        levels = pattern.split("/")
        self._handlers.append((levels, handler))
        now_s = asyncio.get_running_loop().time()
        for topic, data in list(self._retained.items()):
            if _fits(levels, topic.split("/")):
                await handler(Message(topic, data, True, now_s))

    async def request(
        self, topic: str, body: BaseModel, timeout_s: float, id_: str | None = None
    ) -> Reply:
        """Raises RequestFailed, as over a broker."""
        named = {} if id_ is None else {"id": id_}
        request = Request(
            sender="here",
            reply_to="here",
            expires_at=Clock.wall_now(),
            body=body.model_dump(mode="json"),
            **named,
        )
        try:
            async with asyncio.timeout(timeout_s):
                if topic not in self._servers:
                    await asyncio.Event().wait()
                # who gives up waiting does not stop the one who was asked
                reply = await asyncio.shield(asyncio.ensure_future(self._servers[topic](request)))
        except TimeoutError:
            raise RequestFailed(
                f"nobody answered on {topic} within {timeout_s:.0f} s", "timeout"
            ) from None
        if not reply.ok:
            raise RequestFailed(str(reply.reason), reply.code)
        return reply

    async def serve(self, topic: str, handler: Server) -> None:
        self._servers[topic] = handler


def _fits(pattern: list[str], levels: list[str]) -> bool:
    return len(pattern) == len(levels) and all(
        told in ("+", is_) for told, is_ in zip(pattern, levels, strict=True)
    )
