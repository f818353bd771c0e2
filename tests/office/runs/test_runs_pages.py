"""Pages of the monthly run: nobody sees or starts what is not theirs; what is shown is what is exported."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.utils import timezone
from runs_by_hand import EAST_VILLAGE, WEST_VILLAGE, add_lines, make_run

from bangfu.office.audit.api import Entry
from bangfu.office.runs.models import Run

pytestmark = pytest.mark.django_db


def rows_of(answer):
    """The cells of an exported workbook, row by row."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]


# -- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["bureau", "officer", "admin"])
def test_runs_are_not_for_everybody(client_of, ran, part):
    client = client_of(part)
    for path in ("/runs/", f"/runs/{ran.run.pk}/", f"/runs/{ran.run.pk}/lines/", f"/runs/{ran.run.pk}/progress/"):
        assert client.get(path).status_code == 403, path


@pytest.mark.parametrize("part", ["village", "township", "leader", "auditor"])
def test_only_the_county_starts_and_stops(client_of, ran, part):
    client = client_of(part)
    assert client.get("/runs/new/").status_code == 403
    assert client.post("/runs/new/", {"area": "990101", "as_of": "2026-10-31"}).status_code == 403
    assert client.post(f"/runs/{ran.run.pk}/cancel/").status_code == 403
    assert Run.objects.count() == 1


def test_a_line_elsewhere_is_not_found_and_the_attempt_is_logged(client_of, ran):
    client = client_of("township")
    assert client.get(f"/runs/{ran.run.pk}/lines/{ran.west.pk}/").status_code == 404
    assert client.post(f"/runs/{ran.run.pk}/lines/{ran.west.pk}/", {"purpose": "好奇"}).status_code == 404
    for path in (
        f"lines/?area={WEST_VILLAGE}",
        f"?area={WEST_VILLAGE}",
        f"export/?area={WEST_VILLAGE}",
        f"worklists/{WEST_VILLAGE}/",
        "worklists/990101/",
    ):
        assert client.get(f"/runs/{ran.run.pk}/{path}").status_code == 404, path
    last = Entry.objects.order_by("-id").first()
    assert (last.kind, last.actor_name) == ("accounts.refused", "某township")


def test_a_run_of_another_county_is_not_found(client_of, ran):
    other = make_run(area_code="990102")
    for path in ("", "lines/", "progress/", "export/"):
        assert client_of("civil").get(f"/runs/{other.pk}/{path}").status_code == 404, path


def test_who_may_not_export_does_not(client_of, ran):
    client = client_of("village")
    assert client.get(f"/runs/{ran.run.pk}/export/").status_code == 403
    assert "导出" not in client.get(f"/runs/{ran.run.pk}/lines/").content.decode()


@pytest.mark.parametrize(
    "status", ["queued", "exporting", "screening", "loading", "failed", "cancelled", "interrupted"]
)
def test_nothing_is_seen_of_a_run_that_is_not_done(client_of, ran, status):
    Run.objects.update(status=status, heartbeat_at=timezone.now())
    client = client_of("civil")
    assert ran.east.household_number not in client.get(f"/runs/{ran.run.pk}/lines/").content.decode()
    assert client.get(f"/runs/{ran.run.pk}/lines/{ran.east.pk}/").status_code == 404
    assert rows_of(client.get(f"/runs/{ran.run.pk}/export/"))[5:] == []
    assert client.get(f"/runs/{ran.run.pk}/worklists/990101/").status_code == 404


# -- starting -----------------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_politely(client_of, registered):
    make_run(status="queued")
    text = client_of("civil").post("/runs/new/", {"area": "990101", "as_of": "2026-10-31"}).content.decode()
    assert "本县 2026-10 的比对正在进行（王民政 启动），完成或取消后才能再启动" in text
    assert Run.objects.count() == 1


def test_a_day_that_has_not_come_is_refused(client_of, registered):
    later = date.fromordinal(timezone.localdate().toordinal() + 1)
    text = client_of("civil").post("/runs/new/", {"area": "990101", "as_of": later.isoformat()}).content.decode()
    assert "基准日不能晚于今天" in text
    assert Run.objects.count() == 0


