"""The addresses of live pictures: a playlist a drone, and what it names."""

from __future__ import annotations

import flask
from werkzeug.exceptions import NotFound

from command.acts import Refused
from command.answers import view_of
from command.people.signed import Asks
from command.video.relay import Relay, Relays
from fleet import contract as c
from fleet.process import Refusal

BEGINS_WITHIN_S = 8.0
GROWS_WITHIN_S = 3.0
MOST_DIGITS = 15  # of a number of a segment
_PLAYLIST, _MP4 = "application/vnd.apple.mpegurl", "video/mp4"


def register(app: flask.Flask, acts: Asks, relays: Relays) -> None:
    """Adds the routes. They are no part of the OpenAPI document: HLS describes itself."""

    @app.route("/api/v1/drones/<drone>/video/live.m3u8")
    def playlist(drone: str) -> flask.Response:
        number, part = _figure("_HLS_msn"), _figure("_HLS_part")
        try:
            relay = relays.of(drone, lambda: _url(acts, drone))
        except Refusal as refusal:
            raise Refused("unavailable", str(refusal)) from None
        within_s = BEGINS_WITHIN_S if number is None else GROWS_WITHIN_S
        text = relay.playlist(number, part, within_s)
        if text is None:
            raise Refused("unavailable", f"no picture comes from {drone}")
        return flask.Response(text, mimetype=_PLAYLIST)

    @app.route("/api/v1/drones/<drone>/video/init.mp4")
    def beginning(drone: str) -> flask.Response:
        return _bytes(_running(drone).beginning)

    @app.route("/api/v1/drones/<drone>/video/segment-<int:number>.m4s")
    def segment(drone: str, number: int) -> flask.Response:
        return _bytes(_running(drone).segment(number))

    @app.route("/api/v1/drones/<drone>/video/part-<int:number>-<int:part>.m4s")
    def part(drone: str, number: int, part: int) -> flask.Response:
        return _bytes(_running(drone).part(number, part, GROWS_WITHIN_S))

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


def _figure(name: str) -> int | None:
    text = flask.request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
