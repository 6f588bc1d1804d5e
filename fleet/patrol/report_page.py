"""A patrol report as one HTML page that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fleet.patrol.report_map import COLOURS, Sheet
from fleet.patrol.report_tables import Tables

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page_of(tables: Tables, sheet: Sheet) -> str:
    """All of it, with the map as SVG."""
    sections = [
        ("findings", tables.findings()),
        ("unseen", tables.unseen()),
        ("flights", tables.flights()),
        ("tasks", tables.tasks()),
    ]
    return _PAGES.get_template("report.html.j2").render(
        tables=tables, words=tables.words, sections=sections, sheet=sheet, colours=COLOURS
    )
