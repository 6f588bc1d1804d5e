"""A patrol report as tables of texts, for page and document alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from fleet import contract as c
from fleet.contract.patrol_report import Language
from fleet.district.model import IncidentKind
from fleet.patrol.report_words import WORDS, said, standing

Table = list[list[str]]  # the first row is the head


class Tables:
    """Times are local, to the minute."""

    def __init__(
        self, report: c.PatrolReport, kinds: Iterable[IncidentKind], language: Language
    ) -> None:
        self.report, self.language, self.words = report, language, WORDS[language]
        self._kinds = {kind.id: kind.name for kind in kinds}
        self._zone = ZoneInfo(report.timezone)

    def figures(self) -> list[tuple[str, str]]:
        report, words = self.report, self.words
        flown = sum(each.flight.sortie is not None for each in report.flights)
        return [
            (words["looks"], f"{report.seen}/{report.visits}"),
            (words["flights"], f"{flown}/{len(report.flights)}"),
            (words["tasks"], str(len(report.tasks))),
            (words["photos"], str(sum(task.photos for task in report.tasks))),
            (words["findings"], str(len(report.findings))),
        ]

    def flights(self) -> Table:
        rows = [
            [
                each.flight.id,
                each.flight.drone,
                self.clock(each.took_off_at),
                self.clock(each.ended_at),
                f"{len(each.flight.seen)}/{len(each.flight.visits)}",
                standing(each.flight, self.language),
                "" if each.flight.outcome == "seen" else said(each.flight.reason, self.language),
            ]
            for each in self.report.flights
        ]
        heads = ("flight", "drone", "took_off", "ended", "looks", "outcome", "why")
        return [self._heads(*heads), *rows]

    def unseen(self) -> Table:
        """Visits that were not made, with the reasons."""
        rows = [
            [look.visit, self.name(task.name), said(look.why_not, self.language)]
            for task in self.report.tasks
            for look in task.looks
            if look.seen_at is None
        ]
        return [self._heads("task", "name", "why"), *rows]

    def tasks(self) -> Table:
        rows = [
            [
                task.task,
                self.name(task.name),
                f"{sum(look.seen_at is not None for look in task.looks)}/{len(task.looks)}",
                ", ".join(self.clock(look.seen_at) for look in task.looks if look.seen_at) or "–",
                ", ".join(sorted({look.drone for look in task.looks if look.drone})) or "–",
                "–" if task.seen_share is None else f"{100 * task.seen_share:.1f} %",
                str(task.photos),
            ]
            for task in self.report.tasks
        ]
        heads = ("task", "name", "looks", "seen_at", "drone", "share", "photos")
        return [self._heads(*heads), *rows]

    def findings(self) -> Table:
        rows = [
            [
                self.clock(each.reported_at),
                self._kind(each.kind),
                f"{each.lon:.5f}, {each.lat:.5f}",
                each.note,
            ]
            for each in self.report.findings
        ]
        return [self._heads("at", "kind", "place", "text"), *rows]

    def title(self) -> str:
        of = f" · {self.report.of}" if self.report.of else ""
        return f"{self.name(self.report.name)} {self.words['title']} · {self.report.day}{of}"

    def made(self) -> str:
        return f"{self.words['made']} {self.report.made_at.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def clock(self, at: datetime | None) -> str:
        return "–" if at is None else f"{at.astimezone(self._zone):%H:%M}"

    def name(self, view: c.NameView) -> str:
        return view.zh if self.language == "zh" else view.en

    def _kind(self, kind: str) -> str:
        known = self._kinds.get(kind)
        return kind if known is None else known.zh if self.language == "zh" else known.en

    def _heads(self, *names: str) -> list[str]:
        return [self.words[name] for name in names]
