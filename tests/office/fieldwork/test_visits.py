"""A visit from the draft to the registry: who may not, what is refused in which words, what is written and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bangfu.office.audit.api import Entry
from bangfu.office.fieldwork import asking, contents
from bangfu.office.fieldwork.api import (
    About,
    Answered,
    Difference,
    Finding,
    Visit,
    add_photo,
    begin,
    discard,
    save,
    submit,
)
from bangfu.office.fieldwork.models import LastVisit
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry.api import Document, Household, Person, Statement

pytestmark = pytest.mark.django_db


def refused(call, *args, **more) -> dict[str, str]:
    """The messages of a refusal."""
    with pytest.raises(Invalid) as error:
        call(*args, **more)
    return {key: str(text) for key, text in error.value.errors.items()}


# -- who may not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["auditor", "leader", "bureau", "admin"])
def test_who_may_not_propose_makes_no_visit(visitor, registered, part):
    with pytest.raises(Refused):
        begin(actor=visitor.actor(part), household=registered.east.number, form="monthly_visit")
    assert not Visit.objects.exists()


def test_a_household_elsewhere_is_not_there_and_nobody_sees_anothers_draft(visitor, registered):
    with pytest.raises(OutOfReach):
        begin(actor=visitor.actor("elsewhere"), household=registered.east.number, form="monthly_visit")
    visit = visitor.draft(registered.east)
    from bangfu.office.fieldwork.queries import visit as one

    for part in ("township", "secretary"):
        with pytest.raises(OutOfReach):
            one(visitor.actor(part), visit.pk)
        with pytest.raises(OutOfReach):
            save(actor=visitor.actor(part), visit=visit.pk, answered=Answered({"safe_water": "yes"}))


# -- what is refused ----------------------------------------------------------------------------------------------


def test_a_visit_that_lacks_something_is_not_handed_in_and_says_all_that_it_lacks(visitor, registered):
    actor = visitor.actor("village")
    visit = begin(actor=actor, household=registered.east.number, form="monitoring_visit")
    said = refused(submit, actor=actor, visit=visit.pk)
    assert said["companions"] == "须 2 人以上一同入户，请写同行人的账户"
    assert said["met"] == "请选见到了谁；家里没有人的，等有人时再去"
    assert said["safe_water"] == "水量、水质、取水和供水都有保障：还没有回答"
    assert "house_photo" not in said  # is asked for, not demanded
    assert Visit.objects.get().status == "draft"
    assert not Finding.objects.exists()


def test_an_answer_that_needs_a_photo_needs_it(visitor, registered):
    visit = visitor.draft(registered.east)
    actor = visitor.actor("village")
    answers = {"food": "yes", "clothes": "yes", "treated": "yes", "steel_roof": "yes", "house_safe": "yes", "safe_water": "yes",
               "income_trend": "same", "heavy_spending": "no", "members_changed": "no"}  # fmt: skip
    save(actor=actor, visit=visit.pk, answered=Answered(answers))
    said = refused(submit, actor=actor, visit=visit.pk)
    assert said == {"steel_roof": "住的是彩钢房，或房顶、墙体是彩钢瓦：这样回答要拍照"}
    add_photo(actor=actor, visit=visit.pk, key="steel_roof", file=visitor.photo())
    assert submit(actor=actor, visit=visit.pk).found == 1


def test_companions_work_here_and_are_somebody_else(visitor, registered):
    actor, today = visitor.actor("village"), timezone.localdate()
    visit = visitor.draft(registered.east)

    def with_(*names):
        return refused(save, actor=actor, visit=visit.pk, about=About(today, companions=names))

    assert with_("nobody") == {"companions": "没有这个账户：nobody"}
    assert with_("village") == {"companions": "同行人是您以外的人"}
    assert with_("elsewhere") == {"companions": "某elsewhere 在本村没有任职，不能作为同行人"}
    tomorrow = About(today + timedelta(days=1))
    assert refused(save, actor=actor, visit=visit.pk, about=tomorrow) == {"visited_on": "入户日期不能晚于今天"}


def test_no_personal_number_gets_into_words(visitor, registered):
    visit, actor = visitor.draft(registered.east), visitor.actor("village")
    said = refused(save, actor=actor, visit=visit.pk, answered=Answered({"needs": "电话 13900000001"}))
    assert said == {"needs": "请不要在文字中写证件号码、电话或账号"}
    met = ({"person": "", "name": "孙六", "relation": "邻居", "said": "990101197503080012"},)
    assert "said" in refused(save, actor=actor, visit=visit.pk, about=About(timezone.localdate(), met=met))


def test_values_of_the_wrong_kind_and_items_that_are_not_there(visitor, registered):
    visit, actor = visitor.draft(registered.east), visitor.actor("village")
    wrong = {"safe_water": "maybe", "nothing": "yes", "in_school": "yes", "in_school@990101102201000101": "yes"}
    assert refused(save, actor=actor, visit=visit.pk, answered=Answered(wrong)) == {
        "safe_water": "请选择一项",
        "nothing": "入户表没有这一项",
        "in_school": "入户表没有这一项",
        "in_school@990101102201000101": "入户表没有这一项",
    }


def test_what_was_handed_in_is_not_changed_any_more(visitor, registered):
    visit, actor = visitor.submitted(registered.east), visitor.actor("village")
    words = "这次入户记录已提交，不能再改；要更正请另作一次记录，写明更正哪一次"
    assert refused(save, actor=actor, visit=visit.pk, answered=Answered({"safe_water": "no"})) == {"": words}
    assert refused(submit, actor=actor, visit=visit.pk) == {"": words}
    assert refused(discard, actor=actor, visit=visit.pk) == {"": words}


# -- what is kept -------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_as_it_grows_and_is_found_again(visitor, registered):
    visit, actor = visitor.draft(registered.east), visitor.actor("village")
    save(actor=actor, visit=visit.pk, answered=Answered({"safe_water": "unclear"}, {"income_trend": {"0": "less"}}))
    again = begin(actor=actor, household=registered.east.number, form="monthly_visit")
    assert again.pk == visit.pk
    held = contents.opened(Visit.objects.select_related("household__key").get())
    assert held.answers == {"safe_water": "unclear"}
    assert held.voices == {"income_trend": {"0": "less"}}
    assert held.met[0]["said"] == "都好"
    raw = bytes(Visit.objects.get().content)
    assert b"unclear" not in raw
    assert "都好".encode() not in raw
    assert [e.kind for e in Entry.objects.filter(kind__startswith="fieldwork").order_by("pk")] == [
        "fieldwork.begun", "fieldwork.saved", "fieldwork.saved",
    ]  # fmt: skip


def test_a_draft_thrown_away_takes_its_photos_along(visitor, registered):
    visit, actor = visitor.draft(registered.east), visitor.actor("village")
    add_photo(actor=actor, visit=visit.pk, key="steel_roof", file=visitor.photo())
    discard(actor=actor, visit=visit.pk)
    assert not Visit.objects.exists()
    assert Document.objects.get().withdrawn_at is not None
    assert Entry.objects.filter(kind="fieldwork.discarded").count() == 1


def test_the_record_is_sealed_and_its_bytes_are_those_that_were_hashed(visitor, registered):
    visit = visitor.submitted(registered.east)
    assert visit.number == f"RH{visit.visited_on:%Y}-{visit.pk:06d}"
    held = contents.opened(Visit.objects.select_related("household__key").get())
    assert held.about["visitors"] == [{"key": visitor.actor("village").key, "name": "某village"}]
    assert [m["name"] for m in held.about["members"]] == ["赵大", "钱二"]
    entry = Entry.objects.get(kind="fieldwork.submitted")
    assert entry.after["sha256"] == visit.sha256
    assert "赵大" not in str(entry.after)
    contents.seal(visit, contents.Content(answers={"safe_water": "no"}))
    visit.save(update_fields=["content"])
    with pytest.raises(contents.Changed):
        contents.opened(Visit.objects.select_related("household__key").get())


# -- what enters the registry -------------------------------------------------------------------------------------


def test_what_nobody_knew_is_stated_with_source_and_day(visitor, registered, child):
    visitor.submitted(
        registered.east, form="monitoring_visit", about={"companions": ("secretary",)}, business=1_200_000, wages=None,
        **{f"labour@{registered.persons['钱二'].number}": "none"},
    )  # fmt: skip
    said = Statement.objects.filter(source="survey", household=registered.east).get()
    assert (said.as_of, said.values["business_income"]) == (timezone.localdate(), 1_200_000)
    assert said.source_note.startswith("RH")
    assert Household.objects.get(pk=registered.east.pk).facts["business_income"] == 1_200_000
    assert Person.objects.get(name="钱二").facts["labour_skill"] == "none"
    entry = (
        Entry.objects.filter(kind="registry.household_changed").last()
        or Entry.objects.filter(subject_type="household", after__business_income=1_200_000).first()
    )
    assert entry is not None


def test_unclear_writes_nothing_and_is_never_no(visitor, registered):
    visit = visitor.submitted(registered.east, safe_water="unclear", house_safe="unclear")
    assert [s.values for s in Statement.objects.filter(source="survey")] == [
        {"food_secure": True, "clothing_secure": True}
    ]
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is True
    assert not Difference.objects.exists()
    assert visit.found == 0


def test_a_known_value_found_otherwise_by_the_village_waits_for_the_township(visitor, registered):
    visitor.submitted(registered.east, safe_water="no")
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is True
    row = Difference.objects.get()
    assert (row.fact, row.reason, row.source, row.status) == ("safe_water", "second", "national_export", "open")


def test_who_may_confirm_writes_it_at_once(visitor, registered):
    visitor.submitted(registered.east, part="township", safe_water="no")
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is False
    assert not Difference.objects.exists()


def test_a_bureaus_value_is_never_overwritten_by_anybody(visitor, registered):
    from django.db import transaction

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    with transaction.atomic():
        held = registry.locked_households([registered.east.number])[registered.east.number]
        origin = registry.Origin(system_actor(), "bureau_list", timezone.localdate() - timedelta(days=5))
        registry.state([registry.Change(held, {"safe_water": True})], origin)
    visitor.submitted(registered.east, part="township", safe_water="no")
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is True
    assert Difference.objects.get().reason == "bureau"


def test_a_visit_entered_late_does_not_overwrite_what_was_learned_since(visitor, registered):
    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry import api as registry

    basis = registry.Basis(timezone.localdate() - timedelta(days=1))
    registry.state_facts(actor=system_actor(), basis=basis, subject=registered.east, values={"safe_water": True})
    visitor.submitted(
        registered.east,
        part="township",
        about={"visited_on": timezone.localdate() - timedelta(days=3)},
        safe_water="no",
    )
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is True
    assert Difference.objects.get().reason == "newer"


def test_health_is_sealed_like_everywhere(visitor, registered):
    person = registered.persons["钱二"]
    visitor.submitted(
        registered.east, part="township", form="dibao_investigation", about={"companions": ("village",)},
        **{f"health@{person.number}": "serious"},
    )  # fmt: skip
    fresh = Person.objects.select_related("key").get(pk=person.pk)
    assert "health" not in fresh.facts
    from bangfu.office.registry.api import values_now

    assert values_now(fresh, ["health"]) == {"health": "serious"}
    assert not any("serious" in str(entry.after) for entry in Entry.objects.all())


# -- settled by the office ----------------------------------------------------------------------------------------


def test_who_made_the_visit_does_not_settle_it_and_keeping_needs_a_reason(visitor, registered):
    from bangfu.office.fieldwork.api import settle

    visitor.submitted(registered.east, part="village", about={"companions": ("township",)}, safe_water="no")
    row = Difference.objects.get()
    with pytest.raises(OutOfReach):
        settle(actor=visitor.actor("village"), difference=row.pk, take=True)
    with pytest.raises(OutOfReach):
        settle(actor=visitor.actor("elsewhere"), difference=row.pk, take=True)
    said = refused(settle, actor=visitor.actor("township"), difference=row.pk, take=True)
    assert said == {"": "入户的人不能核定自己的记录，须由另一人核定"}
    county = visitor.actor("agriculture")
    assert refused(settle, actor=county, difference=row.pk, take=False) == {"note": "请写明理由"}
    settle(actor=county, difference=row.pk, take=True)
    assert Household.objects.get(pk=registered.east.pk).facts["safe_water"] is False
    assert Entry.objects.get(kind="fieldwork.settled").after["status"] == "taken"
    assert refused(settle, actor=county, difference=row.pk, take=True) == {"": "这一项已由 某agriculture 核定"}


# -- findings, amendments, several people -------------------------------------------------------------------------


def test_a_finding_is_a_task_and_the_last_visit_is_noted(visitor, registered, child):
    visit = visitor.submitted(registered.east, steel_roof="yes", in_school="no")
    found = {f.item: (f.text_zh, f.person_number, f.opens, f.status) for f in Finding.objects.all()}
    assert found == {
        "steel_roof": ("居住彩钢瓦房", "", "relapse_monitoring", "open"),
        "in_school": ("适龄儿童未在校", child.number, "relapse_monitoring", "open"),
    }
    assert LastVisit.objects.get().visit_id == visit.pk


def test_an_amendment_is_a_new_visit_that_names_the_former(visitor, registered):
    actor = visitor.actor("village")
    first = visitor.submitted(registered.east, food="no")
    second = begin(actor=actor, household=registered.east.number, form="monthly_visit", amends=first.pk)
    assert asking.content_of(second).answers["food"] == "no"
    save(actor=actor, visit=second.pk, answered=Answered({"food": "yes"}))
    second = submit(actor=actor, visit=second.pk)
    assert (second.amends_id, second.found) == (first.pk, 0)
    said = refused(begin, actor=actor, household=registered.east.number, form="monthly_visit", amends=first.pk)
    assert said == {"amends": "那次入户记录已被更正，请更正最近的一次"}


def test_disagreements_and_changes_since_the_last_visit_stay_visible(visitor, registered):
    from bangfu.office.fieldwork.showing import Page

    visitor.submitted(registered.east, income_trend="same")
    met = tuple({"person": p.number} for p in registered.persons.values() if p.household_id == registered.east.pk)
    visit = visitor.good(visitor.draft(registered.east, met=met), income_trend="less")
    voices = {"income_trend": {"0": "less", "1": "more"}, "heavy_spending": {"0": "no", "1": "unclear"}}
    visit = save(actor=visitor.actor("village"), visit=visit.pk, answered=Answered({}, voices))
    shown = Page.of(visit, asking.content_of(visit))
    assert shown.disagreements() == [("收入", [("赵大", "减少"), ("钱二", "增加"), ("入户人判断", "减少")])]
    assert shown.changes() == [("收入", "差不多", "减少")]


def test_erasing_a_person_takes_their_part_out_and_a_household_all(visitor, registered, child):
    visit = visitor.submitted(registered.east, in_school="no")
    from bangfu.office.fieldwork.erasing import erase

    erase(child)
    held = contents.opened(Visit.objects.select_related("household__key").get(pk=visit.pk))
    assert not any(child.number in key for key in (*held.answers, *held.photos, *held.about["known"]))
    assert [m["name"] for m in held.about["members"]] == ["赵大", "钱二"]
    assert Finding.objects.get(item="in_school").text_zh == "已按规定删除"
    erase(registered.east)
    assert Visit.objects.get().content is None
    assert asking.content_of(Visit.objects.get()) is None
