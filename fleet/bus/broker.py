"""The embedded MQTT broker, for where no mosquitto or EMQX is run."""

from __future__ import annotations

import asyncio
import logging
import socket

from amqtt.broker import Broker

from fleet.process import Refusal, announce_ready


async def serve_broker(host: str, port: int) -> None:
    """Runs until cancelled.

    Raises:
        Refusal: if the port is taken or the address is not this machine's.
    """
    _probe(host, port)
    for noisy in ("amqtt", "transitions"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    try:
        announce_ready("broker", address=f"mqtt://{host}:{port}")
        await asyncio.Event().wait()
    finally:
        await broker.shutdown()


def _probe(host: str, port: int) -> None:
    """Says in one sentence what the broker's own error says in many."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                f"the MQTT broker cannot listen on {host}:{port} ({error.strerror}); "
                "end what uses the port, or choose another with --port "
                "(`dockfleet up`: --broker-port)"
            ) from None
