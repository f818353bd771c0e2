"""Single-record writes of the registry: refused first, then done, logged, and taken back by counter-entries."""

from __future__ import annotations

from datetime import date

import pytest

from bangfu.office.accounts.api import system_actor
from bangfu.office.areas import api as areas
from bangfu.office.audit.models import Entry
from bangfu.office.pages.refusals import Invalid, Refused
from bangfu.office.registry import api as registry

ON = date(2026, 11, 10)
BASIS = registry.Basis(ON, "change", "变更 1", "change:1")
HEAD, WIFE = "990101101201000101", "990101101201000102"
EAST = "9901011012010001"
GOOD = "990101197503080018"
BABY = {"name": "赵小", "sex": "female", "birth_date": "2026-11-02", "relation": "daughter"}


def fresh(number: str) -> registry.Person:
    return registry.Person.objects.select_related("household", "key").get(number=number)


def house(number: str = EAST) -> registry.Household:
    return registry.Household.objects.select_related("key").get(number=number)


def facts(who, **values):
    return {"actor": who, "basis": BASIS, "subject": house(), "values": values}


def test_nobody_writes_outside_their_area_or_without_the_permission(cast, registered):
    for part in ("elsewhere", "village", "leader", "auditor", "admin"):
        with pytest.raises(Refused):
            registry.state_facts(**facts(cast.actor(part), safe_water=False))
        with pytest.raises(Refused):
            registry.end_membership(actor=cast.actor(part), basis=BASIS, person=WIFE, reason="death")
    assert house().facts["safe_water"] is True


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"nonsense": 1}, "nonsense", "没有“nonsense”这一项"),
        ({"safe_water": "yes"}, "safe_water", "请选择是或否"),
        ({"house_grade": "Z"}, "house_grade", "请从代码表中选择"),
        ({"transfer_income": 1.5}, "transfer_income", "请填写金额，单位元，最多两位小数"),
        ({"monitored_since": "2026-13-01"}, "monitored_since", "请填写日期，如 2026-10-31"),
        ({"phone": "12"}, "phone", "电话应为 11 位手机号或带区号的固定电话"),
        ({"region_code": "990101102201"}, "region_code", "这一项不能更正"),
    ],
)
def test_a_value_that_is_not_of_its_field_is_refused_by_name(cast, registered, values, field, words):
    with pytest.raises(Invalid) as refused:
        registry.state_facts(**facts(cast.actor("township"), **values))
    assert refused.value.errors == {field: words}


def test_a_correction_older_than_what_is_registered_is_refused(cast, registered):
    with pytest.raises(Invalid) as refused:
        registry.state_facts(
            actor=cast.actor("township"),
            basis=registry.Basis(date(2026, 10, 1)),
            subject=house(),
            values={"safe_water": False},
        )
    assert refused.value.errors == {"safe_water": "该项已有截至 2026-10-31 的登记，更正的生效日期不得早于这一天"}


def test_a_correction_is_a_statement_a_projection_and_a_log_row(cast, registered):
    before = house().version
    registry.state_facts(**facts(cast.actor("township"), safe_water=False, phone="13700000009"))
    row = house()
    assert row.facts["safe_water"] is False
    assert row.version == before + 1
    said = registry.Statement.objects.filter(household=row).latest("pk")
    assert (said.source, said.as_of, said.batch, said.values) == ("change", ON, "change:1", {"safe_water": False})
    logged = Entry.objects.filter(kind="registry.household.changed").latest("pk")
    assert (logged.before, logged.after) == ({"safe_water": True}, {"safe_water": False})
    hidden = registry.unpack(row.key.unseal("change", logged.sealed))
    assert hidden == {"before": {"phone": "13900000001"}, "after": {"phone": "13700000009"}}


def test_identity_facts_must_agree(cast, registered):
    for values, errors in (
        ({"id_number": GOOD, "sex": "female"}, {"id_number": "证件号码第 17 位表示的性别与填写的性别不一致"}),
        ({"id_number": GOOD, "birth_date": "1975-03-09"}, {"id_number": "证件号码中的出生日期与填写的出生日期不一致"}),
        ({"id_number": "990101197503080013"}, {"id_number": "证件号码末位校验不符，请核对证件"}),
        ({"relation": "son"}, {"relation": "户主的变动请用“变更户主”"}),
    ):
        with pytest.raises(Invalid) as refused:
            registry.state_facts(actor=cast.actor("township"), basis=BASIS, subject=fresh(HEAD), values=values)
        assert refused.value.errors == errors


