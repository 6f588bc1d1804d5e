"""The bus as the rooms see it, and its MQTT client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class Message:  # replaced below by the bus's author
    topic: str
    payload: bytes


Handler = Callable[[Message], Awaitable[None]]


class BusUnreachable(Exception):
    """No broker answers at the address."""


class RequestFailed(Exception):
    """A request was refused, or nobody answered before its deadline."""


class Bus(Protocol): ...


class MqttBus: ...
