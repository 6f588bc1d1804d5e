"""REST under /api/v1: the same acts and views as Socket.IO, one request each."""

from __future__ import annotations

from typing import TypeVar

import flask
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel

from command import forms
from command.acts import wgs84
from command.alarms import add_alarms
from command.answers import json_of, known, linked, view_of
from command.emitter import Emitter
from command.lending import add_lending
from command.orders import add_orders
from command.patrols import add_patrols
from command.people.signed import Asks, SignedActs
from command.problems import responses
from command.records import add_records
from command.response import add_response
from command.second import add_second
from command.settings import TileSettings
from command.tiles import add_tiles
from command.video.pictures import add_pictures
from command.video.relay import Relays
from command.video.rest import add_video
from fleet import contract as c

V = TypeVar("V", bound=BaseModel)


def blueprint(
    acts: SignedActs,
    emitter: Emitter,
    relays: Relays,
    limiter: Limiter,
    tiles: TileSettings | None,
) -> APIBlueprint:
    """All of the API's routes."""
    api = APIBlueprint("api", __name__, url_prefix="/api/v1")
    _add_views(api, emitter)
    add_records(api, acts, emitter)
    _add_incidents(api, acts)
    _add_decisions(api, acts)
    _add_acts(api, acts)
    add_orders(api, acts)
    add_response(api, acts)
    add_alarms(api, acts, emitter)
    add_video(api, acts)
    add_pictures(api, acts, relays, limiter)
    add_lending(api, acts)
    add_patrols(api, acts)
    add_second(api, acts)
    add_tiles(api, tiles)
    return api


def _add_views(api: APIBlueprint, emitter: Emitter) -> None:
    @api.get("/district", responses={200: c.DistrictView, **responses(401, 403, 503)})
    def district() -> flask.Response:
        """The district for a map, in GeoJSON"""
        return json_of(known(emitter.opening().district))

    @api.get("/snapshot", responses={200: c.Snapshot, **responses(401, 403, 503)})
    def snapshot() -> flask.Response:
        """All incidents, sorties, docks and drones as the console knows them now"""
        return json_of(known(emitter.opening().snapshot))

    @api.get("/coverage", responses={200: c.CoverageView, **responses(401, 403, 503)})
    def coverage() -> flask.Response:
        """What part of the district is reached in time by the docks that are available"""
        return json_of(known(emitter.opening().coverage))

    @api.get("/status", responses={200: forms.StatusView, **responses(401, 403)})
    def status() -> flask.Response:
        """How far the system is from ready, and whether the controller is heard"""
        now = emitter.opening()
        view = forms.StatusView(online=now.online, status=now.status, clock=now.clock)
        return json_of(view)


def _add_incidents(api: APIBlueprint, acts: Asks) -> None:
    asked = responses(401, 403, 422, 502, 503, 504)
    acted = responses(400, 409, 413, 415)

    @api.post("/incidents", responses={201: c.IncidentView, **asked, **acted})
    def report_incident(header: forms.ActHeader, body: forms.IncidentForm) -> flask.Response:
        """Report an incident"""
        lon, lat = wgs84(body.lon, body.lat, body.datum)
        ask = c.ReportIncident(
            lon=lon,
            lat=lat,
            kind=body.kind,
            level=body.level,
            note=body.note,
            dispatch=body.dispatch,
        )
        return _answer(c.IncidentView, acts.ask(ask, header.idempotency_key), 201)

    @api.get("/incidents/<id>", responses={200: c.IncidentView, **asked, **responses(404)})
    def incident(path: forms.IncidentPath) -> flask.Response:
        """One incident with its newest ranking of docks"""
        return _answer(c.IncidentView, acts.ask(c.ShowIncident(incident=path.id)))

    @api.get("/events", responses={200: forms.Events, **asked})
    def events(query: forms.EventsQuery) -> flask.Response:
        """What happened, oldest first; of one incident or of all"""
        one_more = min(query.limit + 1, forms.EVENTS_AT_MOST)  # whether there is another page
        ask = c.GetEvents(after=query.after, incident=query.incident, limit=one_more)
        found = view_of(forms.Events, acts.ask(ask)).events
        page = found[: query.limit]
        is_last = len(found) < one_more
        view = forms.Events(events=page, next=None if is_last else page[-1].seq)
        return linked(json_of(view), "after", view.next)


def _add_decisions(api: APIBlueprint, acts: Asks) -> None:
    asked = responses(401, 403, 404, 422, 502, 503, 504)

    @api.get("/decisions", responses={200: forms.Decisions, **asked})
    def decisions(query: forms.DecisionsQuery) -> flask.Response:
        """Decisions, newest first; of one incident or of all"""
        ask = c.ListDecisions(incident=query.incident, limit=query.limit, before=query.before)
        found = view_of(forms.Decisions, acts.ask(ask))
        return linked(json_of(found), "before", found.next)

    @api.get("/decisions/<id>", responses={200: c.ExplanationView, **asked})
    def decision(path: forms.DecisionPath) -> flask.Response:
        """Why this dock, why not the others, and what would have turned it"""
        return _answer(c.ExplanationView, acts.ask(c.ExplainDecision(decision=path.id)))


def _add_acts(api: APIBlueprint, acts: Asks) -> None:
    refusals = responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504)

    @api.post("/incidents/<id>/ranking", responses={200: c.DecisionView, **refusals})
    def rank_docks(path: forms.IncidentPath, header: forms.ActHeader) -> flask.Response:
        """Rank the docks for an incident afresh"""
        ask = c.RankDocks(incident=path.id)
        return _answer(c.DecisionView, acts.ask(ask, header.idempotency_key))

    @api.post("/incidents/<id>/dispatch", responses={201: c.SortieView, **refusals})
    def dispatch(
        path: forms.IncidentPath, header: forms.ActHeader, body: forms.DispatchForm
    ) -> flask.Response:
        """Send a drone"""
        ask = c.Dispatch(incident=path.id, dock=body.dock, divert=body.divert)
        return _answer(c.SortieView, acts.ask(ask, header.idempotency_key), 201)

    @api.post("/incidents/<id>/close", responses={200: c.IncidentView, **refusals})
    def close_incident(
        path: forms.IncidentPath, header: forms.ActHeader, body: forms.CloseForm
    ) -> flask.Response:
        """Close an incident to which no drone is in the air"""
        ask = c.CloseIncident(incident=path.id, note=body.note)
        return _answer(c.IncidentView, acts.ask(ask, header.idempotency_key))

    @api.post("/sorties/<id>/recall", responses={200: c.SortieView, **refusals})
    def recall(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.RecallForm
    ) -> flask.Response:
        """Bring a sortie's drone home; before take-off it stays"""
        ask = c.Recall(sortie=path.id, reason=body.reason)
        return _answer(c.SortieView, acts.ask(ask, header.idempotency_key))

    @api.post("/plan", responses={200: c.DecisionView, **refusals})
    def plan(body: forms.PlanForm) -> flask.Response:
        """What would be sent to a place now; nothing is recorded"""
        lon, lat = wgs84(body.lon, body.lat, body.datum)
        return _answer(c.DecisionView, acts.ask(c.PlanFor(lon=lon, lat=lat, kind=body.kind)))


def _answer(model: type[V], body: object, status: int = 200) -> flask.Response:
    return json_of(view_of(model, body), status)
