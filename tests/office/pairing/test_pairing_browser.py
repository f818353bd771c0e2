"""A village is paired, a plan is made and a campaign run in a real browser, wide and on a phone."""

from __future__ import annotations

from datetime import date

import pytest
from browser import browser_page, serious, too_wide
from many_households import more

from bangfu.office.pairing import actions
from bangfu.office.pairing.models import Campaign, Pairing

pytestmark = pytest.mark.django_db(transaction=True)


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


def test_the_township_pairs_and_looks_back(cast, registered, officials, live_server):
    homes = more(3, monitored_kind="unstable_graduated")
    with browser_page(live_server, cast["township"]) as page:
        page.goto("/pairs/?view=without")
        looks_right(page)
        page.get_by_role("link", name="东风村 3").first.click()
        looks_right(page)
        page.get_by_label(homes[0].number).select_option("")
        page.get_by_role("button", name="确认结对").click()
        page.get_by_text("已为 2 户确定帮扶责任人").wait_for()
        looks_right(page)
        page.goto("/campaigns/")
        page.get_by_role("link", name="在册户回头看（错评）").click()
        looks_right(page)
        page.get_by_role("button", name="拟定").click()
        page.get_by_role("button", name="以这 3 户启动，名单定格").click()
        page.get_by_text("已启动，名单已定格").wait_for()
        looks_right(page)
        page.goto("about:blank")
    assert Pairing.objects.count() == 2
    assert Campaign.objects.get().listed == 3


def test_a_helper_on_a_phone(cast, registered, officials, live_server):
    (home,) = more(1, monitored_kind="unstable_graduated")
    township = cast.actor("township")
    actions.pair(actor=township, household=home.number, helper=officials.officer.pk, on=date(2026, 3, 1))
    with browser_page(live_server, cast["officer"], phone=True) as page:
        page.goto("/pairs/mine/")
        looks_right(page)
        page.get_by_role("link", name="制定").click()
        page.get_by_role("link", name="制定计划").click()
        page.get_by_label("本年目标").fill("稳定增收")
        page.get_by_role("button", name="保存").click()
        page.get_by_role("link", name="增加措施").first.click()
        looks_right(page)
        page.get_by_label("措施类别").select_option("industry")
        page.get_by_label("做什么").fill("养蜂 5 箱")
        page.get_by_role("button", name="保存").click()
        page.get_by_text("已增加措施").wait_for()
        looks_right(page)
        page.get_by_role("link", name="完成", exact=True).click()
        page.get_by_label("成效说明").fill("已产蜜")
        page.get_by_role("button", name="保存").click()
        page.get_by_text("请上传或选用佐证材料，或写明纸质材料存放处").wait_for()
        looks_right(page)
        page.get_by_label("或：纸质材料存放处").fill("村部")
        page.get_by_role("button", name="保存").click()
        page.get_by_text("已登记进展").wait_for()
        page.goto("/pairs/mine/")
        page.get_by_text("没有到期的事。").wait_for()
        page.goto("about:blank")
