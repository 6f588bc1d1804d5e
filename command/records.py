"""REST for looking: incidents and sorties page by page, docks and drones, each as JSON and as
GeoJSON, and all incidents as a table for a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint

from command import forms, geojson, table
from command.answers import json_of, known, linked, view_of
from command.emitter import Emitter
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_REFUSED = responses(401, 403, 422, 502, 503, 504)
_PAGE = 1000
_GEOJSON: dict[str, Any] = {
    "description": "OK",
    "content": {geojson.MEDIA_TYPE: {"schema": geojson.SCHEMA}},
}
_CSV: dict[str, Any] = {
    "description": "OK",
    "content": {"text/csv": {"schema": {"type": "string"}}},
}


def add_records(api: APIBlueprint, acts: Asks, emitter: Emitter) -> None:
    _add_incidents(api, acts, emitter)
    _add_sorties(api, acts, emitter)
    _add_fleet(api, emitter)


def _add_incidents(api: APIBlueprint, acts: Asks, emitter: Emitter) -> None:
    def page(query: forms.IncidentsQuery) -> c.IncidentsPage:
        ask = _ask_of(query, query.limit, query.before)
        return view_of(c.IncidentsPage, acts.ask(ask))

    @api.get("/incidents", responses={200: c.IncidentsPage, **_REFUSED})
    def incidents(query: forms.IncidentsQuery) -> flask.Response:
        """Incidents, newest first, filtered and page by page; with response times"""
        found = page(query)
        return linked(json_of(found), "before", found.next)

    @api.get("/incidents.geojson", responses={200: _GEOJSON, **_REFUSED})
    def incidents_geojson(query: forms.IncidentsQuery) -> flask.Response:
        """The same page of incidents as GeoJSON points"""
        found = page(query)
        return linked(_geojson(geojson.incidents(found.incidents)), "before", found.next)

    @api.get("/incidents.csv", responses={200: _CSV, **_REFUSED})
    def incidents_csv(query: forms.TableQuery) -> flask.Response:
        """All incidents that the filters let through, as a table for a spreadsheet"""
        district = _district(emitter)
        text = table.incidents_csv(_all_incidents(acts, query), district, query.language)
        day = emitter.opening().clock.now.strftime("%Y%m%d")
        answer = flask.Response(text, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f"attachment; filename=incidents-{day}.csv"
        return answer


def _add_sorties(api: APIBlueprint, acts: Asks, emitter: Emitter) -> None:
    def page(query: forms.SortiesQuery) -> c.SortiesPage:
        ask = c.ListSorties(limit=query.limit, before=query.before, incident=query.incident)
        return view_of(c.SortiesPage, acts.ask(ask))

    @api.get("/sorties", responses={200: c.SortiesPage, **_REFUSED})
    def sorties(query: forms.SortiesQuery) -> flask.Response:
        """Sorties, newest first, page by page; of one incident or of all"""
        found = page(query)
        return linked(json_of(found), "before", found.next)

    @api.get("/sorties.geojson", responses={200: _GEOJSON, **_REFUSED})
    def sorties_geojson(query: forms.SortiesQuery) -> flask.Response:
        """The same page of sorties as GeoJSON lines, from the dock to the scene"""
        found = page(query)
        shapes = geojson.sorties(found.sorties, _district(emitter))
        return linked(_geojson(shapes), "before", found.next)


def _add_fleet(api: APIBlueprint, emitter: Emitter) -> None:
    refused = responses(401, 403, 503)

    @api.get("/docks", responses={200: forms.Docks, **refused})
    def docks() -> flask.Response:
        """All docks as they are now"""
        return json_of(forms.Docks(docks=list(_snapshot(emitter).docks)))

    @api.get("/docks.geojson", responses={200: _GEOJSON, **refused})
    def docks_geojson() -> flask.Response:
        """All docks as they are now, as GeoJSON points"""
        return _geojson(geojson.docks(_snapshot(emitter).docks, _district(emitter)))

    @api.get("/drones", responses={200: forms.Drones, **refused})
    def drones() -> flask.Response:
        """All drones as they were last heard"""
        return json_of(forms.Drones(drones=list(_snapshot(emitter).telemetry.drones)))

    @api.get("/drones.geojson", responses={200: _GEOJSON, **refused})
    def drones_geojson() -> flask.Response:
        """All drones as they were last heard, as GeoJSON points"""
        return _geojson(geojson.drones(_snapshot(emitter).telemetry.drones))


def _ask_of(query: forms.IncidentsFilter, limit: int, before: str | None) -> c.ListIncidents:
    return c.ListIncidents(
        limit=limit,
        before=before,
        kinds=tuple(query.kind),
        levels=tuple(query.level),
        subdistricts=tuple(query.subdistrict),
        states=tuple(query.state),
        since=query.since,
        until=query.until,
    )


def _all_incidents(acts: Asks, query: forms.IncidentsFilter) -> Iterator[c.IncidentView]:
    before = None
    while True:
        found = view_of(c.IncidentsPage, acts.ask(_ask_of(query, _PAGE, before)))
        yield from found.incidents
        if (before := found.next) is None:
            return


def _snapshot(emitter: Emitter) -> c.Snapshot:
    return known(emitter.opening().snapshot)


def _district(emitter: Emitter) -> c.DistrictView:
    return known(emitter.opening().district)


def _geojson(shapes: dict[str, Any]) -> flask.Response:
    return flask.Response(json.dumps(shapes, allow_nan=False), mimetype=geojson.MEDIA_TYPE)
