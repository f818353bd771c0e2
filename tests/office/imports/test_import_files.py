"""Hostile and odd files, columns mapped by hand and remembered, the marked workbook, the other tables, bureau files."""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from datetime import date

import pytest
from conftest_imports import PERSON_HEAD, ROWS, csv_file, person, xlsx_file
from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.office.audit.api import Entry
from bangfu.office.imports import queries, storage
from bangfu.office.imports.models import Batch, RememberedColumns
from bangfu.office.registry.models import Record, StatusEpisode

pytestmark = pytest.mark.django_db
FORM = {"place": "990101101/", "as_of": "2026-11-01", "source": "survey"}


def refused(client, name, content, **fields):
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile(name, content), **FORM, **fields})
    assert answer.status_code == 422
    assert Batch.objects.count() == 0
    return answer.content.decode()


def bomb(size, lie=False):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    data = content.getvalue()
    return data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")) if lie else data


def test_what_is_no_table_empty_too_large_or_a_bomb_is_not_kept(client_of, registered, settings):
    client = client_of("township")
    assert "不能读取“.exe”类文件" in refused(client, "程序.exe", b"MZ")
    assert "空" in refused(client, "空.csv", b"")
    assert "解压后过大" in refused(client, "炸弹.xlsx", bomb(80 << 20))
    assert "解压后过大" in refused(client, "炸弹.xlsx", bomb(80 << 20, lie=True))
    assert "数据截至日期不能晚于今天" in refused(client, "a.csv", b"a,b", as_of="2099-01-01")
    settings.BANGFU_MAX_UPLOAD_MB = 0
    assert "超过 0 MB" in refused(client, "a.csv", b"a,b")
    kept = list((settings.MEDIA_ROOT / "imports").glob("*")) if (settings.MEDIA_ROOT / "imports").exists() else []
    assert kept == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("坏.xlsx", b"PK\x03\x04 not a workbook", "damaged"),
        (
            "密.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("文.xls", b"%PDF-1.7 ...", "not_a_table"),
        ("坏.parquet", b"PAR1 nothing", "damaged"),
        ("码.csv", b"\xff\x00\xff\x81 \x00 broken", "not_a_table"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_both_languages(upload, client_of, registered, name, content, code):
    batch = upload("township", SimpleUploadedFile(name, content))
    assert (batch.state, batch.failure["code"]) == ("failed", code)
    client = client_of("township")
    assert name in client.get(f"/imports/{batch.pk}/").content.decode()
    english = client.get(f"/imports/{batch.pk}/", headers={"accept-language": "en"}).content.decode()
    assert f"{name}:" in english


def test_a_web_page_named_xls_is_read_and_nothing_in_it_is_run(upload, client_of, registered):
    cells = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
        for row in (PERSON_HEAD, person("990101101201000103", "9901011012010001", "&lt;script&gt;x", ""))
    )
    page = f"<html><body><table>{cells}</table></body></html>".encode()
    batch = upload("township", SimpleUploadedFile("<b>表.xls", page))
    assert (batch.state, batch.added + batch.rejected) == ("checked", 1)
    text = client_of("township").get(f"/imports/{batch.pk}/").content.decode()
    assert "<script>x" not in text
    assert "<b>表" not in text


def test_files_lie_there_for_the_server_only_and_go_when_the_batch_is_given_up(upload, post, registered):
    batch = upload("township", csv_file(ROWS))
    for path in (storage.upload_path(batch), storage.checked_path(batch), storage.marked_path(batch)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    post("township", batch, "discard")
    assert batch.state == "discarded"
    assert not storage.upload_path(batch).exists()
    assert batch.issues.count() == 0


def test_a_header_that_nobody_knows_is_mapped_by_hand_and_remembered(upload, post, client_of, registered):
    head = ("序号", "人的号", "家的号", "叫什么", "年工资(万元)")
    rows = [head, ("1", "990101101201000103", "9901011012010001", "赵小", "1.5")]
    batch = upload("township", csv_file(rows, "登记.csv"))
    assert batch.state == "mapping"
    assert batch.titles == list(head)
    assert "人的号" in client_of("township").get(f"/imports/{batch.pk}/columns/?table=persons").content.decode()
    answer = post("township", batch, "columns", table="persons", c2="household_no", c3="name")
    assert answer.status_code == 422
    assert "还没有对应“人编号”" in answer.content.decode()
    twice = {"c1": "person_no", "c2": "person_no"}
    assert "同一项只能对应文件中的一列" in post("township", batch, "columns", table="persons", **twice).content.decode()
    chosen = {"c1": "person_no", "c2": "household_no", "c3": "name", "c4": "wage_income"}
    post("township", batch, "columns", table="persons", **chosen)
    assert (batch.state, batch.added, batch.bad) == ("checked", 1, 0)
    post("township", batch, "commit", mode="all")
    from bangfu.office.registry.models import Person

    assert Person.objects.get(number="990101101201000103").facts["wage_income"] == 1_500_000
    rows[1] = ("1", "990101101201000104", "9901011012010001", "赵幼", "2")
    again = upload("township", csv_file(rows, "登记2.csv"))
    assert (again.state, again.table, again.remembered, again.added) == ("checked", "persons", True, 1)
    assert "采用了上次更正的对应" in client_of("township").get(f"/imports/{again.pk}/").content.decode()
    assert RememberedColumns.objects.get().scope == "990101101"


def test_the_marked_workbook_has_every_row_the_bad_cells_and_a_list(upload, client_of, registered):
    import openpyxl

    rows = [*ROWS, person("990101101201000107", "9901011012010001", "=1+1", "", 出生日期="无")]
    batch = upload("township", xlsx_file(rows, strings_to_formulas=False))
    answer = client_of("township").get(f"/imports/{batch.pk}/marked/")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["成员", "错误清单"]
    sheet = book["成员"]
    assert sheet.max_row == len(rows)
    born = sheet.cell(5, PERSON_HEAD.index("出生日期") + 1)
    assert born.value == "二〇一五年底"
    assert born.fill.start_color.rgb == "FFF8C9C4"
    assert "不是日期" in born.comment.text
    assert "is not a date" in born.comment.text
    assert sheet.cell(3, 1).comment is None
    assert sheet.cell(9, 3).data_type == "s"
    errors = [[cell.value for cell in row] for row in book["错误清单"].iter_rows(min_row=2)]
    assert [row[1] for row in errors if row[4].startswith("户编号“9901011012019999”")] == ["6"]
    assert all("990101197503080039" not in str(cell) for row in errors for cell in row)
    assert Entry.objects.filter(kind="imports.returned").count() == 1


def test_errors_are_listed_page_by_page_with_a_constant_number_of_queries(
    upload, client_of, registered, django_assert_max_num_queries
):
    rows = [PERSON_HEAD] + [
        person(f"99010110120101{i:04}", "9901011012010001", "甲", "", 出生日期="去年") for i in range(70)
    ]
    batch = upload("township", csv_file(rows))
    client = client_of("township")
    with django_assert_max_num_queries(20):
        text = client.get(f"/imports/{batch.pk}/issues/?severity=error").content.decode()
    assert text.count('<span class="tag bad">') == 50
    assert "第2行" in text
    assert "“去年”不是日期" in text
    assert "请按 2019-04-12 的样式填写" in text
    with django_assert_max_num_queries(30):
        client.get(f"/imports/{batch.pk}/")
    with django_assert_max_num_queries(12):
        client.get("/imports/")


def test_preview_and_changes_show_no_personal_value(upload, client_of, registered):
    batch = upload("township", csv_file(ROWS))
    client = client_of("township")
    text = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "990101197604090029" not in text
    assert "钱*" in text
    text = client.get(f"/imports/{batch.pk}/changes/").content.decode()
    assert "共 1 行" in text
    assert "<del>小学</del>" in text
    assert "<b>初中</b>" in text
    assert "慢性" not in text  # health is shown starred out


def records(post, upload, head, *rows, name):
    batch = upload("township", csv_file([head, *rows], name))
    assert batch.state == "checked", batch.failure
    if batch.good:
        post("township", batch, "commit", mode="good")
        assert batch.state == "committed", batch.failure
    return batch


def test_records_are_added_replaced_and_brought_back(upload, post, registered):
    head = ("户编号", "补助项目", "月发放金额", "起始日期", "银行账号")
    old = records(
        post, upload, head, ("9901011012010001", "dibao", "372", "2022-01-01", "62220001"), name="benefits.csv"
    )
    assert (old.table, old.written) == ("benefits", 1)
    assert Record.objects.get().values["monthly_amount"] == 37_200
    same = records(
        post, upload, head, ("9901011012010001", "dibao", "372", "2022-01-01", "62220001"), name="benefits.csv"
    )
    assert (same.unchanged, same.good) == (1, 0)
    new = records(
        post, upload, head, ("9901011012010001", "dibao", "400", "2022-01-01", "62220001"), name="benefits.csv"
    )
    assert (new.changed, new.written) == (1, 1)
    assert Record.objects.filter(withdrawn_on=None).get().values["monthly_amount"] == 40_000
    post("civil", new, "withdraw", reason="金额有误")
    assert new.state == "withdrawn"
    assert Record.objects.filter(withdrawn_on=None).get().values["monthly_amount"] == 37_200


def test_a_status_ends_by_an_import_and_goes_on_when_it_is_withdrawn(upload, post, registered):
    head = ("户编号", "身份类别", "开始日期", "结束日期", "原因")
    first = records(
        post, upload, head, ("9901011012010001", "建档立卡", "2015-06-01", "", "因病"), name="status_episodes.csv"
    )
    assert first.table == "status_episodes"
    then = records(
        post,
        upload,
        head,
        ("9901011012010001", "建档立卡", "2015-06-01", "2018-12-01", "因病"),
        name="status_episodes.csv",
    )
    assert (then.changed, StatusEpisode.objects.get().end) == (1, date(2018, 12, 1))
    post("civil", then, "withdraw", reason="未脱贫")
    assert StatusEpisode.objects.get().end is None
    post("civil", first, "withdraw", reason="未建档")
    assert StatusEpisode.objects.count() == 0
    assert Entry.objects.filter(kind="registry.episode.withdrawn").count() == 1


def test_a_bureau_brings_its_own_tables_only_and_the_county_accepts_them(upload, post, client_of, cast, registered):
    head = ("证件号码", "姓名", "入院日期", "医疗机构等级", "总费用", "政策范围内费用")
    rows = [
        head,
        ("990101197503080012", "赵大", "2026-09-12", "二级", "8000", "7000"),
        ("", "", "2026-09-12", "二级", "1", "1"),
    ]
    covers = {
        "covers_areas": "990101",
        "covers_from": "2026-01-01",
        "covers_to": "2026-11-01",
        "legal_basis": "核对授权",
    }
    batch = upload("bureau", csv_file(rows, "医疗费用结算.csv"), source="bureau_list", **covers)
    assert (batch.table, batch.added, batch.rejected) == ("medical_settlements", 1, 1), batch.failure
    assert batch.manifest["covers"] == {"areas": ["990101"], "period": {"from": "2026-01-01", "to": "2026-11-01"}}
    assert post("bureau", batch, "commit", mode="good").status_code == 403
    form = {"file": csv_file(ROWS), "place": "990101/medical_insurance", "as_of": "2026-11-01", "source": "other"}
    assert client_of("bureau").post("/imports/new/", {**form, "table": "persons"}).status_code == 422
    foreign = upload("bureau", csv_file(ROWS, "成员.csv"))
    assert foreign.table in ("", "medical_settlements", "insurance_enrolment")
    assert "households" not in client_of("bureau").get("/imports/new/").content.decode()
    post("civil", batch, "commit", mode="good")
    assert batch.state == "committed"
    found = queries.bureau_files(cast.actor("civil"), date(2026, 11, 30))
    assert found["medical_settlements"].sha256 == batch.sha256
    assert queries.bureau_files(cast.actor("elsewhere"), date(2026, 11, 30)) == {}
    post("civil", batch, "withdraw", reason="医保局重新报送")
    assert queries.bureau_files(cast.actor("civil"), date(2026, 11, 30)) == {}


def test_parquet_is_read_like_the_rest(upload, registered):
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = io.BytesIO()
    columns = {title: [row[i] or None for row in ROWS[1:]] for i, title in enumerate(PERSON_HEAD)}
    pq.write_table(pa.table(columns), content)
    batch = upload("township", SimpleUploadedFile("成员.parquet", content.getvalue()))
    assert (batch.total, batch.added, batch.changed, batch.unchanged, batch.rejected, batch.outside) == (
        7,
        1,
        1,
        1,
        3,
        1,
    )
    assert storage.marked_path(batch).exists()


def test_a_semicolon_file_in_gb18030_is_read(upload, registered):
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(ROWS)
    batch = upload("township", SimpleUploadedFile("成员.csv", text.getvalue().encode("gb18030")))
    assert (batch.state, batch.total) == ("checked", 7)
