"""A real browser for the tests: Debian's chromium, logged in as somebody, wide or like a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def browser_page(live_server: Any, cast_user: Any, phone: bool = False) -> Iterator[Any]:
    """A page of a browser in which the user is logged in; fails where a script or a style was refused.

    Skips where there is no chromium.
    """
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: install Debian's chromium to drive the pages in a browser")
    from django.test import Client
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps an event loop in this thread
    client = Client()
    client.force_login(cast_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies["sessionid"].value
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            locale="zh-CN",
            base_url=live_server.url,
            reduced_motion="reduce",  # a colour half way through its transition is not what a person reads
        )
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            yield page
        finally:
            browser.close()
    assert errors == [], errors


def serious(page: Any) -> list[str]:
    """What axe finds serious or critical on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Error

    page.wait_for_load_state()
    try:
        found = Axe().run(page).response["violations"]
    except Error:  # a page that follows its own progress was replaced under the check: the one that came is checked
        page.wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def too_wide(page: Any) -> int:
    """By how many pixels the page can be pushed sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
