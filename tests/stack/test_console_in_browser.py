"""The duty officer's main job in a browser, against the whole running system."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pymavlink import mavutil

from tests.stack.browser import CHROMIUM, assert_accessible, browsing, by, shoot, sign_in
from tests.stack.running import RunningStack

FLIGHT_MS = 150_000  # a flight of some minutes, at speed-up
INSIDE = "114.1180", "22.6020"  # Shenzhen East Railway Station

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the console was not looked at"),
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own, slower: drawing maps without a graphics card takes a core."""
    running = RunningStack("--speedup", "3", state_dir=tmp_path_factory.mktemp("watched"))
    yield running
    running.end()


@pytest.fixture
def page(watched: RunningStack) -> Iterator[Page]:
    yield from browsing(watched)


def type_kind(page: Page, name: str) -> None:
    """With the list open: types the name, and takes the first that is left."""
    page.keyboard.type(name)
    expect(page.get_by_test_id(re.compile("^kind-(?!select)")).first).to_have_text(name)
    page.keyboard.press("Enter")
    expect(by(page, "kind-select")).to_contain_text(name)


def test_an_officer_reports_dispatches_watches_and_brings_the_drone_home(page, watched):
    expect(by(page, "sign-in")).to_be_visible(timeout=20_000)
    shoot(page, "0-door")
    sign_in(page, watched)
    shoot(page, "1-situation")

    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    page.keyboard.press("n")
    expect(by(page, "report-panel")).to_be_visible()
    by(page, "kind-select").click()
    type_kind(page, "台风灾损")
    by(page, "lon").fill("114.2300")
    by(page, "lat").fill("22.7000")
    shoot(page, "2-report")
    by(page, "submit-report").click()

    expect(by(page, "ranking")).to_be_visible()
    shoot(page, "3-ranked-docks")
    by(page, "why-button").click()
    expect(by(page, "why-panel")).to_contain_text("最快")
    expect(by(page, "why-turns").locator("li").first).to_contain_text("起飞准备再慢")
    shoot(page, "3-why")
    by(page, "why-button").click()
    expect(by(page, "why-panel")).to_be_hidden()
    expect(by(page, "dispatch-button")).to_be_enabled()
    by(page, "dispatch-button").click()
    if by(page, "confirm-button").is_visible():
        by(page, "confirm-button").click()

    expect(by(page, "sortie-state")).to_have_attribute(
        "data-state", re.compile("en_route"), timeout=FLIGHT_MS
    )
    shoot(page, "4-en-route")
    expect(by(page, "sortie-state")).to_have_attribute("data-state", "on_scene", timeout=FLIGHT_MS)
    shoot(page, "5-on-scene")

    by(page, "recall-button").click()
    if by(page, "confirm-button").is_visible():
        by(page, "confirm-button").click()
    expect(by(page, "sortie-state")).to_have_attribute("data-state", "docked", timeout=FLIGHT_MS)
    shoot(page, "6-docked")

    by(page, "close-button").click()
    if by(page, "confirm-button").is_visible():
        by(page, "confirm-button").click()
    shoot(page, "7-closed")

    by(page, "lang-switch").click()
    expect(by(page, "report-button")).to_contain_text("Report")
    shoot(page, "8-english")


def report(page: Page, lon: str, lat: str, kind: str = "火灾") -> str:
    """Goes out by rule; the incident."""
    page.keyboard.press("n")
    by(page, "kind-select").click()
    type_kind(page, kind)
    by(page, "lon").fill(lon)
    by(page, "lat").fill(lat)
    by(page, "submit-report").click()
    detail = by(page, "incident-detail")
    expect(detail).to_contain_text(f"{float(lon):.5f}, {float(lat):.5f}")
    return str(detail.get_attribute("data-incident"))


