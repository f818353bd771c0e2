"""The lists: filters, order, columns, areas, counts, saved filters, export."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.http import QueryDict

from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import OutOfReach
from bangfu.office.registry import actions, choices
from bangfu.office.registry.filters import born, households_asked, persons_asked
from bangfu.office.registry.lists import all_lines
from bangfu.office.registry.models import SavedFilter

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 1)


def numbers(cast, part, query):
    asked = households_asked(cast.actor(part), QueryDict(query), on=ON)
    assert asked.good, asked.errors
    return [line.row.number for line in all_lines(asked, ON)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("type=nonsense", "没有这个选项：nonsense"),
        ("members_min=many", "请填整数"),
        ("income_min=9&income_max=3", "上限应不小于下限"),
        ("area=12", "没有这个区划：12 "),
        ("sort=magic", "没有这个选项：magic"),
        ("text=990101197503080012", "证件号码和电话请用页面上方的查找框"),
    ],
)
def test_a_wrong_condition_is_named_and_shows_nobody(client_of, registered, query, message):
    answer = client_of("civil").get(f"/households/?{query}") if query != "area=12" else client_of("civil").get("/households/?area=1x")  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 400
    assert message.replace("12 ", "1x") in text
    assert registered.east.number not in text


def test_an_area_outside_is_not_found_and_logged(client_of, registered):
    answer = client_of("township").get("/households/?area=990101102201")
    assert answer.status_code == 404
    assert Entry.objects.order_by("-id").first().kind == "accounts.refused"


def test_an_area_above_the_own_means_all_of_the_own(cast, registered):
    assert numbers(cast, "township", "area=990101") == [registered.east.number]


def test_every_condition_is_limited_to_the_area(cast, records):
    for query in ("status=低保", "age_min=40", "members_max=5", "text=孙三", "type=general", "income_max=99999"):
        assert records.west.number in numbers(cast, "civil", query), query
        assert records.west.number not in numbers(cast, "township", query), query


@pytest.mark.parametrize(
    ("query", "east", "west"),
    [
        ("status=低保", False, True),
        ("status=建档立卡", False, False),  # ended in 2018
        ("status=脱贫", True, False),
        ("members_min=2", True, False),
        ("members_max=1", False, True),
        ("income_min=12035", False, False),
        ("income_min=12034&income_max=12035", True, True),
        ("income=unknown", False, False),
        ("age_min=51&age_max=51", True, True),  # born 1975-03-08
        ("age_min=50&age_max=50", True, False),  # 钱二, born 1976-04-09
        ("age_min=52", False, False),
        ("monitored=any", False, False),
        ("cause=unknown", True, True),
        ("text=赵", True, False),
        ("text=990101102", False, True),
        ("files=closed", False, False),
    ],
)
def test_conditions(cast, records, query, east, west):
    found = numbers(cast, "civil", query)
    assert (records.east.number in found, records.west.number in found) == (east, west)


def test_an_age_is_reached_on_the_birthday(registered):
    from bangfu.office.registry.models import Person

    for day, expected in ((date(2026, 3, 7), 0), (date(2026, 3, 8), 2)):
        assert Person.objects.filter(born(51, 51, day)).count() == expected, day


def test_what_is_not_known_is_ordered_last_either_way(cast, registered):
    from many_households import more

    more(2, declared_per_capita=None)
    more(1, start=500, declared_per_capita=100)
    for sort, first in (("income", "9901011012019500"), ("-income", registered.east.number)):
        found = numbers(cast, "civil", f"sort={sort}")
        assert found[0] == first
        assert set(found[-2:]) == {"9901011012019000", "9901011012019001"}


def test_paging_walks_through_every_row_once_in_every_order(cast, client_of, registered):
    from many_households import more

    more(60)
    client = client_of("civil")
    for sort in ("village", "head", "members", "-members", "income", "-income"):
        seen, token = [], ""
        while token is not None:
            page = client.get("/households/", {"sort": sort, "page": token}).context["page"]
            seen += [row.number for row in page]
            token = page.following
        assert len(seen) == len(set(seen)) == 62, sort
        assert seen == numbers(cast, "civil", f"sort={sort}"), sort


def test_the_number_of_queries_does_not_grow_with_the_rows(client_of, records, django_assert_max_num_queries):
    from many_households import more

    client = client_of("civil")
    client.get("/households/")
    with django_assert_max_num_queries(14):
        client.get("/households/")
    more(90)
    every = "&".join(f"columns={name}" for name in ("village", "status", "phone", "risks", "collector", "income"))
    with django_assert_max_num_queries(14):
        assert "共 92 户" in client.get(f"/households/?size=100&{every}").content.decode()


def test_drop_downs_offer_the_own_area_only(cast, client_of, registered):
    text = client_of("township").get("/households/").content.decode()
    assert "东风村" in text
    assert "西河村" not in text
    assert [area.code for area, _ in choices.places(cast.actor("township"))] == ["990101101"]


def test_missing_is_shown_as_not_known(client_of, registered):
    from many_households import more

    more(1, declared_per_capita=None, household_type=None)
    text = client_of("civil").get("/households/?text=李").content.decode()
    assert text.count('<span class="tag unknown">未知</span>') == 3  # the group too


def test_persons_are_limited_and_masked(client_of, registered):
    text = client_of("township").get("/persons/?columns=id&columns=age").content.decode()
    assert "钱二" in text
    assert "孙三" not in text
    assert "9901**********0029" in text
    assert "990101197604090029" not in text
    assert "共 2 人" in text


@pytest.mark.parametrize(("query", "expected"), [("text=赵", ["赵大"]), ("sex=female", ["钱二"]), ("relation=head&sort=name", ["孙三", "赵大"]), ("age_min=51", ["赵大", "孙三"]), ("birth=unknown", [])])  # fmt: skip
def test_person_conditions(cast, registered, query, expected):
    asked = persons_asked(cast.actor("civil"), QueryDict(query), on=ON)
    assert [line.row.name for line in all_lines(asked, ON)] == expected


def test_a_filter_is_saved_for_its_owner_and_opens_the_same_list(client_of, cast, registered):
    client = client_of("civil")
    answer = client.post("/filters/save/", {"name": "东乡的户", "list": "households", "query": "area=990101101&sort=-income&page=x"}, follow=True)  # fmt: skip
    text = answer.content.decode()
    assert "已保存筛选“东乡的户”" in text
    assert SavedFilter.objects.get().query == {"list": "households", "query": "area=990101101&sort=-income"}
    assert 'href="?area=990101101&amp;sort=-income">东乡的户' in text
    assert "东乡的户" not in client_of("agriculture").get("/households/").content.decode()
    row = SavedFilter.objects.get()
    client_of("agriculture").post(f"/filters/{row.pk}/delete/")
    assert SavedFilter.objects.count() == 1
    client_of("civil").post(f"/filters/{row.pk}/delete/")
    assert SavedFilter.objects.count() == 0


def test_a_name_of_the_other_list_is_not_taken_over(client_of, registered):
    client = client_of("civil")
    client.post("/filters/save/", {"name": "甲", "list": "households", "query": "type=general"})
    answer = client.post("/filters/save/", {"name": "甲", "list": "persons", "query": "sex=male"}, follow=True)
    assert "另一个列表已有同名的筛选，请换一个名称" in answer.content.decode()
    assert SavedFilter.objects.get().query == {"list": "households", "query": "type=general"}


def test_a_filter_of_another_does_not_widen_the_area(client_of, cast, registered):
    with pytest.raises(OutOfReach):
        households_asked(cast.actor("township"), QueryDict("area=990101102"))
    actions.save_filter(actor=cast.actor("township"), name="西", listed="households", query="area=990101102")
    assert client_of("township").get("/households/?area=990101102").status_code == 404


def sheet(answer):
    rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def test_an_export_needs_the_permission(client_of, registered):
    assert client_of("village").post("/households/export/", {"query": ""}).status_code == 403
    assert client_of("leader").post("/households/export/", {"query": ""}).status_code == 403


def test_an_export_equals_its_list(client_of, cast, records):
    from many_households import more

    more(40)
    query = "sort=-income&members_max=1&columns=income&columns=members&columns=phone&columns=status"
    client = client_of("civil")
    answer = client.post("/households/export/", {"query": query})
    rows = sheet(answer)
    asked = households_asked(cast.actor("civil"), QueryDict(query))
    assert rows[0] == [str(column.label) for column in asked.columns]
    assert [row[0] for row in rows[1:]] == numbers(cast, "civil", query)
    shown = []
    token = ""
    while token is not None:
        context = client.get(f"/households/?{query}&page={token}").context
        shown += [
            ["未知" if c.missing else "" if c.value is None else c.value for c in line.cells]
            for line in context["lines"]
        ]
        token = context["page"].following
    assert [["" if cell is None else cell for cell in row] for row in rows[1:]] == shown
    assert len(shown) == 41
    last = Entry.objects.filter(kind="registry.exported").last()
    assert last.after["rows"] == 41
    assert last.after["personal"] is False
    assert "139" not in str(last.after)


def test_an_export_holds_the_own_area_and_masks(client_of, registered):
    rows = sheet(client_of("township").post("/persons/export/", {"query": "columns=id"}))
    assert [row[0] for row in rows[1:]] == ["赵大", "钱二"]
    assert rows[1][2] == "9901**********0012"


def test_unmasked_needs_a_purpose_and_logs_every_row(client_of, registered):
    client = client_of("township")
    refused = client.post("/persons/export/", {"query": "columns=id", "open": "yes"}, follow=True)
    assert "请选择目的" in refused.content.decode()
    assert not Entry.objects.filter(kind="registry.unmasked").exists()
    rows = sheet(
        client.post(
            "/persons/export/", {"query": "columns=id", "open": "yes", "purpose": "verify", "why": "核对医保参保"}
        )
    )
    assert rows[1][2] == "990101197503080012"
    seen = Entry.objects.filter(kind="registry.unmasked")
    assert [(e.subject_id, e.purpose, e.after) for e in seen] == [
        (f"99010110120100010{n}", "疑点数据核实：核对医保参保", {"fields": ["id"], "way": "export"}) for n in (1, 2)
    ]
