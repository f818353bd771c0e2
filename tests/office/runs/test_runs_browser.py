"""The monthly run in a real browser, wide and phone: start, progress, findings, explanation, export."""

from __future__ import annotations

import io

import openpyxl
import pytest
from browser import browser_page, serious, too_wide
from django.utils import timezone

from bangfu.office.runs.models import Finding, Run


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_from_the_start_to_the_export(live_server, county, work, monkeypatch, phone):
    from bangfu.office.runs import tasks

    # the worker of this test is the test itself, so that the page is seen while the run waits and works
    monkeypatch.setattr(type(tasks.work), "enqueue", lambda *_, **__: None)
    with browser_page(live_server, county.civil, phone) as page:
        page.goto("/runs/")
        assert page.get_by_text("还没有比对过").is_visible()
        page.get_by_role("link", name="启动比对").first.click()
        looks_right(page)
        page.get_by_role("button", name="开始比对").click()
        page.get_by_text("等待后台任务").wait_for()
        looks_right(page)
        run = Run.objects.get()

        Run.objects.update(status="exporting", step_done=100, step_total=200, heartbeat_at=timezone.now())
        page.get_by_text("100 / 200").wait_for()
        assert page.locator("progress").get_attribute("value") == "17"
        page.goto("about:blank")  # the test's database is one connection: nobody asks while the run works
        Run.objects.update(status="queued")
        assert work(run).status == "done"

        page.goto(f"/runs/{run.pk}/")
        looks_right(page)
        page.get_by_role("link", name="漏保").first.click()
        page.locator(".pivot td:not(.zero) a").first.click()
        page.get_by_text("共 ").wait_for()
        looks_right(page)
        _explanation_and_export(page, run)


def _explanation_and_export(page, run):
    listed = page.url
    line = (
        Finding.objects.filter(run=run, kind="entitled_not_receiving").order_by("area_code", "household_number").first()
    )
    page.locator(f"a[href$='/lines/{line.pk}/'], td[data-label='政策或规则'] a").first.click()
    page.get_by_role("heading", name="逐条核对").wait_for()
    page.locator("summary").first.click()
    looks_right(page)
    page.goto(listed)
    numbers = page.locator("a.mono").all_inner_texts()
    with page.expect_download() as taken:
        page.get_by_role("link", name="导出").click()
    rows = list(openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active.iter_rows(values_only=True))
    assert taken.value.suggested_filename == "比对结果_2026-10.xlsx"
    assert [row[4] for row in rows[5:]] == numbers
