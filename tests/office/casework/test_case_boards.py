"""Where cases stand: by place, by step, by day; figures open into the lists that they count; looked at wide and on a phone."""

from __future__ import annotations

import pytest
from browser import browser_page, serious, too_wide
from hypothesis import given
from hypothesis import strategies as st

from bangfu.office.casework.api import open_case
from bangfu.office.casework.boards import quantile, stalls
from bangfu.office.casework.models import Case, OpenStep, StepPassed
from bangfu.office.casework.queries import Filters
from bangfu.office.casework.web.boards import _folded

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(hands, registered) -> Case:
    """Dibao in the east, accepted."""
    made = open_case(actor=hands.actor("village"), household=registered.east.number, procedure="dibao")
    hands.act(made, "village", "apply", "filed", {"application": hands.paper(), "promise": hands.paper()})
    return Case.objects.get(pk=made.pk)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_quantiles_of_counted_days_are_those_of_the_days(days, share):
    import numpy

    counted = {day: days.count(day) for day in days}
    assert quantile(counted, share) == pytest.approx(float(numpy.quantile(days, share)))
    assert quantile({}, share) is None


@given(st.text(alphabet="汉a,;é", max_size=200))
def test_lines_of_a_calendar_are_folded_within_75_bytes_and_read_back(text):
    parts = _folded(text)
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == text


def test_a_township_sees_its_villages_and_no_other_s(hands, case, client_of):
    Case.objects.update(listed_on="2026-01-05", due_on="2026-01-05")
    page = client_of("township").get("/cases/places/").content.decode()
    assert "东风村" in page
    assert "西河村" not in page
    assert f'<a class="tag bad" href="/cases/?view=overdue&amp;area={case.area_code}&amp;procedure=">1</a>' in page
    assert case.number in client_of("township").get(f"/cases/?view=overdue&area={case.area_code}").content.decode()
    assert client_of("township").get("/cases/places/?area=990101102").status_code == 404
    assert "西乡" in client_of("leader").get("/cases/places/").content.decode()


def test_a_leader_sees_where_cases_stall_and_how_long_steps_took(hands, case, client_of):
    OpenStep.objects.update(due_on="2026-01-05")
    StepPassed.objects.update(days=7, late=True)
    rows = {row.step: row for row in stalls(hands.actor("leader"), Filters())}
    assert (rows["accept"].waiting, rows["accept"].overdue, rows["accept"].median) == (1, 1, None)
    assert (rows["apply"].waiting, rows["apply"].passed, rows["apply"].late, rows["apply"].median) == (0, 1, 1, 7)
    assert stalls(hands.actor("elsewhere"), Filters()) == []
    client = client_of("leader")
    page = client.get("/cases/stalls/").content.decode()
    assert "/cases/?view=running&amp;procedure=dibao&amp;step=accept&amp;late=1&amp;area=" in page
    assert case.number in client.get("/cases/?view=running&procedure=dibao&step=accept&late=1").content.decode()
    assert case.number in client.get("/cases/passed/?procedure=dibao&step=apply&late=1").content.decode()
    assert case.number not in client_of("elsewhere").get("/cases/passed/?procedure=dibao&step=apply").content.decode()


def test_both_errors_are_counted_from_the_finding_to_the_decision(hands, case, client_of):
    Case.objects.update(found_as="entitled_not_receiving")
    client = client_of("leader")
    answered = "/cases/?view=all&found=entitled_not_receiving&decided=grant"
    assert case.number not in client.get(answered).content.decode()
    StepPassed.objects.update(decides="grant")
    assert case.number in client.get(answered).content.decode()
    page = client.get("/cases/stalls/").content.decode()
    assert f'href="{answered.replace("&", "&amp;")}&amp;area=">1</a>' in page


def test_the_calendar_shows_the_days_and_the_download_holds_no_name(hands, case, client_of):
    client = client_of("township")
    page = client.get(f"/cases/calendar/?month={case.due_on:%Y-%m}").content.decode()
    assert f"view=mine&amp;due={case.due_on}" in page
    answer = client.get("/cases/calendar.ics")
    text = answer.content.decode().replace("\r\n ", "")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"SUMMARY:{case.number} 受理" in text
    assert f"DTSTART;VALUE=DATE:{case.due_on:%Y%m%d}" in text
    assert "赵大" not in text
    assert "BEGIN:VEVENT" not in client_of("elsewhere").get("/cases/calendar.ics").content.decode()
    assert client.get("/cases/calendar/?month=9999-99").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True])
def test_boards_and_many_at_once_in_a_browser(hands, case, live_server, phone):
    with browser_page(live_server, hands.people["township"], phone) as page:
        for address in ("/cases/", "/cases/places/", "/cases/stalls/", "/cases/calendar/", "/cases/bulk/"):
            page.goto(address)
            page.screenshot(
                path=f"/tmp/bulk/shots/{'phone' if phone else 'wide'}{address.replace('/', '-')}.png", full_page=True
            )
            assert serious(page) == [], address
            assert too_wide(page) == 0, address
        page.goto("/cases/")
        page.get_by_label(f"选中 {case.number}").check()
        page.get_by_role("button", name="选中的").click()
        page.get_by_text("已选 1 件").wait_for()

        assert (serious(page), too_wide(page)) == ([], 0)
        page.get_by_role("link", name="受理", exact=True).click()
        for group in page.get_by_role("group", name="判定").all():
            group.get_by_label("否").check()

        page.get_by_role("button", name="预览").click()
        page.get_by_role("button", name="确认办理 1 件").wait_for()

        assert (serious(page), too_wide(page)) == ([], 0)
        page.get_by_role("button", name="确认办理 1 件").click()
        page.get_by_text("已完成").first.wait_for()
        page.goto("about:blank")
    assert Case.objects.get().version == 3