def test_a_birth_gets_the_next_number_and_is_counted(cast, registered):
    child, steps = registry.add_person(
        actor=cast.actor("township"), basis=BASIS, household=EAST, values=BABY, reason="birth"
    )
    assert child.number == "990101101201000103"
    assert house().person_count == 3
    member = registry.Membership.objects.get(person=child)
    assert (member.start, member.relation, member.start_reason) == (ON, "daughter", "birth")
    assert Entry.objects.filter(kind="registry.person.added", subject_id=child.number).exists()
    registry.undo(actor=cast.actor("township"), basis=BASIS, steps=steps)
    assert house().person_count == 2
    assert fresh(child.number).left_reason == "undone"


def test_when_the_head_dies_the_others_relations_are_demanded(cast, registered):
    with pytest.raises(Invalid) as refused:
        registry.end_membership(actor=cast.actor("township"), basis=BASIS, person=HEAD, reason="death")
    assert refused.value.errors == {"relations": "请填写每个成员与新户主的关系，还缺：钱二"}
    steps = registry.end_membership(
        actor=cast.actor("township"), basis=BASIS, person=HEAD, reason="death", relations={WIFE: "head"}
    )
    assert (house().head_name, house().person_count) == ("钱二", 1)
    assert (fresh(HEAD).left_on, fresh(HEAD).left_reason) == (ON, "death")
    registry.undo(actor=cast.actor("township"), basis=BASIS, steps=steps)
    assert (house().head_name, house().person_count) == ("赵大", 2)
    assert fresh(HEAD).left_on is None
    assert fresh(WIFE).relation == "spouse"
    kept = registry.Membership.objects.filter(person__number=HEAD).order_by("pk")
    assert [(m.end, m.end_reason, m.start_reason) for m in kept] == [(ON, "death", ""), (None, "", "undone")]


def test_a_head_is_changed_with_the_relation_of_everybody(cast, registered):
    for relations, words in (
        ({HEAD: "spouse"}, "请填写每个成员与新户主的关系，还缺：钱二"),
        ({HEAD: "spouse", WIFE: "spouse"}, "应有且只有一名户主"),
        ({HEAD: "head", WIFE: "head"}, "应有且只有一名户主"),
        ({HEAD: "head", WIFE: "spouse"}, "户主没有变化"),
    ):
        with pytest.raises(Invalid) as refused:
            registry.change_head(actor=cast.actor("township"), basis=BASIS, household=EAST, relations=relations)
        assert refused.value.errors in ({"relations": words}, {"": words})
    registry.change_head(
        actor=cast.actor("township"), basis=BASIS, household=EAST, relations={HEAD: "spouse", WIFE: "head"}
    )
    assert house().head_name == "钱二"
    assert registry.Membership.objects.get(person__number=HEAD, end=None).relation == "spouse"


def test_a_split_founds_a_household_with_the_villages_next_number(cast, registered):
    record, _ = registry.add_record(
        actor=cast.actor("township"), basis=BASIS, household=EAST, table="posts", person=WIFE,
        values={"kind": "cleaner", "months": 12},
    )  # fmt: skip
    new, steps = registry.split_household(
        actor=cast.actor("township"), basis=BASIS, household=EAST, leaving={WIFE: "head"}
    )
    assert new.number == "9901011012010002"
    assert (house(new.number).head_name, house(new.number).person_count) == ("钱二", 1)
    assert house().person_count == 1
    assert registry.Record.objects.get(pk=record).household_id == new.pk
    registry.undo(actor=cast.actor("township"), basis=BASIS, steps=steps)
    assert house().person_count == 2
    assert house(new.number).closed_reason == "undone"
    assert fresh(WIFE).relation == "spouse"
    assert registry.Record.objects.get(pk=record).household.number == EAST


def test_a_merge_and_a_move_touch_two_areas_and_need_both(cast, registered):
    with pytest.raises(Refused):
        registry.merge_households(
            actor=cast.actor("township"), basis=BASIS, source="9901011022010001", target=EAST,
            relations={"990101102201000101": "brother"},
        )  # fmt: skip
    with pytest.raises(Refused):
        registry.move_household(actor=cast.actor("township"), basis=BASIS, household=EAST, area_code="990101102201")
    steps = registry.merge_households(
        actor=cast.actor("civil"), basis=BASIS, source="9901011022010001", target=EAST,
        relations={"990101102201000101": "brother"},
    )  # fmt: skip
    assert house().person_count == 3
    assert house("9901011022010001").closed_reason == "merged"
    assert fresh("990101102201000101").area_code == "990101101201"
    registry.undo(actor=cast.actor("civil"), basis=BASIS, steps=steps)
    assert house("9901011022010001").closed_on is None
    assert (fresh("990101102201000101").area_code, fresh("990101102201000101").relation) == ("990101102201", "head")


def test_a_move_takes_everything_along_and_back(cast, registered):
    civil = cast.actor("civil")
    _, _ = registry.begin_episode(actor=civil, basis=BASIS, household=EAST, kind="低保")
    steps = registry.move_household(actor=civil, basis=BASIS, household=EAST, area_code="990101102201")
    assert {house().area_code, fresh(HEAD).area_code, registry.StatusEpisode.objects.get().area_code} == {
        "990101102201"
    }
    assert house().number == EAST
    registry.undo(actor=civil, basis=BASIS, steps=steps)
    assert {house().area_code, fresh(WIFE).area_code, registry.StatusEpisode.objects.get().area_code} == {
        "990101101201"
    }


