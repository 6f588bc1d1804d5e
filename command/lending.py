"""REST for lending drones to other ground stations, and taking them back."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint

from command import forms
from command.answers import json_of, view_of
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_ASKED = responses(401, 403, 404, 422, 502, 503, 504)
_ACTED = {200: c.SortieView, **_ASKED, **responses(400, 409, 413, 415)}


def add_lending(api: APIBlueprint, acts: Asks) -> None:
    """Adds the routes to the API."""

    @api.get("/gateway", responses={200: c.GatewayView, **_ASKED})
    def gateway() -> flask.Response:
        """Where each drone is offered to ground stations, who is connected, to whom it is lent"""
        return json_of(view_of(c.GatewayView, acts.ask(c.GetGateway())))

    @api.post("/drones/<id>/lease", responses=_ACTED)
    def grant(
        path: forms.DronePath, header: forms.ActHeader, body: forms.GrantForm
    ) -> flask.Response:
        """Lend a drone to a ground station that is connected to it"""
        ask = c.GrantLease(drone=path.id, to=body.to, label=body.label, minutes=body.minutes)
        return json_of(view_of(c.SortieView, acts.ask(ask, header.idempotency_key)))

    @api.post("/drones/<id>/lease/take-back", responses=_ACTED)
    def take_back(
        path: forms.DronePath, header: forms.ActHeader, body: forms.TakeBackForm
    ) -> flask.Response:
        """Take a drone back; in the air it comes home"""
        ask = c.TakeBackLease(drone=path.id, reason=body.reason)
        return json_of(view_of(c.SortieView, acts.ask(ask, header.idempotency_key)))
