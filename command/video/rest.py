"""REST for the drones' cameras: the facts of their pictures, what was seen in a flight, and turning
a camera."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint

from command import forms
from command.acts import Refused, wgs84
from command.answers import json_of, view_of
from command.people.signed import Asks
from command.problems import responses
from fleet import contract as c

_ASKED = responses(401, 403, 422, 502, 503, 504)


def add_video(api: APIBlueprint, acts: Asks) -> None:
    """Adds the routes to the API."""

    @api.get("/video", responses={200: c.VideoStreams, **_ASKED})
    def video() -> flask.Response:
        """Of every drone: the facts of its picture"""
        return json_of(view_of(c.VideoStreams, acts.ask(c.ListVideo())))

    @api.get("/drones/<id>/video", responses={200: c.VideoStream, **_ASKED, **responses(404)})
    def video_of_drone(path: forms.DronePath) -> flask.Response:
        """The facts of one drone's picture"""
        found = view_of(c.VideoStreams, acts.ask(c.ListVideo()))
        for stream in found.streams:
            if stream.drone == path.id:
                return json_of(stream)
        raise Refused("not_found", f"there is no drone {path.id}")

    @api.get("/sorties/<id>/video", responses={200: c.VideoTrack, **_ASKED, **responses(404)})
    def video_of_sortie(path: forms.SortiePath, query: forms.VideoTrackQuery) -> flask.Response:
        """Where the camera looked in a flight, as recorded; oldest first, page by page"""
        ask = c.GetVideoTrack(
            sortie=path.id, after=query.after, step_s=query.step_s, limit=query.limit
        )
        return json_of(view_of(c.VideoTrack, acts.ask(ask)))

    @api.post(
        "/sorties/<id>/camera",
        responses={200: c.VideoStream, **_ASKED, **responses(400, 404, 409, 413, 415)},
    )
    def point_camera(
        path: forms.SortiePath, header: forms.ActHeader, body: forms.CameraForm
    ) -> flask.Response:
        """Turn a drone's camera to a place or by angles, or zoom"""
        lon, lat = body.lon, body.lat
        if lon is not None and lat is not None:
            lon, lat = wgs84(lon, lat, body.datum)
        ask = c.PointCamera(
            sortie=path.id,
            lon=lon,
            lat=lat,
            pitch_deg=body.pitch_deg,
            heading_deg=body.heading_deg,
            zoom=body.zoom,
        )
        return json_of(view_of(c.VideoStream, acts.ask(ask, header.idempotency_key)))
