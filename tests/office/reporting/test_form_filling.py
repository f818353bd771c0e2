"""A superior's form filled in the office: who may, what is filled, what is asked and remembered, what is logged, what goes."""

from __future__ import annotations

import io
import json
import stat
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bangfu.office.areas.api import Move
from bangfu.office.audit.api import Entry
from bangfu.office.reporting import filling, previews, storage
from bangfu.office.reporting.actions import recover
from bangfu.office.reporting.models import FilledForm, RememberedAnswer
from bangfu.office.reporting.relocation import count_moving, relocate
from bangfu.office.reporting.tidying import clear_out

pytestmark = pytest.mark.django_db
EAST, WEST = "990101101", "990101102"
HEADS = ("村名", "总户数（户）", "总人口（人）", "监测对象占比（%）", "电商带货收入（万元）")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return Path(settings.MEDIA_ROOT)


def workbook(rows, name="统计表.xlsx"):
    """An upload with one sheet."""
    book, whole = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(whole)
    return SimpleUploadedFile(name, whole.getvalue())


def statistics():
    """A table with a row for the east's village: two columns that are known, one doubtful, one unknown."""
    return workbook([["农户情况统计表"], HEADS, ["东风村"]])


def roster():
    """A list of people by name."""
    return workbook([["全镇人员花名册"], ["序号", "姓名", "身份证号码", "联系电话"]], "花名册.xlsx")


@pytest.fixture
def upload(client_of, registered, django_capture_on_commit_callbacks):
    """Bring a form as a part of the cast; the form as it stands after the (immediate) worker."""

    def do(part="township", file=None, **fields):
        data = {"file": file or statistics(), "area": EAST, "as_of": "2026-10-31", **fields}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client_of(part).post("/figures/fill/", data)
        assert answer.status_code == 302, answer.content.decode()[:6000]
        return FilledForm.objects.latest("pk")

    return do


@pytest.fixture
def post(client_of, django_capture_on_commit_callbacks):
    """Post as a part of the cast, and let the worker do what was queued."""

    def do(part, form, action, **data):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client_of(part).post(f"/figures/fill/{form.pk}/{action}/", data)
        form.refresh_from_db()
        return answer

    return do


def cells(form):
    """What stands in the filled workbook."""
    return [list(row) for row in openpyxl.load_workbook(storage.filled_path(form)).active.iter_rows(values_only=True)]


