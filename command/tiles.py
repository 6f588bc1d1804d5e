"""REST for the map that the district sets under the console's own layers."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel

from command.answers import json_of
from command.problems import responses
from command.settings import TileSettings


class TilesView(BaseModel):
    """Null where the district has set none."""

    tiles: TileSettings | None


def add_tiles(api: APIBlueprint, tiles: TileSettings | None) -> None:
    """Adds the route to the API."""

    @api.get("/tiles", responses={200: TilesView, **responses(401, 403)})
    def tiles_view() -> flask.Response:
        """The map under the console's own layers, if the district has set one"""
        return json_of(TilesView(tiles=tiles))