def test_an_incident_in_a_no_fly_volume_tells_from_where_it_is_seen(page, watched):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    report(page, *INSIDE, kind="台风灾损")
    expect(by(page, "vantage")).to_have_text(
        re.compile(r"改从 \d+ 米外的 114\.\d{5}, 22\.\d{5} 观察")
    )
    assert_accessible(page)
    shoot(page, "19-vantage")


def test_why_tells_which_incidents_were_decided_together_and_who_goes_to_each(page, watched):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    slight = report(page, "114.1900", "22.6650", kind="交通事故")
    expect(by(page, "sortie-state")).to_be_visible()
    grave = report(page, "114.1900", "22.6655", kind="地震")
    by(page, "why-button").click()
    expect(by(page, f"together-{slight}")).to_contain_text("交通事故")
    expect(by(page, f"together-{slight}")).to_contain_text("代替")
    expect(by(page, f"together-{grave}")).to_contain_text("前往")
    expect(by(page, "together")).to_contain_text("按级别加权的到场秒数合计")
    assert_accessible(page)
    shoot(page, "20-together")


def test_an_administrator_adds_an_officer_and_reads_what_was_done(page, watched):
    sign_in(page, watched)
    page.keyboard.press("8")
    by(page, "new-person-name").fill("chen")
    by(page, "add-person").click()
    expect(by(page, "one-time-password")).to_be_visible()
    shoot(page, "10-people")
    one_time = by(page, "one-time-password").inner_text()
    page.keyboard.press("9")
    expect(page.get_by_text("审计链完整")).to_be_visible()
    expect(page.get_by_text("添加人员").first).to_be_visible()
    shoot(page, "11-audit")
    by(page, "user-menu").click()
    by(page, "sign-out").click()
    by(page, "sign-in-name").fill("chen")
    by(page, "sign-in-password").fill(one_time.strip())
    by(page, "sign-in").click()
    expect(by(page, "new-password")).to_be_visible()


def test_a_place_outside_the_district_is_refused_in_the_servers_words(page, watched):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    page.keyboard.press("n")
    expect(by(page, "report-panel")).to_be_visible()
    by(page, "lon").fill("116.39")
    by(page, "lat").fill("39.91")
    by(page, "submit-report").click()
    expect(by(page, "report-refusal")).to_be_visible()
    shoot(page, "9-refused")


