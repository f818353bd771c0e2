"""Entitlements, monitoring and moves in a real browser, wide and on a phone: nothing serious by axe, one click to a review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from browser import browser_page, serious, too_wide
from django.utils import timezone

from bangfu.office.accounts.api import system_actor
from bangfu.office.benefits import api as benefits
from bangfu.office.benefits.api import Entitlement, Ruling, Transfer, Whose
from bangfu.office.casework.api import Case

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/benefits/", "/cases/monitoring/", "/benefits/transfers/", "/benefits/household/{number}/")


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


def test_from_an_overdue_review_to_its_case_and_from_a_clue_to_its_case(cast, registered, live_server):
    home, today = registered.east, timezone.localdate()
    for policy, fen in (("dibao", 30_000), ("at_risk_household", 0)):
        ruling = Ruling("GA2026-000099", "a" * 64, timezone.now(), today)
        benefits.begin(
            actor=system_actor(), whose=Whose(home, policy), amount_fen=fen, start_month="", ruling=ruling
        )  # fmt: skip
    Entitlement.objects.filter(policy="dibao").update(
        review_due_on=today - timedelta(days=1), changed={"households.transfer_income": [1, 2]}
    )
    with browser_page(live_server, cast["township"], phone=True) as page:
        for path in PAGES:
            page.goto(path.format(number=home.number))
            looks_right(page)
        page.goto("about:blank")
    with browser_page(live_server, cast["township"]) as page:
        page.goto("/benefits/?review=overdue")
        looks_right(page)
        page.get_by_role("button", name="复核", exact=True).click()
        page.get_by_text("已立案：GA").wait_for()
        assert Case.objects.get().procedure == "benefit_review"
        page.goto("/cases/monitoring/")
        looks_right(page)
        page.get_by_label("户编号").fill(home.number)
        page.get_by_label("情况").fill("收入减少")
        page.get_by_role("button", name="登记", exact=True).click()
        page.get_by_text("本户已是监测对象，线索已记入").wait_for()
        page.goto("/benefits/transfers/")
        page.get_by_label("户编号").fill(home.number)
        page.get_by_label("转入村的代码或名称").fill("西河村")
        page.get_by_label("事由").fill("随子女居住")
        page.get_by_role("button", name="提出", exact=True).click()
        page.get_by_text("已移交，等待转入地接收").wait_for()
        looks_right(page)
        assert Transfer.objects.get().state == "handed_over"
        page.goto("about:blank")
