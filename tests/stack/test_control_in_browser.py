"""Two officers at two browsers: the control of a drone goes from hand to hand, a task is done, keys
stay quiet behind a dialog, and what came down away from its dock is written off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.stack.browser import CHROMIUM, PASSWORD, assert_accessible, browsing, by, shoot, sign_in
from tests.stack.running import RunningStack, dockfleet

FLIGHT_MS = 150_000
PLACE = (114.2300, 22.7000)

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: nobody handed anything over"),
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    running = RunningStack("--speedup", "3", state_dir=tmp_path_factory.mktemp("control"))
    yield running
    running.end()


@pytest.fixture
def page(watched: RunningStack) -> Iterator[Page]:
    yield from browsing(watched)


def colleague(page: Page, stack: RunningStack, name: str) -> Page:
    """Another officer, new here, at a browser of their own."""
    added = dockfleet(
        *("user", "add", name, "--role", "duty_officer", "--json"),
        *("--people", f"sqlite:///{stack.state_dir}/longgang/people.db"),
    )
    assert added.returncode == 0, added.stderr
    one_time = json.loads(added.stdout)["password"]
    browser = page.context.browser
    assert browser is not None
    size = {"width": 1280, "height": 720}
    theirs = browser.new_context(viewport=size, locale="zh-CN").new_page()
    theirs.goto(stack.console)
    by(theirs, "sign-in-name").fill(name)
    by(theirs, "sign-in-password").fill(one_time)
    by(theirs, "sign-in").click()
    by(theirs, "old-password").fill(one_time)
    by(theirs, "new-password").fill(PASSWORD)
    by(theirs, "set-password").click()
    expect(by(theirs, "report-button")).to_be_visible()
    return theirs


def report(page: Page) -> str:
    """By keys and the form, of a kind to which a drone goes by rule; the incident's id."""
    page.keyboard.press("n")
    by(page, "lon").fill(str(PLACE[0]))
    by(page, "lat").fill(str(PLACE[1]))
    by(page, "submit-report").click()
    detail = by(page, "incident-detail")
    expect(detail).to_be_visible()
    return str(detail.get_attribute("data-incident"))


def open_drone(page: Page, incident: str) -> None:
    by(page, f"incident-row-{incident}").click()
    page.locator("[data-testid^='sortie-']").get_by_role("button").first.click()
    expect(by(page, "control")).to_be_visible()


def test_control_and_tasks_go_from_hand_to_hand_and_keys_are_quiet_behind_a_dialog(
    page: Page, watched: RunningStack
) -> None:
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25")
    wang = colleague(page, watched, "wang")
    incident = report(page)
    state = by(page, "sortie-state").first
    if by(page, "sortie-state").count() == 0:
        page.keyboard.press("d")
        page.keyboard.press("Enter")
    expect(state).to_have_attribute("data-state", "en_route", timeout=FLIGHT_MS)

    # a task reaches the other console, is taken and done there
    page.keyboard.press("w")
    by(page, "task-what").fill("封闭道路")
    whom = by(page, "task-whom").get_by_role("combobox")
    whom.fill("wang")
    by(page, "task-within").fill("20")
    by(page, "task-send").click()
    task = by(page, "tasks").get_by_role("listitem")
    expect(task).to_have_attribute("data-state", "given")
    mine = wang.locator("[data-testid='my-tasks'], [data-testid='tasks']").get_by_role("listitem")
    expect(mine).to_contain_text("封闭道路")
    shoot(wang, "control-1-task-1280")
    mine.get_by_test_id("task-take").click()
    expect(task).to_have_attribute("data-state", "taken")
    expect(by(page, "task-done")).to_be_visible()  # an administrator may tell it for another
    mine.get_by_test_id("task-done").click()
    expect(task).to_have_attribute("data-state", "done")

    # taken, offered, taken by the other: both see who has it
    open_drone(page, incident)
    open_drone(wang, incident)
    by(page, "control-take").click()
    holder = by(wang, "control")
    expect(holder).to_have_attribute("data-holder", watched.ready["first_sign_in"]["name"])
    expect(by(wang, "order-hold")).to_be_disabled()
    expect(by(wang, "order-recall")).to_be_enabled()  # calling it home is anybody's
    expect(by(wang, "control-takeOver")).to_have_count(0)
    by(page, "control-offer").click()
    page.locator(".ant-select-item-option").filter(has_text="wang").click()
    expect(by(page, "control-withdraw")).to_be_visible()
    expect(by(wang, "control-accept")).to_be_visible()
    shoot(wang, "control-2-offered-1280")
    assert_accessible(wang)
    wang.keyboard.press("y")
    wang.keyboard.press("Enter")
    for console in (page, wang):
        expect(by(console, "control")).to_have_attribute("data-holder", "wang")
    expect(by(wang, "order-hold")).to_be_enabled()
    expect(by(page, "order-hold")).to_be_disabled()
    shoot(page, "control-3-handed-over")
    assert_accessible(page)

    # a commander, here the administrator, takes over
    by(page, "control-takeOver").click()
    expect(by(page, "order-hold")).to_be_enabled()
    expect(by(wang, "order-hold")).to_be_disabled()

    # keys are quiet behind a dialog
    by(page, "fleet-acts").click()
    by(page, "fleet-land_all").click()
    expect(by(page, "fleet-act")).to_be_visible()
    for key in ("d", "n", "h", "c", "w", "3"):
        page.keyboard.press(key)
    expect(by(page, "report-panel")).to_have_count(0)
    expect(by(page, "confirm-button")).to_have_count(0)
    expect(by(page, "task-form")).to_have_count(0)
    expect(page.locator(".rail-here")).to_have_attribute("title", "态势 (1)")
    expect(state).not_to_have_attribute("data-state", "held")
    page.keyboard.press("Escape")  # nobody lands
    expect(by(page, "fleet-act")).to_have_count(0)
    expect(state).to_have_attribute("data-state", re.compile("en_route|on_scene"))

    # brought down where it is by who has the control, it may be written off
    page.keyboard.press("l")
    expect(by(page, "order-send")).to_be_focused()
    page.keyboard.press("Enter")
    write_off = by(page, "orders").get_by_test_id("write-off")
    expect(write_off).to_be_visible(timeout=FLIGHT_MS)
    write_off.click()
    expect(by(page, "write-off-confirm")).to_be_visible()
    shoot(page, "control-4-write-off")
    by(page, "write-off-confirm").click()
    expect(state).to_have_attribute("data-state", "written_off")
    expect(write_off).to_have_count(0)
    for console in (page, wang):
        expect(by(console, "write-off")).to_have_count(0)
