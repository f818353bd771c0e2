"""A township officer writes the year's summary in a browser and follows one of its figures to a household."""

from __future__ import annotations

import io
import re
import time
import zipfile

import pytest
from browser import browser_page, serious, too_wide
from test_figure_pages import ran  # noqa: F401

from bangfu.office.audit.api import Entry


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_the_year_s_summary_in_five_minutes_with_every_figure_traceable(live_server, ran, cast, phone):  # noqa: F811
    started = time.monotonic()
    with browser_page(live_server, cast["township"], phone) as page:
        page.goto("/figures/")
        page.get_by_role("link", name="写材料").first.click()
        page.get_by_role("link", name="工作总结").click()
        page.get_by_label("存在问题").fill("还有3户饮水不稳定。")
        page.get_by_label("下一步打算").fill("继续走访{{总户数}}户。")
        looks_right(page)
        page.get_by_role("button", name="先看缺什么、变了什么").click()
        page.get_by_role("heading", name="这一稿").wait_for()
        page.get_by_text("每个数字的出处").click()
        assert page.get_by_text("人工填报，无来源").first.is_visible(), "3户 was typed by hand"
        looks_right(page)

        with page.expect_download() as taken:
            page.get_by_role("button", name="生成 Word").click()
        with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as archive:
            text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
        assert "继续走访1户。" in text

        page.get_by_role("link", name="总户数", exact=True).click()
        page.get_by_role("heading", name="背后的记录").wait_for()
        looks_right(page)
        page.get_by_role("link", name="9901011012010001").click()
        page.get_by_role("heading", name="赵大").first.wait_for()
    assert time.monotonic() - started < 300
    assert Entry.objects.filter(kind="reporting.document.made").count() == 2
    assert Entry.objects.get(kind="reporting.figure.opened").after == {"words": "总户数"}
