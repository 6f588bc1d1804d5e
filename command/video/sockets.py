"""The Socket.IO namespace `/video`: a room a drone, each console at the rate it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import flask_socketio
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from command.acts import Refused, sentence_of
from command.people.house import People
from command.people.rights import Right
from command.people.signed import key_of_request, need, note_refused, signed_in
from command.picture import Picture
from command.sockets import Acknowledgement, Seats, refused, turn_away
from command.video.teller import NAMESPACE
from command.video.viewers import TooMany, Viewers


class WatchForm(BaseModel):
    """What ``watch`` is sent with; ``unwatch`` with the drone alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    drone: str = Field(min_length=1, max_length=64)
    rate_hz: float = Field(default=5.0, ge=0.2, le=10, allow_inf_nan=False)


def attach(
    socketio: flask_socketio.SocketIO,
    viewers: Viewers,
    picture: Picture,
    people: People,
    seats: Seats,
    stir: Callable[[], None],
) -> None:
    """Answers connections and wishes in the namespace, of those who are signed in."""

    def connect(auth: Any = None) -> None:
        try:
            person = signed_in(people.roster)
            need(person, Right.LOOK)
        except Refused as refusal:
            note_refused(people, f"connect {NAMESPACE}", "", refusal.reason)
            turn_away(socketio, _console(), NAMESPACE, refusal)
            return
        seats.take(_console(), key_of_request() or "", person.name, NAMESPACE)

    def disconnect(*_: Any) -> None:
        viewers.leave(_console())
        seats.leave(_console())
        stir()

    def watch(*arguments: Any) -> dict[str, Any]:
        try:
            form = _read(arguments)
            if not picture.knows_drone(form.drone):
                raise Refused("not_found", f"there is no drone {form.drone}")
            viewers.watch(_console(), form.drone, form.rate_hz)
        except Refused as refusal:
            return refused(people, "watch", refusal)
        except TooMany as many:
            return refused(people, "watch", Refused("conflict", str(many)))
        flask_socketio.join_room(form.drone, namespace=NAMESPACE)
        stir()
        return Acknowledgement(ok=True).model_dump(mode="json")

    def unwatch(*arguments: Any) -> dict[str, Any]:
        try:
            form = _read(arguments)
        except Refused as refusal:
            return refused(people, "unwatch", refusal)
        viewers.unwatch(_console(), form.drone)
        flask_socketio.leave_room(form.drone, namespace=NAMESPACE)
        stir()
        return Acknowledgement(ok=True).model_dump(mode="json")

    socketio.on_event("connect", connect, namespace=NAMESPACE)
    socketio.on_event("disconnect", disconnect, namespace=NAMESPACE)
    socketio.on_event("watch", watch, namespace=NAMESPACE)
    socketio.on_event("unwatch", unwatch, namespace=NAMESPACE)


def _console() -> str:
    console: str = flask.request.sid  # type: ignore[attr-defined]
    return console


def _read(arguments: tuple[Any, ...]) -> WatchForm:
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise Refused("invalid", "it must be one object with the field 'drone'")
    fields = dict(arguments[0])
    if isinstance(rate := fields.get("rate_hz"), int) and not isinstance(rate, bool):
        fields["rate_hz"] = float(rate)
    try:
        return WatchForm.model_validate(fields)
    except ValidationError as error:
        raise Refused("invalid", sentence_of(error)) from None
