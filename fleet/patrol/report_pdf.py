"""A patrol report as a PDF. Chinese is set in the font that Adobe's readers, and those that follow
them, have for it (STSong-Light): no font is shipped with us nor put into the file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from itertools import chain
from typing import Final

from reportlab.graphics.shapes import Circle, Drawing, Polygon, PolyLine
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Rows

from fleet.patrol.report_map import COLOURS, Mark, Sheet
from fleet.patrol.report_tables import Table, Tables

CHINESE: Final = "STSong-Light"
MARGIN_PT: Final = 42.0
WIDTH_PT: Final = A4[0] - 2 * MARGIN_PT - 12  # a frame pads its text by 6 on each side
_BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u2013]+")
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=8, leading=10.5, wordWrap="CJK")
_TITLE = ParagraphStyle("title", _TEXT, fontSize=16, leading=20)
_HEAD = ParagraphStyle("head", _TEXT, fontSize=11, leading=14, spaceBefore=12, spaceAfter=4)
_FAINT = ParagraphStyle("faint", _TEXT, textColor=HexColor("#4c5b6a"), spaceBefore=2)
_LINES = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d3dce5")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)
# widths of the columns, as shares
_FINDINGS = (0.1, 0.2, 0.25, 0.45)
_UNSEEN = (0.14, 0.26, 0.6)
_FLIGHTS = (0.09, 0.09, 0.1, 0.1, 0.1, 0.17, 0.35)
_TASKS = (0.1, 0.27, 0.09, 0.18, 0.13, 0.11, 0.12)


def document_of(tables: Tables, sheet: Sheet) -> bytes:
    """All of it; the map is as wide as the page's text."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    words = tables.words
    figures = " &nbsp;&nbsp; ".join(
        f"{_set(label)} <b>{value}</b>" for label, value in tables.figures()
    )
    story: list[Flowable] = [
        Paragraph(_set(tables.title()), _TITLE),
        Paragraph(_set(tables.made()), _FAINT),
        Spacer(1, 8),
        Paragraph(figures, _TEXT),
        Paragraph(_set(words["map"]), _HEAD),
        _drawn(sheet),
        Paragraph(_key(tables), _TEXT),
        Paragraph(_set(words["note"]), _FAINT),
    ]
    for name, rows, shares in (
        ("findings", tables.findings(), _FINDINGS),
        ("unseen", tables.unseen(), _UNSEEN),
        ("flights", tables.flights(), _FLIGHTS),
        ("tasks", tables.tasks(), _TASKS),
    ):
        story += [Paragraph(_set(words[name]), _HEAD), _rows(rows, shares, words["none"])]
    kept = io.BytesIO()
    SimpleDocTemplate(
        kept,
        pagesize=A4,
        title=tables.title(),
        leftMargin=MARGIN_PT,
        rightMargin=MARGIN_PT,
        topMargin=MARGIN_PT,
        bottomMargin=MARGIN_PT,
    ).build(story)
    return kept.getvalue()


def _set(text: str) -> str:
    """Marked up: what Helvetica does not have in the Chinese font."""
    return _BEYOND_LATIN.sub(
        lambda found: f'<font name="{CHINESE}">{found[0]}</font>', escape(text, quote=False)
    )


def _rows(rows: Table, shares: Sequence[float], none: str) -> Flowable:
    if len(rows) == 1:
        return Paragraph(_set(none), _FAINT)
    heads, *told = rows
    cells = [
        [Paragraph(_set(cell), _FAINT) for cell in heads],
        *([Paragraph(_set(cell), _TEXT) for cell in row] for row in told),
    ]
    table = Rows(cells, colWidths=[share * WIDTH_PT for share in shares], repeatRows=1)
    table.setStyle(_LINES)
    return table


def _key(tables: Tables) -> str:
    words = {**tables.words, "unseen": tables.words["key_unseen"]}
    signs = (
        f'<font color="{colour}" size="11">&bull;</font> {_set(words[style])}'
        for style, colour in COLOURS.items()
        if style in words
    )
    return " &nbsp;&nbsp; ".join(signs)


def _drawn(sheet: Sheet) -> Drawing:
    scale = WIDTH_PT / sheet.width
    drawing = Drawing(WIDTH_PT, sheet.height * scale)
    for mark in sheet.marks:
        drawing.add(_mark(mark, scale, sheet.height * scale))
    return drawing


def _mark(mark: Mark, scale: float, height: float) -> Circle | Polygon | PolyLine:
    """Upwards is positive on this paper."""
    colour = HexColor(COLOURS[mark.style])
    points = [(x * scale, height - y * scale) for x, y in mark.points]
    if mark.form == "dot":
        radius = 4 if mark.style == "finding" else 1.8
        return Circle(*points[0], radius, fillColor=colour, strokeColor=None)
    flat = list(chain.from_iterable(points))
    if mark.style == "footprint":
        return Polygon(flat, fillColor=colour, fillOpacity=0.55, strokeColor=None)
    width = 0.5 if mark.style in ("district", "way") else 1.2
    if mark.form == "line":
        return PolyLine(flat, strokeColor=colour, strokeWidth=width)
    return Polygon(flat, fillColor=None, strokeColor=colour, strokeWidth=width)
