"""The addresses of live pictures: a playlist a drone, and what it names."""

from __future__ import annotations

import flask
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from command import forms
from command.acts import Refused
from command.answers import view_of
from command.people.signed import Asks
from command.problems import responses
from command.video.relay import Relay, Relays
from fleet import contract as c
from fleet.process import Refusal

BEGINS_WITHIN_S = 8.0
GROWS_WITHIN_S = 3.0
PICTURES_ALLOWED = "12000/minute"  # from one address: eight pictures at two screens
MOST = 10**15  # the number of a segment
_PLAYLIST, _MP4 = "application/vnd.apple.mpegurl", "video/mp4"
_ASKED = responses(401, 403, 404, 422, 502, 503, 504)
_TEXT = {"description": "Playlist", "content": {_PLAYLIST: {"schema": {"type": "string"}}}}
_PIECE = {
    200: {
        "description": "Fragmented MP4",
        "content": {_MP4: {"schema": {"type": "string", "format": "binary"}}},
    },
    **responses(401, 403, 404, 422),
}


class SegmentPath(forms.DronePath):
    number: int = Field(ge=0, le=MOST)


class PartPath(SegmentPath):
    part: int = Field(ge=0, le=MOST)


class PlaylistQuery(BaseModel):
    """As low-latency HLS has it: answered once the playlist tells that segment or part."""

    segment: int | None = Field(default=None, alias="_HLS_msn", ge=0, le=MOST)
    part: int | None = Field(default=None, alias="_HLS_part", ge=0, le=MOST)


def add_pictures(api: APIBlueprint, acts: Asks, relays: Relays, limiter: Limiter) -> None:
    """Adds the routes to the API; they are counted apart, for a player asks ten times a second."""
    counted = limiter.shared_limit(PICTURES_ALLOWED, scope="pictures")

    @api.get("/drones/<id>/video/live.m3u8", responses={200: _TEXT, **_ASKED})
    @counted
    def playlist(path: forms.DronePath, query: PlaylistQuery) -> flask.Response:
        """The live picture as low-latency HLS; what it names is beside it"""
        try:
            relay = relays.of(path.id, lambda: _url(acts, path.id))
        except Refusal as refusal:
            raise Refused("unavailable", str(refusal)) from None
        within_s = BEGINS_WITHIN_S if query.segment is None else GROWS_WITHIN_S
        text = relay.playlist(query.segment, query.part, within_s)
        if text is None:
            raise Refused("unavailable", f"no picture comes from {path.id}")
        return flask.Response(text, mimetype=_PLAYLIST)

    @api.get("/drones/<id>/video/init.mp4", responses=_PIECE)
    @counted
    def beginning(path: forms.DronePath) -> flask.Response:
        """What every segment of the live picture begins with"""
        return _bytes(_running(path.id).beginning)

    @api.get("/drones/<id>/video/segment-<int:number>.m4s", responses=_PIECE)
    @counted
    def segment(path: SegmentPath) -> flask.Response:
        """A segment of the live picture"""
        return _bytes(_running(path.id).segment(path.number))

    @api.get("/drones/<id>/video/part-<int:number>-<int:part>.m4s", responses=_PIECE)
    @counted
    def part(path: PartPath) -> flask.Response:
        """A part of a segment, once it has come"""
        return _bytes(_running(path.id).part(path.number, path.part, GROWS_WITHIN_S))

    def _running(drone: str) -> Relay:
        relay = relays.running(drone)
        if relay is None:
            raise NotFound(f"nobody looks at the picture of {drone[:40]}; ask for its playlist")
        return relay


def _url(acts: Asks, drone: str) -> str | None:
    streams = view_of(c.VideoStreams, acts.ask(c.ListVideo())).streams
    for stream in streams:
        if stream.drone == drone:
            return stream.url
    raise Refused("not_found", f"there is no drone {drone[:40]}")


def _bytes(data: bytes | None) -> flask.Response:
    if data is None:
        raise NotFound("it is not there any more, or not yet")
    return flask.Response(data, mimetype=_MP4)
