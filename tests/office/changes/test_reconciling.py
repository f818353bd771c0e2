"""The registry beside the national export: to no differences, or to a list, masked, downloadable, each a correction."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bangfu.office.changes import reconcile_actions
from bangfu.office.changes.models import Difference, Reconciliation
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry

EAST, WEST = "9901011012010001", "9901011022010001"
WIFE = "990101101201000102"
HOUSEHOLDS = [
    [
        "户编号",
        "行政村代码",
        "户主",
        "户联系电话",
        "户类型",
        "监测对象类别",
        "村民组",
        "饮水安全",
        "住房等级",
        "人均纯收入（填报）",
        "转移性收入（全部）",
    ],
    [
        EAST,
        "990101101201",
        "赵大",
        "13900000001",
        "一般农户",
        "不是监测对象",
        "第1组",
        "是",
        "B级",
        "12034.40",
        "2460.00",
    ],
    [
        WEST,
        "990101102201",
        "孙三",
        "13900000002",
        "一般农户",
        "不是监测对象",
        "第1组",
        "是",
        "B级",
        "12034.40",
        "2460.00",
    ],
]
PERSONS = [
    ["人编号", "户编号", "姓名", "证件号码", "性别", "出生日期", "与户主关系", "健康状况", "文化程度"],
    ["990101101201000101", EAST, "赵大", "990101197503080012", "男", "1975-03-08", "户主", "长期慢性病", "小学"],
    [WIFE, EAST, "钱二", "990101197604090029", "女", "1976-04-09", "配偶", "长期慢性病", "小学"],
    ["990101102201000101", WEST, "孙三", "990101197503080039", "男", "1975-03-08", "户主", "长期慢性病", "小学"],
]


def file_of(rows, name: str = "户信息.csv") -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"))


def changed(rows, row: int, column: str, value: str):
    found = [list(line) for line in rows]
    found[row][rows[0].index(column)] = value
    return found


@pytest.fixture
def compare(cast, registered):
    def run(households=HOUSEHOLDS, persons=PERSONS, part: str = "township", area: str = "990101101") -> Reconciliation:
        files = {"households": file_of(households), "persons": file_of(persons, "成员.csv")}
        made = reconcile_actions.start(actor=cast.actor(part), area_code=area, as_of=date(2026, 11, 1), files=files)
        return reconcile_actions.carry_out(made.pk)

    return run


def test_nobody_compares_outside_their_area(compare, cast):
    with pytest.raises(Refused):
        compare(area="990101102")
    with pytest.raises(Refused):
        compare(part="village", area="990101101201")
    with pytest.raises(Invalid) as refused:
        reconcile_actions.start(
            actor=cast.actor("township"), area_code="990101101", as_of=date(2099, 1, 1),
            files={"persons": SimpleUploadedFile("a.pdf", b"x")},
        )  # fmt: skip
    assert refused.value.errors == {
        "as_of": "导出日期不能晚于今天",
        "households": "请选择户信息导出表",
        "persons": "请上传 Excel 或 CSV 文件",
    }


def test_the_same_is_no_difference_and_the_files_are_gone(compare):
    made = compare()
    assert (made.status, made.counts["differences"]) == ("done", 0)
    assert (made.counts["households"], made.counts["their_persons"]) == (1, 2)
    assert not reconcile_actions.folder_of(made).exists()


def test_what_differs_is_listed_by_household_person_and_field(compare):
    households = changed(changed(HOUSEHOLDS, 1, "住房等级", "C级"), 1, "转移性收入（全部）", "2461")
    persons = changed(changed(PERSONS, 2, "健康状况", "健康"), 2, "文化程度", "")
    made = compare(households, persons)
    rows = {(d.person_no, d.field): (d.ours, d.theirs) for d in made.differences.all()}
    assert rows == {
        ("", "house_grade"): ("B", "C"),
        ("", "transfer_income"): (246_000, 246_100),
        (WIFE, "health"): (None, None),
        (WIFE, "education"): ("primary", None),
    }
    from bangfu.office.changes.reconciling import values_of

    assert values_of(made.differences.get(field="health")) == ("chronic", "healthy")


def test_a_cell_that_cannot_be_read_is_a_difference_and_never_taken_for_blank(compare):
    titles = [*HOUSEHOLDS[0], "识别监测时间"]
    made = compare(households=[titles, [*HOUSEHOLDS[1], "七七"], [*HOUSEHOLDS[2], ""]])
    row = made.differences.get()
    assert (row.sort, row.household_no, row.field) == ("unreadable", EAST, "monitored_since")


def test_households_and_persons_that_one_side_lacks(compare):
    new = ["9901011012010009", "990101101201", "周九", "", "一般农户", "", "", "是", "A级", "1", "1"]
    households = [HOUSEHOLDS[0], *HOUSEHOLDS[1:], new]
    stranger = ["990101101201000103", EAST, "赵小", "", "男", "2026-01-01", "之子", "健康", ""]
    made = compare(households, [PERSONS[0], PERSONS[1], stranger])
    rows = {(d.sort, d.household_no, d.person_no) for d in made.differences.all()}
    assert rows == {
        ("only_theirs", "9901011012010009", ""),
        ("only_theirs", EAST, "990101101201000103"),
        ("only_ours", EAST, WIFE),
    }
    assert "赵小" not in str(list(Difference.objects.values()))


def test_a_file_that_cannot_be_read_says_so(compare):
    made = compare(households=[["甲", "乙"], ["1", "2"]])
    assert made.status == "failed"
    assert made.problem.startswith("households.csv：没有找到表头。")


def test_a_difference_becomes_a_correction_once(compare, cast):
    made = compare(persons=changed(PERSONS, 2, "姓名", "钱贰"))
    row = made.differences.get()
    with pytest.raises(OutOfReach):
        reconcile_actions.propose_theirs(actor=cast.actor("elsewhere"), difference=row.pk)
    change = reconcile_actions.propose_theirs(actor=cast.actor("township"), difference=row.pk)
    assert (change.status, change.person.number) == ("proposed", WIFE)
    with pytest.raises(Invalid, match="已据此提出过变更"):
        reconcile_actions.propose_theirs(actor=cast.actor("township"), difference=row.pk)


def test_the_pages_and_the_workbook_mask_and_keep_to_the_area(client_of, compare):
    made = compare(persons=changed(PERSONS, 2, "证件号码", "990101197604090020"))
    for path in ("", "differences.xlsx"):
        assert client_of("elsewhere").get(f"/changes/reconcile/{made.pk}/{path}").status_code == 404
    client = client_of("township")
    page = client.get(f"/changes/reconcile/{made.pk}/").content.decode()
    assert "9901**********0029" in page
    assert "9901**********0020" in page
    assert "990101197604090020" not in page
    answer = client.get(f"/changes/reconcile/{made.pk}/differences.xlsx")
    from openpyxl import load_workbook

    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1] == (EAST, WIFE, "值不同", "证件号码", "9901**********0029", "9901**********0020")
    row = made.differences.get()
    answer = client.post(f"/changes/differences/{row.pk}/correct/")
    assert answer["Location"].startswith("/changes/")
    assert registry.Person.objects.get(number=WIFE).version == 1


def test_uploading_in_the_browser(client_of, registered):
    client = client_of("township")
    asked = {
        "area_code": "990101101",
        "as_of": "2026-11-01",
        "households": file_of(HOUSEHOLDS),
        "persons": file_of(PERSONS, "人.csv"),
    }
    answer = client.post("/changes/reconcile/", asked, follow=True)
    assert "零差异" in answer.content.decode()
    assert client.post("/changes/reconcile/", {"area_code": "990101101", "as_of": "x"}).status_code == 422
