"""Personal values are shown in full to who may, for a stated purpose, once, and the log says so."""

from __future__ import annotations

import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.registry.models import Household, Person

pytestmark = pytest.mark.django_db
PERSON = "/unmask/person/990101101201000101/"
WHY = {"purpose": "visit", "why": "核对养老金账户"}
ID = "990101197503080012"


def test_who_may_not_is_refused(client_of, registered):
    for part, status in (("leader", 403), ("admin", 403), ("officer", 403), ("bureau", 403), ("elsewhere", 404)):
        answer = client_of(part).post(PERSON, WHY)
        assert answer.status_code == status, part
        assert ID not in answer.content.decode()
    assert not Entry.objects.filter(kind="registry.unmasked").exists()
    assert Entry.objects.filter(kind="accounts.refused").count() == 5


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"purpose": "", "why": "核对养老金账户"}, "请选择目的"),
        ({"purpose": "curious", "why": "核对养老金账户"}, "请选择目的"),
        ({"purpose": "visit", "why": "看"}, "请用 4 至 120 个字说明原因"),
        ({"purpose": "visit", "why": f"核对 {ID}"}, "请不要在文字中写证件号码、电话或账号"),
    ],
)
def test_without_a_purpose_nothing_is_shown_and_the_page_says_what_to_do(client_of, registered, form, message):
    answer = client_of("township").post(PERSON, form)
    text = answer.content.decode()
    assert (answer.status_code, message in text) == (422, True)
    assert "慢性" not in text
    assert not Entry.objects.filter(kind="registry.unmasked").exists()


def test_it_is_asked_for_by_post_only(client_of, registered):
    assert client_of("township").get(PERSON).status_code == 405
    assert client_of("township").post("/unmask/village/1/", WHY).status_code == 404


def test_with_a_purpose_a_person_is_shown_in_full_and_the_log_has_the_names_of_the_fields(client_of, registered):
    answer = client_of("township").post(PERSON, WHY)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ID in text
    assert "no-store" in answer["Cache-Control"]
    row = Entry.objects.get(kind="registry.unmasked")
    assert (row.actor_name, row.subject_id, row.area_code, row.purpose, row.after) == (
        "某township", "990101101201000101", "990101101201", "入户走访核实：核对养老金账户",
        {"fields": ["id_number", "health"]},
    )  # fmt: skip
    assert ID not in str(row.after) + row.purpose


def test_a_household_shows_its_own_values(client_of, registered):
    text = client_of("village").post(f"/unmask/household/{registered.east.number}/", WHY).content.decode()
    assert "13900000001" in text
    assert ID not in text


def test_the_button_stands_for_who_may(client_of, registered):
    path = f"/households/{registered.east.number}/"
    assert "查看完整信息" in client_of("township").get(path).content.decode()
    assert "查看完整信息" not in client_of("leader").get(path).content.decode()
    assert "13900000001" not in client_of("township").get(path).content.decode()


def test_what_was_erased_is_said_to_be_erased(client_of, registered):
    from datetime import date

    from bangfu.office.accounts.api import system_actor
    from bangfu.office.registry.api import erase_household

    Household.objects.filter(pk=registered.east.pk).update(closed_on=date(2026, 1, 1))
    erase_household(actor=system_actor(), number=registered.east.number, requested_by="x", reason="asked")
    answer = client_of("township").post(PERSON, WHY)
    assert (answer.status_code, "已按规定删除" in answer.content.decode()) == (410, True)
    assert Person.objects.get(number="990101101201000101").id_sealed is None
