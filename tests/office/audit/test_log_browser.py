"""The log and the erasure in a real browser, wide and phone."""

from __future__ import annotations

from datetime import date

import pytest
from browser import browser_page, serious, too_wide

from bangfu.office.audit.api import Entry
from bangfu.office.registry.models import Household

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_an_auditor_verifies_filters_and_sees_a_personal_value_for_a_purpose(live_server, registered, cast, phone):
    with browser_page(live_server, cast["auditor"], phone) as page:
        page.goto("/audit/")
        page.get_by_role("button", name="校验日志").click()
        page.locator("#state", has_text="日志完整").wait_for()
        assert (serious(page), too_wide(page)) == ([], 0)
        page.get_by_label("事项").select_option(label="新增人")
        page.get_by_role("button", name="筛选").click()
        page.locator("tbody a").first.click()
        page.get_by_text("查看个人信息").click()
        page.get_by_label("目的").select_option(label="审计检查")
        page.get_by_label("原因").fill("抽查登记内容")
        page.get_by_role("button", name="查看", exact=True).click()
        page.get_by_text("990101197503080039").wait_for()
        assert (serious(page), too_wide(page)) == ([], 0)
    assert Entry.objects.get(kind="audit.seen").actor_name == "某auditor"


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_two_people_erase_a_household_whose_time_is_over(live_server, registered, cast, phone):
    Household.objects.filter(pk=registered.west.pk).update(closed_on=date(2010, 1, 1))
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto("/protection/")
        page.locator("table").get_by_role("button", name="提出删除").click()
        page.get_by_text("已提出，待另一人确认").wait_for()
        assert (serious(page), too_wide(page)) == ([], 0)
    with browser_page(live_server, cast["agriculture"], phone) as page:
        page.goto("/protection/")
        page.get_by_label("我已核对，删除后无法恢复").check()
        page.get_by_role("button", name="确认删除").click()
        page.get_by_text("已删除个人资料").wait_for()
        page.goto(f"/households/{registered.west.number}/")
        page.get_by_role("heading", name="已按规定删除", exact=True).wait_for()
