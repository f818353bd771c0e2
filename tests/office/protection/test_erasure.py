"""Erasure takes two people, leaves nothing that is personal, and leaves the log whole."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection

from bangfu.office.audit.api import Entry, verify
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.protection import api as protection
from bangfu.office.protection.models import ErasureRequest
from bangfu.office.registry import api as registry
from bangfu.office.registry.models import Household, Person, Statement

pytestmark = pytest.mark.django_db
NUMBER = "9901011022010001"
PERSONAL = ("孙三", "sunsan", "990101197503080039", "13900000002", "1975-03-08", "chronic")


@pytest.fixture
def closed(registered):
    """孙三's household is closed, ten years and a day ago."""
    Household.objects.filter(pk=registered.west.pk).update(closed_on=date(2016, 10, 30))
    return registered.west


def whole_database() -> str:
    """Every text and every readable byte of every table."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                parts += [bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v) for v in row]
    if connection.vendor == "sqlite":  # the file itself, with what deleted rows left in it
        parts.append(connection.connection.serialize().decode("latin-1"))
        parts.append(connection.connection.serialize().decode("utf-8", "ignore"))
    return "\n".join(parts)


def test_who_may_not_and_who_is_elsewhere_is_refused(cast, closed):
    ask = {"subject_type": "household", "number": NUMBER, "reason": "period_over"}
    with pytest.raises(Refused):
        protection.request_erasure(actor=cast.actor("admin"), **ask)
    with pytest.raises(OutOfReach):
        protection.request_erasure(actor=cast.actor("township"), **ask)
    with pytest.raises(Refused):
        registry.erase_household(actor=cast.actor("auditor"), number=NUMBER, requested_by="x", reason="asked")


def test_a_household_that_is_on_the_register_is_not_erased(cast, registered):
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked"
    )
    with pytest.raises(Invalid, match="该户仍在册，不能删除个人资料；请先销户"):
        protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    with pytest.raises(Invalid, match="已有待确认的删除申请"):
        protection.request_erasure(actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked")


def test_who_asked_cannot_confirm(cast, closed):
    civil = cast.actor("civil")
    asked = protection.request_erasure(actor=civil, subject_type="household", number=NUMBER, reason="asked")
    with pytest.raises(Invalid, match="须由另一人确认"):
        protection.confirm(actor=civil, pk=asked.pk)
    with pytest.raises(Invalid, match="须由另一人确认"):
        registry.erase_household(actor=civil, number=NUMBER, requested_by="", reason="asked")
    assert Household.objects.get(number=NUMBER).head_name == "孙三"


def test_after_an_erasure_nothing_personal_is_left_and_the_log_is_whole(cast, closed, client_of):
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked"
    )
    protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    household = Household.objects.select_related("key").get(number=NUMBER)
    person = Person.objects.select_related("key").get(household=household)
    assert (household.head_name, person.name, person.facts, household.facts) == ("已按规定删除", "已按规定删除", {}, {})
    assert {bytes(household.key.wrapped), bytes(person.key.wrapped)} == {b""}
    assert registry.values_of_person(person)["id_number"] is None
    assert not Statement.objects.filter(household=household).exclude(values={}).exists()
    log = Entry.objects.filter(kind="registry.erased").order_by("id").values_list("subject_type", "actor_name", "after")
    why = {"reason": "asked", "requested_by": cast["civil"].key}
    assert list(log) == [("person", "某agriculture", why), ("household", "某agriculture", why)]
    assert verify().good
    assert "已按规定删除" in client_of("civil").get(f"/households/{NUMBER}/").content.decode()
    assert "没有找到" in client_of("civil").get("/search/", {"q": "990101197503080039"}).content.decode()


def test_what_was_said_of_others_stays(cast, closed):
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked"
    )
    protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    assert Person.objects.filter(name="赵大", id_index__isnull=False).exists()


def test_a_person_who_left_is_erased_and_the_household_stays(cast, registered):
    number = registered.persons["钱二"].number
    Person.objects.filter(number=number).update(left_on=date(2026, 1, 1))
    asked = protection.request_erasure(
        actor=cast.actor("agriculture"), subject_type="person", number=number, reason="asked"
    )
    protection.confirm(actor=cast.actor("civil"), pk=asked.pk)
    assert Person.objects.get(number=number).name == "已按规定删除"
    assert Household.objects.get(pk=registered.east.pk).head_name == "赵大"
    with pytest.raises(Invalid, match="个人资料已按规定删除"):
        protection.request_erasure(actor=cast.actor("civil"), subject_type="person", number=number, reason="asked")


def test_copies_in_other_apps_go_in_the_same_transaction(cast, closed, monkeypatch):
    seen: list[str] = []
    monkeypatch.setattr("bangfu.office.registry.erasure._ALSO", [lambda subject: seen.append(subject.number)])
    registry.erase_household(actor=cast.actor("civil"), number=NUMBER, requested_by="someone", reason="asked")
    assert seen == ["990101102201000101", NUMBER]


def test_what_is_due_is_what_the_declaration_says(cast, closed):
    civil = cast.actor("civil")
    assert [h.number for h in protection.due_households(civil, date(2026, 10, 30))] == [NUMBER]
    assert not protection.due_households(civil, date(2026, 10, 29)).exists()
    assert not protection.due_persons(civil, date(2026, 10, 30)).exists()
    Person.objects.filter(name="钱二").update(left_on=date(2016, 2, 29))
    assert [p.name for p in protection.due_persons(civil, date(2026, 3, 1))] == ["钱二"]
    assert not protection.due_households(cast.actor("admin"), date(2026, 10, 30)).exists()
    assert {p.label for p in protection.periods() if p.keep} == {"户", "人"}


def test_the_page_from_asking_to_erased(client_of, closed):
    client = client_of("civil")
    page = client.get("/protection/").content.decode()
    assert NUMBER in page
    answer = client.post("/protection/request/", {"subject_type": "household", "number": "1", "reason": "asked"})
    assert answer.status_code == 404
    answer = client.post("/protection/request/", {"subject_type": "x", "number": NUMBER, "reason": "asked"})
    assert (answer.status_code, "请选择户或人" in answer.content.decode()) == (422, True)
    client.post("/protection/request/", {"subject_type": "household", "number": NUMBER, "reason": "period_over"})
    pk = ErasureRequest.objects.get().pk
    assert "须由另一人确认" in client.post(f"/protection/{pk}/confirm/", {"sure": "yes"}, follow=True).content.decode()
    client = client_of("agriculture")
    assert "请先勾选" in client.post(f"/protection/{pk}/confirm/", follow=True).content.decode()
    assert "已删除个人资料" in client.post(f"/protection/{pk}/confirm/", {"sure": "yes"}, follow=True).content.decode()
    assert "该申请已处理，请刷新" in client.post(f"/protection/{pk}/refuse/", follow=True).content.decode()
    assert Household.objects.get(number=NUMBER).head_name == "已按规定删除"


def test_a_request_can_be_refused_or_withdrawn_and_may_be_made_again(cast, closed):
    for who, state in (("agriculture", "refused"), ("civil", "withdrawn")):
        asked = protection.request_erasure(
            actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked"
        )
        assert protection.refuse(actor=cast.actor(who), pk=asked.pk).state == state
    assert list(Entry.objects.filter(kind__startswith="protection.").order_by("id").values_list("kind", flat=True)) == [
        "protection.requested", "protection.refused", "protection.requested", "protection.withdrawn",
    ]  # fmt: skip


def test_what_is_sealed_lies_nowhere_in_the_database_in_the_clear(registered):
    text = whole_database()
    assert "chronic" not in text
    for person in ("990101197503080012", "990101197604090029", "990101197503080039"):
        assert person not in text
        assert person.encode().hex() not in text
    assert "13900000001" not in text
    assert "13900000002" not in text
    assert "孙三" in text, "the test looks where names lie"


def test_after_an_erasure_the_database_holds_no_name_no_number_and_no_key(cast, closed):
    wrapped = bytes(closed.key.wrapped).decode("latin-1")
    assert wrapped in whole_database()
    asked = protection.request_erasure(
        actor=cast.actor("civil"), subject_type="household", number=NUMBER, reason="asked"
    )
    protection.confirm(actor=cast.actor("agriculture"), pk=asked.pk)
    text = whole_database()
    assert [word for word in PERSONAL[:4] if word in text] == []
    assert wrapped not in text
    assert json.dumps("孙三") not in text
