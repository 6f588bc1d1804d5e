"""The web app's files, through Flask itself."""

from __future__ import annotations

import gzip
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from command import pages, problems
from command.settings import TileSettings


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "index.html").write_text("<title>console</title>")
    (folder / "assets" / "app-1f.js").write_text("plain()")
    (folder / "assets" / "app-1f.js.gz").write_bytes(gzip.compress(b"plain()"))
    return folder


def browser(static: Path) -> FlaskClient:
    app = flask.Flask(__name__, static_folder=None)
    problems.register(app)
    pages.register(app, static)
    return app.test_client()


@pytest.mark.parametrize("path", ["/", "/incidents/01ABC", "/replay"])
def test_the_apps_own_routes_get_the_app(static: Path, path: str) -> None:
    response = browser(static).get(path)
    assert response.status_code == 200
    assert "console" in response.text
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_hashed_file_is_kept_by_the_browser_and_sent_compressed(static: Path) -> None:
    response = browser(static).get("/assets/app-1f.js", headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "javascript" in response.headers["Content-Type"]
    assert "immutable" in response.headers["Cache-Control"]
    assert gzip.decompress(response.data) == b"plain()"


def test_a_browser_that_takes_no_gzip_gets_the_file_itself(static: Path) -> None:
    response = browser(static).get("/assets/app-1f.js")
    assert "Content-Encoding" not in response.headers
    assert response.text == "plain()"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/assets/gone.js", "/socket.io/x"])
def test_what_is_not_the_apps_is_not_found(static: Path, path: str) -> None:
    response = browser(static).get(path)
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/assets/../../secret", "/..//secret"]
)
def test_nothing_outside_the_folder_is_served(static: Path, path: str) -> None:
    assert browser(static).get(path).text != "secret"


def test_an_app_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    response = browser(tmp_path).get("/")
    assert response.status_code == 503
    assert "make run" in response.text


def policy_of(static: Path, tiles_from: str | None) -> dict[str, list[str]]:
    app = flask.Flask(__name__, static_folder=None)
    problems.register(app)
    pages.register(app, static, tiles_from)
    told = app.test_client().get("/").headers["Content-Security-Policy"]
    directives = [directive.split() for directive in told.split("; ")]
    return {name: sources for name, *sources in directives}


def test_a_page_loads_a_maps_tiles_from_the_one_origin_that_was_set(static: Path) -> None:
    tiles = TileSettings(url="https://maps.example.org:8443/t/{z}/{x}/{y}.png")
    without, with_tiles = policy_of(static, None), policy_of(static, tiles.origin)
    added = {
        name: set(with_tiles[name]) - set(without[name])
        for name in without
        if with_tiles[name] != without[name]
    }
    origin = {"https://maps.example.org:8443"}
    assert added == {"img-src": origin, "connect-src": origin}


@pytest.mark.parametrize(
    "url",
    [
        "https://maps.example.org/longgang.pmtiles",
        "https://maps.example.org/{z}/{x}/{y}.png?key=1",
        "http://127.0.0.1:8090/{z}/{x}/{y}.webp",
    ],
)
def test_a_map_is_set_by_the_url_of_its_tiles_or_of_its_file(url: str) -> None:
    assert TileSettings(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://maps.example.org/{z}/{x}/{y}.png",
        "https://maps.example.org/{z}/{x}.png",
        "https://maps.example.org/map.png",
        "https://{z}.example.org/{x}/{y}.png",
        "https://*.example.org/{z}/{x}/{y}.png",
        "https://maps.example.org' *;/{z}/{x}/{y}.png",
        "data:image/png;base64,{z}{x}{y}",
    ],
)
def test_a_map_from_no_whole_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        TileSettings(url=url)
