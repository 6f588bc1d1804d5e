"""Reports of patrols, as they are asked for."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from fleet import contract as c
from fleet.clock import Clock
from fleet.district.model import District
from fleet.log.journal import Journal
from fleet.log.state import FleetState
from fleet.patrol.book import PatrolBook
from fleet.patrol.report import patrol_report

MAP_WIDTH: Final = 1000.0
_MEDIA: Final = {"html": "text/html", "pdf": "application/pdf"}


class PatrolReports:
    """``beside`` does a work beside the event loop."""

    def __init__(
        self,
        district: District,
        journal: Journal,
        clock: Clock,
        beside: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        self._district, self._journal, self._clock = district, journal, clock
        self._beside = beside

    async def report(self, ask: c.GetPatrolReport | c.PrintPatrolReport) -> c.PatrolReport:
        """
        Raises:
            Refused: if nothing of that name was planned then.
        """
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(self._district.timezone)).date()
        state = _as_it_is(self._journal.state)
        report: c.PatrolReport = await self._beside(
            patrol_report, state, self._district, now, ask.day or today, ask.of
        )
        return report

    async def printed(self, ask: c.PrintPatrolReport) -> c.ReportFile:
        """As a file; raises Refused like ``report``."""
        report = await self.report(ask)
        body = await self._beside(_print, report, self._district, ask)
        return c.ReportFile(
            name=f"patrols-{report.day}.{ask.form}",
            media_type=_MEDIA[ask.form],
            body=base64.b64encode(body).decode(),
        )


def _as_it_is(state: FleetState) -> FleetState:
    """What a report is made of, for reading while the fold goes on."""
    plans = {
        id_: replace(
            each,
            sent=dict(each.sent),
            seen=dict(each.seen),
            missed=dict(each.missed),
            handed_on=dict(each.handed_on),
            given_up=dict(each.given_up),
            waits=dict(each.waits),
        )
        for id_, each in state.patrols.plans.items()
    }
    return FleetState(
        incidents=dict(state.incidents),
        sorties=dict(state.sorties),
        plans=dict(state.plans),
        patrols=PatrolBook(plans=plans),
    )


def _print(report: c.PatrolReport, district: District, ask: c.PrintPatrolReport) -> bytes:
    # what sets pages and documents is loaded when first asked for
    from fleet.patrol.report_map import sheet_of
    from fleet.patrol.report_page import page_of
    from fleet.patrol.report_pdf import document_of
    from fleet.patrol.report_tables import Tables

    outlines = (polygon[0] for each in district.subdistricts for polygon in each.polygons)
    sheet = sheet_of(report, outlines, MAP_WIDTH)
    tables = Tables(report, district.kinds, ask.language)
    if ask.form == "pdf":
        return document_of(tables, sheet)
    return page_of(tables, sheet).encode()
