"""From a finding to a letter in a real browser, wide; then the same pages on a phone."""

from __future__ import annotations

import pytest
from browser import browser_page, serious, too_wide

from bangfu.office.casework.api import Case, Determination

pytestmark = pytest.mark.django_db(transaction=True)


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


def test_from_a_finding_to_the_letter(ran, live_server):
    hands, line = ran.hands, ran.missed
    with browser_page(live_server, hands.people["village"]) as page:
        page.goto(f"/runs/{line.run_id}/lines/{line.pk}/")
        page.get_by_role("link", name="立案").click()
        looks_right(page)
        page.get_by_role("button", name="立案").click()
        page.get_by_text("已立案：GA").wait_for()
        looks_right(page)
        page.get_by_role("link", name="已提交").click()
        looks_right(page)
        page.get_by_role("button", name="办理").click()
        page.get_by_text("申请还缺申请书、诚信承诺书").wait_for()
        for label in ("申请书", "诚信承诺书"):
            page.get_by_role("group", name=label).get_by_label("或：纸质材料存放处").fill("3 号柜")
        page.get_by_role("button", name="办理").click()
        page.get_by_text("已办理").wait_for()
        page.goto("about:blank")
    case = Case.objects.get()
    _until_confirm(hands, case)
    with browser_page(live_server, hands.people["civil"], phone=True) as page:
        page.goto("/cases/")
        looks_right(page)
        page.get_by_role("link", name=case.number).click()
        looks_right(page)
        page.get_by_role("link", name="予以确认", exact=True).click()
        looks_right(page)
        assert page.get_by_label("金额（元）").input_value() == f"{line.due_fen / 100:.2f}"
        for answer in page.get_by_role("radio", name="否").all():
            answer.check()
        page.get_by_role("button", name="办理").click()
        page.get_by_text("已办理").wait_for()
        page.get_by_role("link", name="决定、依据和逐条核对").click()
        looks_right(page)
        decision = Determination.objects.get()
        answer = page.request.get(f"/cases/{case.pk}/decisions/{decision.pk}/letter/")
        assert (answer.status, answer.headers["content-type"], answer.body()[:4]) == (200, "application/pdf", b"%PDF")
        page.goto("about:blank")


def _until_confirm(hands, case):
    """What the browser did not do; the clock of the hands goes on, and the browser's with it."""
    from bangfu.office.casework.api import Brought

    answers = {"near_relative": "no", "reported": "no"}
    hands.act(case, "township", "accept", "accepted", {"receipt": Brought()}, verdicts=answers)
    visit = {"survey": hands.paper(), "neighbours": hands.paper(count=2), "photos": hands.paper(count=1)}
    hands.act(case, "village", "investigate", "agreed", visit, companions=("secretary",))
    hands.act(
        case, "civil", "means_check", "reported", {"authorisation": hands.paper(), "means_report": hands.report(case)}
    )
    hands.act(case, "township", "review", "reviewed", {"review_opinion": hands.paper()})
    posted = hands.paper()
    hands.later(8)
    hands.act(case, "township", "notice", "no_objection", {"notice": posted})
