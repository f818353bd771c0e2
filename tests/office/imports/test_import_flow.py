"""From a file to the registry and back: what is counted, refused, written, and taken back."""

from __future__ import annotations

from datetime import date

import pytest
from conftest_imports import HOUSEHOLD_HEAD, PERSON_HEAD, ROWS, csv_file, person, xlsx_file

from bangfu.office.audit.api import Entry
from bangfu.office.imports.models import Batch, Issue
from bangfu.office.registry import api as registry
from bangfu.office.registry.models import Household, Person, Statement

pytestmark = pytest.mark.django_db


def counts(batch):
    return batch.state, batch.total, batch.added, batch.changed, batch.unchanged, batch.rejected, batch.outside


@pytest.mark.parametrize("make", [csv_file, xlsx_file])
def test_a_check_counts_what_is_new_changed_unchanged_wrong_and_outside(upload, registered, make):
    batch = upload("township", make(ROWS))
    assert batch.failure is None
    assert batch.table == "persons"
    assert counts(batch) == ("checked", 7, 1, 1, 1, 3, 1)
    assert Person.objects.count() == 3
    found = {(i.row, i.code, i.column) for i in batch.issues.filter(severity=Issue.ERROR)}
    assert found == {
        (5, "not_date", "出生日期"),
        (6, "unknown_household", "户编号"),
        (7, "outside_area", "户编号"),
        (8, "id_elsewhere", "证件号码"),
    }


def test_a_personal_value_is_masked_and_a_place_outside_the_area_is_not_told(upload, registered):
    batch = upload("township", csv_file(ROWS))
    issue = batch.issues.get(code="id_elsewhere")
    assert issue.value == "9901**********0039"
    assert issue.detail == "管辖范围之外 / outside your area"


def test_good_rows_are_written_with_statements_and_log_rows(upload, post, registered):
    batch = upload("township", csv_file(ROWS))
    assert post("township", batch, "commit", mode="good").status_code == 302
    assert batch.failure is None
    assert (batch.state, batch.written) == ("committed", 2)
    new = Person.objects.get(number="990101101201000103")
    assert (new.name, new.pinyin, new.household.person_count) == ("赵小", "zhaoxiao", 3)
    wife = Person.objects.get(number="990101101201000102")
    assert wife.version == 2
    assert wife.facts["education"] == "junior_secondary" or wife.facts["education"] != "primary"
    said = Statement.objects.get(person=wife, batch=batch.key)
    assert set(said.values) == {"education"}
    assert said.sealed is not None
    row = Entry.objects.get(stream=batch.key, kind="registry.person.changed")
    assert (set(row.before), set(row.after)) == ({"education"}, {"education"})
    assert row.before != row.after
    anchor = Entry.objects.get(stream="main", kind="imports.committed")
    assert anchor.after["count"] == 2


def test_all_or_nothing_is_refused_while_there_are_errors(upload, post, registered):
    batch = upload("township", csv_file(ROWS))
    post("township", batch, "commit", mode="all")
    assert (batch.state, Person.objects.count()) == ("checked", 3)


def test_a_whole_file_goes_in_at_once_and_comes_out_again(upload, post, registered):
    rows = [ROWS[0], ROWS[1], ROWS[2], ROWS[3]]
    batch = upload("township", csv_file(rows))
    post("township", batch, "commit", mode="all")
    assert (batch.state, batch.written) == ("committed", 2)
    assert post("township", batch, "withdraw", reason="弄错了").status_code == 403
    assert post("civil", batch, "withdraw", reason=" ").status_code == 422
    post("civil", batch, "withdraw", reason="弄错了")
    assert batch.failure is None
    assert batch.state == "withdrawn"
    wife = Person.objects.get(number="990101101201000102")
    assert wife.facts["education"] == "primary"
    assert Statement.objects.get(batch=batch.key, person=wife).withdrawn_by.source == "withdrawal"
    child = Person.objects.get(number="990101101201000103")
    assert (child.left_reason, child.household.person_count) == ("import_withdrawn", 2)
    kinds = set(Entry.objects.filter(stream=f"{batch.key}:withdrawal").values_list("kind", flat=True))
    assert kinds == {"registry.person.changed", "registry.person.left"}
    again = upload("township", csv_file(rows))
    assert counts(again) == ("checked", 3, 1, 1, 1, 0, 0)
    post("township", again, "commit", mode="all")
    child.refresh_from_db()
    assert (again.state, child.left_on, child.name) == ("committed", None, "赵小")
    assert child.memberships.filter(end=None).count() == 1


