"""Files for the tests of imports: small tables with Chinese headers, as CSV and Excel."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.office.imports.models import Batch

HOUSEHOLD_HEAD = ("户编号", "行政村代码", "户主姓名", "户联系电话", "户类型", "住房面积")
PERSON_HEAD = ("人编号", "户编号", "姓名", "证件号码", "性别", "出生日期", "与户主关系", "健康状况", "文化程度")
EAST, WEST = "990101101201", "990101102201"


def csv_file(rows, name="家庭成员.csv"):
    """An upload."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"))


def xlsx_file(rows, name="家庭成员.xlsx", **options):
    """The same as a workbook."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("成员")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile(name, content.getvalue())


def person(number, household, name, id_number, **other):
    """A row of persons."""
    row = [number, household, name, id_number, "男", "1980-01-02", "户主", "健康", "初中"]
    for key, value in other.items():
        row[PERSON_HEAD.index(key)] = value
    return row


ROWS = [
    PERSON_HEAD,
    person("990101101201000101", "9901011012010001", "赵大", "990101197503080012", 出生日期="1975-03-08", 健康状况="长期慢性病", 文化程度="小学"),  # unchanged
    person("990101101201000102", "9901011012010001", "钱二", "990101197604090029", 性别="女", 出生日期="1976-04-09", 与户主关系="配偶", 健康状况="健康", 文化程度="初中"),  # changed
    person("990101101201000103", "9901011012010001", "赵小", "99010120100101001X", 与户主关系="之子", 出生日期="2010-01-01"),  # new
    person("990101101201000104", "9901011012010001", "赵幼", "", 出生日期="二〇一五年底", 与户主关系="之子"),  # a date that is none
    person("990101101201000105", "9901011012019999", "李四", ""),  # nobody knows the household
    person("990101102201000102", "9901011022010001", "孙五", "", 与户主关系="之子"),  # the west
    person("990101101201000106", "9901011012010001", "孙三", "990101197503080039", 与户主关系="其他"),  # registered in the west
]  # fmt: skip
"""For the township of the east: one of each."""


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def upload(client_of, django_capture_on_commit_callbacks):
    """Upload as a part of the cast; the batch as it stands after the (immediate) worker."""

    def do(part, file, **fields):
        from bangfu.office.accounts.api import actor_of  # noqa: F401

        client = client_of(part)
        place = {"township": "990101101/", "elsewhere": "990101102/", "bureau": "990101/medical_insurance"}
        data = {
            "file": file,
            "place": place.get(part, "990101/"),
            "as_of": "2026-11-01",
            "source": "township_list",
            **fields,
        }
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/imports/new/", data)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        return Batch.objects.latest("pk")

    return do


@pytest.fixture
def post(client_of, django_capture_on_commit_callbacks):
    """Post as a part of the cast, and let the worker do what was queued."""

    def do(part, batch, action, **data):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client_of(part).post(f"/imports/{batch.pk}/{action}/", data)
        batch.refresh_from_db()
        return answer

    return do
