"""The Socket.IO contract as an AsyncAPI 3 document, from the models the console itself uses."""

from __future__ import annotations

import functools
import re
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from command import emitter, forms, sockets
from command.doorkeeper import SEATS_OF_ONE
from command.feed import Link
from command.people.rights import ask_kinds, right_for_kind
from command.people.second import RequestsView
from command.second import RequestForm
from command.sockets import Acknowledgement, ComingBack, PaceForm, TurnedAway
from command.video.sockets import WatchForm
from command.video.viewers import MOST_WATCHED
from command.waits import PATIENT
from command.webserver import MESSAGE_BYTES
from fleet import contract as c

API_VERSION: Final = "1"
_SCHEMAS: Final = "#/components/schemas/"
# What the console sends in each namespace, and what each is for.
_REFUSED: Final = (TurnedAway, "Why the connection is ended as soon as it began.")
_TOLD: Final[dict[str, dict[str, tuple[type[BaseModel], str]]]] = {
    "ops": {
        "snapshot": (
            emitter.Opening,
            "The whole picture: first of all after connecting, and again whenever changes may have "
            "been missed. It replaces all that was known.",
        ),
        "resumed": (
            emitter.Resumed,
            "In place of `snapshot` for a console that came back with `stream` and `after`: fold "
            "in `changes`, replace docks and telemetry, keep the rest.",
        ),
        "change": (
            c.Change,
            "An event of the log and the views it changed. `event.seq` counts up by one. Pass over "
            "those that are not greater than the newest seq known: a snapshot may be ahead.",
        ),
        "dock": (c.DockView, "The newest of one dock; replaces what was known of it."),
        "telemetry": (
            c.TelemetryFrame,
            "The newest of every drone in it, at most "
            f"{1 / PATIENT.frame_s:.0f} times a second, or as `pace` asks.",
        ),
        "coverage": (c.CoverageView, "The live coverage; replaces the last."),
        "status": (c.Status, "How far the system is from ready, every two seconds."),
        "controller": (Link, "Whether the console hears the controller."),
        "requests": (
            RequestsView,
            "Acts that wait for a second person, and those that ended a moment ago; replaces the "
            "last. Some acts are answered with the code `needs_second`: they are among these now.",
        ),
        "refused": _REFUSED,
    },
    "video": {
        "sample": (
            c.VideoSample,
            "Where a watched drone's camera was and what it saw, at the rate asked for.",
        ),
        "refused": _REFUSED,
    },
}
# What it is asked, the form that it takes, and what for.
_HEARD: Final[dict[str, dict[str, tuple[type[BaseModel] | None, str]]]] = {
    "ops": {
        "ask": (
            None,
            "An act or a question, one of many. With the same `key` an act is done once and "
            f"answered the same. The console answers within {PATIENT.answer_s:g} s, "
            f"what explains a decision within {PATIENT.reckoning_s:g} s.",
        ),
        "pace": (PaceForm, "How often to send telemetry from now on."),
        "confirm": (RequestForm, "Has an act done that somebody else asked for."),
        "decline": (RequestForm, "Has an act not done that somebody asked for."),
    },
    "video": {
        "watch": (
            WatchForm,
            f"Samples of this drone from now on, or at another rate; {MOST_WATCHED} at most.",
        ),
        "unwatch": (WatchForm, "No more samples of this drone."),
    },
}
_ABOUT: Final = f"""\
Socket.IO 5 (Engine.IO 4) at `/socket.io/`, over WebSocket or polling. A channel here is a
namespace, a message one event with one argument. Sign in with `POST /api/v1/session` and send its
cookie, or send a token as `Authorization: Bearer`. Who is not signed in gets no place: over polling
401 with `code` and `reason`; over WebSocket `refused` and is disconnected at once, or just 401
where many come. A console whose session ends is disconnected too. One person may have
{SEATS_OF_ONE} connections.

A console started with `--serializer msgpack` speaks msgpack instead of JSON, with everybody: npm's
`socket.io-msgpack-parser`, or `serializer="msgpack"` of python-socketio. The messages are the same.

Sequence: after connecting to `/ops` the first event is `snapshot` (or `resumed`). Its
`snapshot.seq` is the newest change it holds; every `change` after it counts on by one. Who has
lost the connection connects with `auth` {{"stream": ..., "after": ...}}: the `stream` of the last
snapshot or resumed, and the greatest seq it has. If the console still has all changes after that
(it keeps {emitter.CHANGES_KEPT}) it sends `resumed` with them, else `snapshot`: nothing is missed.
`GET /api/v1/events?after=` tells in any case what happened meanwhile.

Back-pressure: changes are never left out; telemetry, coverage and samples are state, of which the
newest counts. A console with {emitter.BEHIND_AT} or more unread packets gets no telemetry and no
samples until it has read them, then the newest; one with {emitter.LOST_AT} is disconnected. The
others do not notice.

Acts are acknowledged: `ok` and the answer's `body`, or `code` and a `reason` in one sentence. At
most {sockets.ASKS_AT_ONCE} asks are under way at once over all consoles, and one session may make
{sockets.ASKS_ALLOWED}; the next is refused as unavailable and may be
tried again. A message may have {MESSAGE_BYTES} bytes; a bigger one ends its
connection.
"""


