"""REST and Socket.IO for acts that need a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import flask_socketio
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict

from command import forms
from command.acts import Refused
from command.answers import json_of
from command.emitter import NAMESPACE
from command.people.house import People
from command.people.second import RequestsView, RequestView
from command.people.signed import SignedActs
from command.problems import responses
from command.sockets import Acknowledgement, read_form, refused, within_rate

_ACTED = {200: RequestView, **responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504)}


class RequestPath(BaseModel):
    id: forms.Id


class RequestForm(BaseModel):
    """What `confirm` and `decline` are sent with."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request: forms.Id


def add_second(api: APIBlueprint, acts: SignedActs) -> None:
    """Adds the routes to the API."""

    @api.get("/requests", responses={200: RequestsView, **responses(401, 403)})
    def requests() -> flask.Response:
        """Acts that wait for a second person, and how those ended that did a moment ago"""
        return json_of(acts.second.views())

    @api.post("/requests/<id>/confirm", responses=_ACTED)
    def confirm(path: RequestPath) -> flask.Response:
        """Have an act done that somebody else asked for"""
        return json_of(acts.confirm(path.id))

    @api.post("/requests/<id>/decline", responses=_ACTED)
    def decline(path: RequestPath) -> flask.Response:
        """Have an act not done that somebody asked for; one's own may be taken back so"""
        return json_of(acts.decline(path.id))


def attach(
    socketio: flask_socketio.SocketIO, acts: SignedActs, people: People, limiter: Limiter
) -> None:
    """Answers the same in the namespace of the consoles."""

    def answering(name: str, do: Callable[[str], RequestView]) -> Callable[..., dict[str, Any]]:
        def answer(*arguments: Any) -> dict[str, Any]:
            try:
                within_rate(limiter)
                form = read_form(RequestForm, arguments[0] if len(arguments) == 1 else arguments)
                body = do(form.request).model_dump(mode="json")
                return Acknowledgement(ok=True, body=body).model_dump(mode="json")
            except Refused as refusal:
                return refused(people, name, refusal)

        return answer

    for name, do in (("confirm", acts.confirm), ("decline", acts.decline)):
        socketio.on_event(name, answering(name, do), namespace=NAMESPACE)
