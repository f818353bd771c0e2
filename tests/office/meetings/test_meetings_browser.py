"""A community review from the agenda to the case's vote, in a real browser, wide and on a phone."""

from __future__ import annotations

import pytest
from browser import browser_page, serious, too_wide

from bangfu.office.casework.api import Case
from bangfu.office.meetings.models import Meeting

pytestmark = pytest.mark.django_db(transaction=True)


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_village_meets_and_its_vote_moves_the_case(village, live_server, phone):
    case, user = village.case, village.cast["village"]
    with browser_page(live_server, user, phone=phone) as page:
        page.goto("/meetings/relatives/")
        page.get_by_label("户编号").fill(village.household.number)
        page.get_by_label("评议人员").select_option(label="东风村 褚七")
        page.get_by_label("与该户的关系").fill("户主之兄")
        page.get_by_role("button", name="备案", exact=True).click()
        page.get_by_text("已备案；此后在会议和个案中须回避").wait_for()
        looks_right(page)
        page.goto("/meetings/new/")
        for label, words in (("地点", "村委会会议室"), ("主持人", "周一"), ("记录人", "吴二")):
            page.get_by_label(label).fill(words)
        looks_right(page)
        page.get_by_role("button", name="登记会议").click()
        page.get_by_label("赵大").check()
        page.get_by_role("button", name="列入议题").click()
        page.get_by_text("已列入议题").wait_for()
        looks_right(page)
        for name in ("周一", "吴二", "郑三", "王四", "冯五"):
            page.get_by_label(name).check()
        page.get_by_role("button", name="登记到会").click()
        page.get_by_text("应到 9 人，到会 5 人，至少须 6 人，不能表决").wait_for()
        for name in ("陈六", "褚七"):
            page.get_by_label(name).check()
        page.get_by_role("button", name="登记到会").click()
        page.get_by_text("已登记到会人员，请逐项登记表决").wait_for()
        looks_right(page)
        page.get_by_role("link", name="登记表决").click()
        looks_right(page)
        assert page.get_by_role("checkbox", name="褚七").is_checked()
        page.get_by_role("checkbox", name="褚七").uncheck()
        page.get_by_label("赞成").fill("5")
        page.get_by_label("反对").fill("1")
        page.get_by_label("弃权").fill("1")
        page.get_by_role("button", name="登记表决").click()
        page.get_by_text("已备案为该户近亲属，必须回避，不得表决：褚七（户主之兄）").wait_for()
        page.get_by_role("checkbox", name="褚七").check()
        page.get_by_label("弃权").fill("0")
        page.get_by_role("button", name="登记表决").click()
        page.get_by_text("已登记表决：通过").wait_for()
        page.get_by_label("或：存放处").fill("村委会 1 号柜")
        page.locator("form[action$='/do/file/']").get_by_role("button", name="登记").click()
        page.get_by_role("button", name="办结并封存").click()
        page.get_by_text("已办结，记录已封存").wait_for()
        page.get_by_text("封存内容与校验值一致").wait_for()
        looks_right(page)
        page.goto(f"/cases/{case.pk}/act/?kind=step_done&name=community_review&outcome=confirmed")
        looks_right(page)
        page.get_by_role("button", name="办理").click()
        page.get_by_text("已办理").wait_for()
        page.get_by_role("link", name="会议", exact=True).first.click()
        page.get_by_text("封存内容与校验值一致").wait_for()
    meeting = Meeting.objects.get()
    assert set(case.documents.exclude(meeting=None).values_list("meeting", flat=True)) == {meeting.pk}
    assert "community_review" not in Case.objects.get(pk=case.pk).steps.values_list("step", flat=True)
