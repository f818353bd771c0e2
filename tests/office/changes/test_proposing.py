"""Changes proposed by one and confirmed by another: refusals first, the table of kinds, the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from bangfu.office.accounts.api import Grant
from bangfu.office.audit.models import Entry
from bangfu.office.changes import actions
from bangfu.office.changes.kinds import KINDS, SENSITIVE, needs_second
from bangfu.office.changes.models import Change
from bangfu.office.pages.refusals import Conflict, Invalid, OutOfReach, Refused
from bangfu.office.registry import api as registry

EAST, WEST = "9901011012010001", "9901011022010001"
HEAD, WIFE = "990101101201000101", "990101101201000102"
ON = date(2026, 11, 10)
BABY = {
    "name": "赵小",
    "sex": "female",
    "birth_date": "2026-11-02",
    "relation": "daughter",
    "id_number": "990101202611020024",
}


def house(number: str = EAST) -> registry.Household:
    return registry.Household.objects.select_related("key").get(number=number)


def test_nobody_proposes_outside_their_area_or_without_the_permission(propose):
    for part, error in (("elsewhere", OutOfReach), ("leader", Refused), ("auditor", Refused), ("bureau", Refused)):
        with pytest.raises(error):
            propose(part, values={"safe_water": False})
    with pytest.raises(Invalid) as refused:
        propose("township", "merge", other_household=WEST, options={"relations": {HEAD: "son", WIFE: "other"}})
    assert refused.value.errors == {"other_household": "在您的辖区内没有这个户编号"}
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"reason": " "}, {"reason": "请写明理由"}),
        ({"reason": "证件990101197503080018"}, {"reason": "请不要在文字中写证件号码、电话或账号"}),
        ({"effective_on": date(2036, 1, 1)}, {"effective_on": "生效日期最多晚于今天 31 天"}),
        ({"effective_on": date(1899, 1, 1)}, {"effective_on": "生效日期不得早于 1900 年"}),
        ({"values": {"safe_water": True}}, {"": "没有任何改动"}),
        (
            {"effective_on": date(2026, 10, 1)},
            {"safe_water": "该项已有截至 2026-10-31 的登记，更正的生效日期不得早于这一天"},
        ),
    ],
)
def test_a_proposal_that_cannot_take_effect_is_refused_when_it_is_made(propose, asked, errors):
    with pytest.raises(Invalid) as refused:
        propose("village", **{"values": {"safe_water": False}, **asked})
    assert refused.value.errors == errors
    assert not Change.objects.exists()


def test_nothing_happens_to_somebody_before_their_birth(propose):
    with pytest.raises(Invalid) as refused:
        propose("village", "death", person=WIFE, effective_on=date(1970, 1, 1))
    assert refused.value.errors == {"effective_on": "生效日期不得早于此人的出生日期"}


def test_the_table_says_who_must_confirm():
    assert [k.code for k in KINDS.values() if not k.second] == ["correction", "record_add"]
    assert needs_second(KINDS["correction"], "persons", ["education", "name"])
    assert not needs_second(KINDS["correction"], "persons", ["education", "health"])
    for table, fields in SENSITIVE.items():
        assert fields <= set(registry.catalogue().tables[table])


def test_the_township_corrects_plain_facts_at_once_and_the_village_waits(propose, cast):
    assert propose("township", values={"house_grade": "C"}).status == "applied"
    waiting = propose("village", values={"safe_water": False})
    assert (waiting.status, waiting.second) == ("proposed", False)
    assert house().facts["safe_water"] is True
    actions.confirm(actor=cast.actor("township"), change=waiting.pk, remark="属实")
    assert house().facts["safe_water"] is False
    kinds = list(Entry.objects.filter(subject_type="change", subject_id=str(waiting.pk)).values_list("kind", flat=True))
    assert kinds == ["changes.proposed", "changes.confirmed", "changes.applied"]


def test_a_name_needs_a_second_person_and_never_the_same(propose, cast):
    change = propose("township", person=WIFE, values={"name": "钱贰"})
    assert (change.status, change.second) == ("proposed", True)
    with pytest.raises(Invalid, match="不能确认自己提出的变更，请由另一人确认"):
        actions.confirm(actor=cast.actor("township"), change=change.pk)
    for part, error in (("village", Refused), ("elsewhere", OutOfReach), ("leader", Refused), ("auditor", Refused)):
        with pytest.raises(error):
            actions.confirm(actor=cast.actor(part), change=change.pk)
    actions.confirm(actor=cast.actor("civil"), change=change.pk)
    assert registry.Person.objects.get(number=WIFE).name == "钱贰"
    with pytest.raises(Invalid, match="这项变更已处理过，请刷新页面"):
        actions.confirm(actor=cast.actor("agriculture"), change=change.pk)


def test_one_person_with_two_roles_is_still_one_person(propose, cast):
    both = replace(cast.actor("village"), grants=(*cast.actor("village").grants, Grant("township_office", "990101101")))
    change = propose("village", "death", person=WIFE)
    with pytest.raises(Invalid, match="不能确认自己提出的变更"):
        actions.confirm(actor=both, change=change.pk)


def test_a_move_to_another_township_is_the_countys(propose, cast):
    change = propose("village", "move", other_area_code="990101102201", options={"from": "990101101201"})
    with pytest.raises(Refused):
        actions.confirm(actor=cast.actor("township"), change=change.pk)
    pending = propose("village", values={"safe_water": False})
    actions.confirm(actor=cast.actor("civil"), change=change.pk)
    assert house().area_code == "990101102201"
    assert Change.objects.get(pk=pending.pk).area_code == "990101102201"
    with pytest.raises(OutOfReach):
        actions.confirm(actor=cast.actor("township"), change=pending.pk)


def test_personal_values_lie_sealed_and_leave_the_change_when_it_takes_effect(propose, cast):
    change = propose("village", "birth", table="persons", persons=(BABY,), effective_on=date(2026, 11, 2))
    row = Change.objects.get(pk=change.pk)
    assert "赵小" not in str(row.content) + str(row.base)
    assert "990101202611020024" not in str(list(Entry.objects.values("before", "after")))
    actions.confirm(actor=cast.actor("township"), change=change.pk)
    row = Change.objects.select_related("key").get(pk=change.pk)
    assert row.key.unseal("change", row.sealed) is None
    assert registry.Person.objects.get(name="赵小").household.number == EAST


def test_a_known_id_number_is_flagged_for_the_confirmer(propose):
    assert propose("village", "birth", table="persons", persons=(BABY,), effective_on=date(2026, 11, 2)).flags == []
    west = registry.Person.objects.get(name="孙三")
    registry.Person.objects.filter(pk=west.pk).update(id_index=registry.index_of("id", BABY["id_number"]))
    again = propose("village", "birth", table="persons", persons=(BABY,), effective_on=date(2026, 11, 2))
    assert again.flags == ["duplicate_id"]


def test_sent_back_with_a_reason_and_withdrawn_by_its_proposer_only(propose, cast):
    change = propose("village", "death", person=WIFE)
    with pytest.raises(Invalid) as refused:
        actions.send_back(actor=cast.actor("township"), change=change.pk, remark=" ")
    assert refused.value.errors == {"remark": "请写明退回的理由"}
    with pytest.raises(Invalid, match="只能撤回自己提出的变更"):
        actions.withdraw(actor=cast.actor("secretary"), change=change.pk)
    actions.send_back(actor=cast.actor("township"), change=change.pk, remark="请附死亡证明")
    other = propose("village", "death", person=WIFE)
    assert actions.withdraw(actor=cast.actor("village"), change=other.pk).status == "withdrawn"
    assert set(Change.objects.values_list("status", flat=True)) == {"returned", "withdrawn"}


def test_edits_of_the_same_field_meet_field_by_field_and_others_merge(propose, cast):
    mine = propose("village", values={"safe_water": False, "house_grade": "D", "arable_mu": "3"})
    propose("township", values={"house_grade": "C", "forest_mu": "2"})
    with pytest.raises(Conflict) as met:
        actions.confirm(actor=cast.actor("township"), change=mine.pk)
    assert met.value.fields == {"house_grade": ("C", "D")}
    with pytest.raises(Invalid) as refused:
        actions.resolve(actor=cast.actor("village"), change=mine.pk, choices={})
    assert refused.value.errors == {"house_grade": "请选择保留哪一个"}
    actions.resolve(actor=cast.actor("village"), change=mine.pk, choices={"house_grade": "theirs"})
    actions.confirm(actor=cast.actor("township"), change=mine.pk)
    facts = house().facts
    assert (facts["house_grade"], facts["safe_water"], facts["arable_mu"], facts["forest_mu"]) == ("C", False, "3", "2")


def test_mine_over_theirs_is_confirmed_against_what_is_now(propose, cast):
    mine = propose("village", values={"house_grade": "D"})
    propose("township", values={"house_grade": "C"})
    actions.resolve(actor=cast.actor("village"), change=mine.pk, choices={"house_grade": "mine"})
    actions.confirm(actor=cast.actor("township"), change=mine.pk)
    assert house().facts["house_grade"] == "D"


def test_a_form_that_was_shown_before_somebody_elses_write_meets_the_conflict(propose, cast):
    from bangfu.office.changes.content import digests

    seen = digests({"house_grade": "B", "safe_water": True})
    propose("township", values={"house_grade": "C"})
    with pytest.raises(Conflict) as met:
        propose("township", values={"house_grade": "D"}, seen=seen)
    assert met.value.fields == {"house_grade": ("C", "D")}
    assert propose("township", values={"safe_water": False}, seen=seen).status == "applied"


def test_an_undo_is_a_new_change_confirmed_as_the_other_was(propose, cast):
    change = propose("village", "death", person=WIFE)
    with pytest.raises(Invalid, match="这项变更已处理过"):
        actions.undo(actor=cast.actor("village"), change=change.pk, reason="登错")
    actions.confirm(actor=cast.actor("township"), change=change.pk)
    assert house().person_count == 1
    undo = actions.undo(actor=cast.actor("township"), change=change.pk, reason="登错")
    assert (undo.status, undo.second) == ("proposed", True)
    with pytest.raises(Invalid, match="已有人提出撤销，尚待处理"):
        actions.undo(actor=cast.actor("village"), change=change.pk, reason="登错")
    with pytest.raises(Invalid, match="不能确认自己提出的变更"):
        actions.confirm(actor=cast.actor("township"), change=undo.pk)
    actions.confirm(actor=cast.actor("civil"), change=undo.pk)
    assert house().person_count == 2
    assert Change.objects.get(pk=change.pk).status == "undone"
    with pytest.raises(Invalid, match="撤销本身不能再撤销，请重新提出原来的变更"):
        actions.undo(actor=cast.actor("civil"), change=undo.pk, reason="又错")


def test_an_undo_is_refused_with_what_later_builds_on_it(propose, cast):
    first = propose("township", values={"safe_water": False})
    propose("township", values={"safe_water": None})
    with pytest.raises(Invalid, match=r"^不能撤销：“饮水安全”此后于 .* 又有登记$"):
        actions.undo(actor=cast.actor("township"), change=first.pk, reason="登错")
    assert Change.objects.filter(kind="undo").count() == 0


def test_what_takes_effect_later_waits_for_its_day(propose, cast):
    tomorrow = timezone.localdate() + timedelta(days=1)
    change = propose("township", values={"safe_water": False}, effective_on=tomorrow)
    assert change.status == "queued"
    assert house().facts["safe_water"] is True


def test_erased_people_leave_a_change_that_can_still_be_read(propose, cast):
    from bangfu.office.changes.showing import lines

    change = propose("township", person=WIFE, values={"name": "钱贰"})
    key = registry.Person.objects.get(number=WIFE).key
    key.wrapped = b""
    key.save()
    assert [line.old for line in lines(Change.objects.select_related("key").get(pk=change.pk))] == ["已删除"]
    assert actions.conflicts_of(Change.objects.select_related("key", "person").get(pk=change.pk)) == {}
    with pytest.raises(Invalid, match="此人的个人资料已删除，这项变更不能再办理"):
        actions.confirm(actor=cast.actor("civil"), change=change.pk)
