"""Errors as RFC 9457 problem documents, each with a sentence for the person who asked."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import flask
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from command.acts import Refused, sentence_of

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)


class Fault(BaseModel):
    where: str
    what: str


class Problem(BaseModel):
    """``code`` is one of invalid, not_found, conflict, unavailable, timeout, or absent."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str | None = None
    faults: list[Fault] | None = None


def answer(problem: Problem) -> flask.Response:
    return flask.Response(
        problem.model_dump_json(exclude_none=True), problem.status, mimetype=MEDIA_TYPE
    )


def problem_of(
    status: int, detail: str, code: str | None = None, faults: list[Fault] | None = None
) -> flask.Response:
    title = HTTPStatus(status).phrase
    return answer(Problem(title=title, status=status, detail=detail, code=code, faults=faults))


def validation_problem(error: ValidationError) -> flask.Response:
    """422 with every fault named, at most twenty."""
    faults = [
        Fault(where=".".join(str(part) for part in fault["loc"]), what=fault["msg"][:300])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return problem_of(422, sentence_of(error), "invalid", faults[:20])


def register(app: flask.Flask) -> None:
    """Every error that leaves the console is a problem document."""

    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> flask.Response:
        return problem_of(refusal.status, refusal.reason, refusal.code)

    @app.errorhandler(HTTPException)
    def refused_by_http(error: HTTPException) -> flask.Response | HTTPException:
        if error.response is not None:
            return error  # an answer that was made already
        status = error.code or 500
        made = problem_of(status, error.description or HTTPStatus(status).phrase)
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                made.headers[name] = value
        return made

    @app.errorhandler(Exception)
    def failed(error: Exception) -> flask.Response:
        _LOG.error("request failed: %s", flask.request.path, exc_info=error)
        return problem_of(500, "the console failed; the log of the console says more")


def responses(*statuses: int) -> dict[str | int, Any]:
    """The problem answers of an operation, for the OpenAPI document."""
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
