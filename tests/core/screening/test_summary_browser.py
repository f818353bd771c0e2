"""The summary in a real browser: it fits a phone, speaks both languages, and asks nothing of any network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from worklists_factory import NAMES, TITLES, write_run

from bangfu.core.screening.summary import write_summary

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; Debian's package has it")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("summary")
    return write_summary(write_run(folder), NAMES, TITLES, folder).as_uri()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_has_to_be_pushed_sideways(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_asks_for_nothing_but_itself(browser: Any, address: str) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert asked == [address]


def test_english_stands_one_click_away_and_chinese_steps_back(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    assert "应享未享" in page.inner_text("main")
    page.click("a[href='#en']")
    assert "entitled, not receiving" in page.inner_text("main").lower()
    assert "应享未享" not in page.inner_text("main")


def test_a_keyboard_reaches_the_languages_first(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") in ("#zh", "#main", "#content")
