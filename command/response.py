"""REST for what people see to at an incident: checklists, and tasks given to somebody."""

from __future__ import annotations

from typing import Literal

import flask
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from command.answers import json_of, view_of
from command.forms import ActHeader, Form, Id, IncidentPath, OptionalForm
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_REFUSALS = responses(400, 401, 403, 404, 409, 413, 415, 422, 502, 503, 504)


class ItemPath(BaseModel):
    id: Id
    item: Id = Field(description="Of one of the plans that the incident names.")


class TickForm(OptionalForm):
    done: bool = Field(default=True, description="False: it is not seen to, after all.")


class TaskForm(Form):
    text: str = Field(min_length=1, max_length=500)
    to: str = Field(
        min_length=1, max_length=100, description="Somebody who signs in here, or with `outside`."
    )
    outside: bool = Field(default=False, description="`to` is the name of somebody else.")
    within_min: int | None = Field(default=None, ge=1, le=1440, description="When it is due.")


class TaskPath(BaseModel):
    id: Id
    task: Id


class MovePath(TaskPath):
    move: Literal["take", "done", "withdraw"]


class MoveForm(OptionalForm):
    note: str = Field(default="", max_length=500)


def add_response(api: APIBlueprint, acts: Asks) -> None:
    """Adds the routes to the API."""

    @api.post("/incidents/<id>/checklist/<item>", responses={200: c.IncidentView, **_REFUSALS})
    def tick(path: ItemPath, header: ActHeader, body: TickForm) -> flask.Response:
        """Tick an item of the incident's checklists"""
        ask = c.TickItem(incident=path.id, item=path.item, done=body.done)
        return json_of(view_of(c.IncidentView, acts.ask(ask, header.idempotency_key)))

    @api.post("/incidents/<id>/tasks", responses={201: c.TaskView, **_REFUSALS})
    def give(path: IncidentPath, header: ActHeader, body: TaskForm) -> flask.Response:
        """Give somebody a task"""
        ask = c.GiveTask(
            incident=path.id,
            text=body.text,
            to=body.to,
            outside=body.outside,
            within_min=body.within_min,
        )
        return json_of(view_of(c.TaskView, acts.ask(ask, header.idempotency_key)), 201)

    @api.post("/incidents/<id>/tasks/<task>/<move>", responses={200: c.TaskView, **_REFUSALS})
    def move(path: MovePath, header: ActHeader, body: MoveForm) -> flask.Response:
        """Take a task, report it done, or withdraw it"""
        ask = c.MoveTask(incident=path.id, task=path.task, move=path.move, note=body.note)
        return json_of(view_of(c.TaskView, acts.ask(ask, header.idempotency_key)))
