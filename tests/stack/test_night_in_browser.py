"""A duty officer's whole night in a browser, in both languages, against the running system."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pymavlink import mavutil

from tests.stack.browser import (
    CHROMIUM,
    assert_accessible,
    browsing,
    by,
    misplaced,
    shoot,
    sign_in,
)
from tests.stack.officer import on_duty
from tests.stack.running import RunningStack, dockfleet

FLIGHT_MS = 150_000
SCREENS = "123456789"

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.timeout(600),  # a whole night
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: nobody was on duty"),
]


@dataclass(frozen=True)
class Night:
    """Words of a language, and a place far from that of the other's night."""

    language: str
    at: tuple[float, float]
    note: str
    look_again: str
    closed: str
    no_patrols: str


NIGHTS = [
    Night("zh", (114.2300, 22.7000), "树已移走", "再查一次", "已结束", "该日没有巡查计划"),
    Night(
        *("en", (114.1200, 22.7030), "the tree is gone", "Look again", "Closed"),
        "No patrol was planned that day",
    ),
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    running = RunningStack("--speedup", "5", state_dir=tmp_path_factory.mktemp("night"))
    yield running
    running.end()


@pytest.fixture
def page(watched: RunningStack) -> Iterator[Page]:
    yield from browsing(watched)


def alarm(stack: RunningStack, at: tuple[float, float]) -> dict[str, Any]:
    """Another system reports, by REST and with a token of its own."""
    made = dockfleet(
        *("user", "token", stack.ready["first_sign_in"]["name"], "--label", "hotline", "--json"),
        *("--people", f"sqlite:///{stack.state_dir}/longgang/people.db"),
    )
    assert made.returncode == 0, made.stderr
    body = {"lon": at[0], "lat": at[1], "kind": "typhoon_damage", "note": "110"}
    request = urllib.request.Request(
        f"{stack.console}/api/v1/incidents",
        json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {json.loads(made.stdout)['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"hotline-{at[0]}",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def jam(stack: RunningStack, dock: str) -> None:
    async def break_dock() -> None:
        async with on_duty(stack.broker) as officer:
            await officer.break_dock(dock, "cover_stuck")

    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        aside.submit(asyncio.run, break_dock()).result()


def seconds(clock: str) -> int:
    minutes, rest = clock.split(":")
    return 60 * int(minutes) + int(rest)


def elapsed_s(page: Page, incident: dict[str, Any]) -> float:
    """Since the report, by the console's clock as REST tells it."""
    return float(
        page.evaluate(
            "async (since) => (Date.parse((await (await fetch('/api/v1/status')).json())"
            ".clock.now) - Date.parse(since)) / 1000",
            incident["reported_at"],
        )
    )


@pytest.mark.parametrize(
    "night",
    [NIGHTS[0], pytest.param(NIGHTS[1], marks=pytest.mark.long)],
    ids=lambda night: night.language,
)
def test_a_whole_night_of_an_officer(page: Page, watched: RunningStack, night: Night) -> None:
    def picture(name: str) -> None:
        shoot(page, f"night-{night.language}-{name}")

    sign_in(page, watched)
    if night.language == "en":
        by(page, "lang-switch").click()
    expect(by(page, "status-docks")).to_have_text("25/25")

    # an alarm arrives, and is checked
    incident = alarm(watched, night.at)
    by(page, f"incident-row-{incident['id']}").click()
    detail = by(page, "incident-detail")
    expect(detail).to_have_attribute("data-incident", incident["id"])
    expect(detail).to_contain_text("5:00")
    before_s = elapsed_s(page, incident)
    shown_s = seconds(by(page, "clock").inner_text())
    assert before_s - 3 <= shown_s <= elapsed_s(page, incident) + 3
    expect(by(page, "clock")).to_have_attribute("data-running", "true")
    expect(by(page, "dispatch-button")).to_be_enabled()
    picture("1-alarm")
    assert_accessible(page)

    # the response plan is worked through, by keys
    page.keyboard.press("i")
    expect(page.locator(".checklist input").first).to_be_focused()
    page.keyboard.press("Space")
    expect(by(page, "plan-progress")).to_contain_text("1")

    # a drone is sent, and its dock jams: the next one goes
    first = by(page, "dispatch-button").get_attribute("data-dock")
    assert first is not None
    jam(watched, first)
    page.keyboard.press("d")
    expect(by(page, "confirm-button")).to_be_focused()
    picture("2-confirm")
    page.keyboard.press("Enter")
    states = by(page, "sortie-state")
    expect(states).to_have_count(2, timeout=FLIGHT_MS)
    expect(states.last).to_have_attribute("data-state", "aborted")
    expect(states.first).to_have_attribute("data-state", "en_route", timeout=FLIGHT_MS)
    picture("3-second-drone")
    assert_accessible(page)

    # its instruments tell of the flight; control is handed over, and taken back
    page.locator("[data-testid^='sortie-']").get_by_role("button").first.click()
    expect(by(page, "figure-relHeight")).to_have_text(re.compile(r"^\d{2,3}\.\d m$"))
    expect(by(page, "figure-speed")).to_have_text(re.compile(r"^([2-9]|\d{2})\.\d m/s$"))
    expect(states.first).to_have_attribute("data-state", "on_scene", timeout=FLIGHT_MS)
    expect(by(page, "clock")).to_have_attribute("data-running", "false")
    by(page, "lease-lend").click()
    found = by(page, "lease-address")
    expect(found).to_contain_text("tcp:127.0.0.1:")
    address = re.search(r"tcp:127\.0\.0\.1:\d+", found.inner_text())
    assert address is not None
    station = mavutil.mavlink_connection(address[0], autoreconnect=False)
    assert station.recv_match(type="STATUSTEXT", blocking=True, timeout=60) is not None
    page.get_by_role("button", name=night.look_again).click()
    by(page, "lease-label").fill("QGC 2")
    by(page, "lease-grant").click()
    expect(by(page, "lease-holder")).to_contain_text("QGC 2", timeout=60_000)
    expect(states.first).to_have_attribute("data-state", "lent")
    picture("4-lent")
    assert_accessible(page)
    by(page, "lease-take-back").click()
    expect(by(page, "lease-lend")).to_be_visible(timeout=60_000)
    station.close()
    expect(states.first).to_have_attribute("data-state", re.compile("returning|landing|docked"))
    page.keyboard.press("Escape")
    expect(states.first).to_have_attribute("data-state", "docked", timeout=FLIGHT_MS)

    # the incident is closed with a note
    page.keyboard.press("c")
    expect(by(page, "close-note")).to_be_focused()
    page.keyboard.type(night.note)
    page.keyboard.press("Enter")
    expect(by(page, f"incident-row-{incident['id']}")).to_be_hidden()

    # reviewed, run through again, reported
    page.keyboard.press("2")
    row = by(page, f"archive-row-{incident['id']}")
    expect(row).to_contain_text(night.closed)
    row.click()
    expect(by(page, "review-page")).to_contain_text(night.note)
    picture("5-review")
    assert_accessible(page)
    page.keyboard.press("6")
    by(page, f"replay-row-{incident['id']}").click()
    expect(by(page, "replay-map")).to_have_attribute("data-loaded", "true")
    by(page, "replay-play").click()
    expect(by(page, "replay-clock")).not_to_have_text("+0:00")
    picture("6-replay")
    assert_accessible(page)
    page.keyboard.press("7")
    with page.expect_download() as download:
        by(page, "report-csv").click()
    assert incident["id"] in download.value.path().read_text(encoding="utf-8-sig")
    expect(by(page, "report-html")).to_have_attribute("title", night.no_patrols)
    expect(by(page, "report-html")).to_have_attribute("aria-disabled", "true")

    # and every screen is there
    for key in SCREENS:
        page.keyboard.press(key)
        expect(page.locator(".rail-here")).to_have_attribute("title", re.compile(rf"\({key}\)$"))
        expect(page.locator(".ant-spin-spinning")).to_have_count(0)
        picture(f"screen-{key}")
        assert_accessible(page)


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)], ids=lambda size: f"{size[0]}")
def test_nothing_overlaps_or_is_cut_off(
    page: Page, watched: RunningStack, size: tuple[int, int]
) -> None:
    sign_in(page, watched)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    expect(by(page, "status-docks")).to_have_text("25/25")
    faults = {}
    for language in ("zh", "en"):
        for key in SCREENS:
            page.keyboard.press(key)
            expect(page.locator(".ant-spin-spinning")).to_have_count(0)
            shoot(page, f"{size[0]}-{language}-{key}")
            faults[f"{language} {key}"] = misplaced(page)
        by(page, "lang-switch").click()
    assert {where: found for where, found in faults.items() if found} == {}


def test_a_click_on_the_map_places_a_report(page: Page, watched: RunningStack) -> None:
    sign_in(page, watched)
    expect(by(page, "map")).to_have_attribute("data-loaded", "true")
    page.keyboard.press("n")
    expect(by(page, "report-panel")).to_be_visible()
    map_ = by(page, "map").bounding_box()
    assert map_ is not None
    middle = map_["x"] + map_["width"] / 2, map_["y"] + map_["height"] / 2
    page.mouse.click(*middle)
    expect(by(page, "lon")).to_have_value(re.compile(r"^114\.\d{6}$"))
    west = float(by(page, "lon").input_value())
    page.mouse.click(middle[0] + 40, middle[1])
    expect(by(page, "lon")).not_to_have_value(f"{west:.6f}")
    assert float(by(page, "lon").input_value()) > west  # east is right
    expect(by(page, "lat")).to_have_value(re.compile(r"^22\.\d{6}$"))
    page.keyboard.press("Escape")
    expect(by(page, "report-panel")).to_be_hidden()
