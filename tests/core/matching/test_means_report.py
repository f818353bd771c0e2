"""The means-check report: what was asked, what came back, what is silent; never a fact that nobody may see."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.report.exchanges import Exchange, read_exchanges
from bangfu.core.matching.report.gate import is_genuine
from tests.core.support.report_factory import (
    CAR,
    DEPOSIT,
    IDS,
    REGISTER,
    WAGE_CONFLICT,
    Row,
    built,
    county,
    covered,
    silent,
    source_rows,
    write_crosscheck,
    write_register,
    write_registry,
)

DOUBT = Row("real_estate", 3, "P1", "similar_name_birth", True, {"use": "别墅", "area_m2": "512.0"})
NUMBER = re.compile(r"\d{17}[\dXx]")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    conflicts = [WAGE_CONFLICT | {"household_no": number} for number in ("H1", "H2", "H3", "H4", "H5")]
    conflicts.append({"household_no": "H2", "fact": "vehicle_count", "source": "registry", "other_source": "registry"})
    return county(tmp_path_factory.mktemp("report"), conflicts=conflicts)


def fact(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [entry for entry in report["facts"] if entry["fact"] == name]
    return found


def source(report: dict[str, Any], table: str) -> dict[str, Any]:
    (found,) = [entry for entry in report["sources"] if entry["table"] == table]
    return found


def told(report: dict[str, Any], language: str = "zh") -> list[str]:
    return [line[language] for line in report["conclusions"]]


# -- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("household", "line"),
    [
        ("H2", "没有授权，未对本户进行任何查询，本报告不含核对结果。"),
        (
            "H3",
            "授权已撤回（2026-09-01）：自撤回之日起不再查询，此前取得的结果只保留在此前的报告中，本报告不含核对结果。",
        ),
        ("H4", "授权已过期（有效期至 2026-07-31），未对本户进行任何查询，本报告不含核对结果。"),
        ("H5", "尚有成年家庭成员未签署授权，未对本户进行任何查询，本报告不含核对结果。"),
    ],
)
def test_a_household_that_has_not_agreed_has_no_fact_no_row_and_no_conflict_whatever_the_tables_hold(
    base: Path, household: str, line: str
) -> None:
    asked: list[str] = []

    def rows_of(_folder: Path, number: object) -> list[Row]:
        asked.append(str(number))
        return [CAR]

    report = built(base, household, rows_of=rows_of)
    assert told(report)[0] == line
    assert report["facts"] == [] == report["conflicts"] == report["missing"]
    assert [person["facts"] for person in report["persons"]] == [[]] * len(report["persons"])
    assert {entry["result"] for entry in report["sources"]} == {"not_asked"}
    assert all(entry["rows"] == [] for entry in report["sources"])
    assert asked == []  # not even looked up
    assert report["status"]["code"] == "not_authorised"
    assert "83,000.00" not in json.dumps(report, ensure_ascii=False)


def test_the_adults_who_have_not_signed_are_named(base: Path) -> None:
    assert told(built(base, "H5"))[1] == "尚未签署的成年成员：周九。"


def test_a_source_outside_the_scope_is_not_asked_and_its_facts_stay_unknown(tmp_path: Path) -> None:
    county(tmp_path)
    write_register(tmp_path / "county", [REGISTER[0], ["S", "H1", "", "2026-08-01", "", "", "", "死亡、存款", "", ""]])
    report = built(tmp_path)
    car = fact(report, "vehicle_count")
    assert (car["state"], car["value"], car["reason"]["zh"]) == ("unknown", None, "授权范围不含该来源")
    assert (source(report, "vehicles")["result"], source(report, "vehicles")["rows"]) == ("not_asked", [])
    assert fact(report, "financial_assets")["value"] == 12_345_67
    (line,) = [one for one in report["missing"] if one["table"] == "vehicles"]
    assert (line["who"]["zh"], line["todo"]["zh"]) == ("本户家庭成员", "请家庭成员签署或补签授权书")


def test_a_household_that_nobody_knows_is_refused(base: Path) -> None:
    with pytest.raises(DataError, match="--household H99: 登记簿和比对结果中都没有这一户"):
        built(base, "H99")


def test_a_household_that_agreed_but_was_not_matched_is_refused(base: Path, tmp_path: Path) -> None:
    write_registry(tmp_path / "county", [("P1", "H77", "张三", "户主")])
    write_register(tmp_path / "county", [REGISTER[0], ["S", "H77", "", "2026-08-01", "", "", "", "", "", ""]])
    (tmp_path / "crosscheck").symlink_to(base / "crosscheck")
    with pytest.raises(DataError, match="比对结果中没有这一户，请重新运行 bangfu crosscheck"):
        built(tmp_path, "H77")


def test_a_day_before_the_data_came_is_refused(base: Path) -> None:
    with pytest.raises(DataError, match=r"--on 2026-10-02: 早于 deaths.xlsx 的数据日期 2026-10-03"):
        built(base, on=date(2026, 10, 2))


def test_a_folder_that_is_no_cross_check_is_refused(tmp_path: Path) -> None:
    write_registry(tmp_path / "county")
    write_register(tmp_path / "county")
    with pytest.raises(DataError, match=r"household_facts.parquet: 没有这个文件"):
        built(tmp_path)


# -- silence is unknown ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("property_count", "该来源的数据不覆盖本户"),
        ("monthly_wage", "来源未说明数据覆盖哪些地区和时间"),
        ("monthly_pension", "没有收到该来源的数据"),
    ],
)
def test_silence_is_unknown_with_its_reason_and_never_none(base: Path, name: str, reason: str) -> None:
    found = fact(built(base), name)
    assert (found["state"], found["value"], found["said"]["zh"], found["reason"]["zh"]) == (
        "unknown", None, "未知", reason,
    )  # fmt: skip


def test_no_row_in_a_file_that_covers_the_household_is_none(base: Path) -> None:
    report = built(base)
    assert fact(report, "company_count")["said"] == {"zh": "无", "en": "none"}
    assert fact(report, "business_capital")["said"]["zh"] == "无（0.00 元）"
    assert source(report, "business_registrations")["result"] == "none"
    assert source(report, "deaths")["said"]["zh"] == "查明没有记录"


def test_a_zero_of_a_file_that_does_not_cover_is_not_believed(tmp_path: Path) -> None:
    zero = (0, "real_estate.csv", date(2026, 9, 30), "not_covered")
    county(tmp_path, households={"H1": {"property_count": zero}})
    assert fact(built(tmp_path), "property_count")["state"] == "unknown"


def test_what_a_file_shows_counts_even_where_it_does_not_cover_and_says_that_there_may_be_more(tmp_path: Path) -> None:
    found = (2, "real_estate.csv", date(2026, 9, 30), "not_covered")
    county(tmp_path, households={"H1": {"property_count": found}})
    told_fact = fact(built(tmp_path), "property_count")
    assert (told_fact["state"], told_fact["said"]["zh"]) == ("known", "2 处")
    assert told_fact["reason"]["zh"] == "来源不保证覆盖本户：已查到的列出，未查到的不能视为没有"


@pytest.mark.parametrize("coverage", ["under_review", "not_authorised"])
def test_a_value_that_waits_for_a_person_or_for_consent_is_not_shown(tmp_path: Path, coverage: str) -> None:
    county(tmp_path, households={"H1": {"vehicle_value": (83_000_00, "vehicles.csv", date(2026, 9, 30), coverage)}})
    found = fact(built(tmp_path, rows=[]), "vehicle_value")
    assert (found["state"], found["value"]) == ("unknown", None)


def test_a_person_without_a_certificate_has_none_and_one_whose_grade_is_not_stated_is_unknown(tmp_path: Path) -> None:
    kind = covered("4", "disability_certificates")
    county(tmp_path, persons={"P2": {"disability_kind": kind}})
    persons = {one["person_no"]: {f["fact"]: f for f in one["facts"]} for one in built(tmp_path)["persons"]}
    assert persons["P1"]["disability_grade"]["state"] == "none"
    assert persons["P2"]["disability_kind"]["said"] == {"zh": "肢体残疾", "en": "physical"}
    assert persons["P2"]["disability_grade"]["reason"]["zh"] == "来源有记录，但没有写明这一项"
    assert "died_on" not in persons["P1"]  # nobody's date of death is listed who is alive


def test_the_first_lines_say_what_was_found(tmp_path: Path) -> None:
    county(
        tmp_path, persons={"P2": {"deceased": covered(True, "deaths"), "died_on": covered(date(2026, 5, 1), "deaths")}}
    )
    assert told(built(tmp_path))[:2] == [
        "共涉及 13 个来源：3 个有记录，3 个查明没有记录，2 个不能确定是否覆盖本户，5 个没有收到数据。",
        "查到：机动车数量 1 辆；机动车估值 83,000.00 元；金融资产 12,345.67 元；李四：死亡登记 是；李四：死亡日期 2026-05-01。",
    ]


def test_what_is_missing_says_who_can_supply_it(base: Path) -> None:
    lines = {line["table"]: line for line in built(base)["missing"]}
    assert lines["real_estate"]["who"]["zh"] == "自然资源、住建"
    assert lines["real_estate"]["todo"]["zh"] == "请该单位提供覆盖本村、本时段的数据"
    assert [one["zh"] for one in lines["real_estate"]["facts"]] == ["房产数量", "房产建筑面积"]
    assert lines["payroll"]["todo"]["zh"] == "请该单位补交数据说明（覆盖地区和时段）"
    assert lines["custody"]["todo"]["zh"] == "请向该单位查询本户"


# -- rows -----------------------------------------------------------------------------------------------


def test_a_row_is_told_with_person_content_and_how_it_was_linked(base: Path) -> None:
    found = source(built(base), "vehicles")
    (row,) = found["rows"]
    assert (found["said"]["zh"], row["row"], row["name"]) == ("有记录（1 条）", 42, "张三")
    assert row["method"] == {"code": "id_name", "zh": "证件号码和姓名一致", "en": "number and name agree"}
    assert [f"{cell['label']['zh']}={cell['said']['zh']}" for cell in row["values"]] == [
        "号牌号码=示A12345",
        "类别=小型轿车",
        "估值（元）=83,000.00",
    ]


def test_a_row_that_may_be_somebody_elses_is_not_laid_open(base: Path) -> None:
    report = built(base, rows=[DOUBT])
    found = source(report, "real_estate")
    assert (found["result"], found["said"]["zh"]) == ("review", "记录待人工核对（1 条）")
    assert (found["rows"][0]["review"], found["rows"][0]["values"]) == (True, [])
    assert "别墅" not in json.dumps(report, ensure_ascii=False)
    assert "有 1 条记录未能确认是否为本户成员，其内容未列入本报告，须人工核对。" in told(report)


def test_without_rows_the_report_says_that_they_are_not_listed(base: Path) -> None:
    found = source(built(base, rows_of=None), "vehicles")
    assert (found["said"]["zh"], found["rows_listed"]) == ("有记录（逐条内容未附）", False)


def test_conflicts_stand_side_by_side(base: Path) -> None:
    (item,) = built(base)["conflicts"]
    assert (item["label"]["zh"], item["name"]) == ("月工资", "李四")
    assert (item["one"]["said"]["zh"], item["one"]["label"]["zh"]) == ("3,200.00 元/月", "金融资产")
    assert (item["other"]["said"]["zh"], item["other"]["label"]["zh"]) == ("0.00 元/月", "登记簿")


@pytest.mark.parametrize(("scope", "shown"), [("存款", 1), ("车辆", 0)])
def test_a_conflict_is_shown_only_where_the_bureau_that_says_it_may_be_asked(
    tmp_path: Path, scope: str, shown: int
) -> None:
    county(tmp_path, conflicts=[WAGE_CONFLICT])
    write_register(tmp_path / "county", [REGISTER[0], ["S", "H1", "", "2026-08-01", "", "", "", scope, "", ""]])
    assert len(built(tmp_path)["conflicts"]) == shown


def test_the_exchange_record_is_found_by_the_files_hash_and_never_by_its_name(base: Path) -> None:
    sha256 = next(row["sha256"] for row in source_rows() if row["table"] == "vehicles")
    log = [Exchange("7", "vehicles.csv", "ff" * 32), Exchange("9", "other.csv", sha256, "", "2026-10-03 01:20 UTC")]
    report = built(base, exchanges=log)
    assert source(report, "vehicles")["exchange"]["record_no"] == "9"
    assert source(report, "deaths")["exchange"] is None


def test_the_exchange_log_gives_number_hash_and_both_times(tmp_path: Path) -> None:
    log = tmp_path / "exchange.jsonl"
    lines = [
        {"number": 1, "kind": "request", "recipient": "车管所", "time": "2026-10-01T08:00:00.000001Z"},
        {
            "number": 2,
            "kind": "received",
            "source": "车管所",
            "file": "v.csv",
            "sha256": "ab",
            "time": "2026-10-03T01:20:33Z",
        },
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert read_exchanges(log) == (Exchange("2", "v.csv", "ab", "2026-10-01 08:00 UTC", "2026-10-03 01:20 UTC"),)
    log.write_text("not a record\n", encoding="utf-8")
    with pytest.raises(DataError, match="第 1 行不是交换记录"):
        read_exchanges(log)


# -- privacy, validity, identity ------------------------------------------------------------------------


def test_no_id_number_stands_in_a_report_unmasked_wherever_it_came_from(tmp_path: Path) -> None:
    county(tmp_path, conflicts=[WAGE_CONFLICT | {"value": IDS["P1"], "message_zh": f"号码 {IDS['P2']} 不一致"}])
    row = Row("disability_certificates", 0, "P1", "id_name", values={
        "certificate_number": IDS["P1"] + "42", "id_number": IDS["P1"], "kind": f"持证人{IDS['P3']}",
    })  # fmt: skip
    report = built(tmp_path, rows=[row], purpose=f"核对 {IDS['P1']}")
    text = json.dumps({**report, "sha256": "", "sources": [s | {"sha256": ""} for s in report["sources"]]})
    assert NUMBER.search(text) is None
    assert report["persons"][0]["id_number"] == "9901**********001X"


def test_long_numbers_of_households_and_papers_stay_readable_and_a_bureaus_are_masked(tmp_path: Path) -> None:
    county(tmp_path)
    paper = ["20261001000000012345", "H1", "", "2026-08-01", "", "", "", "", "", ""]
    write_register(tmp_path / "county", [REGISTER[0], paper])
    row = Row("vehicles", 0, "P1", "id_name", values={"plate": "账号 6222021234567890123"})
    report = built(tmp_path, rows=[row])
    assert report["authorisation"]["number"] == "20261001000000012345"
    assert source(report, "vehicles")["rows"][0]["values"][0]["said"]["zh"] == "账号 6222***********0123"


def test_validity_counts_from_the_oldest_source_that_is_used_and_not_from_the_printing(tmp_path: Path) -> None:
    older = {"deaths": {"as_of": date(2026, 8, 31)}, "real_estate": {"as_of": date(2020, 1, 1)}}
    county(tmp_path, sources=source_rows(**older))
    report = built(tmp_path)
    valid = report["validity"]
    assert (valid["from"], valid["until"], valid["last_day"]) == ("2026-08-31", "2026-11-29", "2026-11-28")
    assert valid["oldest"]["zh"] == "死亡登记"
    assert report["as_of"] == "2026-08-31"
    later = built(tmp_path, on=date(2026, 12, 1))
    assert (later["validity"], later["status"]["code"]) == (valid, "expired")
    assert built(tmp_path, valid_days=365)["validity"]["until"] == "2027-08-31"


def test_a_source_without_any_date_does_not_count_and_is_told(tmp_path: Path) -> None:
    county(tmp_path, sources=source_rows(vehicles={"as_of": None, "received_on": None}))
    assert "以下来源没有写明截止日期，不计入有效期，其结果须核实日期后使用：机动车登记。" in told(built(tmp_path))


def test_the_same_inputs_give_the_same_report_and_a_change_shows(base: Path) -> None:
    one, other = built(base), built(base)
    assert one == other
    assert is_genuine(one)
    assert one["report_no"] == f"MC-20261015-H1-{one['sha256'][:8]}"
    assert not is_genuine(one | {"as_of": "2026-10-01"})
    assert json.loads(json.dumps(one)) == one


def test_consent_that_lapsed_after_the_data_came_leaves_them_with_a_notice(tmp_path: Path) -> None:
    county(tmp_path)
    write_register(tmp_path / "county", [REGISTER[0], ["S", "H1", "", "2026-08-01", "", "2026-10-10", "", "", "", ""]])
    report = built(tmp_path)
    assert fact(report, "vehicle_count")["value"] == 1
    assert [notice["zh"] for notice in report["notices"]] == [
        "授权已于 2026-10-11 前到期：到期前取得的结果列出，此后不再查询，须重新授权"
    ]


def test_a_report_of_a_day_before_the_withdrawal_is_marked_with_it(tmp_path: Path) -> None:
    county(tmp_path)
    row = ["S", "H1", "", "2026-08-01", "", "", "", "", "2026-11-01", ""]
    write_register(tmp_path / "county", [REGISTER[0], row])
    report = built(tmp_path)
    assert fact(report, "vehicle_count")["value"] == 1
    assert report["authorisation"]["withdrawn_later"] == "2026-11-01"
    assert report["notices"][0]["zh"].startswith("授权已于 2026-11-01 撤回：此前取得的结果保留在本报告中")


def test_without_a_register_the_manifests_authorisation_is_named_and_said_to_be_all_there_is(base: Path) -> None:
    report = built(base, "H2", authorisations=None)
    assert report["authorisation"]["basis"] == "manifest"
    assert source(report, "vehicles")["authorisation"]["number"] == "示例县核对授权〔2026〕9号"
    assert report["notices"][0]["zh"].startswith("没有授权登记簿（authorisations 表）")


def test_without_a_register_and_with_nothing_authorised_there_is_no_result(tmp_path: Path) -> None:
    facts = dict.fromkeys(("vehicle_count", "vehicle_value"), silent("not_authorised"))
    write_registry(tmp_path / "county")
    from tests.core.support.report_factory import HOUSEHOLD, PERSON

    write_crosscheck(
        tmp_path / "crosscheck",
        households={"H1": dict.fromkeys(HOUSEHOLD, silent("not_authorised")) | facts},
        persons=dict.fromkeys(("P1", "P2", "P3"), dict.fromkeys(PERSON, silent("not_authorised"))),
    )
    report = built(tmp_path, rows=[CAR, DEPOSIT], authorisations=None)
    assert (report["status"]["code"], report["facts"]) == ("not_authorised", [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_says_who_is_entitled(base: Path, language: str) -> None:
    lines = " ".join(told(built(base), language))
    for word in ("应予", "不予确认", "符合条件", "不符合", "eligible", "is entitled", "not entitled"):
        assert word not in lines
    assert ("不是对是否符合救助条件的认定" if language == "zh" else "does not decide on any entitlement") in lines


def test_every_text_of_a_report_has_both_languages(base: Path) -> None:
    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "zh" in node:
                assert node["en"] or not node["zh"], node
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(built(base, rows=[CAR, DEPOSIT, DOUBT]))


def test_a_contradiction_of_a_death_tells_the_day_and_the_pension_and_not_no_and_no(tmp_path: Path) -> None:
    death = {
        "household_no": "H1", "person_no": "P2", "fact": "deceased", "source": "registry", "value": "2026-03-16",
        "other_source": "registry", "other_value": "old_age_allowance", "message_zh": "请核实", "message_en": "verify",
    }  # fmt: skip
    answers = death | {"value": "True", "other_value": "False"}
    found = built(county(tmp_path, conflicts=[death, answers]), "H1")["conflicts"]
    assert [(one["one"]["said"]["zh"], one["other"]["said"]["zh"]) for one in found] == [
        ("2026-03-16", "old_age_allowance"),
        ("是", "否"),
    ]
