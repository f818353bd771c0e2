"""The flows in a real browser, wide and like a phone; axe finds nothing serious."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from browser import browser_page, serious, too_wide
from django.utils import timezone

pytestmark = pytest.mark.django_db(transaction=True)
EAST = "9901011012010001"
WIFE = "990101101201000102"


@pytest.fixture(autouse=True)
def writes():
    """Not watched here: the watcher knows transactions by their savepoints, and a live server's are whole ones.

    The same writes are watched in test_pages_of_changes.py.
    """


def well(page) -> None:
    """As a page should be: nothing serious for axe, not wider than the screen."""
    assert serious(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_correction_by_the_village_is_confirmed_side_by_side_by_the_township(live_server, cast, registered, phone):
    from bangfu.office.registry.models import Person

    with browser_page(live_server, cast["village"], phone) as page:
        page.goto(f"/changes/propose/?household={EAST}")
        well(page)
        page.get_by_role("link", name="更正信息").click()
        page.get_by_role("link", name="钱二（配偶）").click()
        page.get_by_placeholder("按项目名称筛选").fill("姓名")
        assert page.get_by_label("文化程度").is_hidden()
        page.get_by_label("姓名", exact=True).fill("钱贰")
        page.get_by_label("理由").fill("户口簿为准")
        well(page)
        page.get_by_role("button", name="提出").click()
        page.get_by_text("变更已提出，等待另一人确认").wait_for()
        assert page.get_by_role("button", name="确认").count() == 0
        address = page.url
    with browser_page(live_server, cast["township"], phone) as page:
        page.goto("/changes/")
        page.get_by_role("link", name="更正信息").click()
        assert page.url == address
        cells = [page.locator("td.old").inner_text(), page.locator("td.new").inner_text()]
        assert cells == ["钱二", "钱贰"]
        well(page)
        page.get_by_role("button", name="确认").click()
        page.get_by_text("变更已生效").wait_for()
    assert Person.objects.get(number=WIFE).name == "钱贰"


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_two_people_on_one_field_choose_field_by_field(live_server, cast, propose, phone):
    from bangfu.office.registry.models import Household

    with browser_page(live_server, cast["township"], phone) as page:
        page.goto(f"/changes/propose/?kind=correction&household={EAST}")
        page.get_by_label("住房等级").select_option("D")
        page.get_by_label("饮水安全").select_option("no")
        page.get_by_label("理由").fill("入户核实")
        propose("agriculture", values={"house_grade": "C"}, effective_on=timezone.localdate())
        page.get_by_role("button", name="提出").click()
        page.get_by_role("heading", name="有人同时改了同一项").wait_for()
        assert page.locator("fieldset").count() == 1
        well(page)
        page.get_by_label("改为提出的 D级").check()
        page.get_by_role("button", name="按选择提出").click()
        page.get_by_text("变更已生效").wait_for()
    facts = Household.objects.get(number=EAST).facts
    assert (facts["house_grade"], facts["safe_water"]) == ("D", False)


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_closed_window_queues_and_opening_it_applies(live_server, cast, registered, phone):
    from bangfu.office.registry.models import Household

    today = timezone.localdate()
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto("/changes/windows/")
        page.locator("#kind").select_option("freeze")
        page.get_by_label("名称").fill("年终冻结")
        page.locator("#opens_on").fill((today - timedelta(days=3)).isoformat())
        page.get_by_role("button", name="设定").click()
        page.get_by_text("今天不开放编辑").wait_for()
        well(page)
    with browser_page(live_server, cast["township"], phone) as page:
        page.goto(f"/changes/propose/?kind=correction&household={EAST}")
        page.get_by_text("窗口期未开放").wait_for()
        page.get_by_label("住房等级").select_option("D")
        page.get_by_label("理由").fill("入户核实")
        page.get_by_role("button", name="提出").click()
        page.get_by_text("排队中").first.wait_for()
        well(page)
    assert Household.objects.get(number=EAST).facts["house_grade"] == "B"
    with browser_page(live_server, cast["civil"], phone) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/changes/windows/")
        page.get_by_role("button", name="结束 年终冻结").click()
        page.get_by_text("排队的变更：1 项已生效，0 项有冲突，0 项继续等待").wait_for()
    assert Household.objects.get(number=EAST).facts["house_grade"] == "D"


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_the_other_pages_are_well(live_server, cast, propose, phone):
    change = propose("township", values={"house_grade": "C"}, effective_on=date(2026, 11, 10))
    with browser_page(live_server, cast["township"], phone) as page:
        for path in (
            "/changes/?view=done",
            f"/changes/{change.pk}/undo/",
            "/changes/reconcile/",
            f"/changes/propose/?kind=split&household={EAST}",
            f"/changes/propose/?kind=birth&household={EAST}",
            f"/changes/propose/?kind=death&household={EAST}",
            "/changes/propose/?kind=new_household",
        ):
            page.goto(path)
            well(page)