def test_a_batch_on_which_later_entries_depend_stays(upload, post, registered):
    homes = [HOUSEHOLD_HEAD, ["9901011012010009", "990101101201", "周九", "13900000009", "一般农户", "80"]]
    first = upload("township", csv_file(homes, "户信息.csv"))
    assert counts(first) == ("checked", 1, 1, 0, 0, 0, 0), first.issues.values()
    post("township", first, "commit", mode="all")
    people = [PERSON_HEAD, person("990101101201000901", "9901011012010009", "周九", "")]
    second = upload("township", csv_file(people))
    post("township", second, "commit", mode="all")
    post("civil", first, "withdraw", reason="重复")
    assert first.state == "committed"
    assert first.failure["later"] == [["member", "9901011012010009", 1]]
    post("civil", second, "withdraw", reason="重复")
    post("civil", first, "withdraw", reason="重复")
    assert first.state == "withdrawn"
    assert Household.objects.get(number="9901011012010009").closed_reason == "import_withdrawn"


def test_a_household_in_another_village_and_a_person_in_another_household_are_not_moved(upload, registered):
    homes = [HOUSEHOLD_HEAD, ["9901011012010001", "990101102201", "赵大", "", "", ""]]
    batch = upload("civil", csv_file(homes, "户信息.csv"))
    assert [i.code for i in batch.issues.filter(severity="error")] == ["moved_area"]
    people = [PERSON_HEAD, person("990101101201000102", "9901011022010001", "钱二", "990101197604090029")]
    batch = upload("civil", csv_file(people))
    assert [(i.code, i.detail) for i in batch.issues.filter(severity="error")] == [
        ("person_elsewhere", "9901011012010001")
    ]


def test_a_number_twice_in_the_file_refuses_both_rows_and_a_key_twice_keeps_the_first(upload, registered):
    rows = [PERSON_HEAD] + [
        person(f"99010110120100020{i}", "9901011012010001", f"甲{i}", "110105194912310021") for i in (1, 2)
    ]
    rows += [person("990101101201000203", "9901011012010001", "乙", "")] * 2
    batch = upload("township", csv_file(rows))
    codes = sorted(i.code for i in batch.issues.filter(severity="error"))
    assert codes == ["duplicate_key", "id_twice", "id_twice"]
    assert (batch.added, batch.rejected) == (1, 3)


def test_older_data_become_history_and_replace_nothing(upload, post, registered):
    rows = [ROWS[0], ROWS[2]]
    batch = upload("township", csv_file(rows), as_of="2026-01-31")
    assert [i.code for i in batch.issues.filter(severity="warning")] == ["newer_known"]
    post("township", batch, "commit", mode="all")
    wife = Person.objects.get(number="990101101201000102")
    assert wife.facts["education"] == "primary"
    assert Statement.objects.filter(person=wife).count() == 2


def test_the_same_file_is_recognised(upload, client_of, registered):
    first = upload("township", csv_file(ROWS))
    again = upload("township", csv_file(ROWS, "改了名.csv"))
    text = client_of("township").get(f"/imports/{again.pk}/").content.decode()
    assert "同样的文件已经上传过" in text
    assert f"/imports/{first.pk}/" in text
    west = upload("elsewhere", csv_file(ROWS))
    text = client_of("elsewhere").get(f"/imports/{west.pk}/").content.decode()
    assert "同样的文件已由管辖范围之外的人上传过" in text
    assert f"/imports/{first.pk}/" not in text


def test_another_area_neither_sees_nor_touches_a_batch(upload, client_of, registered):
    batch = upload("township", csv_file(ROWS))
    client = client_of("elsewhere")
    assert batch.file_name not in client.get("/imports/").content.decode()
    for path in ("", "progress/", "columns/", "issues/", "changes/", "marked/"):
        assert client.get(f"/imports/{batch.pk}/{path}").status_code == 404, path
    for path in ("check", "commit", "cancel", "discard", "resume"):
        assert client.post(f"/imports/{batch.pk}/{path}/", {"mode": "good"}).status_code == 404, path
    assert client_of("village").get("/imports/").status_code == 403
    assert Batch.objects.get(pk=batch.pk).state == "checked"


def test_a_sound_number_is_not_overwritten_with_a_damaged_one_and_nothing_unreadable_is_passed_over(
    upload, cast, registered
):
    registry.state_facts(
        actor=cast.actor("township"), basis=registry.Basis(date(2026, 10, 31)),
        subject=Person.objects.select_related("key", "household").get(number="990101101201000101"),
        values={"id_number": "990101197503080018"},
    )  # fmt: skip
    same = {"出生日期": "1975-03-08", "健康状况": "长期慢性病", "文化程度": "小学"}
    wife = {"性别": "女", "出生日期": "1976-04-09", "与户主关系": "配偶", "健康状况": "健康"}
    rows = [
        PERSON_HEAD,
        person("990101101201000101", "9901011012010001", "赵大", "990101197503080019", **same),
        person("990101101201000102", "9901011012010001", "钱二", "99010119", **wife),
    ]
    batch = upload("township", csv_file(rows))
    assert {(i.row, i.code, i.severity, i.value) for i in batch.issues.all()} == {
        (2, "id_worse", Issue.ERROR, "9901**********0019"),
        (3, "id_unreadable", Issue.WARNING, ""),
    }
    assert (batch.rejected, batch.changed) == (1, 1), "the education of the second row still counts"
