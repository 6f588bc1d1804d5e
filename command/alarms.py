"""REST for alarms: what autopilots said that a person must have read."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel

from command.answers import json_of, known, view_of
from command.emitter import Emitter
from command.forms import ActHeader, Id
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c


class AlarmPath(BaseModel):
    id: Id


class AlarmsView(BaseModel):
    """The oldest first: all that are unread, and the newest of the others."""

    alarms: tuple[c.AlarmView, ...]


def add_alarms(api: APIBlueprint, acts: Asks, emitter: Emitter) -> None:
    """Adds the routes to the API."""

    @api.get("/alarms", responses={200: AlarmsView, **responses(401, 403, 503)})
    def alarms() -> flask.Response:
        """What autopilots said that a person must have read, and who has"""
        return json_of(AlarmsView(alarms=known(emitter.opening().snapshot).alarms))

    @api.post(
        "/alarms/<id>/acknowledge",
        responses={
            200: c.AlarmView,
            **responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504),
        },
    )
    def acknowledge(path: AlarmPath, header: ActHeader) -> flask.Response:
        """Say that one has read it"""
        ask = c.AcknowledgeAlarm(alarm=path.id)
        return json_of(view_of(c.AlarmView, acts.ask(ask, header.idempotency_key)))
