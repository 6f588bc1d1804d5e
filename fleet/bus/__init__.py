"""The message bus between processes: MQTT topics, envelopes, a client that comes back.

A leaf: imports nothing of ours but the clock, so that every room may use it.
"""

from fleet.bus.client import Bus, BusUnreachable, Handler, Message, MqttBus, RequestFailed
from fleet.bus.envelope import Reply, Request
from fleet.bus.topics import Topics, subject

__all__ = [
    "Bus",
    "BusUnreachable",
    "Handler",
    "Message",
    "MqttBus",
    "Reply",
    "Request",
    "RequestFailed",
    "Topics",
    "subject",
]
