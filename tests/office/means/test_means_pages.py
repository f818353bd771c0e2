"""The pages: what a report tells whom, what is starred, what is logged, lists of many, and how a browser sees it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from browser import browser_page, serious, too_wide
from django.utils.translation import override
from means_by_hand import cross_checked, signed

from bangfu.core.values.text import mask
from bangfu.office.audit.api import Entry
from bangfu.office.means import batches, reports
from bangfu.office.means.api import draft, make_report
from bangfu.office.means.models import Authorisation, MeansReport, ReportBatch
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused

pytestmark = pytest.mark.django_db
EAST, WEST, ZHAO = "9901011012010001", "9901011022010001", "990101101201000101"
PURPOSE = "最低生活保障审核确认"
STATED = {"purpose": "verify", "why": "核对残疾证"}


@pytest.fixture
def report(cast, checked) -> MeansReport:
    """Of the east's household."""
    signed(cast.actor("village"), EAST)
    return make_report(actor=cast.actor("civil"), household=EAST, purpose=PURPOSE)


def kinds() -> list[str]:
    return list(Entry.objects.order_by("-id").values_list("kind", flat=True)[:3])


# -- refusals -----------------------------------------------------------------------------------------------------


def test_who_may_not_read_reports_sees_that_there_is_one_and_no_more(client_of, report):
    client = client_of("village")
    page = client.get(f"/means/household/{EAST}/").content.decode()
    assert PURPOSE in page
    assert f"/means/reports/{report.pk}/" not in page
    assert client.get(f"/means/reports/{report.pk}/").status_code == 403
    assert client.get(f"/means/household/{EAST}/contradictions/").status_code == 403
    assert client.post(f"/means/household/{EAST}/make/", {"purpose": PURPOSE}).status_code == 403


def test_no_pdf_without_a_purpose_and_none_for_who_may_not_unmask(client_of, report):
    client = client_of("civil")
    answer = client.post(f"/means/reports/{report.pk}/pdf/", {}, follow=True)
    assert "请选择目的" in answer.content.decode()
    assert client_of("leader").post(f"/means/reports/{report.pk}/pdf/", STATED).status_code == 403
    assert not Entry.objects.filter(kind="means.printed").exists()


def test_a_list_with_a_household_elsewhere_or_none_at_all_is_refused(cast, checked):
    with pytest.raises(Invalid) as error:
        draft(actor=cast.actor("township"), purpose=PURPOSE, items=[(EAST, ""), (WEST, "")])
    assert error.value.errors == {"households": f"您的辖区内没有这些户：{WEST}"}
    with pytest.raises(Invalid) as error:
        draft(actor=cast.actor("township"), purpose=PURPOSE, items=[])
    assert error.value.errors == {"households": "没有选中任何一户"}
    with pytest.raises(Refused):
        draft(actor=cast.actor("village"), purpose=PURPOSE, items=[(EAST, "")])
    mine = draft(actor=cast.actor("township"), purpose=PURPOSE, items=[(EAST, "")])
    with pytest.raises(OutOfReach):
        batches.begin(actor=cast.actor("civil"), batch=mine.pk)


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_page_tells_facts_contradictions_and_what_is_missing_with_health_starred(client_of, report):
    client = client_of("civil")
    text = client.get(f"/means/reports/{report.pk}/").content.decode()
    assert kinds()[0] == "means.read"
    for told in ("38,000.00 元", "云A2010083", "不一致", mask("990101197503080012")):
        assert told in text, told
    assert "990101197503080012" not in text
    first, *_more = reports.opened(report)["conclusions"]
    assert first["zh"] in text
    assert ("三级" in text, "肢体残疾" in text, "***" in text, "健康情况已遮住" in text) == (False, False, True, True)
    shown = client.post(f"/means/reports/{report.pk}/", STATED).content.decode()
    assert "肢体残疾" in shown
    assert kinds()[0] == "registry.unmasked"
    wrong = client.post(f"/means/reports/{report.pk}/", {"purpose": "verify", "why": ""}).content.decode()
    assert "肢体残疾" not in wrong
    assert "请用 4 至 120 个字说明原因" in wrong


def test_the_pdf_is_the_core_s_and_a_row_of_the_log(client_of, report):
    answer = client_of("civil").post(f"/means/reports/{report.pk}/pdf/", STATED)
    assert answer.content.startswith(b"%PDF")
    assert f"{report.number}.pdf" in answer["Content-Disposition"]
    entry = Entry.objects.order_by("-id").first()
    assert (entry.kind, entry.after["sha256"]) == ("means.printed", report.sha256)


def test_contradictions_are_read_and_logged(client_of, report):
    text = client_of("civil").get(f"/means/household/{EAST}/contradictions/").content.decode()
    assert "死亡" in text
    assert kinds()[0] == "means.conflicts_read"


