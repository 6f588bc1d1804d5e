"""What Prometheus reads at `/metrics`: the fleet as the console knows it, and how it is used.

Figures only: no place, no name, no note. So nobody needs to sign in for them.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager

import flask
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from command.emitter import Emitter, Opening
from fleet.contract import IncidentState, SortieState

MEDIA_TYPE = "text/plain"
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """One registry for one console, so that several may live in one process."""

    def __init__(self, emitter: Emitter) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(_Fleet(emitter))
        self._requests = Counter(
            "dockfleet_http_requests",
            "Answers of REST and pages, by route.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dockfleet_http_request_seconds",
            "How long the answers took.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )

    def text(self) -> str:
        return generate_latest(self._registry).decode()

    def timed(self, method: str, route: str) -> AbstractContextManager[object]:
        """Measures what is done inside."""
        return self._seconds.labels(method, route).time()

    def answered(self, method: str, route: str, status: int) -> None:
        self._requests.labels(method, route, str(status)).inc()


class _Fleet(Collector):
    """Asks the picture anew for every scrape."""

    def __init__(self, emitter: Emitter) -> None:
        self._emitter = emitter

    def collect(self) -> Iterator[Metric]:
        now = self._emitter.opening()
        yield _gauge("controller_up", "1 while the controller is heard.", float(now.online))
        yield _gauge("consoles", "Consoles that follow.", float(self._emitter.consoles()))
        yield from _of_status(now)
        yield from _of_snapshot(now)


def _of_status(now: Opening) -> Iterator[Metric]:
    status = now.status
    if status is None:
        return
    yield _gauge("serving", "1 while the controller serves.", float(status.serving))
    yield _gauge("speedup", "Simulated seconds in one of the clock.", status.speedup)
    yield _gauge("docks", "Docks of the district.", status.docks)
    yield _gauge("docks_online", "Docks that are heard.", status.docks_online)
    yield _gauge("drones", "Drones of the district.", status.drones)
    yield _gauge("drones_connected", "Drones that are heard.", status.drones_connected)
    yield _gauge("drones_ready", "Drones that may take off.", status.drones_ready)


def _of_snapshot(now: Opening) -> Iterator[Metric]:
    snapshot = now.snapshot
    if snapshot is None:
        return
    yield _gauge("log_seq", "Number of the newest event of the log.", snapshot.seq)
    incidents = (view.state for view in snapshot.incidents)
    yield _by_state("incidents", "Incidents kept here.", incidents, IncidentState)
    sorties = (view.state for view in snapshot.sorties)
    yield _by_state("sorties", "Sorties kept here.", sorties, SortieState)
    battery = GaugeMetricFamily(
        "dockfleet_battery_percent", "Charge of each drone.", labels=("drone",)
    )
    for drone in snapshot.telemetry.drones:
        if drone.battery_pct is not None:
            battery.add_metric((drone.drone,), drone.battery_pct)
    yield battery


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dockfleet_{name}", about, value)


def _by_state(
    name: str,
    about: str,
    states: Iterable[str],
    known: type[IncidentState] | type[SortieState],
) -> Metric:
    """Every state that there is, also those in which nothing is now."""
    counted = Tally(states)
    family = GaugeMetricFamily(f"dockfleet_{name}", about, labels=("state",))
    for state in known:
        family.add_metric((state.value,), counted[state])
    return family


def route_of(request: flask.Request) -> str:
    """The route's own pattern: an address as it was asked for would make a series of its own."""
    return request.url_rule.rule if request.url_rule is not None else "none"
