"""Views as answers of REST."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlencode

import flask
from pydantic import BaseModel, ValidationError

from command.acts import Refused

V = TypeVar("V", bound=BaseModel)


def known(view: V | None) -> V:
    """
    Raises:
        Refused: if the controller has not told it yet.
    """
    if view is None:
        raise Refused("unavailable", "the controller has not told the console yet; try again")
    return view


def view_of(model: type[V], body: object) -> V:
    """
    Raises:
        RuntimeError: if the controller does not keep to the contract.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise RuntimeError(f"the controller's answer is no {model.__name__}") from error


def json_of(view: BaseModel, status: int = 200) -> flask.Response:
    return flask.Response(view.model_dump_json(), status, mimetype="application/json")


def linked(answer: flask.Response, name: str, value: str | int | None) -> flask.Response:
    """Names the next page as RFC 8288 has it: this request with another ``name``; none if there is
    no ``value``."""
    if value is not None:
        given = [(k, v) for k, v in flask.request.args.items(multi=True) if k != name]
        query = urlencode([*given, (name, value)])
        answer.headers["Link"] = f'<{flask.request.path}?{query}>; rel="next"'
    return answer
