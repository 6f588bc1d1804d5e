"""The patrols of the day in a browser, against the whole running system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.stack.browser import CHROMIUM, assert_accessible, browsing, by, shoot, sign_in
from tests.stack.running import RunningStack, dockfleet

FLIGHT_MS = 150_000

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the patrols were not looked at"),
]

SLOPE = {
    "id": "P1",
    "name": {"zh": "试验边坡", "en": "Trial slope"},
    "kind": "slope",
    "at": [114.31, 22.76],
    "height_m": 80,
    "camera": "wide",
    "dwell_s": 600,  # longer than the test looks at it
    "stand_off_m": 500,
}
ROUND = {
    "name": {"zh": "试验巡查", "en": "Trial round"},
    "schematic": True,
    "hours": "00:00-23:59",
    "cameras": {"wide": {"across_deg": 72, "along_deg": 58}},
    "points": [SLOPE],
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    running = RunningStack("--speedup", "3", state_dir=tmp_path_factory.mktemp("patrolled"))
    yield running
    running.end()


@pytest.fixture
def page(watched: RunningStack) -> Iterator[Page]:
    yield from browsing(watched)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Of one point."""
    (tmp_path / "trial.yaml").write_text(yaml.safe_dump(ROUND))
    out = tmp_path / "trial.json"
    told = dockfleet(
        *("patrol", "plan", str(tmp_path / "trial.yaml"), "--iterations", "20", "--out", str(out))
    )
    assert told.returncode == 0, told.stderr
    return out


def test_a_patrol_is_watched_paused_and_called_home_and_its_report_read(page, watched, plan):
    sign_in(page, watched)
    expect(by(page, "status-docks")).to_have_text("25/25")
    page.keyboard.press("4")
    expect(by(page, "patrol-figures")).to_contain_text("0/0")
    by(page, "pause-patrols").click()
    by(page, "confirm-pause").click()
    expect(by(page, "patrols-wait")).to_contain_text("已暂停巡查")

    flown = dockfleet("patrol", "fly", str(plan), "--now", "--json", broker=watched.broker)
    view = json.loads(flown.stdout)
    bar = by(page, f"flight-{view['id']}/{view['flights'][0]['id']}")
    expect(bar).to_have_attribute("data-stand", "due")
    expect(by(page, "task-row-P1")).to_contain_text("未看")
    by(page, "resume-patrols").click()
    expect(bar).to_have_attribute("data-stand", "flying", timeout=FLIGHT_MS)
    bar.click()
    expect(by(page, "patrol-flight")).to_contain_text("试验边坡")
    by(page, "finding").click()
    expect(by(page, "finding-kind")).to_be_visible()
    expect(by(page, "send-finding")).to_be_disabled()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(by(page, "finding-kind")).to_be_hidden()
    assert_accessible(page)
    shoot(page, "20-patrol-flying")

    by(page, "call-home").click()
    by(page, "confirm-call-home").click()
    expect(bar).not_to_have_attribute("data-stand", "flying", timeout=FLIGHT_MS)
    by(page, "flight-close").click()
    page.keyboard.press("t")
    assert_accessible(page)
    shoot(page, "21-patrols-light")
    by(page, "patrol-report").click()
    with page.expect_popup() as opened:
        by(page, "patrol-report-html").click()
    expect(opened.value.locator("h1")).to_contain_text("巡查报告")
    expect(opened.value.locator("dd").first).to_have_text("0/1")
