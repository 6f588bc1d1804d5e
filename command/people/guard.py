"""What every request to the API must pass before anything is done for it."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import BadRequest, Forbidden, UnsupportedMediaType

from command.acts import Refused
from command.people.rights import Right
from command.people.roster import Roster
from command.people.signed import check_csrf, need, signed_in

_API = "/api/"
_SESSION = "/api/v1/session"  # whoever must set a password first may still do that
_DOCUMENTS = ("/api/v1/openapi.json", "/api/v1/asyncapi.json")
_SAFE = ("GET", "HEAD", "OPTIONS")


def register(app: flask.Flask, roster: Roster) -> None:
    """Refuses pages of other sites, bodies that are no JSON, and whoever is not signed in."""

    @app.before_request
    def guard() -> None:
        path, method = flask.request.path, flask.request.method
        if not path.startswith(_API) or path in _DOCUMENTS:
            return
        if method not in _SAFE:
            _refuse_foreign()
        if (path, method) == (_SESSION, "POST"):
            return
        person = signed_in(roster)
        check_csrf()
        if not path.startswith(_SESSION):
            need(person, Right.LOOK)


def _refuse_foreign() -> None:
    """A page of another site may not act for the person at this browser."""
    origin = flask.request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != flask.request.host:
        raise Forbidden("requests from pages of another site are refused")
    if flask.request.content_length or flask.request.headers.get("Transfer-Encoding"):
        _require_json()


def _require_json() -> None:
    """Refuses before any form is read, which would only say that fields are missing."""
    if not flask.request.is_json:
        raise UnsupportedMediaType("the body must be sent as application/json")
    try:
        body = flask.request.get_json()
    except BadRequest:
        raise BadRequest("the body is not valid JSON") from None
    if body is None:
        raise Refused("invalid", "the body must be a JSON object, not null")
