"""REST of the patrols: what is flown today, what has been seen, and when."""

from __future__ import annotations

import base64
from typing import Any, Literal

import flask
from flask_openapi3.blueprint import APIBlueprint

from command import forms
from command.acts import wgs84
from command.answers import json_of, view_of
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_PAGE: dict[str, Any] = {
    "description": "OK",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
_DOCUMENT: dict[str, Any] = {
    "description": "OK",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
_FEED: dict[str, Any] = {
    "description": "iCalendar, RFC 5545",
    "content": {"text/calendar": {"schema": {"type": "string"}}},
}


def add_patrols(api: APIBlueprint, acts: Asks) -> None:
    """Adds the routes."""

    @api.get("/patrols", responses={200: c.PatrolsView, **responses(401, 403, 422, 502, 503, 504)})
    def patrols() -> flask.Response:
        """The patrols of the day, and how long ago each task was looked at"""
        return json_of(view_of(c.PatrolsView, acts.ask(c.GetPatrols())))

    @api.get(
        "/patrols/calendar.ics",
        responses={200: _FEED, **responses(401, 403, 422, 502, 503, 504)},
    )
    def patrol_calendar() -> flask.Response:
        """The patrols as an iCalendar feed: rounds, blackouts, today's flights"""
        feed = view_of(c.PatrolCalendar, acts.ask(c.GetPatrolCalendar()))
        return flask.Response(feed.text, mimetype="text/calendar")

    _add_reports(api, acts)
    _add_acts(api, acts)


def _add_reports(api: APIBlueprint, acts: Asks) -> None:
    refused = responses(401, 403, 404, 422, 502, 503, 504)

    @api.get("/patrols/report", responses={200: c.PatrolReport, **refused})
    def patrol_report(query: forms.ReportQuery) -> flask.Response:
        """What the patrols of a day, or one of them, were to see, what they saw, and why not"""
        ask = c.GetPatrolReport(day=query.day, of=query.of)
        return json_of(view_of(c.PatrolReport, acts.ask(ask)))

    @api.get("/patrols/report.html", responses={200: _PAGE, **refused})
    def patrol_report_page(query: forms.PrintQuery) -> flask.Response:
        """The same as a page"""
        return _printed(acts, query, "html")

    @api.get("/patrols/report.pdf", responses={200: _DOCUMENT, **refused})
    def patrol_report_document(query: forms.PrintQuery) -> flask.Response:
        """The same as a PDF"""
        return _printed(acts, query, "pdf")


def _printed(acts: Asks, query: forms.PrintQuery, form: Literal["html", "pdf"]) -> flask.Response:
    ask = c.PrintPatrolReport(day=query.day, of=query.of, form=form, language=query.language)
    file = view_of(c.ReportFile, acts.ask(ask))
    answer = flask.Response(base64.b64decode(file.body), mimetype=file.media_type)
    answer.headers["Content-Disposition"] = f"inline; filename={file.name}"
    return answer


def _add_acts(api: APIBlueprint, acts: Asks) -> None:
    refused = responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504)

    @api.post("/patrols/pause", responses={200: c.PatrolsView, **refused})
    def pause_patrols(header: forms.ActHeader, body: forms.PauseForm) -> flask.Response:
        """Let no patrol start until they are resumed; call home those that are out, if asked"""
        ask = c.PausePatrols(reason=body.reason, recall=body.recall)
        return json_of(view_of(c.PatrolsView, acts.ask(ask, header.idempotency_key)))

    @api.post("/patrols/resume", responses={200: c.PatrolsView, **refused})
    def resume_patrols(header: forms.ActHeader) -> flask.Response:
        """Let patrols start again when they are due"""
        return json_of(view_of(c.PatrolsView, acts.ask(c.ResumePatrols(), header.idempotency_key)))

    @api.post("/sorties/<id>/findings", responses={201: c.IncidentView, **refused})
    def report_finding(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.FindingForm
    ) -> flask.Response:
        """Make an incident of what a drone sees"""
        told = body.model_dump(exclude={"datum"})
        if body.lon is not None and body.lat is not None:
            told["lon"], told["lat"] = wgs84(body.lon, body.lat, body.datum)
        ask = c.ReportFinding(sortie=path.id, **told)
        return json_of(view_of(c.IncidentView, acts.ask(ask, header.idempotency_key)), 201)
