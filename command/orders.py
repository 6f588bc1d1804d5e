"""REST for what a drone in the air may be told: hold, resume, go to a place, circle it, land now;
for taking one out of service; and for who directs it. Calling it home is an act like dispatch
(``command.api``)."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint

from command import forms
from command.acts import wgs84
from command.answers import json_of, view_of
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_ANSWERS = {200: c.SortieView, **responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504)}


def add_orders(api: APIBlueprint, acts: Asks) -> None:
    """Adds the routes to the API."""
    _add_stops(api, acts)
    _add_places(api, acts)
    _add_fleet_acts(api, acts)
    _add_service(api, acts)
    _add_control(api, acts)


def _add_stops(api: APIBlueprint, acts: Asks) -> None:
    @api.post("/sorties/<id>/hold", responses=_ANSWERS)
    def hold(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.HoldForm
    ) -> flask.Response:
        """Stop a drone where it is"""
        return _told(acts, c.Hold(sortie=path.id, reason=body.reason), header)

    @api.post("/sorties/<id>/resume", responses=_ANSWERS)
    def resume(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.ResumeForm
    ) -> flask.Response:
        """Let a held drone go on with what it was doing"""
        return _told(acts, c.Resume(sortie=path.id, reason=body.reason), header)

    @api.post("/sorties/<id>/land-now", responses=_ANSWERS)
    def land_now(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.LandNowForm
    ) -> flask.Response:
        """Bring a drone down where it is, whatever is under it"""
        return _told(acts, c.LandNow(sortie=path.id, reason=body.reason), header)

    @api.post("/sorties/<id>/write-off", responses=_ANSWERS)
    def write_off(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.WriteOffForm
    ) -> flask.Response:
        """End the sortie of a drone that is lost, or down away from its dock"""
        return _told(acts, c.WriteOff(sortie=path.id, reason=body.reason), header)


def _add_places(api: APIBlueprint, acts: Asks) -> None:
    @api.post("/sorties/<id>/goto", responses=_ANSWERS)
    def goto(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.GotoForm
    ) -> flask.Response:
        """Send a drone in the air to a place, to stay over it"""
        lon, lat = wgs84(body.lon, body.lat, body.datum)
        ask = c.Goto(sortie=path.id, lon=lon, lat=lat, height_m=body.height_m, reason=body.reason)
        return _told(acts, ask, header)

    @api.post("/sorties/<id>/orbit", responses=_ANSWERS)
    def orbit(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.OrbitForm
    ) -> flask.Response:
        """Send a drone in the air to circle a place"""
        lon, lat = wgs84(body.lon, body.lat, body.datum)
        ask = c.Orbit(
            sortie=path.id,
            lon=lon,
            lat=lat,
            radius_m=body.radius_m,
            turns=body.turns,
            height_m=body.height_m,
            reason=body.reason,
        )
        return _told(acts, ask, header)


def _add_fleet_acts(api: APIBlueprint, acts: Asks) -> None:
    answers = {**_ANSWERS, 200: c.FleetActView}

    @api.post("/fleet/recall", responses=answers)
    def recall_all(header: forms.ActHeader, body: forms.FleetActForm) -> flask.Response:
        """Bring all drones home that are out, once confirmed"""
        ask = c.RecallAll(confirmation=body.confirmation, reason=body.reason)
        return json_of(view_of(c.FleetActView, acts.ask(ask, header.idempotency_key)))

    @api.post("/fleet/land", responses=answers)
    def land_all(header: forms.ActHeader, body: forms.FleetActForm) -> flask.Response:
        """Bring all drones in the air down where they are, once confirmed"""
        ask = c.LandAll(confirmation=body.confirmation, reason=body.reason)
        return json_of(view_of(c.FleetActView, acts.ask(ask, header.idempotency_key)))


def _add_service(api: APIBlueprint, acts: Asks) -> None:
    answers = {**_ANSWERS, 200: c.ServiceView}

    @api.post("/drones/<id>/take-out", responses=answers)
    def take_out(
        path: forms.DronePath, header: forms.ActHeader, body: forms.TakeOutForm
    ) -> flask.Response:
        """Take a drone out of service: it is not sent out until it is put back"""
        ask = c.TakeOut(drone=path.id, reason=body.reason)
        return json_of(view_of(c.ServiceView, acts.ask(ask, header.idempotency_key)))

    @api.post("/drones/<id>/put-back", responses=answers)
    def put_back(
        path: forms.DronePath, header: forms.ActHeader, body: forms.PutBackForm
    ) -> flask.Response:
        """Put a drone back into service"""
        ask = c.PutBack(drone=path.id, reason=body.reason)
        return json_of(view_of(c.ServiceView, acts.ask(ask, header.idempotency_key)))


def _add_control(api: APIBlueprint, acts: Asks) -> None:
    @api.post("/sorties/<id>/control/take", responses=_ANSWERS)
    def take_control(path: forms.SortiePath, header: forms.ActHeader) -> flask.Response:
        """Take the control of a drone: nobody else directs it then"""
        return _told(acts, c.TakeControl(sortie=path.id), header)

    @api.post("/sorties/<id>/control/offer", responses=_ANSWERS)
    def offer_control(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.OfferForm
    ) -> flask.Response:
        """Hand the control over to somebody, who has it once they take it"""
        return _told(acts, c.OfferControl(sortie=path.id, to=body.to), header)

    @api.post("/sorties/<id>/control/give-up", responses=_ANSWERS)
    def give_up_control(path: forms.SortiePath, header: forms.ActHeader) -> flask.Response:
        """Give the control of a drone up: any officer directs it then"""
        return _told(acts, c.GiveUpControl(sortie=path.id), header)


def _told(acts: Asks, ask: c.Ask, header: forms.ActHeader) -> flask.Response:
    return json_of(view_of(c.SortieView, acts.ask(ask, header.idempotency_key)))
