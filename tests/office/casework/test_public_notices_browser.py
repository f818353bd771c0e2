"""Scenes 8 and 9 of the acceptance, in a real browser.

8: a notice's PDF holds no number and no health, and an ID in its words stops it. 9: without authorisation the clock stands
still, and the letter says why and what to do.
"""

from __future__ import annotations

import io
import re

import pytest
from browser import browser_page, serious, too_wide

from bangfu.office.casework.api import Brought, PublicNotice, open_case

pytestmark = pytest.mark.django_db(transaction=True)


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_notice_is_made_printed_and_proven(hands, registered, live_server, settings, phone):
    settings.BANGFU_PUBLIC_URL = live_server.url
    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.until_review(case)
    with browser_page(live_server, hands.people["township"], phone=phone) as page:
        page.goto("/cases/notices/")
        looks_right(page)
        page.goto(f"/cases/{case.pk}/notices/notice/")
        looks_right(page)
        page.get_by_label("说明").fill("其身份证为 990101197503080012")
        page.get_by_role("button", name="出具公示").click()
        page.get_by_text("请不要在文字中写证件号码、电话或账号").wait_for()
        assert not PublicNotice.objects.exists()
        page.get_by_label("说明").fill("拟纳入，联系 9901-0119-7503-0800-12")
        page.get_by_role("button", name="出具公示").click()
        page.get_by_text("公示内容中有不得公开的号码").wait_for()
        page.get_by_label("说明").fill("拟纳入保障")
        page.get_by_role("button", name="出具公示").click()
        page.get_by_text("已出具公示，请打印张贴并登记张贴照片").wait_for()
        looks_right(page)
        made = PublicNotice.objects.get()
        content = page.request.get(f"/cases/notices/{made.pk}/print/?place=village").body()
        form = page.get_by_role("group", name="登记张贴")
        form.get_by_label("照片存放处").fill("村委会 2 号柜")
        page.get_by_role("button", name="登记张贴").click()
        page.get_by_text("已登记张贴").wait_for()
        looks_right(page)
        page.goto(f"/cases/{case.pk}/act/?kind=step_done&name=notice&outcome=no_objection")
        group = page.get_by_role("group", name="审核结果公示")
        assert group.get_by_label("或：纸质材料存放处").input_value() == "村委会 2 号柜"
        page.goto("/cases/notices/")
        page.get_by_text("公示中").wait_for()
        looks_right(page)
    from pypdf import PdfReader

    text = re.sub(r"\s", "", "".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages))
    assert "赵大" in text
    assert "拟纳入保障" in text
    secrets = ("990101197503080012", "13900000001", "慢性", "病", "账号", registered.east.number)
    assert [secret for secret in secrets if secret in text] == []
    assert re.search(r"\d{9,}", text) is None


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_who_refuses_the_authorisation_gets_a_letter_and_the_clock_stands_still(hands, registered, live_server, phone):
    from pypdf import PdfReader

    from bangfu.office.sending.api import Message

    case = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.act(case, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    answers = {"near_relative": "no", "reported": "no"}
    hands.act(case, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    case.refresh_from_db()
    assert case.due_on is not None
    with browser_page(live_server, hands.people["township"], phone=phone) as page:
        page.goto(f"/cases/{case.pk}/")
        page.get_by_role("link", name="中止：未取得核对授权").click()
        looks_right(page)
        page.get_by_role("button", name="办理").click()
        page.get_by_text("已办理").wait_for()
        page.get_by_text("期间不计时").wait_for()
        page.get_by_text("恢复需要：家庭经济状况核对授权书").wait_for()
        looks_right(page)
        href = page.get_by_role("link", name="打印").last.get_attribute("href")
        content = page.request.get(href).body()
        page.goto("/messages/")
        page.get_by_text("材料不齐，暂停办理").first.wait_for()
        looks_right(page)
    case.refresh_from_db()
    assert (case.suspended, case.due_on) == ("authorisation_missing", None)
    text = re.sub(r"\s", "", "".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages))
    for word in (
        "中止办理告知书",
        "期间不计入办理时限",
        "请您提交：家庭经济状况核对授权书",
        "请在30日内提交",
        case.number,
    ):
        assert word in text, word
    assert Message.objects.filter(template="missing", household=registered.east).exists()
