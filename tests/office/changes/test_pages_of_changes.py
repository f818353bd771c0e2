"""The pages: who sees what, the forms of the kinds, refusals in words, masks, counts, and a fixed number of queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from bangfu.office.audit.models import Entry
from bangfu.office.changes import actions
from bangfu.office.changes.models import Change
from bangfu.office.registry import api as registry

EAST, WEST = "9901011012010001", "9901011022010001"
HEAD, WIFE = "990101101201000101", "990101101201000102"
GOOD = "990101197503080018"
TODAY = "2026-11-10"
WHY = {"purpose": "verify", "why": "核对电话"}


def text_of(response) -> str:
    return response.content.decode()


def send(client, **fields):
    given = {"household": EAST, "effective_on": timezone.localdate().isoformat(), "reason": "入户核实", **fields}
    return client.post("/changes/propose/", given)


def seen_of(client, person: str = "") -> str:
    page = text_of(client.get("/changes/propose/", {"kind": "correction", "household": EAST, "person": person}))
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.fixture
def west_change(propose):
    return propose("civil", household=WEST, person="990101102201000101", values={"name": "孙叁"})


def test_what_lies_elsewhere_is_not_found_and_the_attempt_is_logged(client_of, registered, west_change):
    client = client_of("township")
    for path in ("", "conflict/", "undo/"):
        assert client.get(f"/changes/{west_change.pk}/{path}").status_code == 404
    for path in ("confirm/", "withdraw/", "conflict/", "undo/"):
        assert client.post(f"/changes/{west_change.pk}/{path}", {"reason": "x"}).status_code == 404
    assert client.get("/changes/propose/", {"kind": "death", "household": WEST}).status_code == 404
    assert client.get("/changes/propose/", {"household": WEST}).status_code == 404
    assert send(client, kind="death", household=WEST, person="990101102201000101").status_code == 404
    assert Entry.objects.filter(kind="accounts.refused").count() == 10
    page = text_of(client.get("/changes/", {"view": "pending"}))
    assert "全部待确认 <b>0</b>" in page
    assert "西" not in page


@pytest.mark.parametrize(
    ("part", "path", "status"),
    [
        ("leader", "/changes/propose/", 403),
        ("auditor", "/changes/propose/", 403),
        ("bureau", "/changes/", 403),
        ("admin", "/changes/", 403),
        ("village", "/changes/reconcile/", 403),
        ("leader", "/changes/windows/", 200),
        ("auditor", "/changes/", 200),
    ],
)
def test_pages_ask_for_their_permission(client_of, registered, part, path, status):
    assert client_of(part).get(path).status_code == status


def test_every_kind_has_a_form_that_opens(client_of, registered):
    from bangfu.office.changes.kinds import KINDS

    client = client_of("township")
    for kind in KINDS:
        answer = client.get("/changes/propose/", {"kind": kind, "household": EAST})
        assert answer.status_code == 200, kind
        assert str(KINDS[kind].label) in text_of(answer)


def test_a_form_never_shows_personal_values_in_full(client_of, registered):
    page = text_of(
        client_of("township").get("/changes/propose/", {"kind": "correction", "household": EAST, "person": HEAD})
    )
    assert "990101197503080012" not in page
    assert "9901**********0012" in page
    assert "长期慢性病</span>" not in page
    assert "13900000001" not in text_of(
        client_of("township").get("/changes/propose/", {"kind": "correction", "household": EAST})
    )


def test_what_was_typed_wrong_is_said_beside_it_and_kept(client_of, registered):
    client = client_of("village")
    answer = send(
        client, kind="correction", seen=seen_of(client), **{"v-transfer_income": "一百", "v-monitored_since": "去年"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "请填写金额，单位元，最多两位小数" in page
    assert "请填写日期，如 2026-10-31" in page
    assert 'value="一百"' in page
    assert not Change.objects.exists()


def test_money_is_typed_in_yuan_and_kept_in_fen(client_of, registered):
    client = client_of("township")
    answer = send(client, kind="correction", seen=seen_of(client), **{"v-transfer_income": "2,500.5"})
    assert answer.status_code == 302
    assert registry.Household.objects.get(number=EAST).facts["transfer_income"] == 250_050


def test_a_tampered_form_is_refused(client_of, registered):
    answer = send(client_of("village"), kind="correction", seen="x:y", **{"v-safe_water": "no"})
    assert answer.status_code == 422
    assert "表单已失效，请刷新页面重填" in text_of(answer)


def test_a_birth_whose_number_says_otherwise_is_refused(client_of, registered):
    fields = {
        "v-name": "赵小",
        "v-sex": "male",
        "v-birth_date": "2026-11-02",
        "v-relation": "son",
        "v-id_number": "990101202611020024",
    }
    page = text_of(send(client_of("village"), kind="birth", **fields))
    assert "证件号码第 17 位表示的性别与填写的性别不一致" in page
    page = text_of(send(client_of("village"), kind="birth"))
    assert page.count("请填写") >= 4


def test_a_field_that_the_rulebook_lacks_is_left_out(client_of, registered):
    fields = {"v-name": "赵小", "v-sex": "male", "v-birth_date": "2026-11-02", "v-relation": "son", "v-phone": "1"}
    assert send(client_of("village"), kind="birth", **fields).status_code == 302


def test_a_known_id_number_warns_and_tells_nothing_of_other_areas(client_of, registered):
    registry.Person.objects.filter(name="孙三").update(id_index=registry.index_of("id", "990101202611020024"))
    fields = {
        "v-name": "赵小",
        "v-sex": "female",
        "v-birth_date": "2026-11-02",
        "v-relation": "daughter",
        "v-id_number": "990101202611020024",
    }
    page = text_of(send(client_of("village"), kind="birth", **fields))
    assert "本县其他地方已有人使用这个号码，请与乡镇或县里核实。" in page
    assert "孙三" not in page
    assert WEST not in page
    assert "孙三" in text_of(send(client_of("civil"), kind="birth", **fields))
    assert send(client_of("village"), kind="birth", duplicate_checked="1", **fields).status_code == 302


def test_the_death_of_the_head_with_the_others_relations(client_of, cast, registered):
    page = text_of(send(client_of("village"), kind="death", person=HEAD))
    assert "请填写每个成员与新户主的关系，还缺：钱二" in page
    answer = send(client_of("village"), kind="death", person=HEAD, **{f"r-{WIFE}": "head"})
    page = text_of(client_of("township").get(answer["Location"]))
    assert "离册：死亡" in page
    assert '<td class="old" data-label="原">配偶</td><td class="new" data-label="新">户主</td>' in page


def test_a_split_and_its_undo_in_the_browser_of_two_people(client_of, registered):
    answer = send(client_of("village"), kind="split", **{f"leave-{WIFE}": "1", f"r-{WIFE}": "head"})
    assert answer.status_code == 302
    path = answer["Location"]
    assert client_of("township").post(f"{path}confirm/", {"decision": "confirm"})["Location"] == path
    assert "9901011012010002" in text_of(client_of("village").get(path))
    undone = client_of("village").post(f"{path}undo/", {"reason": "登错了"})
    client_of("township").post(f"{undone['Location']}confirm/")
    assert "已撤销" in text_of(client_of("village").get(path))
    assert registry.Household.objects.get(number=EAST).person_count == 2


def test_a_new_household_a_merge_and_a_status(client_of, registered):
    fields = {
        "v-name": "周一",
        "v-sex": "male",
        "v-birth_date": "1975-03-08",
        "v-id_number": GOOD,
        "h-group_name": "第3组",
    }
    answer = send(client_of("village"), kind="new_household", area_code="990101101201", **fields)
    client_of("township").post(f"{answer['Location']}confirm/")
    new = registry.Household.objects.get(number="9901011012010002")
    assert (new.head_name, new.person_count, new.group_name) == ("周一", 1, "第3组")
    answer = send(
        client_of("village"),
        kind="merge",
        household=new.number,
        other_household=EAST,
        **{f"r-{new.number}01": "brother"},
    )
    client_of("township").post(f"{answer['Location']}confirm/")
    assert registry.Household.objects.get(number=EAST).person_count == 3
    answer = send(client_of("village"), kind="status_begin", status="低保")
    client_of("township").post(f"{answer['Location']}confirm/")
    assert registry.StatusEpisode.objects.get().kind == "低保"


def test_the_same_field_changed_meanwhile_is_chosen_field_by_field(client_of, propose):
    client = client_of("village")
    seen = seen_of(client)
    propose("township", values={"house_grade": "C"})
    client = client_of("village")
    typed = {"kind": "correction", "seen": seen, "v-house_grade": "D", "v-safe_water": "no"}
    answer = send(client, **typed)
    page = text_of(answer)
    assert "C级" in page
    assert "D级" in page
    assert 'name="choice-safe_water"' not in page
    newer = page.split('name="seen" value="')[1].split('"')[0]
    again = {**typed, "seen": newer, "asked": "house_grade"}
    assert "请选择保留哪一个" in text_of(send(client, **again))
    answer = send(client, **again, **{"choice-house_grade": "theirs"})
    assert answer.status_code == 302
    assert Change.objects.latest("pk").content["values"] == {"safe_water": False}


def test_personal_values_are_masked_until_a_purpose_is_stated_and_that_is_logged(client_of, propose):
    change = propose("village", values={"phone": "13712345678"})
    client = client_of("township")
    assert "13712345678" not in text_of(client.get(f"/changes/{change.pk}/"))
    assert "请选择目的" in text_of(client.post(f"/changes/{change.pk}/", {"purpose": ""}))
    assert "13712345678" in text_of(client.post(f"/changes/{change.pk}/", WHY))
    logged = Entry.objects.get(kind="registry.unmasked")
    assert (logged.purpose, logged.subject_id) == ("疑点数据核实：核对电话", str(change.pk))
    assert client_of("officer").post(f"/changes/{change.pk}/", WHY).status_code == 403


def test_a_refused_confirmation_is_said_on_the_page(client_of, propose):
    change = propose("township", person=WIFE, values={"name": "钱贰"})
    page = text_of(client_of("township").post(f"/changes/{change.pk}/confirm/", follow=True))
    assert "不能确认自己提出的变更，请由另一人确认" in page
    page = text_of(client_of("civil").post(f"/changes/{change.pk}/confirm/", {"decision": "return"}, follow=True))
    assert "请写明退回的理由" in page


def test_counts_by_area_open_the_area(client_of, propose, west_change):
    propose("village", "death", person=WIFE)
    page = text_of(client_of("civil").get("/changes/", {"view": "pending"}))
    assert "全部待确认 <b>2</b>" in page
    assert "东乡" in page
    assert "西乡" in page
    inside = text_of(client_of("civil").get("/changes/", {"view": "pending", "area": "990101102"}))
    assert "孙三" in inside
    assert "赵大" not in inside


def test_the_list_asks_the_database_as_often_for_many_as_for_few(client_of, propose, django_assert_max_num_queries):
    client = client_of("civil")
    for _ in range(12):
        propose("village", values={"house_grade": "D"})
    with django_assert_max_num_queries(14):
        assert text_of(client.get("/changes/", {"view": "pending"})).count("更正信息") == 12


def test_a_change_in_english(client_of, propose):
    change = propose("village", "death", person=WIFE)
    client = client_of("township")
    client.post("/language/", {"language": "en"})
    page = text_of(client.get(f"/changes/{change.pk}/"))
    assert "left: Death" in page
    assert "待确认" not in page


def test_windows_are_set_ended_and_the_queue_is_told(client_of, propose):
    client = client_of("civil")
    assert (
        client_of("township").post("/changes/windows/", {"area_code": "990101101", "kind": "freeze"}).status_code == 403
    )
    client = client_of("civil")
    asked = {"area_code": "990101101", "kind": "freeze", "name": "冻结", "opens_on": "2026-11-01"}
    assert client.post("/changes/windows/", {**asked, "name": ""}).status_code == 422
    assert client.post("/changes/windows/", asked).status_code == 302
    change = propose("township", values={"house_grade": "C"})
    assert change.status == "queued"
    page = text_of(client.get("/changes/windows/", {"area": "990101101"}))
    assert "今天不开放编辑" in page
    assert "1 项变更在排队" in page
    page = text_of(client.post(f"/changes/windows/{_window()}/end/", follow=True))
    assert "排队的变更：1 项已生效，0 项有冲突，0 项继续等待" in page


def _window() -> int:
    from bangfu.office.changes.models import ChangeWindow

    return ChangeWindow.objects.get().pk


def test_an_undo_that_cannot_be_is_explained(client_of, cast, propose):
    first = propose("township", values={"house_grade": "C"})
    propose("township", values={"house_grade": "D"})
    page = text_of(client_of("township").get(f"/changes/{first.pk}/undo/"))
    assert "不能撤销，因为：" in page
    assert "提出撤销" not in page
    assert actions.may_confirm(cast.actor("township"), first)
    assert date.fromisoformat(TODAY) == first.effective_on