def test_a_household_that_moved_goes_along_when_its_new_village_is_merged(cast, registered):
    civil = cast.actor("civil")
    moved = registry.move_household(actor=civil, basis=BASIS, household=EAST, area_code="990101102201")
    areas.add_area(actor=system_actor(), code="990101102202", name="西山村", valid_from=date(2026, 1, 1))
    registry.relocate(civil, [areas.Move("990101102201", "990101102202")], date(2026, 12, 1))
    registry.state_facts(**facts(civil, safe_water=False))
    assert house().area_code == fresh(HEAD).area_code == "990101102202"
    with pytest.raises(Invalid, match=r"此后于 .* 又有登记"):
        registry.undo(actor=civil, basis=BASIS, steps=moved)


def test_of_two_closings_only_the_one_that_stands_can_be_taken_back(cast, registered):
    who = {"actor": cast.actor("township"), "basis": BASIS, "household": EAST}
    first = registry.close_household(**who, reason="other")
    again = registry.reopen_household(**who)
    last = registry.close_household(**who, reason="moved_away")
    for earlier, words in ((first, "此后已恢复"), (again, "此后又已销户")):
        with pytest.raises(Invalid, match=words):
            registry.undo(actor=who["actor"], basis=BASIS, steps=earlier)
    for steps, closed in ((last, ""), (again, "other"), (first, "")):
        registry.undo(actor=who["actor"], basis=BASIS, steps=steps)
        assert house().closed_reason == closed
    assert house().person_count == 2


def test_an_undo_is_refused_while_something_later_builds_on_it(cast, registered):
    township = cast.actor("township")
    first = registry.state_facts(**facts(township, safe_water=False))
    registry.state_facts(**facts(township, safe_water=None))
    with pytest.raises(Invalid) as refused:
        registry.undo(actor=township, basis=BASIS, steps=first)
    assert str(refused.value).startswith("不能撤销：“饮水安全”此后于 ")
    gone = registry.end_membership(actor=township, basis=BASIS, person=WIFE, reason="marriage_out")
    registry.return_person(actor=township, basis=BASIS, person=WIFE, household=EAST, relation="spouse", reason="return")
    with pytest.raises(Invalid, match="不能撤销：钱二 此后又进入了一户"):
        registry.undo(actor=township, basis=BASIS, steps=gone)


def test_a_household_is_closed_with_its_members_and_reopened(cast, registered):
    township = cast.actor("township")
    steps = registry.close_household(actor=township, basis=BASIS, household=EAST, reason="moved_away")
    assert (house().closed_on, house().person_count) == (ON, 0)
    with pytest.raises(Invalid, match="户 9901011012010001 已销户，请先恢复"):
        registry.add_person(actor=township, basis=BASIS, household=EAST, values=BABY, reason="birth")
    again = registry.reopen_household(actor=township, basis=BASIS, household=EAST)
    with pytest.raises(Invalid, match="此后已恢复"):
        registry.undo(actor=township, basis=BASIS, steps=steps)
    registry.undo(actor=township, basis=BASIS, steps=again)
    registry.undo(actor=township, basis=BASIS, steps=steps)
    assert (house().closed_on, house().person_count, house().head_name) == (None, 2, "赵大")


def test_statuses_and_records_begin_end_and_come_back(cast, registered):
    township = cast.actor("township")
    episode, began = registry.begin_episode(actor=township, basis=BASIS, household=EAST, kind="低保")
    with pytest.raises(Invalid, match="尚未结束"):
        registry.begin_episode(actor=township, basis=BASIS, household=EAST, kind="低保")
    ended = registry.end_episode(actor=township, basis=BASIS, episode=episode)
    with pytest.raises(Invalid, match="“低保”此后已结束"):
        registry.undo(actor=township, basis=BASIS, steps=began)
    registry.undo(actor=township, basis=BASIS, steps=ended)
    assert registry.StatusEpisode.objects.get().end is None
    record, added = registry.add_record(
        actor=township, basis=BASIS, household=EAST, table="measures", values={"kind": "housing", "since": "2026-05-01"}
    )
    assert registry.Record.objects.get(pk=record).start == date(2026, 5, 1)
    withdrawn = registry.withdraw_record(actor=township, basis=BASIS, record=record)
    registry.undo(actor=township, basis=BASIS, steps=withdrawn)
    assert registry.Record.objects.get(pk=record).withdrawn_on is None
    registry.undo(actor=township, basis=BASIS, steps=added)
    assert registry.Record.objects.get(pk=record).withdrawn_on is not None
