"""The console in a headless browser: opened, signed in to, looked at, kept as a picture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from tests.stack.running import ROOT, RunningStack

CHROMIUM = shutil.which("chromium")
ARTIFACTS = ROOT / "artifacts"
AXE = ROOT / "command" / "web" / "node_modules" / "axe-core" / "axe.min.js"
LAUNCH = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "horse battery staple"
expect.set_options(timeout=30_000)  # a condition is waited for, however slow the machine

SETTLED: list[RunningStack] = []  # whose administrator has a password


def browsing(stack: RunningStack) -> Iterator[Page]:
    """The console in a fresh browser; fails at its end if the page has logged an error."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_asked_to_sign_in(message):
            complaints.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=LAUNCH,
        )
        page = browser.new_page(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(stack.console)
        yield page
        browser.close()
    assert complaints == [], complaints


def is_asked_to_sign_in(message: ConsoleMessage) -> bool:
    """Browsers log each 401; that of who is not signed in yet is no fault."""
    return "401" in message.text and urlsplit(message.location["url"]).path == "/api/v1/session"


def shoot(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTIFACTS / f"{name}.png"), animations="disabled")


def by(page: Page, testid: str) -> Any:
    return page.get_by_test_id(testid)


def assert_accessible(page: Page) -> None:
    """No finding of axe that is serious, by WCAG 2.1 A and AA.

    Looked at as one who asks for less motion sees it: colours are then those that stay, also of
    what is enabled or fades in while axe looks.
    """
    page.evaluate(AXE.read_text())
    page.evaluate(
        "Promise.all(document.getAnimations()"
        ".filter((each) => each.effect?.getTiming().iterations !== Infinity)"
        ".map((each) => each.finished.catch(() => null)))"
    )
    page.emulate_media(reduced_motion="reduce")
    findings = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )["violations"]
    page.emulate_media(reduced_motion="no-preference")
    serious = [
        (finding["id"], [(node["html"], node["failureSummary"]) for node in finding["nodes"]])
        for finding in findings
        if finding["impact"] in ("serious", "critical")
    ]
    assert serious == [], serious


_MISPLACED = (Path(__file__).parent / "misplaced.js").read_text()


def misplaced(page: Page) -> list[str]:
    """What of the frame overlaps, is cut off or lies outside the window."""
    found: list[str] = page.evaluate(_MISPLACED)
    return found


def sign_in(page: Page, stack: RunningStack) -> None:
    """The first time with the one-time password, which is changed then."""
    first = stack.ready["first_sign_in"]
    by(page, "sign-in-name").fill(first["name"])
    by(page, "sign-in-password").fill(PASSWORD)
    by(page, "sign-in").click()
    if stack not in SETTLED:
        expect(by(page, "door-refusal")).to_contain_text("不正确")
        by(page, "sign-in-password").fill(first["password"])
        by(page, "sign-in").click()
        by(page, "old-password").fill(first["password"])
        by(page, "new-password").fill(PASSWORD)
        shoot(page, "0-own-password")
        by(page, "set-password").click()
        SETTLED.append(stack)
    expect(by(page, "report-button")).to_be_visible(timeout=20_000)