def test_a_county_that_is_not_ones_own_cannot_be_chosen(client_of, registered):
    client_of("civil").post("/runs/new/", {"area": "990102", "as_of": "2026-10-31"})
    assert Run.objects.count() == 0


def test_a_run_is_queued_and_logged(client_of, registered):
    answer = client_of("civil").post("/runs/new/", {"area": "990101", "as_of": "2026-10-31"})
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.status, run.started_by_name, run.as_of) == ("queued", "某civil", date(2026, 10, 31))
    last = Entry.objects.order_by("-id").first()
    assert (last.kind, last.subject_id, last.area_code, last.after) == (
        "runs.started", str(run.pk), "990101", {"as_of": "2026-10-31"},
    )  # fmt: skip
    assert "等待后台任务" in client_of("civil").get(f"/runs/{run.pk}/").content.decode()


def test_a_waiting_run_is_cancelled_at_once(client_of, registered):
    run = make_run(status="queued", finished_at=None)
    client = client_of("agriculture")
    client.post(f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert Entry.objects.order_by("-id").first().kind == "runs.cancelled"
    text = client.post(f"/runs/{run.pk}/cancel/", follow=True).content.decode()
    assert "这次比对已经结束，不能取消" in text


def test_the_start_page_says_which_bureau_files_are_there(client_of, registered, media):
    folder = media / "bureau" / "990101" / "2026-10"
    folder.mkdir(parents=True)
    (folder / "vehicles.csv").write_text("证件号码,姓名\n", encoding="utf-8")
    text = client_of("civil").get("/runs/new/").content.decode()
    assert "2026-10 的部门数据" in text
    assert "vehicles.csv" in text
    assert "没有说明文件，不能据此判断“无”" in text
    assert "不当作没有" in text


# -- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "lines"), [("civil", 3), ("township", 2), ("village", 2), ("elsewhere", 1), ("leader", 3)]
)
def test_counts_and_lines_are_those_of_the_own_area(client_of, ran, part, lines):
    client = client_of(part)
    assert f"共 {lines} 条" in client.get(f"/runs/{ran.run.pk}/lines/").content.decode()
    text = client.get(f"/runs/{ran.run.pk}/").content.decode()
    assert ("西乡" in text) == (part in ("civil", "leader", "elsewhere"))
    assert ("东" in text) == (part != "elsewhere")


def test_the_way_down_leads_to_the_lines(client_of, ran):
    client = client_of("civil")
    assert "area=990101101" in client.get(f"/runs/{ran.run.pk}/").content.decode()
    township = client.get(f"/runs/{ran.run.pk}/?area=990101101").content.decode()
    assert f"kind=entitled_not_receiving&amp;definition=dibao&amp;area={EAST_VILLAGE}" in township
    village = client.get(f"/runs/{ran.run.pk}/lines/?kind=entitled_not_receiving&definition=dibao&area={EAST_VILLAGE}")
    text = village.content.decode()
    assert "赵大" in text
    assert "共 1 条" in text
    assert "560.00 / 0.00" in text


@pytest.mark.parametrize(
    ("query", "households"),
    [
        ("", 3), ("kind=check", 1), ("kind=nothing", 0), ("definition=dibao", 2), ("change=new", 2), ("change=gone", 0),
        ("household=990101101", 2), ("household=9901011022010001", 1), ("household=赵", 0), ("household=%00", 3), ("area=990101101", 2), ("area=east", 0),
    ],
)  # fmt: skip
def test_filters_narrow_the_list_and_its_count(client_of, ran, query, households):
    answer = client_of("civil").get(f"/runs/{ran.run.pk}/lines/?{query}")
    if query == "area=east":
        assert answer.status_code == 404
        return
    text = answer.content.decode()
    assert f"共 {households} 条" in text
    assert text.count('data-label="依据"') == households


