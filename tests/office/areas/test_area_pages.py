"""The tree, files of areas, outlines."""

from __future__ import annotations

import json
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bangfu.office.accounts.api import system_actor
from bangfu.office.areas import geojson
from bangfu.office.areas.api import Area, Boundary, Group, current, demo_outlines
from bangfu.office.areas.models import Draft
from bangfu.office.audit.api import Entry
from bangfu.office.pages.refusals import Invalid

pytestmark = pytest.mark.django_db
COUNTY, EAST, WEST = "990101", "990101101", "990101102"
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"


def test_the_tree_shows_the_own_area_and_counts_only_to_those_who_see_households(client_of, registered):
    text = client_of("township").get("/areas/").content.decode()
    assert "东风村" in text
    assert "西乡" not in text
    assert "示例县" in text, "the path above is named, without a link"
    assert f"/areas/{COUNTY}/" not in text
    assert "<span>1 户</span>" in text
    assert "户</span>" not in client_of("admin").get("/areas/").content.decode()


def test_the_tree_unfolds_without_scripts_and_in_place_with_them(client_of, registered):
    client = client_of("civil")
    assert "西河村" not in client.get("/areas/").content.decode()
    assert "西河村" in client.get("/areas/", {"open": WEST}).content.decode()
    part = client.get(f"/areas/{WEST}/children/").content.decode()
    assert "西河村" in part
    assert "<html" not in part


def test_a_search_finds_names_and_codes_of_the_own_area_only(client_of, registered):
    assert "东风村" in client_of("township").get("/areas/", {"q": "东风"}).content.decode()
    assert "没有找到" in client_of("township").get("/areas/", {"q": "西河"}).content.decode()
    assert "西河村" in client_of("civil").get("/areas/", {"q": WEST_VILLAGE}).content.decode()


def test_a_tree_with_many_villages_asks_no_more_of_the_database(client_of, registered, django_assert_max_num_queries):
    Area.objects.bulk_create(
        Area(code=f"{EAST}{n:03d}", name=f"村{n}", level="village", parent_code=EAST, valid_from="2026-01-01")
        for n in range(300, 380)
    )
    client = client_of("civil")
    with django_assert_max_num_queries(16):
        client.get("/areas/", {"open": EAST})


def book(*rows) -> SimpleUploadedFile:
    whole, workbook = BytesIO(), openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(whole)
    return SimpleUploadedFile("区划.xlsx", whole.getvalue())


HEADER = ("代码", "名称", "层级", "上级代码", "启用日期")


def upload(client, file, kind="tree"):
    return client.post(reverse("areas:import"), {"kind": kind, "file": file}, follow=True)


def test_a_list_with_errors_names_row_and_column_and_writes_nothing(client_of, areas):
    answer = upload(
        client_of("civil"),
        book(
            HEADER,
            ("990101101202", "东升村", "行政村", "990101101", "2026-02-01"),
            ("990101101202", "东升村", "行政村", "990101101", "2026-02-01"),
            ("990101103201", "南村", "行政村", "", "2026-02-01"),
            ("99010110", "短码", "行政村", "", "2026-02-01"),
            ("880101101", "外乡", "乡镇", "", "2026-02-01"),
            ("990101104", "某乡", "片区", "", "2026-02-01"),
            ("990101105", "某乡", "乡镇", "", "明天"),
        ),
    )
    assert answer.context["errors"] == [
        (3, "code", "与第 2 行重复"),
        (4, "parent", "没有上级区划 990101103：它既不在系统中，也不在文件中"),
        (5, "code", "这一层级的代码应为 12 位数字，或补零到 12 位"),
        (6, "parent", "没有上级区划 880101：它既不在系统中，也不在文件中"),
        (7, "level", "层级应为：省、市、县、乡镇、行政村、村民组、自然村"),
        (8, "valid_from", "启用日期应写成 2026-01-01"),
    ]
    text = answer.content.decode()
    assert "有错误的文件不能导入" in text
    assert "导入这些内容" not in text
    client_of("civil").post(answer.redirect_chain[-1][0], {"answer": "yes"})
    assert not current().filter(code="990101101202").exists()


def test_a_list_is_shown_then_added_renamed_and_logged(client_of, areas):
    client = client_of("civil")
    answer = upload(
        client,
        book(
            HEADER,
            ("990101103201", "南湾村", "行政村", "", "2026-02-01"),
            ("990101103000", "南乡", "乡镇", "", "2026-02-01"),
            (EAST_VILLAGE, "红旗村", "行政村", "", "2026-03-01"),
            (WEST_VILLAGE, "西河村", "行政村", "", "2026-01-01"),
            ("n-1", "第1组", "村民组", "990101103201", "2026-02-01"),
        ),
    )
    assert answer.context["counts"] == {"added": 3, "renamed": 1, "same": 1}
    assert "原名 东风村" in answer.content.decode()
    address = answer.redirect_chain[-1][0]
    assert client_of("agriculture").post(address, {"answer": "yes"}).status_code == 404, "a draft is its owner's"
    assert client_of("civil").post(address, {"answer": "yes"}).status_code == 302
    assert current().get(code="990101103201").parent_code == "990101103"
    assert current().get(code=EAST_VILLAGE).name == "红旗村"
    assert Group.objects.get(number="n-1").village_code == "990101103201"
    assert not Draft.objects.exists()
    assert Entry.objects.filter(kind="areas.imported").count() == 1
    assert Entry.objects.filter(kind="areas.added", subject_id="990101103").count() == 1