def kinds():
    """Kinds of events of this app in the log, in order."""
    return list(Entry.objects.filter(kind__startswith="reporting.").order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("part", ["village", "officer", "leader", "bureau", "admin"])
def test_who_may_not_export_fills_no_form(client_of, part):
    answer = client_of(part).post("/figures/fill/", {"file": statistics(), "area": EAST, "as_of": "2026-10-31"})
    assert answer.status_code == 403
    assert not FilledForm.objects.exists()


def test_a_form_of_another_area_is_refused_and_nothing_is_kept(client_of, registered, media):
    answer = client_of("township").post("/figures/fill/", {"file": statistics(), "area": WEST, "as_of": "2026-10-31"})
    assert answer.status_code == 422
    assert "西乡" not in answer.content.decode()
    assert not FilledForm.objects.exists()
    assert list((media / "forms").glob("*")) == []


@pytest.mark.parametrize(
    ("file", "fields", "said"),
    [
        (SimpleUploadedFile("a.docx", b"x"), {}, "不能填“.docx”类文件；请上传 .xlsx 或 .xls 的空表"),
        (SimpleUploadedFile("a.xlsx", b"no workbook"), {}, "文件不是 .xlsx 表格，可能只是改了扩展名；请在表格软件中另存为 .xlsx 再上传"),
        (None, {"as_of": "2999-01-01"}, "截止日期不能晚于今天"),
        (None, {"whole": "1"}, "请选择目的"),
        (None, {"whole": "1", "purpose": "visit", "why": "见 13900000001"}, "请不要在文字中写证件号码、电话或账号"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_is_said_and_not_kept(client_of, registered, media, file, fields, said):
    data = {"file": file or statistics(), "area": EAST, "as_of": "2026-10-31", **fields}
    answer = client_of("township").post("/figures/fill/", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FilledForm.objects.exists()
    assert list(storage.root().glob("*")) == []


def test_a_file_that_is_too_large(client_of, registered, settings):
    settings.BANGFU_MAX_UPLOAD_MB = 0
    answer = client_of("township").post("/figures/fill/", {"file": statistics(), "area": EAST, "as_of": "2026-10-31"})
    assert "文件超过 0 MB；请去掉其中的图片再上传" in answer.content.decode()


def test_a_form_without_a_header_fails_and_says_why(upload, client_of):
    form = upload(file=workbook([["通知"], ["请于月底前报送"]]))
    assert form.state == "failed"
    assert form.failure.startswith("统计表.xlsx: 没有找到表头")
    page = client_of("township").get(f"/figures/fill/{form.pk}/").content.decode()
    assert "没有找到表头" in page
    assert "no header was found" not in page
    assert kinds() == ["reporting.form_uploaded", "reporting.form_failed"]


def test_a_form_is_filled_from_the_registry_of_its_area(upload, client_of, media):
    form = upload()
    assert (form.state, form.failure) == ("done", "")
    assert cells(form)[2][:3] == ["东风村", 1, 2]
    assert cells(form)[2][4] is None
    page = client_of("township").get(f"/figures/fill/{form.pk}/").content.decode()
    for text in ("格已填", "“电商带货”不在已知的词里", "每个数的出处", "总户数", "下载填好的表"):
        assert text in page, text
    assert kinds() == ["reporting.form_uploaded", "reporting.form_filled"]
    after = Entry.objects.get(kind="reporting.form_filled").after
    assert after["sha256"] == storage.hash_of(storage.filled_path(form)) == form.result_sha256
    assert not (media / "forms" / str(form.pk) / "work").exists()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in storage.folder(form).iterdir()}
    assert (
        modes["filled.xlsx"] == modes["filled.xlsx.trace.json"] == modes["form.xlsx"] == modes["preview.json"] == 0o600
    )
    assert stat.S_IMODE(storage.folder(form).stat().st_mode) == 0o700


def test_a_form_of_which_nothing_is_known_is_done_and_says_why(upload, client_of):
    form = upload(file=workbook([["农户情况统计表"], HEADS, ["无名村"]]))
    page = client_of("township").get(f"/figures/fill/{form.pk}/").content.decode()
    assert (form.state, form.filled) == ("done", 0)
    assert "一格也没有填上，原因在下面。" in page
    assert "行：无名村" in page


def test_only_who_may_export_in_its_area_sees_it(upload, client_of):
    form = upload()
    for part, status in (("civil", 200), ("auditor", 200), ("elsewhere", 404), ("village", 403)):
        assert client_of(part).get(f"/figures/fill/{form.pk}/").status_code == status, part
        assert client_of(part).post(f"/figures/fill/{form.pk}/download/").status_code == status, part
    assert "统计表.xlsx" in client_of("civil").get("/figures/fill/").content.decode()
    assert "统计表.xlsx" not in client_of("elsewhere").get("/figures/fill/").content.decode()


def test_taking_the_form_is_logged_with_its_hash(upload, client_of):
    form = upload()
    answer = client_of("township").post(f"/figures/fill/{form.pk}/download/")
    assert openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active["B3"].value == 1
    assert "filename*=utf-8''%E7%BB%9F%E8%AE%A1%E8%A1%A8-%E5%B7%B2%E5%A1%AB.xlsx" in answer["Content-Disposition"]
    entry = Entry.objects.get(kind="reporting.form_taken")
    assert entry.area_code == EAST
    assert entry.after == {"sha256": form.result_sha256, "filled": form.filled, "people": 0, "whole": False}


def test_of_a_long_form_the_first_rows_are_shown(tmp_path):
    book = openpyxl.Workbook()
    for number in range(1, 101):
        book.active.append([number, "13900000001", *([""] * 40), number])
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "long.xlsx")
    cell = {"sheet": "Sheet", "header": "户数", "definition": {"zh": "总户数"}, "unit": "户", "value": 1, "numerator": 1,
            "denominator": None, "records": 1, "area": ["东风村 990101101201"], "status": "filled"}  # fmt: skip
    trace = {"cells": [{**cell, "cell": f"A{row}"} for row in range(1, 101)]}
    sheet = previews.shown(tmp_path / "long.xlsx", trace)["sheets"][0]
    assert (len(sheet["rows"]), sheet["more_rows"], sheet["more_columns"]) == (60, 40, 3)
    assert [c["text"] for c in sheet["rows"][1][:2]] == ["2", "13*******01"]
    assert sheet["rows"][59][0]["anchor"] == "s0-A60"
    assert sheet["rows"][0][0]["across"] == 2
    column = previews.sources_of(trace, ["Sheet"])[0]
    assert (len(column.cells), column.more) == (60, 40)


def test_a_form_that_is_merged_over_all_its_cells_takes_no_memory(upload):
    import zipfile

    book, whole = openpyxl.Workbook(), io.BytesIO()
    for row in (["农户情况统计表"], HEADS, ["东风村"]):
        book.active.append(row)
    book.active.merge_cells("G9:H9")
    book.save(whole)
    again = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"G9:H9", b"A4:XFD1048576"))
    form = upload(file=SimpleUploadedFile("合并.xlsx", again.getvalue()))
    assert (form.state, form.failure) == ("done", "")
    assert len(storage.preview(form)["sheets"][0]["rows"]) == 3


# -- answers ------------------------------------------------------------------------------------------------------


def question(form, header):
    """The number of a question in the page."""
    return next(n for n, q in enumerate(storage.trace(form)["questions"]) if q["header"] == header)


def test_answers_are_refused_where_they_say_nothing_or_too_much(upload, post):
    form = upload()
    number = question(form, "电商带货收入(万元)")
    post("township", form, "answer", **{f"header-{number}": "电商带货收入(万元)", f"answer-{number}": ""})
    post("township", form, "answer", **{
        f"header-{number}": "电商带货收入(万元)", f"answer-{number}": "phrase", f"phrase-{number}": "13900000001",
    })  # fmt: skip
    post("township", form, "answer", **{f"header-{number}": "另一栏", f"answer-{number}": "blank"})
    assert (form.answers, RememberedAnswer.objects.count()) == ({}, 0)
    assert "reporting.form_answered" not in kinds()


def test_an_answer_fills_again_and_is_remembered_for_the_next_form(upload, post, client_of):
    form = upload()
    number = question(form, "电商带货收入(万元)")
    post("township", form, "answer", **{
        f"header-{number}": "电商带货收入(万元)", f"answer-{number}": "phrase", f"phrase-{number}": "总户数",
    })  # fmt: skip
    assert (form.state, cells(form)[2][4]) == ("done", 1)
    assert kinds()[2:] == ["reporting.form_answered", "reporting.form_filled"]
    following = upload()
    assert cells(following)[2][4] == 1
    assert "即“总户数”" in client_of("township").get(f"/figures/fill/{following.pk}/").content.decode()
    other = upload("elsewhere", workbook([["农户情况统计表"], HEADS, ["西河村"]]), area=WEST)
    assert cells(other)[2][1:3] == [1, 1]
    assert cells(other)[2][4] is None, "what the east said is not the west's"


def test_a_column_that_is_to_stay_empty_and_the_answer_taken_back(upload, post):
    form = upload()
    shares = "监测对象占比(%)"
    number = question(form, shares)
    assert cells(form)[2][3] is not None
    post("township", form, "answer", **{f"header-{number}": shares, f"answer-{number}": "blank"})
    assert (form.answers, cells(form)[2][3]) == ({shares: {"blank": True}}, None)
    post("township", form, "forget", header=shares)
    assert (form.answers, RememberedAnswer.objects.count()) == ({}, 0)
    assert cells(form)[2][3] is not None
    assert Entry.objects.get(kind="reporting.answer_forgotten").before == {shares: {"blank": True}}


# -- people -------------------------------------------------------------------------------------------------------


def test_a_roster_has_numbers_starred_out_unless_a_purpose_is_stated(upload, client_of):
    form = upload(file=roster())
    assert form.state == "done", form.failure
    text = json.dumps(cells(form), ensure_ascii=False)
    assert "赵大" in text
    assert "孙三" not in text
    assert "990101197503080012" not in text
    assert not Entry.objects.filter(kind="registry.unmasked").exists()

    page = client_of("township").get(f"/figures/fill/{form.pk}/").content.decode()
    assert "没有写明用途，只写遮盖后的号码；需要完整号码时请在上传时勾选并说明用途" in page

    whole = upload(file=roster(), whole="1", purpose="verify", why="上级要求核对号码")
    assert "990101197503080012" in json.dumps(cells(whole))
    page = client_of("township").get(f"/figures/fill/{whole.pk}/").content.decode()
    assert "9901**********0012" in page
    assert "990101197503080012" not in page
    seen = Entry.objects.filter(kind="registry.unmasked", subject_type="person")
    assert sorted(seen.values_list("subject_id", flat=True)) == ["990101101201000101", "990101101201000102"]


def test_a_roster_with_whole_numbers_is_its_makers_alone(upload, post, client_of):
    form = upload(file=roster(), whole="1", purpose="verify", why="上级要求核对号码")
    page = client_of("civil").get(f"/figures/fill/{form.pk}/").content.decode()
    assert "表中有完整的号码，只有填写人可以下载。" in page
    for action in ("download", "again", "remove"):
        assert post("civil", form, action).status_code == 302
    assert kinds() == ["reporting.form_uploaded", "reporting.form_filled"]
    assert storage.filled_path(form).exists()


# -- interruptions, removal ---------------------------------------------------------------------------------------


def test_a_form_that_waits_is_cancelled_and_filled_later(client_of, registered, post):
    client_of("township").post("/figures/fill/", {"file": statistics(), "area": EAST, "as_of": "2026-10-31"})
    form = FilledForm.objects.get()
    assert form.state == "queued"
    assert "等待后台填写" in client_of("township").get(f"/figures/fill/{form.pk}/progress/").content.decode()
    post("township", form, "cancel")
    assert form.state == "cancelled"
    post("township", form, "again")
    assert form.state == "done"
    assert kinds() == [f"reporting.form_{k}" for k in ("uploaded", "cancelled", "refilled", "filled")]


@pytest.mark.parametrize("step", ["export", "fill"])
def test_a_form_that_is_cancelled_on_the_way_leaves_no_copy_of_the_registry(upload, monkeypatch, media, step):
    real = storage.Progress.say

    def say(self, at, done=0, total=0):
        if at == step:
            (self._folder / "cancel").touch()
        real(self, at, done, total)

    monkeypatch.setattr(storage.Progress, "say", say)
    form = upload()
    assert form.state == "cancelled"
    assert not storage.filled_path(form).exists()
    assert list(media.glob("forms/*/work")) == []


def test_what_breaks_is_said_without_a_traceback_and_leaves_no_copy(upload, monkeypatch, media):
    def broken(*_args):
        raise RuntimeError("赵大 990101197503080012")

    monkeypatch.setattr(filling, "write_villages", broken)
    form = upload()
    assert (form.state, form.failure) == ("failed", "程序出错，请把时间和编号告诉系统管理员")
    assert list(media.glob("forms/*/work")) == []


def test_a_killed_worker_leaves_a_form_that_says_so(upload, client_of, media):
    form = upload()
    FilledForm.objects.update(state="working")
    left = media / "forms" / str(form.pk) / "work"
    left.mkdir()
    with storage.held(form):
        assert recover() == 0, "somebody is at it"
        assert left.exists()
    page = client_of("township").get(f"/figures/fill/{form.pk}/").content.decode()
    assert "后台程序中途停止，没有填完；请点“重新填写”" in page
    assert not left.exists()
    assert kinds()[-1] == "reporting.form_failed"


def test_a_form_is_removed_with_its_files(upload, post, client_of):
    form = upload()
    folder = storage.folder(form)
    post("township", form, "remove")
    assert form.removed_at is not None
    assert not folder.exists()
    assert client_of("township").get(f"/figures/fill/{form.pk}/").status_code == 404
    assert kinds()[-1] == "reporting.form_removed"


def test_after_thirty_days_the_files_go(upload):
    young, old = upload(), upload()
    FilledForm.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=31))
    assert (clear_out(), clear_out()) == (1, 0)
    old.refresh_from_db()
    assert old.removed_at is not None
    assert not (storage.root() / str(old.pk)).exists()
    assert storage.filled_path(young).exists()