def test_the_list_is_filtered_counted_and_exported_as_shown(client_of, cast, report, django_assert_max_num_queries):
    import openpyxl

    signed(cast.actor("civil"), WEST)
    make_report(actor=cast.actor("civil"), household=WEST, purpose="临时救助")
    client = client_of("civil")
    with django_assert_max_num_queries(14):
        text = client.get("/means/").content.decode()
    assert "赵大" in text
    assert "孙三" in text
    assert "孙三" not in client.get(f"/means/?purpose={PURPOSE}").content.decode()
    assert "赵大" not in client.get("/means/?state=expired").content.decode()
    answer = client.get(f"/means/export/?purpose={PURPOSE}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[0] for row in rows] == ["报告编号", report.number]
    assert kinds()[0] == "means.exported"


def test_a_paper_is_recorded_on_the_page_with_its_document(client_of, cast, registered):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = client_of("village")
    paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x", "application/pdf")
    given = {"signers": [ZHAO], "signed_on": "2026-10-01", "purpose": PURPOSE, "file": paper, "paper": ""}
    assert client.post(f"/means/household/{EAST}/authorise/", given)["Location"] == f"/means/household/{EAST}/"
    row = Authorisation.objects.get()
    assert (row.person_number, row.number, row.scope) == (ZHAO, f"SQ2026-{row.pk:06d}", [])
    page = client.get(f"/means/household/{EAST}/").content.decode()
    assert f"/registry/documents/{row.document}" in page or "查看" in page
    assert "没有授权" in page
    assert Entry.objects.filter(kind="means.authorised").count() == 1


def test_a_list_is_looked_at_then_made_and_who_has_not_agreed_is_named(cast, client_of, report):
    client = client_of("civil")
    answer = client.post("/means/many/", {"purpose": "临时救助", "households": f"{EAST}\n{WEST}"})
    text = client.get(answer["Location"]).content.decode()
    assert "2 户中 1 户可以出具。" in text
    assert "孙三 没有授权" in text
    batch = ReportBatch.objects.get()
    client.post(f"/means/many/{batch.pk}/start/")
    from bangfu.office.means.tasks import work_batch

    work_batch.func(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.made, batch.refused) == ("done", 1, [[WEST, "孙三 没有授权"]])
    assert MeansReport.objects.filter(purpose="临时救助").count() == 1
    assert "已出具 1 户，未出具 1 户。" in client.get(answer["Location"]).content.decode()
    assert "这一批已经启动过" in client.post(f"/means/many/{batch.pk}/start/", follow=True).content.decode()


def test_a_list_whose_worker_was_killed_keeps_what_was_made_and_says_so(cast, checked, client_of):
    import socket

    from django.utils import timezone

    mine = draft(actor=cast.actor("civil"), purpose=PURPOSE, items=[(EAST, "")])
    gone = f"{socket.gethostname()[:40]}:999999:1"
    ReportBatch.objects.update(status="making", worker=gone, heartbeat_at=timezone.now())
    assert "程序中途停了" in client_of("civil").get(f"/means/many/{mine.pk}/").content.decode()
    mine.refresh_from_db()
    assert mine.status == "interrupted"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True])
def test_reports_in_a_browser(cast, registered, live_server, tmp_path, monkeypatch, phone):
    cross_checked(tmp_path, monkeypatch)
    with browser_page(live_server, cast["civil"], phone) as page:
        page.goto(f"/means/household/{EAST}/make/")
        page.fill("[name=purpose]", PURPOSE)
        page.click("main button.btn-primary")
        page.wait_for_selector("text=没有授权，不能核对")
        assert serious(page) == []
        page.click("text=登记授权")
        page.fill("[name=signed_on]", date(2026, 10, 1).isoformat())
        page.fill("[name=paper]", "乡镇 3 号柜")
        assert serious(page) == []
        page.click("main button.btn-primary")
        page.wait_for_selector("text=每一位成年成员的授权都有效")
        page.click("text=出具核对报告")
        page.fill("[name=purpose]", PURPOSE)
        page.click("main button.btn-primary")
        page.wait_for_selector("text=38,000.00 元")
        assert serious(page) == []
        assert too_wide(page) <= 0
        page.goto("/means/")
        page.wait_for_selector("text=赵大")
        assert serious(page) == []


def test_in_english_every_word_is_english(client_of, report):
    client = client_of("civil")
    with override("zh-hans"):  # what a request leaves behind must not be the next test's language
        client.post("/language/", {"language": "en"})
        text = client.get(f"/means/reports/{report.pk}/").content.decode()
    for told in ("Means-check report", "Where sources disagree", "head", "Facts about health are hidden"):
        assert told in text, told
    assert "户主" not in text
