"""What every request to the API must pass before anything is done for it."""

from __future__ import annotations

import flask
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from command.acts import Refused
from command.people.house import People
from command.people.rights import Right
from command.people.signed import check_csrf, check_origin, need, note_refused, signed_in

_API = "/api/"
_SESSION = "/api/v1/session"  # whoever must set a password first may still do that
_DOCUMENTS = ("/api/v1/openapi.json", "/api/v1/asyncapi.json")
_SAFE = ("GET", "HEAD", "OPTIONS")


def register(app: flask.Flask, people: People) -> None:
    """Refuses pages of other sites, bodies that are no JSON, and whoever is not signed in. What is
    refused, here or later, is in the audit log."""

    @app.before_request
    def guard() -> None:
        path, method = flask.request.path, flask.request.method
        if not path.startswith(_API) or path in _DOCUMENTS:
            return
        if method not in _SAFE:
            _refuse_foreign()
        if (path, method) == (_SESSION, "POST"):
            return
        person = signed_in(people.roster)
        check_csrf()
        if not path.startswith(_SESSION):
            need(person, Right.LOOK)

    @app.after_request
    def note(response: flask.Response) -> flask.Response:
        request = flask.request
        if 400 <= response.status_code < 500 and not _is_routine(response.status_code):
            route = str(request.url_rule or "/api/")
            problem = response.get_json(silent=True) or {}
            reason = str(problem.get("detail", response.status))
            note_refused(people, f"{request.method} {route}", request.path, reason)
        return response


def _is_routine(status: int) -> bool:
    """Whether it is no wonder: a page asks first whether somebody is signed in, and looks for what
    is not there any more."""
    path, method = flask.request.path, flask.request.method
    if not path.startswith(_API):
        return True
    return method in _SAFE and (status == 404 or (status == 401 and path == _SESSION))


def _refuse_foreign() -> None:
    """A page of another site may not act for the person at this browser."""
    check_origin()
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
