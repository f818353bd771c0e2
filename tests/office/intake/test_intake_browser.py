"""The one window and the public page in a real browser: wide, on a phone, and without JavaScript."""

from __future__ import annotations

import pytest
from browser import CHROMIUM, PHONE, browser_page, serious, too_wide
from django.urls import reverse

from bangfu.office.intake.models import Application, Report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.mark.parametrize("phone", [False, True])
def test_one_window_from_the_search_to_the_application(live_server, cast, registered, phone):
    with browser_page(live_server, cast["township"], phone=phone) as page:
        page.goto(reverse("intake:window"))
        assert serious(page) == []
        assert too_wide(page) == 0
        page.fill("#w-q", "赵大")
        page.click(".winsearch button")
        page.click("text=受理 赵大")
        page.check("input[name=needs][value=low_income]")
        page.click("text=列出可申请的事项")
        page.check("input[name=matter][value='dibao/dibao']")
        page.check("input[name='h:dibao/dibao:application']")
        page.fill("input[name=paper]", "3 号柜")
        assert serious(page) == []
        assert too_wide(page) == 0
        page.click("text=一次受理")
        assert page.locator("text=已受理，回执号").count() == 1
        assert page.locator("text=诚信承诺书").count() == 1
        assert serious(page) == []
        assert too_wide(page) == 0
    assert Application.objects.count() == 1


def test_the_public_page_works_on_a_phone_without_javascript(live_server, areas):
    import os

    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = chromium.new_context(
            viewport=PHONE, locale="zh-CN", base_url=live_server.url, java_script_enabled=False
        )
        page = context.new_page()
        page.goto(reverse("intake:help"))
        page.click("main button.go")
        assert page.locator("[role=alert]").count() == 1
        page.select_option("#village", "990101101201")
        page.fill("#name", "赵大")
        page.fill("#phone", "13911112222")
        page.check("input[value=illness]")
        page.check("input[name=consent]")
        page.click("main button.go")
        number = page.inner_text("#receipt")
        page.click("main a.go")
        page.fill("#number", number)
        page.fill("#last_four", "2222")
        page.click("main button.go")
        assert page.inner_text(".state b") == "已收到，等待核实"
        context.close()
        with_script = chromium.new_context(viewport=PHONE, locale="zh-CN", base_url=live_server.url)
        page = with_script.new_page()
        for name in ("help", "status", "notices", "complain"):
            page.goto(reverse(f"intake:{name}"))
            assert (serious(page), too_wide(page)) == ([], 0), name
        chromium.close()
    assert Report.objects.count() == 1
