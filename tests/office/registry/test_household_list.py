"""The list, its filters, its export: all of one area, and all the same rows."""

from __future__ import annotations

import io

import openpyxl
import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.registry.models import Household, SavedFilter

pytestmark = pytest.mark.django_db


def numbers(text: str, registered) -> set[str]:
    return {h.number for h in (registered.east, registered.west) if f"/households/{h.number}/" in text}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"east", "west"}),
        ("area=990101101", {"east"}),
        ("type=graduated", set()),
        ("type=general", {"east", "west"}),
        ("monitored=any", set()),
        ("members_from=2", {"east"}),
        ("members_to=1", {"west"}),
        ("income_from=12034", {"east", "west"}),
        ("income_from=12035", set()),
        ("q=孙", {"west"}),
        ("q=99010110120", {"east"}),
        ("status=低保", set()),
    ],
)
def test_each_filter_narrows_as_it_says(client_of, registered, query, found):
    text = client_of("civil").get(f"/households/?{query}").content.decode()
    assert numbers(text, registered) == {getattr(registered, name).number for name in found}
    assert f"共 {len(found)} 户" in text


@pytest.mark.parametrize("query", ["members_from=many", "income_to=-1", "area=99010110a"])
def test_a_filter_that_cannot_be_read_is_told_and_hides_nobody(client_of, registered, query):
    text = client_of("civil").get(f"/households/?{query}").content.decode()
    assert "有筛选条件无法识别" in text
    assert "共 2 户" in text


def test_an_area_elsewhere_cannot_be_asked_for_and_is_not_offered(client_of, registered):
    text = client_of("township").get("/households/?area=990101102").content.decode()
    assert "有筛选条件无法识别" in text
    assert "西乡" not in text
    assert "西河村" not in text
    assert numbers(text, registered) == {registered.east.number}


def test_the_export_holds_what_the_list_shows_and_is_logged(client_of, registered):
    answer = client_of("civil").get("/households/export/?members_from=2")
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(book.iter_rows(min_row=3, values_only=True))
    assert rows == [(registered.east.number, "赵大", "东风村", "第1组", 2, "一般农户", None, 12034.4)]
    entry = Entry.objects.get(kind="registry.exported")
    assert (entry.actor_name, entry.after) == ("某civil", {"filter": {"members_from": "2"}, "rows": 1})


@pytest.mark.parametrize("part", ["village", "leader", "bureau"])
def test_who_may_not_export_is_refused(client_of, registered, part):
    assert client_of(part).get("/households/export/").status_code == 403


def test_a_township_exports_its_own_area_only(client_of, registered):
    answer = client_of("township").get("/households/export/")
    book = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[0] for row in book.iter_rows(min_row=3, values_only=True)] == [registered.east.number]


def test_a_filter_is_kept_under_a_name_by_its_owner_alone(client_of, registered):
    client = client_of("civil")
    client.post("/households/filters/", {"name": "两人以上", "members_from": "2"})
    saved = SavedFilter.objects.get()
    assert saved.query == {"members_from": "2"}
    assert "两人以上" in client.get("/households/").content.decode()
    other = client_of("township")
    assert "两人以上" not in other.get("/households/").content.decode()
    other.post(f"/households/filters/{saved.pk}/delete/")
    assert SavedFilter.objects.filter(pk=saved.pk).exists()
    client_of("civil").post(f"/households/filters/{saved.pk}/delete/")
    assert not SavedFilter.objects.exists()


def test_missing_income_is_unknown_and_never_zero(client_of, registered):
    Household.objects.filter(pk=registered.east.pk).update(per_capita_fen=None)
    text = client_of("township").get("/households/").content.decode()
    assert "未知" in text
    assert "0.00" not in text


def test_the_list_asks_as_much_for_many_rows_as_for_two(client_of, registered, django_assert_max_num_queries):
    client = client_of("civil")
    client.get("/households/")
    with django_assert_max_num_queries(12):
        client.get("/households/")


def test_suggestions_stay_in_the_area(client_of, registered):
    assert "孙三" in client_of("civil").get("/search/suggest/?q=sun").content.decode()
    assert "孙三" not in client_of("township").get("/search/suggest/?q=sun").content.decode()
    assert client_of("civil").get("/search/suggest/?q=s").content.decode().strip() == ""
