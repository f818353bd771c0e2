"""The registry in a real browser, wide and phone: search, file, provenance, filter, bulk action."""

from __future__ import annotations

from datetime import date

import pytest
from browser import browser_page, serious, too_wide
from many_households import more

from bangfu.office.registry.models import Record, SavedFilter

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


def open_menu(page, phone):
    """On a phone the search box lies behind the menu."""
    if phone:
        page.get_by_role("button", name="菜单").click()
        page.locator("#menu.show").wait_for()


@BOTH
def test_from_the_search_box_to_where_a_fact_comes_from(live_server, cast, records, say, phone):
    say(records.east, "survey", date(2026, 11, 5), safe_water=False)
    with browser_page(live_server, cast["village"], phone) as page:
        page.goto("/households/")
        looks_right(page)
        open_menu(page, phone)
        page.locator("#search-box").press_sequentially("qe")
        page.get_by_role("option", name="钱二").wait_for()
        looks_right(page)
        page.keyboard.press("ArrowDown")
        assert page.locator("#search-box").get_attribute("aria-activedescendant") == "suggestion-1"
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="赵大").wait_for()
        looks_right(page)

        section = page.locator("#living")
        assert section.evaluate("part => part.open") is not phone  # folded on the phone, the way there is the bar
        page.get_by_role("navigation", name="本页各部分").get_by_role("link", name="两不愁三保障").click()
        page.wait_for_function("document.getElementById('living').open")
        assert page.locator("#living .items li").count() == 6
        page.locator("#living .items .not_met a.from").first.click()
        dialog = page.locator("dialog#provenance")
        dialog.get_by_text("入户采集").first.wait_for()
        assert dialog.get_by_text("国家系统导出").first.is_visible()
        looks_right(page)
        page.keyboard.press("Escape")
        assert not dialog.is_visible()

        page.goto(f"/households/{records.east.number}/print/")
        assert serious(page) == []
        page.goto("/search/?q=%E8%B5%B5")
        looks_right(page)


@BOTH
def test_from_a_filter_to_a_bulk_action_with_preview(live_server, cast, records, phone):
    more(3)
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto("/households/")
        page.get_by_text("筛选、排序和列").click()
        looks_right(page)
        page.get_by_label("户主姓名或户编号开头").fill("李")
        page.get_by_role("button", name="筛选", exact=True).click()
        page.get_by_text("共 3 户").wait_for()
        page.get_by_text("保存筛选").click()
        page.locator("#save-name").fill("姓李的户")
        page.get_by_role("button", name="保存", exact=True).click()
        page.get_by_text("已保存筛选“姓李的户”").wait_for()
        looks_right(page)
        assert "text=" in SavedFilter.objects.get().query["query"]
        page.goto("/households/")
        page.get_by_role("button", name="我的筛选").click()
        page.get_by_role("link", name="姓李的户").click()
        page.get_by_text("共 3 户").wait_for()

        some = page.get_by_role("button", name="对选中的户")
        assert some.is_disabled()
        page.get_by_label("选中 李000").check()
        page.get_by_label("选中 李002").check()
        some.click()
        page.get_by_text("已选 2 户").wait_for()
        looks_right(page)
        page.get_by_label("措施类别").select_option(label="产业帮扶")
        page.get_by_role("button", name="预览").click()
        page.get_by_role("button", name="确认变更 2 户").wait_for()
        looks_right(page)
        assert not Record.objects.filter(household__head_name="李000").exists()
        page.get_by_role("button", name="确认变更 2 户").click()
        page.get_by_text("登记帮扶措施：变更 2 户，跳过 0 户").wait_for()
        assert Record.objects.filter(household__head_name__startswith="李", kind="industry").count() == 2


@BOTH
def test_the_other_pages_look_right(live_server, cast, records, phone):
    with browser_page(live_server, cast["civil"], phone) as page:
        for path in ("/persons/", "/vocabularies/", f"/households/{records.east.number}/facts/house_grade/", "/households/?text=没有"):  # fmt: skip
            page.goto(path)
            looks_right(page)
        page.get_by_text("没有符合条件的户").wait_for()
        page.goto("/vocabularies/")
        page.get_by_role("button", name="存入规则集中还没有的代码表").click()
        page.get_by_role("link", name="帮扶措施类别").click()
        looks_right(page)
        page.get_by_role("link", name="建立新版本").click()
        looks_right(page)
        page.goto(f"/households/{records.east.number}/")
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        looks_right(page)