def test_every_screen_is_reached_by_key_and_passes_axe_in_both_themes(page, watched):
    assert_accessible(page)
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    for theme in ("dark", "light"):
        page.keyboard.press("1")
        assert_accessible(page)
        page.keyboard.press("3")
        expect(by(page, "docks-row-D25")).to_be_visible()
        by(page, "docks-row-D05").click()
        expect(by(page, "dock-detail")).to_contain_text("阵风")
        assert_accessible(page)
        shoot(page, f"12-docks-{theme}")
        page.keyboard.press("2")
        expect(by(page, "figures")).to_be_visible()
        assert_accessible(page)
        shoot(page, f"13-archive-{theme}")
        page.keyboard.press("t")
    page.keyboard.press("?")
    expect(by(page, "keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(by(page, "keys")).to_be_hidden()


def test_an_incident_is_closed_by_keys_alone_and_found_in_the_archive(page, watched):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    page.keyboard.press("n")
    expect(by(page, "kind-select").get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Enter")
    type_kind(page, "台风灾损")
    by(page, "lon").focus()
    page.keyboard.type("114.1000")
    page.keyboard.press("Tab")
    page.keyboard.type("22.6500")
    page.keyboard.press("Enter")
    detail = by(page, "incident-detail")
    expect(detail).to_be_visible()
    incident = detail.get_attribute("data-incident")
    page.keyboard.press("c")
    expect(by(page, "close-note")).to_be_focused()
    page.keyboard.type("树已移走")
    page.keyboard.press("Enter")
    expect(by(page, f"incident-row-{incident}")).to_be_hidden()

    page.keyboard.press("2")
    row = by(page, f"archive-row-{incident}")
    expect(row).to_contain_text("已结束")
    with page.expect_download() as download:
        by(page, "export-csv").click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert incident in table
    row.click()
    expect(by(page, "review-page")).to_contain_text("机场排序")
    expect(by(page, "review-figures")).to_contain_text("5:00")
    expect(by(page, "review-page")).to_contain_text("树已移走")
    assert_accessible(page)
    shoot(page, "14-review")


def test_a_flying_drone_is_held_let_go_on_sent_elsewhere_and_recalled_from_its_drawer(
    page, watched
):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    page.keyboard.press("n")
    by(page, "kind-select").click()
    page.keyboard.type("火灾")
    page.keyboard.press("Enter")
    by(page, "lon").fill("114.2300")
    by(page, "lat").fill("22.7000")
    by(page, "submit-report").click()
    state = by(page, "sortie-state")
    expect(state).to_have_attribute("data-state", "en_route", timeout=FLIGHT_MS)
    page.locator("[data-testid^='sortie-']").get_by_role("button").first.click()
    expect(by(page, "order-resume")).to_be_disabled()

    page.keyboard.press("h")
    expect(state).to_have_attribute("data-state", "held")
    expect(by(page, "order-hold")).to_be_disabled()
    shoot(page, "15-held")
    page.keyboard.press("p")
    expect(state).to_have_attribute("data-state", "en_route", timeout=FLIGHT_MS)

    by(page, "order-goto").click()
    by(page, "order-lon").fill("116.39")
    by(page, "order-lat").fill("39.91")
    page.keyboard.press("Enter")
    expect(by(page, "order-refusal")).to_be_visible()
    map_ = by(page, "map").bounding_box()
    assert map_ is not None
    page.mouse.click(map_["x"] + map_["width"] * 0.42, map_["y"] + map_["height"] * 0.5)
    expect(by(page, "order-lon")).not_to_have_value("116.390000")
    shoot(page, "16-go-to")
    page.keyboard.press("Escape")
    expect(by(page, "order-form")).to_be_hidden()

    page.keyboard.press("l")
    expect(by(page, "order-below")).to_be_visible()
    assert_accessible(page)
    shoot(page, "17-land-now")
    page.keyboard.press("Escape")
    by(page, "fleet-acts").click()
    by(page, "fleet-recall_all").click()
    expect(by(page, "fleet-confirm")).to_be_enabled()
    shoot(page, "18-recall-all")
    by(page, "fleet-confirm").click()
    expect(by(page, "fleet-act")).to_have_attribute("data-done", "true")
    expect(state).to_have_attribute("data-state", re.compile("returning|landing|docked"))


def test_a_drone_is_lent_to_a_ground_station_and_taken_back_from_its_drawer(page, watched):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25", timeout=20_000)
    by(page, "tile-D25").click()
    by(page, "lease-lend").click()
    found = by(page, "lease-address")
    expect(found).to_contain_text("tcp:127.0.0.1:")
    address = re.search(r"tcp:127\.0\.0\.1:\d+", found.inner_text())
    assert address is not None
    link = mavutil.mavlink_connection(address[0], autoreconnect=False)
    assert link.recv_match(type="STATUSTEXT", blocking=True, timeout=20) is not None
    page.get_by_role("button", name="再查一次").click()
    expect(by(page, "lease-grant")).to_be_enabled()
    by(page, "lease-label").fill("2 号席 QGC")
    assert_accessible(page)
    shoot(page, "21-lend")
    by(page, "lease-grant").click()
    expect(by(page, "lease-holder")).to_contain_text("2 号席 QGC", timeout=60_000)
    expect(by(page, "drawer-sortie")).to_have_attribute("data-state", "lent")
    assert_accessible(page)
    shoot(page, "22-lent")
    by(page, "lease-take-back").click()
    expect(by(page, "lease-lend")).to_be_visible(timeout=60_000)
    link.close()
