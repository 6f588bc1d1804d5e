"""What whoever runs the console asks it, without signing in: alive, ready, and its figures."""

from __future__ import annotations

from contextlib import ExitStack

import flask
from flask_openapi3.openapi import OpenAPI

from command import forms
from command.answers import json_of
from command.emitter import Emitter
from command.metrics import MEDIA_TYPE, Metrics, route_of
from command.problems import problem_of, responses

_FIGURES = {
    "description": "OK",
    "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
}


def register(app: OpenAPI, emitter: Emitter) -> None:
    figures = Metrics(emitter)
    _measure(app, figures)

    @app.get("/healthz", responses={200: forms.Health})
    def healthz() -> flask.Response:
        """The console answers"""
        return json_of(forms.Health(ok=True, at=emitter.opening().clock.now))

    @app.get("/readyz", responses={200: forms.Health, **responses(503)})
    def readyz() -> flask.Response:
        """The console hears a controller that serves"""
        now = emitter.opening()
        if not now.online:
            return problem_of(503, "the controller is not heard", "unavailable")
        if now.snapshot is None or now.district is None or not (now.status and now.status.serving):
            return problem_of(503, "the controller is still starting", "unavailable")
        return json_of(forms.Health(ok=True, at=now.clock.now))

    @app.get("/metrics", responses={200: _FIGURES})
    def metrics() -> flask.Response:
        """Figures for Prometheus"""
        return flask.Response(figures.text(), mimetype=MEDIA_TYPE)


def _measure(app: OpenAPI, figures: Metrics) -> None:
    """From when a request was read until its answer is made."""

    @app.before_request
    def start() -> None:
        timed = ExitStack()
        timed.enter_context(figures.timed(flask.request.method, route_of(flask.request)))
        flask.g.timed = timed

    @app.after_request
    def answered(response: flask.Response) -> flask.Response:
        if (timed := flask.g.pop("timed", None)) is not None:
            timed.close()
        figures.answered(flask.request.method, route_of(flask.request), response.status_code)
        return response