@functools.cache
def document() -> dict[str, Any]:
    """The AsyncAPI document; nobody changes it."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "dockfleet console", "version": API_VERSION, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "console": {
                "host": "127.0.0.1:8080",
                "pathname": "/socket.io/",
                "protocol": "ws",
                "security": [
                    {"$ref": "#/components/securitySchemes/session"},
                    {"$ref": "#/components/securitySchemes/token"},
                ],
            }
        },
        "channels": {name: _channel(name) for name in _TOLD},
        "operations": _operations(),
        "components": {
            "securitySchemes": {
                "session": {"type": "httpApiKey", "in": "cookie", "name": "dockfleet_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "schemas": _schemas(),
        },
    }


def _channel(name: str) -> dict[str, Any]:
    messages: dict[str, Any] = {
        event: _message(event, model.__name__) for event, (model, _) in _TOLD[name].items()
    }
    for event, (form, _) in _HEARD[name].items():
        messages[event] = _message(event, "Ask" if form is None else form.__name__)
    messages["acknowledgement"] = _message("acknowledgement", Acknowledgement.__name__)
    channel: dict[str, Any] = {"address": f"/{name}", "messages": messages}
    if name == "ops":
        channel["x-auth"] = {"$ref": _SCHEMAS + ComingBack.__name__}
    return channel


def _message(event: str, schema: str) -> dict[str, Any]:
    return {"name": event, "payload": {"$ref": _SCHEMAS + schema}}


def _operations() -> dict[str, Any]:
    """As the console sees them: it sends what it tells, receives what it is asked."""
    operations: dict[str, Any] = {}
    for name in _TOLD:
        for event, (_, what) in _TOLD[name].items():
            operations[f"{name}.{event}"] = _operation("send", name, event, what)
        for event, (_, what) in _HEARD[name].items():
            asked = _operation("receive", name, event, what)
            acknowledged = {"$ref": f"#/channels/{name}/messages/acknowledgement"}
            asked["reply"] = {
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [acknowledged],
            }
            operations[f"{name}.{event}"] = asked
    return operations


def _operation(
    action: Literal["send", "receive"], channel: str, event: str, what: str
) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{event}"}],
        "description": what,
    }


def answer_to(ask: type[BaseModel]) -> type[BaseModel] | None:
    """The body of the acknowledgement, as the ask's own description names it."""
    told = re.search(r"Answer:\s+(\w+|\{\"(\w+)\")", ask.__doc__ or "")
    if told is None:
        return None
    lists: dict[str, type[BaseModel]] = {"decisions": forms.Decisions, "events": forms.Events}
    return lists[told[2]] if told[2] else getattr(c, told[1], None)


def _schemas() -> dict[str, Any]:
    answers = {answer for ask in ask_kinds() if (answer := answer_to(ask)) is not None}
    told = (model for events in _TOLD.values() for model, _ in events.values())
    out: set[type[BaseModel]] = {*told, *answers, Acknowledgement}
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    modes += [(model, "serialization") for model in sorted(out, key=lambda m: m.__name__)]
    modes += [(model, "validation") for model in ask_kinds()]
    modes += [(model, "validation") for model in (PaceForm, RequestForm, WatchForm, ComingBack)]
    _, found = models_json_schema(modes, ref_template=_SCHEMAS + "{model}")
    schemas: dict[str, Any] = _as_draft_7(found["$defs"])
    for model in ask_kinds():
        _complete(schemas[model.__name__], model)
    schemas["Ask"] = {
        "oneOf": [{"$ref": _SCHEMAS + model.__name__} for model in ask_kinds()],
        "discriminator": "ask",
    }
    return dict(sorted(schemas.items()))


def _complete(schema: dict[str, Any], ask: type[BaseModel]) -> None:
    """Adds to an ask's schema what every ask takes, and what comes of it."""
    fields = schema["properties"]
    if "lon" in fields:
        fields["datum"] = {
            "enum": ["wgs84", "gcj02", "bd09"],
            "default": "wgs84",
            "description": "Of lon and lat; converted to WGS-84 on arrival.",
        }
    fields["key"] = {"type": "string", "minLength": 1, "maxLength": sockets.KEY_LENGTH}
    schema["required"] = ["ask", *schema.get("required", ())]
    schema["x-right"] = right_for_kind(ask).value
    if (answer := answer_to(ask)) is not None:
        schema["x-answer"] = {"$ref": _SCHEMAS + answer.__name__}


def _as_draft_7(schema: Any) -> Any:
    """AsyncAPI's own dialect of JSON Schema, which writes tuples and discriminators otherwise."""
    if isinstance(schema, list):
        return [_as_draft_7(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _as_draft_7(value) for key, value in schema.items()}
    if "prefixItems" in plain:
        plain["items"] = plain.pop("prefixItems")
    if isinstance(discriminator := plain.get("discriminator"), dict):
        plain["discriminator"] = discriminator["propertyName"]
    return plain