def test_a_reason_is_told_in_words_without_values(client_of, ran):
    text = client_of("civil").get(f"/runs/{ran.run.pk}/lines/?kind=receiving_not_entitled").content.decode()
    assert "不符合：机动车数量或价值超过当地规定" in text


def test_pages_ask_few_questions_however_many_lines(client_of, ran, django_assert_max_num_queries):
    add_lines(ran.run, *[("check", "DQ010", f"9901011012{i:06d}", EAST_VILLAGE, {}) for i in range(300)])
    client = client_of("civil")
    for path in ("", "lines/", "lines/?size=100", "lines/?household=99"):
        with django_assert_max_num_queries(10):
            assert client.get(f"/runs/{ran.run.pk}/{path}").status_code == 200
    with django_assert_max_num_queries(10):
        client.get("/runs/")


def test_paging_goes_through_all_lines_once(client_of, ran):
    import re

    add_lines(ran.run, *[("check", "DQ010", f"9901011012{i:06d}", EAST_VILLAGE, {}) for i in range(60)])
    client, path, seen = client_of("civil"), f"/runs/{ran.run.pk}/lines/", []
    while path:
        text = client.get(path).content.decode()
        seen += re.findall(r"/lines/(\d+)/", text)
        following = re.search(r'href="([^"]+)">下一页', text)
        path = f"/runs/{ran.run.pk}/lines/{following[1].replace('&amp;', '&')}" if following else ""
    assert len(seen) == len(set(seen)) == 63


# -- exporting ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "kind=entitled_not_receiving", "area=990101101&change=new", "household=9901011022"]
)
def test_the_workbook_is_the_list(client_of, ran, query):
    import re

    client = client_of("civil")
    text = client.get(f"/runs/{ran.run.pk}/lines/?{query}").content.decode()
    rows = rows_of(client.get(f"/runs/{ran.run.pk}/export/?{query}"))
    header = rows[4]
    body = rows[5:]
    assert [row[header.index("户编号")] for row in body] == re.findall(r'class="mono" href="/households/(\d+)/"', text)
    assert [row[header.index("政策或规则")] for row in body] == re.findall(r'/lines/\d+/">([^<]+)</a>', text)
    for row in body:
        assert row[header.index("依据")] in text


def test_the_workbook_says_what_it_is_and_the_log_who_took_it(client_of, ran):
    rows = rows_of(client_of("township").get(f"/runs/{ran.run.pk}/export/?kind=check&change=unchanged"))
    assert rows[0][0] == f"示例县 2026-10-31 月度比对（第 {ran.run.pk} 次）"
    assert rows[1][0] == "区划：东乡；类别：疑点；与上次相比：持续"
    assert rows[2][0].startswith("某township 于 ")
    assert len(rows) == 6
    last = Entry.objects.order_by("-id").first()
    assert (last.kind, last.after) == (
        "runs.exported", {"run": ran.run.pk, "filter": rows[1][0], "lines": 1},
    )  # fmt: skip


# -- home ---------------------------------------------------------------------------------------------------------


def test_the_overview_counts_the_own_area(cast, ran, django_assert_max_num_queries):
    from bangfu.office.runs.api import latest_overview

    make_run(status="screening", as_of=date(2026, 11, 20))
    actor = cast.actor("township")
    with django_assert_max_num_queries(9):
        found = latest_overview(actor)
    assert found.run == ran.run
    assert {tile.kind: tile.lines for tile in found.tiles if tile.lines} == {"entitled_not_receiving": 1, "check": 1}
    assert found.running.as_of == date(2026, 11, 20)
    assert latest_overview(cast.actor("bureau")) is None


def test_the_panel_of_the_home_page(cast, ran, rf):
    from django.template.loader import render_to_string

    from bangfu.office.runs.api import latest_overview

    actor = cast.actor("township")
    text = render_to_string("runs/home_panel.html", {"runs_overview": latest_overview(actor), "actor": actor})
    assert f'href="/runs/{ran.run.pk}/?kind=check"' in text
    assert "漏保" in text
