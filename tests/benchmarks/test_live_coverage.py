"""How long after a dock fails the console shows another coverage: the whole running system in real
time, a browser at its end. One after another the docks that the coverage hangs on most are cut off,
and come back.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from fleet.bus import MqttBus, Topics
from fleet.clock import Clock
from fleet.coverage.reached import Cover
from fleet.dispatch.forecast import candidates_at_rest
from fleet.district.load import load
from fleet.units.fence import airspace_of
from tests.benchmarks.goals import Goal, table
from tests.stack.browser import CHROMIUM, browsing, by, sign_in
from tests.stack.running import RunningStack

DOCKS, STEP_M = 10, 400.0
GOAL_S = 1.0
NOTE_CHANGES = """() => {
  window.told = [];
  const shown = document.querySelector("[data-testid=status-coverage]");
  new MutationObserver(() => window.told.push([Date.now() / 1000, shown.textContent]))
    .observe(shown, { characterData: true, childList: true, subtree: true });
}"""
FIRST_SINCE = "(since) => window.told.find(([at]) => at >= since)"


def breaks(stack: RunningStack, dock: str, fault: str) -> float:
    """When the dock was told to break. Beside the browser, which has an event loop of its own."""

    async def told() -> float:
        async with MqttBus(stack.broker, client="bench", clock=Clock()) as bus:
            told_s = time()
            topic = Topics("longgang").of("sim", dock, "fault")
            await bus.publish(topic, json.dumps({"fault": fault}).encode())
            return told_s

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: Clock().run(told())).result()


@pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the console was not looked at")
def test_a_dock_that_fails_changes_the_coverage_on_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = RunningStack(state_dir=tmp_path)
    try:
        for page in browsing(stack):
            took_s = measured(page, stack)
    finally:
        stack.end()
    goals = [
        Goal(f"a dock fails to the console's figure, p50 of {len(took_s)}", GOAL_S, p50, "s")
        for p50 in (float(np.median(took_s)),)
    ]
    goals.append(Goal("the same, the slowest", GOAL_S, max(took_s), "s"))
    with capsys.disabled():
        print(table(goals))


def measured(page: Page, stack: RunningStack) -> list[float]:
    sign_in(page, stack)
    figure = by(page, "status-coverage")
    for whole in ("status-docks", "status-drones"):
        expect(by(page, whole)).to_have_text("25/25", timeout=60_000)
    expect(figure).to_have_text(re.compile("%"), timeout=60_000)
    page.evaluate(NOTE_CHANGES)
    took_s = []
    for dock in needed():
        whole = figure.inner_text()
        broken_s = breaks(stack, dock, "offline")
        expect(figure).not_to_have_text(whole)
        at_s, less = page.evaluate(FIRST_SINCE, broken_s)
        assert share(less) < share(whole)
        took_s.append(at_s - broken_s)
        breaks(stack, dock, "none")
        expect(figure).to_have_text(whole)
    return took_s


def needed() -> list[str]:
    """The docks without which least is covered: more than the tenth of a percent that is shown."""
    district = load(Path("configs/longgang"))
    cover = Cover(district, airspace_of(district), STEP_M)
    left = cover.of(candidates_at_rest(district)).without_each()
    return sorted(left, key=lambda dock: left[dock])[:DOCKS]


def share(text: str) -> float:
    return float(text.rstrip("%"))
