"""REST of the patrols: what is flown today, what has been seen, and when."""

from __future__ import annotations

from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint

from command.answers import json_of, view_of
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

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
