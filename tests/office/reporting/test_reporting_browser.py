"""Filling a form, and reading ranks, in a real browser: wide and on a phone."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from browser import browser_page, serious, too_wide
from figures_by_hand import give_figures
from runs_by_hand import make_run

from bangfu.office.reporting.models import FilledForm, RememberedAnswer

EAST, WEST = "990101101", "990101102"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"


def looks_right(page):
    """Nothing serious by axe, nothing to push sideways."""
    assert serious(page) == [], page.url
    assert too_wide(page) == 0, page.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_form_is_brought_answered_and_taken(live_server, cast, registered, tmp_path, phone):
    book = openpyxl.Workbook()
    for row in (["农户情况统计表"], ["村名", "总户数（户）", "电商带货收入（万元）"], ["东风村"]):
        book.active.append(row)
    book.save(tmp_path / "统计表.xlsx")
    with browser_page(live_server, cast["township"], phone) as page:
        page.goto("/figures/fill/")
        assert page.get_by_text("还没有填过表").is_visible()
        page.locator("summary").click()
        looks_right(page)
        page.set_input_files("#id_file", tmp_path / "统计表.xlsx")
        page.get_by_role("button", name="上传并填写").click()
        page.get_by_role("heading", name="每个数的出处").wait_for()
        page.locator("td.filled a").first.click()
        assert page.locator("tr:target").is_visible(), "a figure leads to its source"
        looks_right(page)

        page.get_by_label("“电商带货收入(万元)”的另一个说法").fill("总户数")
        assert page.get_by_role("radio", name="换个说法").is_checked()
        page.get_by_role("button", name="记住答复并重新填写").click()
        page.get_by_role("heading", name="已采用的答复").wait_for()
        looks_right(page)
        assert RememberedAnswer.objects.get().answer == {"phrase": "总户数"}

        with page.expect_download() as taken:
            page.get_by_role("button", name="下载填好的表").click()
        filled = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
        assert taken.value.suggested_filename == "统计表-已填.xlsx"
        assert [cell.value for cell in filled[3]][:2] == ["东风村", 1]

        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="删除").click()
        page.get_by_text("已删除空表和填好的表").wait_for()
        assert FilledForm.objects.get().removed_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_the_leader_reads_ranks(live_server, cast, registered, phone):
    give_figures(
        make_run(as_of=date(2026, 9, 30)), {("measure_households", EAST): "30", ("measure_households", WEST): "45"}
    )
    figures = {("measure_households", EAST): "40", ("measure_households", WEST): "45", ("resolution_rate", EAST): "8.3"}
    give_figures(make_run(), figures)
    with browser_page(live_server, cast["leader"], phone) as page:
        page.goto("/figures/ranks/?indicator=measure_households")
        looks_right(page)
        page.get_by_label("各地同一目标").fill("42")
        page.get_by_role("button", name="排名").click()
        page.get_by_text("时间过去 83.3%").first.wait_for()
        assert page.get_by_text("高于目标 3户").is_visible()
        assert page.locator("rect.mark").count() == 2
        looks_right(page)
        page.get_by_label("方向").select_option("lower")
        page.get_by_text("从低到高，越低越好").wait_for()
        assert page.locator("td[data-label='地区']").all_inner_texts() == ["东乡", "西乡"]
        page.get_by_label("指标").select_option(label="监测对象风险消除率")
        page.get_by_text("8.3%").first.wait_for()
        looks_right(page)
