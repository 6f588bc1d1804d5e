"""The built web app, and the headers that keep a browser safe."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

STATIC = Path(__file__).parent / "static"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_HTTPS_ONLY = "max-age=31536000"  # a year; told only where a proxy gives TLS
_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>dockfleet</title>
<p>控制台页面尚未构建。请在项目目录运行 <code>make run</code>。</p>
<p lang="en">The console's pages have not been built. Run <code>make run</code> in the project.</p>
"""


class _PagePath(PathConverter):
    """Any path but the API's, which answers for its own paths, those it does not have too."""

    regex = r"(?!api/)[^/].*?"


def policy(tiles_from: str | None = None) -> str:
    """What a page may load: its own, and a map's tiles from ``tiles_from``, an origin."""
    tiles = f" {tiles_from}" if tiles_from else ""
    # MapLibre runs its workers from blobs and draws icons from data; Ant Design writes style
    # elements.
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "worker-src 'self' blob:",
            "child-src blob:",
            f"img-src 'self' data: blob:{tiles}",
            "media-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            f"connect-src 'self' data: blob:{tiles}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def register(app: flask.Flask, static: Path = STATIC, tiles_from: str | None = None) -> None:
    """Serves the pages: files by name, and the app itself for its own routes."""

    headers = {"Content-Security-Policy": policy(tiles_from), **_HEADERS}
    app.url_map.converters["page"] = _PagePath

    @app.route("/")
    @app.route("/<page:name>")
    def page(name: str = "") -> flask.Response:
        if name and (static / name).is_file():
            return _file(static, name)
        if name.startswith(("socket.io", "assets/")):
            raise NotFound(f"there is nothing at /{name[:200]}")
        if not (static / "index.html").is_file():
            return flask.Response(_NOT_BUILT, 503, mimetype="text/html")
        return _file(static, "index.html")

    @app.after_request
    def protect(response: flask.Response) -> flask.Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if flask.request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if flask.request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
        return response


def _file(static: Path, name: str) -> flask.Response:
    """The file, or its compressed twin beside it where the browser takes that."""
    twin = f"{name}.gz"
    compressed = (static / twin).is_file() and bool(flask.request.accept_encodings["gzip"])
    response = flask.send_from_directory(static, twin if compressed else name)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
        response.mimetype = mimetypes.guess_type(name)[0] or "text/plain"
    response.vary.add("Accept-Encoding")
    # Vite puts a hash in the name of what lies in assets/, so those never change.
    lasting = name.startswith("assets/")
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if lasting else "no-cache"
    )
    return response
