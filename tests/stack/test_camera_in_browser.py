"""What a drone's camera sees, in a browser, against the whole running system."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.stack.browser import CHROMIUM, assert_accessible, browsing, by, shoot, sign_in
from tests.stack.running import RunningStack, dockfleet, wait_until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the camera was not looked through"),
]
SCENE = "114.1200,22.7030"
FLIGHT_S = 200


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own, near real time: a latency is measured."""
    running = RunningStack("--speedup", "2", state_dir=tmp_path_factory.mktemp("flown"))
    yield running
    running.end()


@pytest.fixture
def page(flown: RunningStack) -> Iterator[Page]:
    yield from browsing(flown)


def shown(flown: RunningStack, *what: str) -> dict[str, Any]:
    answer = dockfleet(*what, "--json", broker=flown.broker)
    assert answer.returncode == 0, answer.stderr
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_an_officer_looks_through_a_drones_camera_and_turns_it(
    page: Page, flown: RunningStack
) -> None:
    sign_in(page, flown)
    expect(by(page, "status-docks")).to_have_text("25/25")
    incident = shown(flown, "incident", "report", "--at", SCENE, "--kind", "fire")
    by(page, f"tile-{incident['dock']}").click()
    expect(by(page, "video-state")).to_have_text("推流中")
    expect(by(page, "camera-down")).to_be_enabled()
    expect(by(page, "video-latency")).to_have_attribute(
        "data-latency", re.compile(r"^0\.\d+$"), timeout=60_000
    )
    wait_until(
        lambda: shown(flown, "incident", "show", incident["id"])["on_scene_s"], within_s=FLIGHT_S
    )
    video = by(page, "video")
    expect(video).to_contain_text("−90°")  # it looks down by itself
    shoot(page, "19-camera")
    assert_accessible(page)

    by(page, "camera-ahead").click()
    expect(video).to_contain_text("−30°")
    by(page, "camera-incident").click()
    expect(video).to_contain_text(re.compile("−(89|90)°"))
    shoot(page, "20-camera-on-incident")


def test_a_drones_live_picture_comes_to_the_page_within_seconds(
    page: Page, flown: RunningStack
) -> None:
    sign_in(page, flown)
    expect(by(page, "status-docks")).to_have_text("25/25")
    by(page, "tile-D25").click()
    by(page, "picture-show").click()
    playing = "() => document.querySelector('[data-testid=picture]').currentTime > 3"
    page.wait_for_function(playing, timeout=60_000)
    expect(by(page, "picture-delay")).to_be_visible()
    shoot(page, "21-live-picture")
    by(page, "picture-hide").click()
    expect(by(page, "picture")).to_be_hidden()
