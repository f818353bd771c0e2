"""The main flow in a real browser, wide and like a phone."""

from __future__ import annotations

import browser
import pytest
from conftest_imports import ROWS, csv_file

from bangfu.office.imports.models import Batch
from bangfu.office.registry.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("phone", [False, True])
def test_upload_look_correct_import(live_server, cast, registered, tmp_path, phone):
    path = tmp_path / "家庭成员.csv"
    path.write_bytes(csv_file(ROWS).read())
    with browser.browser_page(live_server, cast["township"], phone) as page:

        def sound():
            assert browser.serious(page) == []
            assert browser.too_wide(page) == 0

        page.goto("/imports/")
        sound()
        page.get_by_role("link", name="上传文件").first.click()
        sound()
        page.get_by_label("选择文件，或把文件拖到这里").set_input_files(path)
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_role("heading", name="确认导入").wait_for()
        sound()
        page.get_by_role("link", name="查看或更正").click()
        page.get_by_label("文化程度").select_option("")
        sound()
        page.get_by_role("button", name="按此对应重新检查").click()
        page.get_by_role("heading", name="确认导入").wait_for()
        assert "没有可以导入的行" not in page.content()
        page.get_by_role("link", name="所有错误和提醒").click()
        sound()
        page.go_back()
        with page.expect_download() as download:
            page.get_by_role("link", name="下载标注错误的工作簿").click()
        assert download.value.suggested_filename == "家庭成员-错误标注.xlsx"
        page.get_by_role("button", name="导入 2 行").click()
        page.get_by_role("heading", name="结果").wait_for()
        sound()
    assert Batch.objects.get().state == "committed"
    assert Person.objects.get(number="990101101201000103").name == "赵小"
    assert Person.objects.get(number="990101101201000102").facts["education"] == "primary"  # the column was not used


def test_a_county_officer_withdraws_and_the_progress_is_readable(live_server, cast, registered, tmp_path):
    path = tmp_path / "家庭成员.csv"
    path.write_bytes(csv_file([ROWS[0], ROWS[3]]).read())
    with browser.browser_page(live_server, cast["civil"]) as page:
        page.goto("/imports/new/")
        assert browser.serious(page) == []
        page.locator("#id_file").set_input_files(path)
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_role("button", name="导入 1 行").click()
        page.get_by_role("link", name="撤回这一批").click()
        assert browser.serious(page) == []
        page.get_by_label("撤回的原因").fill("重复上传")
        page.get_by_role("button", name="撤回", exact=True).click()
        page.get_by_text("撤回：重复上传").wait_for()
        assert browser.serious(page) == []
        Batch.objects.update(state="checking")  # as while a worker is at it
        page.reload()
        assert browser.serious(page) == []