def test_a_file_that_is_no_list_says_what_it_should_be(client_of, areas):
    answer = upload(client_of("civil"), book(("甲", "乙"), ("1", "2")))
    assert "没有找到表头或数据。第一行应有这些列：代码、名称、层级、上级代码、启用日期" in answer.content.decode()
    answer = upload(client_of("civil"), SimpleUploadedFile("a.pdf", b"%PDF-1.4 nothing"))
    assert answer.status_code == 200
    assert "a.pdf" in answer.content.decode()


def test_the_empty_workbook_is_one_that_can_be_read(client_of, areas, tmp_path):
    from bangfu.office.areas.tree_file import read

    path = tmp_path / "areas.xlsx"
    path.write_bytes(client_of("civil").get(reverse("areas:template")).content)
    assert [raw["level"] for _, raw in read(path)] == ["乡镇", "行政村", "村民组"]


SQUARE = [[[110.0, 30.0], [110.1, 30.0], [110.1, 30.1], [110.0, 30.0]]]


def feature(code, kind="Polygon", coordinates=SQUARE):
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe", "不是可读的 GeoJSON 文件（应为 UTF-8 编码的 JSON）"),
        (b'{"type": "Feature"}', "应为 GeoJSON 的 FeatureCollection，且至少有一个要素"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "不是可读的 GeoJSON 文件（应为 UTF-8 编码的 JSON）"),
        (
            json.dumps(
                {"type": "FeatureCollection", "crs": {"name": "EPSG:4490"}, "features": [feature("99")]}
            ).encode(),
            "坐标系应为 WGS 84 经纬度，请先转换坐标",
        ),
    ],
)
def test_a_file_that_is_no_geojson_is_refused(data, message):
    with pytest.raises(Invalid) as refused:
        geojson.read(data, [])
    assert str(refused.value) == message


def test_features_that_cannot_be_drawn_are_named_and_unknown_codes_listed():
    planar = [[[500000, 3300000], [500001, 3300000], [500001, 3300001], [500000, 3300000]]]
    opened = [[[110.0, 30.0], [110.1, 30.0], [110.1, 30.1], [110.0, 30.1]]]
    found = geojson.read(
        collection(
            feature(EAST),
            feature(EAST),
            feature("880101"),
            feature("1", "Point", [1, 2]),
            feature("2", coordinates=planar),
            feature("3", coordinates=opened),
            feature("4", "MultiPolygon", []),
            feature(""),
            feature("5", coordinates=[[[10**400, 30], [110, 30], [110, 31], [10**400, 30]]]),
        ),
        [EAST, WEST],
    )
    assert list(found.shapes) == [EAST]
    assert found.unknown == ["880101"]
    assert found.errors == [
        (2, "代码 990101101 出现了两次"),
        (4, "几何类型应为 Polygon 或 MultiPolygon"),
        (5, "坐标超出经纬度范围：应为 WGS 84 的经度、纬度，不是平面坐标"),
        (6, "边界没有闭合：首尾两点应相同"),
        (7, "几何类型应为 Polygon 或 MultiPolygon"),
        (8, "properties 中没有代码（code）"),
        (9, "坐标超出经纬度范围：应为 WGS 84 的经度、纬度，不是平面坐标"),
    ]


def test_outlines_are_shown_then_imported_and_reach_only_the_own_area(client_of, areas):
    client = client_of("civil")
    file = SimpleUploadedFile("边界.geojson", collection(feature(EAST + "000"), feature(WEST), feature("880101")))
    answer = upload(client, file, "boundaries")
    text = answer.content.decode()
    assert "880101" in text
    assert "代码不认识，不会导入" in text
    client.post(answer.redirect_chain[-1][0], {"answer": "yes"})
    assert set(Boundary.objects.values_list("code", flat=True)) == {EAST, WEST}
    assert Entry.objects.get(kind="areas.boundaries_imported").after == {"file": "边界.geojson", "count": 2}
    drawn = client.get(f"/areas/{COUNTY}/boundaries.json").json()
    assert [f["properties"]["name"] for f in drawn["features"]] == ["东乡", "西乡"]
    assert client_of("township").get(f"/areas/{COUNTY}/boundaries.json").status_code == 404
    own = client_of("township").get(f"/areas/{EAST}/boundaries.json").json()
    assert [f["properties"]["code"] for f in own["features"]] == [EAST]


def test_the_demo_outlines_are_always_the_same_and_lie_where_no_real_county_is_claimed(areas):
    codes = [COUNTY, EAST, WEST, EAST_VILLAGE, WEST_VILLAGE, EAST + "202"]
    found = demo_outlines(codes)
    assert found == demo_outlines(reversed(codes))
    assert set(found) == set(codes)
    read = geojson.read(collection(*(feature(code, coordinates=g["coordinates"]) for code, g in found.items())), codes)
    assert read.errors == []
    points = [p for g in found.values() for ring in g["coordinates"] for p in ring]
    assert all(110.0 <= x <= 110.6 and 30.0 <= y <= 30.5 for x, y in points)
    assert system_actor().may("areas.manage", COUNTY)
