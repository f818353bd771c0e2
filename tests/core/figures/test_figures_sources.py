"""The eleven source texts: what contradicts itself in them is found, what holds in them raises no alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from bangfu.core.figures.check import check_together
from bangfu.core.figures.files import read
from bangfu.core.figures.findings import Finding

TEXTS = Path(__file__).parent / "texts"
D1, D5, D6, D7, D8, D9 = (f"D{n}" for n in (1, 5, 6, 7, 8, 9))

CONTRADICTIONS = [
    ("D4c", "definition_conflict", "inconsistent", "紧扣对象、目标、内容、方式、考评、保障“六个精准”"),
    (D5, "truncated", "ambiguous", "贫困发生率由11.9%"),
    (D5, "ratio", "inconsistent", "占比11.4%"),
    (D5, "two_values", "inconsistent", "2020脱贫38户121人"),
    (D5, "plausibility", "inconsistent", "户均光伏月收入250元"),
    (D5, "year_heading", "inconsistent", "四、2020年工作计划"),
    (D6, "reachability", "inconsistent", "预下达1000个"),
    (D6, "inverted_ratio", "inconsistent", "未脱贫贫困户占低保户的比例达到50%"),
    (D6, "mixed_units", "inconsistent", "9941人"),
    (D7, "future_as_finished", "inconsistent", "2016-2019年以来均已按照每年控费标准完成"),
    (D7, "repeated_phrase", "inconsistent", "回头看、后头帮"),
    (D8, "empty_item", "inconsistent", "、抓、"),
    (D9, "numbering", "inconsistent", "第三,要切实抓住主要矛盾"),
    (D9, "truncated_section", "inconsistent", "三、关于社会大局稳定"),
    (D5, "part_whole", "inconsistent", "目前全乡贫困人口中有464人"),
]
HOLDING = [
    (D1, "ordinal_year", 7),
    (D1, "ordinal_year", 28),
    ("D4b", "sum", 6),
    (D5, "difference", 1201),
    (D5, "difference", 4045),
    (D5, "sum", 464),
    (D5, "sum", 14),
    (D5, "sum", 10),
    (D6, "ratio", 20),
    (D6, "sum", 255),
    (D6, "enumeration", 7),
    (D6, "enumeration", 4),
    (D6, "enumeration", 5),
    (D7, "sum", 20),
    (D7, "sum", 88),
    (D7, "date_interval", 0),
    (D8, "enumeration", 7),
    (D8, "enumeration", 4),
    (D9, "sum", 10),
    (D9, "enumeration", 6),
]


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    return check_together([read(path) for path in sorted(TEXTS.glob("*.txt"))])


def of(found: list[Finding], text: str) -> list[Finding]:
    return [f for f in found if Path(f.file).name.startswith(text + "-")]


@pytest.mark.parametrize(("text", "kind", "verdict", "place"), CONTRADICTIONS)
def test_each_contradiction_is_found_where_it_stands(
    found: list[Finding], text: str, kind: str, verdict: str, place: str
) -> None:
    (finding,) = [f for f in of(found, text) if (f.kind, f.verdict) == (kind, verdict)]
    raw = next(TEXTS.glob(f"{text}-*")).read_text(encoding="utf-8")
    at = raw.index(place)
    assert finding.start < at + len(place)
    assert at < finding.end


def test_nothing_else_is_called_inconsistent(found: list[Finding]) -> None:
    wrong = sorted((Path(f.file).name.split("-")[0], f.kind) for f in found if f.verdict == "inconsistent")
    assert wrong == sorted((text, kind) for text, kind, verdict, _ in CONTRADICTIONS if verdict == "inconsistent")


@pytest.mark.parametrize(("text", "kind", "stated"), HOLDING)
def test_what_holds_is_said_to_hold(found: list[Finding], text: str, kind: str, stated: int) -> None:
    assert stated in [f.stated for f in of(found, text) if (f.kind, f.verdict) == (kind, "consistent")]


def test_the_share_names_each_denominator_that_was_tried(found: list[Finding]) -> None:
    (finding,) = [f for f in of(found, D5) if (f.kind, f.verdict) == ("ratio", "inconsistent")]
    assert finding.message_zh == (
        "比例不符：文中为11.4%，464人÷4166人 = 11.14%；464人÷4045人 = 11.47%；请核对分子、分母和比例。"
    )
    assert finding.message_en == (
        "The share is off: the text says 11.4%, 464人÷4166人 = 11.14%；464人÷4045人 = 11.47%; check part, whole and share."
    )


def test_a_fall_in_per_cent_without_a_base_is_left_open(found: list[Finding]) -> None:
    assert [f.verdict for f in of(found, D8) if f.kind == "percent_points"] == ["ambiguous"]


def test_a_term_that_two_texts_define_in_two_ways_is_left_open(found: list[Finding]) -> None:
    between = [f for f in found if f.kind == "definition_conflict" and f.verdict == "ambiguous"]
    assert [Path(f.file).name[:2] for f in between] == ["D9"]


def test_every_quote_is_the_piece_of_text_that_its_offsets_name(found: list[Finding]) -> None:
    for finding in found:
        raw = Path(finding.file).read_text(encoding="utf-8")
        assert raw[finding.start : finding.end] == finding.quote
        assert finding.quote