def test_forms_and_answers_move_with_the_tree(upload, cast):
    form = upload()
    for code, header in ((EAST, "甲"), (EAST, "乙"), (WEST, "乙")):
        RememberedAnswer.objects.create(area_code=code, header=header, answer={"phrase": code}, user_key="x")
    moves = [Move(EAST, WEST)]
    assert count_moving(moves) == 1
    assert relocate(cast.actor("civil"), moves, form.as_of) == 1
    form.refresh_from_db()
    assert form.area_code == WEST
    kept = RememberedAnswer.objects.order_by("header").values_list("area_code", "header", "answer")
    assert [(a, h, x["phrase"]) for a, h, x in kept] == [(WEST, "乙", WEST), (WEST, "甲", EAST)]


def test_the_list_costs_the_same_for_many_forms(upload, client_of, django_assert_max_num_queries):
    upload()
    first = FilledForm.objects.get()
    FilledForm.objects.bulk_create(
        FilledForm(area_code=EAST, file_name=f"{n}.xlsx", ending=".xlsx", sha256="0", as_of=first.as_of)
        for n in range(20)
    )
    client = client_of("township")
    with django_assert_max_num_queries(12):
        assert client.get("/figures/fill/").status_code == 200


def test_a_village_s_name_of_two_townships_is_answered_in_the_office_and_remembered(
    upload, post, client_of, registered
):
    from bangfu.office.areas.models import Area

    Area.objects.filter(code="990101102201").update(name="东风村")
    form = upload("civil", file=workbook([["农户情况统计表"], HEADS, ["东风村"]]), area="990101")
    page = client_of("civil").get(f"/figures/fill/{form.pk}/").content.decode()
    assert "行:东风村" in page
    asked, _told = previews.questions_of(storage.trace(form) or {}, False)
    question = next(q for q in asked if q.header == "行:东风村")
    choice = next(zh for zh, _ in question.options if zh.endswith("990101102201"))
    post("civil", form, "answer", **{
        f"answer-{question.number}": choice, f"header-{question.number}": question.header,
    })  # fmt: skip
    assert cells(form)[2][1] == 1
    assert RememberedAnswer.objects.get(header="行:东风村").answer == {"reading": choice}
