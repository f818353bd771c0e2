"""Figures of a run: limited to the area, opened into the records behind them, of health only for a purpose, exported as shown."""

from __future__ import annotations

import io
from datetime import date

import pytest

from bangfu.office.audit.api import Entry
from bangfu.office.registry import api as registry
from bangfu.office.reporting import figures
from bangfu.office.runs import api as runs

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 10, 31)
COUNTY, EAST, WEST = "990101", "990101101", "990101102"
WHY = {"purpose": "verify", "why": "核对残疾人数"}


@pytest.fixture
def ran(settings, tmp_path, cast, registered):
    """A real run of the two households, worked to its end."""
    settings.MEDIA_ROOT = tmp_path
    origin = registry.Origin(cast.actor("civil"), "national_export", AS_OF)
    both = {h.number: h for h in (registered.east, registered.west)}
    row = {"household_no": registered.east.number, "kind": "脱贫", "from": date(2020, 1, 1).isoformat()}
    registry.add_records("status_episodes", [row], both, {}, origin)
    run = runs.start(actor=cast.actor("civil"), area_code=COUNTY, as_of=AS_OF)
    return runs.work_now(run)


def cell(ran, indicator: str, area: str = ""):
    return figures.kept(ran).cell(indicator, area)


def test_without_the_permission_or_outside_the_area_there_is_no_figure(client_of, ran):
    assert client_of("bureau").get("/figures/").status_code == 403
    for path in (f"/figures/?area={WEST}", f"/figures/?area={COUNTY}", f"/figures/{ran.pk}/households/?area={WEST}"):
        assert client_of("township").get(path).status_code == 404, path
    assert client_of("township").get(f"/figures/{ran.pk}/no_such_figure/").status_code == 404
    assert client_of("village").get("/figures/export/").status_code == 403


def test_before_the_first_run_the_page_says_so(client_of, cast):
    assert "还没有数字" in client_of("township").get("/figures/").content.decode()


def test_each_sees_the_figures_of_the_own_area(client_of, ran):
    for part, expected in (("civil", "2户"), ("township", "1户")):
        answer = client_of(part).get("/figures/?words=households")
        shown = {line.cell.indicator: line.value for _label, lines in answer.context["groups"] for line in lines}
        assert shown["households"] == expected, part


def test_a_figure_opens_into_the_households_behind_it_and_the_log_says_who_saw_them(client_of, ran, registered):
    answer = client_of("township").get(f"/figures/{ran.pk}/households/")
    assert [row.household for row in answer.context["rows"]] == [registered.east.number]
    assert answer.context["rows"][0].head == "赵大"
    seen = Entry.objects.filter(kind="reporting.figure.opened").get()
    assert (seen.subject_id, seen.area_code, seen.after) == (str(ran.pk), EAST, {"indicator": "households"})
    county = client_of("civil").get(f"/figures/{ran.pk}/households/")
    assert len(county.context["rows"]) == cell(ran, "households").numerator == 2
    assert [place.code for place, _line, _share in county.context["parts"]] == [EAST, WEST]


def test_a_list_by_health_is_shown_for_a_purpose_only(client_of, ran):
    found = [c for c in figures.kept(ran).found.values() if not c.area and figures.about_health(ran, c)]
    names = {c.indicator for c in found}
    assert any("disab" in name or "chronic" in name for name in names), names
    assert "households" not in names
    name = sorted(names)[0]
    client = client_of("township")
    page = client.get(f"/figures/{ran.pk}/{name}/")
    assert "名单涉及个人健康" in page.content.decode()
    assert "rows" not in page.context
    refused = client.post(f"/figures/{ran.pk}/{name}/", {"purpose": "verify", "why": "查990101197503080012"})
    assert refused.status_code == 422
    assert not Entry.objects.filter(kind="registry.unmasked").exists()
    assert client_of("officer").post(f"/figures/{ran.pk}/{name}/", WHY).status_code == 403
    shown = client_of("township").post(f"/figures/{ran.pk}/{name}/", WHY)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert Entry.objects.get(kind="registry.unmasked").purpose == "疑点数据核实：核对残疾人数"


def test_the_workbook_holds_what_the_page_shows(client_of, ran):
    import openpyxl

    client = client_of("township")
    page = client.get("/figures/?words=户数").context
    book = openpyxl.load_workbook(io.BytesIO(client.get("/figures/export/?words=户数").content))
    rows = list(book.active.iter_rows(min_row=4, values_only=True))
    shown = [(line.title, line.value) for _label, lines in page["groups"] for line in lines]
    assert [(row[1], row[2]) for row in rows if row[1]] == shown
    assert len(shown) > 5
    assert Entry.objects.get(kind="reporting.figures.exported").area_code == EAST


def test_figures_whose_files_are_gone_say_so(client_of, ran):
    import shutil

    shutil.rmtree(runs.results(ran.pk))
    answer = client_of("civil").get("/figures/")
    assert answer.status_code == 200
    assert answer.context["gone"]


def test_a_page_takes_a_fixed_number_of_queries(client_of, ran, django_assert_max_num_queries):
    client = client_of("civil")
    client.get(f"/figures/{ran.pk}/households/")
    with django_assert_max_num_queries(30):
        client.get(f"/figures/{ran.pk}/households/")
    with django_assert_max_num_queries(16):
        client.get("/figures/")
