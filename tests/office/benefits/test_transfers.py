"""A household that moves: handed over by one side, accepted by the other, with its whole file, or nothing moves at all."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bangfu.office.accounts.api import system_actor
from bangfu.office.audit.api import Entry
from bangfu.office.benefits import api as benefits
from bangfu.office.benefits import entering
from bangfu.office.benefits.api import Entitlement, Ruling, Transfer, Whose
from bangfu.office.benefits.transfers import accept, ask, hand_over, refuse
from bangfu.office.casework.api import Case, open_case
from bangfu.office.casework.models import OpenStep
from bangfu.office.pages.refusals import Invalid, OutOfReach, Refused
from bangfu.office.registry.api import Person

pytestmark = pytest.mark.django_db
WEST_VILLAGE = "990101102201"


@pytest.fixture
def file(cast, registered):
    """The east household with dibao and an open case."""
    now = timezone.now()
    benefits.begin(
        actor=system_actor(), whose=Whose(registered.east, "dibao"), amount_fen=30_000, start_month="",
        ruling=Ruling("GA2026-000001", "a" * 64, now, timezone.localdate()),
    )  # fmt: skip
    return open_case(
        actor=cast.actor("township"), household=registered.east.number, procedure="benefit_review", matter="dibao"
    )


def asked(cast, registered, part="village"):
    """Asked for by somebody."""
    return ask(actor=cast.actor(part), household=registered.east.number, to_area=WEST_VILLAGE, reason="随子女居住")


def test_what_is_refused_and_in_which_words(cast, registered):
    home = registered.east
    for area, words in (("990101102299", "没有代码为 990101102299 的行政村"), (home.area_code, "该户已在这个村")):
        with pytest.raises(Invalid, match=words):
            ask(actor=cast.actor("township"), household=home.number, to_area=area, reason="搬迁")
    with pytest.raises(OutOfReach):
        ask(actor=cast.actor("auditor"), household=home.number, to_area=WEST_VILLAGE, reason="搬迁")
    row = asked(cast, registered)
    assert row.state == "asked"
    with pytest.raises(Invalid, match="本户已有一项未办结的转移"):
        asked(cast, registered)
    with pytest.raises(Refused):
        hand_over(actor=cast.actor("elsewhere"), transfer=row.pk)  # the receiving side does not hand over
    with pytest.raises(Invalid, match="这项转移现在是“待转出地确认”，不能这样办"):
        accept(actor=cast.actor("elsewhere"), transfer=row.pk)
    with pytest.raises(OutOfReach):
        hand_over(actor=cast.actor("admin"), transfer=row.pk)
    hand_over(actor=cast.actor("township"), transfer=row.pk)
    with pytest.raises(Refused):
        accept(actor=cast.actor("township"), transfer=row.pk)
    home.refresh_from_db()
    assert home.area_code == "990101101201"  # nothing moved yet


def test_the_whole_file_moves_when_it_is_accepted(client_of, cast, registered, file):
    home = registered.east
    row = asked(cast, registered, "township")
    assert (row.state, row.handed_name) == ("handed_over", cast.actor("township").name)
    accept(actor=cast.actor("elsewhere"), transfer=row.pk, group_name="第2组")
    row.refresh_from_db()
    home.refresh_from_db()
    assert (home.area_code, home.group_name) == (WEST_VILLAGE, "第2组")
    assert set(Person.objects.filter(household=home).values_list("area_code", flat=True)) == {WEST_VILLAGE}
    assert Case.objects.get(pk=file.pk).area_code == WEST_VILLAGE
    assert set(OpenStep.objects.filter(case=file).values_list("area_code", flat=True)) == {WEST_VILLAGE}
    one = Entitlement.objects.get()
    assert (one.area_code, one.state) == (WEST_VILLAGE, "active")  # dibao goes on inside the county
    assert row.content == {
        "persons": 2, "documents": 0, "records": 1, "episodes": 0, "entitlements": 1, "cases": 1, "ended": []
    }  # fmt: skip
    assert [entry.after["state"] for entry in Entry.objects.filter(kind="benefits.transfer").order_by("pk")] == [
        "handed_over",
        "accepted",
    ]
    assert home.number in client_of("elsewhere").get("/benefits/").content.decode()
    assert client_of("township").get(f"/benefits/household/{home.number}/").status_code == 404


def test_what_does_not_go_along_ends_with_the_month(cast, registered, file, monkeypatch):
    real = entering.rule_of("dibao")
    monkeypatch.setattr(entering, "rule_of", lambda _policy: _ends(real))
    row = asked(cast, registered, "township")
    accept(actor=cast.actor("elsewhere"), transfer=row.pk)
    one = Entitlement.objects.get()
    today = timezone.localdate()
    assert (one.area_code, one.state) == (WEST_VILLAGE, "ended")
    assert (one.until is None or one.until <= benefits.months_later(today.replace(day=1), 1)) is True
    row.refresh_from_db()
    assert row.content["ended"] == ["dibao"]


def _ends(rule):
    import dataclasses

    return dataclasses.replace(rule, moves="ends_with_month")


def test_who_says_no_says_why_and_nothing_moves(cast, registered):
    row = asked(cast, registered)
    with pytest.raises(Invalid, match="请写明理由"):
        refuse(actor=cast.actor("township"), transfer=row.pk, answer=" ")
    refuse(actor=cast.actor("township"), transfer=row.pk, answer="实际未搬迁")
    assert Transfer.objects.get().state == "refused"
    assert asked(cast, registered).state == "asked"


def test_a_village_is_named_by_its_name_or_its_code(client_of, registered):
    client = client_of("township")
    asked = {"household": registered.east.number, "reason": "随子女居住"}
    page = client.post("/benefits/transfers/ask/", {**asked, "to_area": "南村"}).content.decode()
    assert "本县没有这个村，或有几个村同名；请填写 12 位代码" in page
    client.post("/benefits/transfers/ask/", {**asked, "to_area": "西河村"})
    assert Transfer.objects.get().to_area == WEST_VILLAGE


def test_both_ends_see_it_and_nobody_else(client_of, cast, registered):
    asked(cast, registered, "township")
    for part in ("township", "elsewhere", "civil"):
        page = client_of(part).get("/benefits/transfers/").content.decode()
        assert registered.east.number in page
    answer = client_of("elsewhere").post(
        f"/benefits/transfers/{Transfer.objects.get().pk}/", {"answer": "accept"}, follow=True
    )
    assert "已接收：2 人、0 个个案、0 项待遇、0 份材料随户转入" in answer.content.decode()
