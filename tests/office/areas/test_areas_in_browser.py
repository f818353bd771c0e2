"""The tree and the map in a real browser, with mouse and with keys, wide and phone."""

from __future__ import annotations

import pytest
from browser import browser_page, serious, too_wide

from bangfu.office.accounts.api import system_actor
from bangfu.office.areas.api import Area, demo_outlines, import_boundaries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mapped(areas):
    """Outlines for all areas."""
    codes = list(Area.objects.values_list("code", flat=True))
    import_boundaries(actor=system_actor(), shapes=demo_outlines(codes), source="test")


@pytest.mark.parametrize("phone", [False, True])
def test_the_tree_unfolds_in_place(live_server, cast, registered, phone):
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto("/areas/")
        assert page.locator("text=西河村").count() == 0
        page.focus("#area-990101102 a.fold")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=西河村")
        assert "1 户" in page.inner_text("#area-990101102201")
        assert page.get_attribute("#area-990101102 a.fold", "aria-expanded") == "true"
        page.keyboard.press("Enter")
        assert not page.is_visible("text=西河村")
        assert page.url.endswith("/areas/"), "nothing was loaded anew"
        assert serious(page) == []
        assert too_wide(page) <= 0


@pytest.mark.parametrize("phone", [False, True])
def test_the_map_draws_outlines_and_the_list_beside_it_says_the_same(live_server, cast, registered, mapped, phone):
    with browser_page(live_server, cast["leader"], phone) as page:
        page.goto("/areas/990101/")
        page.wait_for_selector("#map[data-ready=yes]")
        assert page.locator("#map path.outline").count() == 2
        assert page.inner_text(".leaflet-control-attribution") == ""
        page.focus("#area-990101101 .node a:not(.fold)")
        assert page.locator("#map path.here").count() == 1, "what has the focus in the list is marked on the map"
        assert serious(page) == []
        assert too_wide(page) <= 0
        page.locator("#map path.outline").first.click()
        page.wait_for_url("**/areas/99010110*/")
        page.wait_for_selector("#map[data-ready=yes]")
        assert page.locator("#map path.outline").count() == 1


@pytest.mark.parametrize("phone", [False, True])
def test_a_merge_is_shown_and_done(live_server, cast, registered, phone):
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto("/areas/990101101201/change/merge/")
        page.check("input[name=others]")
        page.select_option("#id_into", "990101102201")
        page.fill("#id_on", "2026-11-01")
        page.click("main form button")
        assert "将要发生的事" in page.inner_text("main")
        assert serious(page) == []
        assert too_wide(page) <= 0
        page.click("text=确认办理")
        assert "已办理，并记入审计日志" in page.inner_text("main")
        assert "合并" in page.inner_text("main")
        for path in ("/areas/import/", "/areas/990101101201/"):
            page.goto(path)
            assert serious(page) == [], path
            assert too_wide(page) <= 0, path
