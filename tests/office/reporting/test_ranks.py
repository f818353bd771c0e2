"""Ranks: whose areas are compared, who stands where, against what, how long already, and the table that goes out."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import openpyxl
import pytest
from figures_by_hand import give_figures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs_by_hand import make_run

from bangfu.office.audit.api import Entry
from bangfu.office.reporting.models import RankTarget
from bangfu.office.reporting.ranks import Asked, places, read_target, streak, year_elapsed

pytestmark = pytest.mark.django_db
COUNTY, EAST, WEST = "990101", "990101101", "990101102"
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
RATE, COUNT = "resolution_rate", "measure_households"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A media folder of one's own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def two_months(areas):
    """September and October: the east fell from 8.5% to 8.3%, the west rose from 8.3% to 8.5%."""
    before = make_run(as_of=date(2026, 9, 30))
    give_figures(before, {(RATE, EAST): "8.5", (RATE, WEST): "8.3", (COUNT, EAST): "30", (COUNT, WEST): "45"})
    now = make_run(previous=before)
    give_figures(now, {
        (RATE, ""): "8.4", (RATE, EAST): "8.3", (RATE, WEST): "8.5", (RATE, EAST_VILLAGE): "8.3",
        (RATE, WEST_VILLAGE): "8.5", (COUNT, EAST): "40", (COUNT, WEST): "45",
    }, approximate={(RATE, WEST)})  # fmt: skip
    return before, now


def rows(client, query):
    """The table of a page, row by row, as a person reads it."""
    from html.parser import HTMLParser

    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.rows, self.inside = [], False

        def handle_starttag(self, tag, _attributes):
            if tag == "tr":
                self.rows.append([])
            if tag == "td":
                self.rows[-1].append("")
            self.inside = self.inside or tag == "td"

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "td"

        def handle_data(self, data):
            if self.inside:
                self.rows[-1][-1] += data

    answer = client.get("/figures/ranks/", query)
    assert answer.status_code == 200
    reader = Cells()
    reader.feed(answer.content.decode())
    return [[cell.strip() for cell in row if cell.strip()] for row in reader.rows if any(row)]


@pytest.mark.parametrize("part", ["officer", "bureau", "admin"])
def test_who_may_not_see_runs_sees_no_ranks(client_of, two_months, part):
    assert client_of(part).get("/figures/ranks/").status_code == 403


def test_without_a_run_the_page_says_so(client_of, cast):
    assert "还没有排名" in client_of("leader").get("/figures/ranks/").content.decode()


def test_a_run_of_elsewhere_that_is_not_done_or_no_number_is_not_there(client_of, two_months):
    other, waiting = make_run(area_code="880101"), make_run(status="failed")
    for number in (other.pk, waiting.pk, 987654, "x", "1" * 30):
        assert client_of("leader").get("/figures/ranks/", {"run": number}).status_code == 404, number


def test_a_run_whose_figures_are_gone_is_said(client_of, cast, registered):
    make_run()
    assert "这次比对的数字已不在" in client_of("leader").get("/figures/ranks/").content.decode()


def test_each_sees_only_areas_that_lie_wholly_in_its_own(client_of, two_months):
    asked = {"indicator": RATE}
    assert [row[1] for row in rows(client_of("leader"), asked)] == ["西乡", "东乡"]
    township = client_of("township").get("/figures/ranks/", {**asked, "level": "village"}).content.decode()
    assert "东风村" in township
    for other in ("西乡", "西河村", "8.5%"):
        assert other not in township, other
    village = client_of("village").get("/figures/ranks/", asked).content.decode()
    assert "东风村" in village
    assert "乡镇</option>" not in village
    assert "西河村" not in village


def test_percentages_are_compared_in_percentage_points(client_of, two_months):
    assert rows(client_of("leader"), {"indicator": RATE, "target": "8.4%"}) == [
        ["1", "西乡", "8.5% 约", "高于目标 0.1个百分点", "8.3%", "+0.2个百分点", "上升 1 名", "—"],
        ["2", "东乡", "8.3%", "低于目标 0.1个百分点", "8.5%", "−0.2个百分点", "下降 1 名", "—"],
    ]
    page = client_of("leader").get("/figures/ranks/", {"indicator": RATE, "target": "8.4%"}).content.decode()
    assert "目标 8.4%：高于 1 个，持平 0 个，低于 1 个" in page
    assert "时间过去" not in page, "the pace of the year is about counts"


def test_lower_may_be_better(client_of, two_months):
    found = rows(client_of("leader"), {"indicator": RATE, "better": "lower", "target": "8.3"})
    assert [row[:2] for row in found] == [["1", "东乡"], ["2", "西乡"]]
    assert found[0][3] == "持平"


def test_the_pace_of_the_year(client_of, two_months):
    found = rows(client_of("leader"), {"indicator": COUNT, "target": "50"})
    assert found == [
        ["1", "西乡", "45户", "低于目标 5户", "完成 90.0%，超前 6.7 个百分点", "45户", "未变", "名次未变", "连续 2 次未达标"],
        ["2", "东乡", "40户", "低于目标 10户", "完成 80.0%，落后 3.3 个百分点", "30户", "+10户", "名次未变", "连续 2 次未达标"],
    ]  # fmt: skip
    page = client_of("leader").get("/figures/ranks/", {"indicator": COUNT, "target": "50"}).content.decode()
    assert "时间过去 83.3%" in page
    assert "完成" not in client_of("leader").get("/figures/ranks/", {"indicator": COUNT}).content.decode()


def test_a_figure_that_is_not_known_has_no_rank_and_equal_ones_share_theirs(client_of, areas):
    give_figures(make_run(), {(RATE, EAST): None, (RATE, WEST): "8.333333"})
    assert [row[:3] for row in rows(client_of("leader"), {"indicator": RATE})] == [
        ["1", "西乡", "8.33%"],
        ["—", "东乡", "—"],
    ]
    give_figures(make_run(), {(RATE, EAST): "8.334", (RATE, WEST): "8.333333"})
    assert [row[:3] for row in rows(client_of("leader"), {"indicator": RATE, "target": "8.33"})] == [
        ["1", "东乡", "8.33%"], ["1", "西乡", "8.33%"],
    ]  # fmt: skip


def test_a_target_that_is_no_number_is_said_and_not_used(client_of, two_months):
    for typed in ("很高", "-3", "NaN", "1e99"):
        page = client_of("leader").get("/figures/ranks/", {"indicator": RATE, "target": typed}).content.decode()
        assert "目标应是不小于 0 的数字，如 8.5 或 1200；没有按目标比较" in page, typed
        assert "与目标相比" not in page


def test_targets_as_people_type_them():
    assert [read_target(text)[0] for text in ("8.5%", "８．５", "1,200", " 0 ", "")] == [
        Decimal("8.5"), Decimal("8.5"), Decimal(1200), Decimal(0), None,
    ]  # fmt: skip


def test_the_share_of_a_year():
    days = (date(2026, 6, 30), date(2026, 12, 31), date(2024, 2, 29))
    assert [year_elapsed(day) for day in days] == [Decimal("49.6"), Decimal("100.0"), Decimal("16.4")]


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), st.integers(-9, 9)), max_size=12))
def test_a_place_is_one_more_than_there_are_better_ones(figures):
    values = {str(n): None if figure is None else Decimal(figure) for n, figure in enumerate(figures)}
    for better, beats in (("higher", Decimal.__gt__), ("lower", Decimal.__lt__)):
        found = places(values, better)
        known = {code: value for code, value in values.items() if value is not None}
        assert found == {
            code: 1 + sum(beats(other, value) is True for other in known.values()) for code, value in known.items()
        }


@pytest.mark.parametrize(
    ("series", "target", "better", "expected"),
    [
        ([5, 4, 3, 3], None, "higher", (2, "better")),
        ([5, 4, 3, 3], None, "lower", (2, "worse")),
        ([3, 3, 2], None, "higher", (0, "")),
        ([5, None, 3], None, "higher", (0, "")),
        ([5, 6, 4, 7], 5, "higher", (2, "met")),
        ([4, 4, None, 4], 5, "higher", (2, "missed")),
        ([4, 4, 9], 5, "lower", (2, "met")),
        ([None, 4], 5, "higher", (0, "")),
        ([4], None, "higher", (0, "")),
    ],
)
def test_streaks(series, target, better, expected):
    values = [None if v is None else Decimal(v) for v in series]
    assert streak(values, Asked("x", "township", better, None if target is None else Decimal(target), "")) == expected


# -- targets of each area, stars ----------------------------------------------------------------------------------

PLAN = {"indicator": COUNT, "level": "township"}


def declare(client, east="30", west="90", stars="50,80,100", measured="reached", query=None):
    data = {f"target-{EAST}": east, f"target-{WEST}": west, "stars": stars, "measured": measured}
    return client.post("/figures/ranks/targets/?" + urlencode(query or PLAN), data)


@pytest.mark.parametrize("part", ["leader", "township", "village", "admin"])
def test_who_starts_no_runs_declares_no_targets(client_of, two_months, part):
    assert client_of(part).get("/figures/ranks/targets/", PLAN).status_code == 403
    assert declare(client_of(part)).status_code == 403
    assert not Entry.objects.filter(kind="reporting.rank_targets_set").exists()


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        ({"east": "很多"}, EAST, "目标应是不小于 0 的数字，如 8.5 或 1200"),
        ({"stars": "五颗"}, "stars", "星级门槛应是数字，用逗号隔开，如 60,70,80,90,100"),
        ({"stars": "60,80,70"}, "stars", "最多五颗星，门槛应一颗比一颗高（或一颗比一颗低）"),
        ({"stars": "1,2,3,4,5,6"}, "stars", "最多五颗星，门槛应一颗比一颗高（或一颗比一颗低）"),
        ({"stars": "60,60"}, "stars", "最多五颗星，门槛应一颗比一颗高（或一颗比一颗低）"),
    ],
)
def test_what_is_no_target_and_no_threshold_is_told_and_nothing_kept(client_of, two_months, given, where, said):
    answer = declare(client_of("civil"), **given)
    assert (answer.status_code, answer.context["errors"][where]) == (422, said)
    assert not RankTarget.objects.exists()


def test_each_area_is_held_against_its_own_target_and_starred(client_of, two_months):
    client = client_of("civil")
    assert declare(client).status_code == 302
    # the east has 40 of 30, the west 45 of 90: by figures the west leads, by what is reached the east does
    assert rows(client, {"indicator": COUNT}) == [
        ["1", "西乡", "45户", "★☆☆", "90户", "低于目标 45户", "完成 50.0%，落后 33.3 个百分点", "45户", "未变", "名次未变", "连续 2 次未达标"],
        ["2", "东乡", "40户", "★★★", "30户", "高于目标 10户", "完成 133.3%，超前 50.0 个百分点", "30户", "+10户", "名次未变", "连续 2 次达标"],
    ]  # fmt: skip
    assert [row[1] for row in rows(client, {"indicator": COUNT, "order": "reached"})] == ["东乡", "西乡"]
    page = client.get("/figures/ranks/", {"indicator": COUNT}).content.decode()
    assert "目标 各地不同：高于 1 个，持平 0 个，低于 1 个" in page
    assert "跟上时间的 1 个，落后的 1 个" in page
    assert "星级按完成目标的百分比：50、80、100 各得一星" in page
    entry = Entry.objects.get(kind="reporting.rank_targets_set")
    assert entry.after["targets"] == {EAST: "30", WEST: "90"}
    assert (entry.area_code, entry.before["targets"], entry.after["stars"]) == (COUNTY, {}, ["50", "80", "100"])


def test_a_target_for_all_goes_before_and_a_blank_takes_one_away(client_of, two_months):
    client = client_of("civil")
    declare(client)
    assert "各地不同" not in client.get("/figures/ranks/", {"indicator": COUNT, "target": "50"}).content.decode()
    declare(client, west="", stars="")
    found = rows(client, {"indicator": COUNT})
    assert found[0][:5] == ["1", "西乡", "45户", "—", "—"]
    assert "各得一星" not in client.get("/figures/ranks/", {"indicator": COUNT}).content.decode()


def test_stars_of_a_figure_where_lower_is_better(client_of, two_months):
    client = client_of("civil")
    declare(client, "", "", "8.5,8.4,8.3", "value", {"indicator": RATE, "level": "township", "better": "lower"})
    found = rows(client, {"indicator": RATE, "better": "lower"})
    assert [row[:4] for row in found] == [["1", "东乡", "8.3%", "★★★"], ["2", "西乡", "8.5% 约", "★☆☆"]]


def test_stars_and_targets_go_out_as_they_stand(client_of, two_months):
    client = client_of("civil")
    declare(client)
    asked = {"indicator": COUNT, "order": "reached"}
    answer = client.get("/figures/ranks/export/", asked)
    sheet = [[cell for cell in row if cell] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.values]
    top = next(n for n, row in enumerate(sheet) if row and row[0] == "名次")
    assert [[str(cell) for cell in row] for row in sheet[top + 1 :]] == rows(client, asked)
    assert ["名次按完成目标的比例排"] in sheet


# -- the workbook -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["leader", "village", "admin"])
def test_who_may_not_export_takes_no_table(client_of, two_months, part):
    assert client_of(part).get("/figures/ranks/export/", {"indicator": RATE}).status_code == 403


def test_the_table_goes_out_as_it_stands_and_is_logged(client_of, two_months):
    asked = {"indicator": COUNT, "target": "50"}
    answer = client_of("civil").get("/figures/ranks/export/", asked)
    sheet = [[cell for cell in row if cell] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.values]
    assert sheet[0] == ["示例县 2026-10 有帮扶措施的户数"]
    assert sheet[1] == ["截至 2026-10-31 的月度比对；从高到低，越高越好"]
    assert sheet[2] == ["目标 50户：高于 0 个，持平 0 个，低于 2 个"]
    assert sheet[3] == ["时间过去 83.3%"]
    assert sheet[4] == ["跟上时间的 1 个，落后的 1 个"]
    assert sheet[7] == ["名次", "地区", "数值", "与目标相比", "进度", "上次", "变化", "名次变化", "连续"]
    assert [[str(cell) for cell in row] for row in sheet[8:]] == rows(client_of("civil"), asked)
    entry = Entry.objects.get(kind="reporting.ranks_exported")
    assert (entry.area_code, entry.after["rows"], entry.after["target"]) == (COUNTY, 2, "50")


def test_an_export_holds_the_areas_of_the_reader_only(client_of, two_months):
    asked = {"indicator": RATE, "level": "village"}
    answer = client_of("township").get("/figures/ranks/export/", asked)
    text = str(list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values))
    assert "东风村" in text
    assert "西" not in text
    empty = client_of("township").get("/figures/ranks/export/", {"indicator": COUNT, "level": "village"})
    assert empty.status_code == 302
    assert Entry.objects.filter(kind="reporting.ranks_exported").count() == 1


def test_the_page_costs_the_same_for_many_runs(client_of, two_months, django_assert_max_num_queries):
    client = client_of("leader")
    with django_assert_max_num_queries(16):
        client.get("/figures/ranks/")
    for month in range(1, 9):
        give_figures(make_run(as_of=date(2026, month, 28)), {(RATE, EAST): "8", (RATE, WEST): "9"})
    with django_assert_max_num_queries(16):
        client.get("/figures/ranks/")
