"""What commands ask the running controller, and how they print its answers."""

from __future__ import annotations

import json
import os
from typing import Any

import typer
from pydantic import BaseModel

from fleet.bus import BusUnreachable, MqttBus, Reply, RequestFailed, Topics
from fleet.clock import Clock
from fleet.process import Refusal, end_with

ANSWER_WITHIN_S = 10.0


def ask(broker: str, district: str, body: BaseModel) -> dict[str, Any]:
    """One question to the running controller; ends the program with its reason if it refuses."""
    try:
        return answer(broker, district, body)
    except (BusUnreachable, RequestFailed, Refusal) as refusal:
        end_with(str(refusal))


def answer(broker: str, district: str, body: BaseModel) -> dict[str, Any]:
    """The running controller's answer.

    Raises:
        BusUnreachable: if no broker answers.
        RequestFailed, Refusal: if the controller does not, or refuses.
    """
    clock = Clock.from_environment(os.environ)

    async def once() -> Reply:
        async with MqttBus(broker, client="cli", clock=clock) as bus:
            return await bus.request(Topics(district).controller_request(), body, ANSWER_WITHIN_S)

    return clock.run(once()).body


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def tell_sortie(view: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    typer.echo(f"{view['id']}  {view['drone']} from {view['dock']}  {view['state']}")
