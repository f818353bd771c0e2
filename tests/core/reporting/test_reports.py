"""Official documents: figures with sources, what is typed marked as such, the layout of GB/T 9704-2012."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bangfu.core.cli.main import main
from bangfu.core.demo import generate
from bangfu.core.documents.forms.package import FormError
from bangfu.core.documents.official.kinds import kind_named, kinds
from bangfu.core.documents.official.model import title_lines, typed_figures
from bangfu.core.reporting.forms_registry import Registry, open_registry
from bangfu.core.reporting.reports import ReportRequest, ReportResult, read_slots, write_report
from bangfu.core.reporting.reports_lists import ON_A_WALL
from bangfu.core.rulebook.loader import load
from bangfu.core.rulebook.model import Rulebook

RULES = Path(__file__).resolve().parents[3] / "rulebook" / "cn"
DAY, TOWN = date(2026, 10, 31), "990101101"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Write = Callable[..., ReportResult]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports") / "county"
    generate(out, households=200, seed=3)
    return out / "2026-10"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load(RULES, cases=False)


@pytest.fixture(scope="module")
def registry(county: Path, book: Rulebook) -> Iterator[Registry]:
    with open_registry(book, county, DAY) as opened:
        yield opened


@pytest.fixture(scope="module")
def write(county: Path, book: Rulebook, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Write:
    def run(kind: str, end: str = ".docx", **more: Any) -> ReportResult:
        found = kind_named(kind)
        assert found is not None
        out = tmp_path_factory.mktemp("written") / f"document{end}"
        return write_report(ReportRequest(found, book, county, DAY, out, TOWN, **more), registry)

    return run


def texts(path: Path) -> str:
    root = ET.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    return "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in root.iter(f"{W}p"))


@pytest.fixture(scope="module")
def summary(write: Write) -> ReportResult:
    slots = {
        "主送": "县农业农村局",
        "存在问题": ["走访320户，仍有12户没有见面。", "监测对象{{监测对象户数}}户已走访。"],
    }
    return write("工作总结", slots=slots)


def test_every_figure_of_the_text_has_a_source_that_it_links_to(summary: ReportResult) -> None:
    root = ET.fromstring(zipfile.ZipFile(summary.out).read("word/document.xml"))
    linked = {link.get(f"{W}anchor") for link in root.iter(f"{W}hyperlink")}
    marks = {mark.get(f"{W}name") for mark in root.iter(f"{W}bookmarkStart")}
    assert linked <= marks
    assert len(marks) == len(summary.document.sources)
    listed = json.loads(summary.figures.read_text(encoding="utf-8"))["figures"]
    households = next(f for f in listed if f["name"] == "总户数")
    assert households["source"] == {"zh": "总户数", "numerator": {"count": "households"}}
    assert f"{households['printed']}户" in texts(summary.out)


def test_a_figure_typed_by_hand_is_marked_and_one_asked_for_is_computed(summary: ReportResult) -> None:
    typed = [s.printed for s in summary.document.sources if s.status == "typed"]
    assert typed == ["320户", "12户"]
    assert texts(summary.out).count("人工填报，无来源") == 2
    computed = next(s for s in summary.document.sources if s.name == "监测对象户数")
    assert f"监测对象{computed.printed}户已走访。" in texts(summary.out)


def test_what_nobody_wrote_stays_a_visible_gap(summary: ReportResult) -> None:
    assert "待填：下一步打算" in summary.document.gaps
    assert "〔待填：下一步打算〕" in texts(summary.out)


def test_the_page_is_that_of_the_standard(summary: ReportResult) -> None:
    file = zipfile.ZipFile(summary.out)
    root = ET.fromstring(file.read("word/document.xml"))
    margins = next(root.iter(f"{W}pgMar"))
    mm = {side: round(int(margins.get(f"{W}{side}", "0")) / 1440 * 25.4) for side in ("top", "right", "bottom", "left")}
    assert mm == {"top": 37, "right": 26, "bottom": 35, "left": 28}
    assert b"evenAndOddHeaders" in file.read("word/settings.xml")
    assert not [name for name in file.namelist() if "fonts/" in name], "no font is embedded"
    fonts = file.read("word/fontTable.xml").decode()
    assert all(name in fonts for name in ("方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"))
    body = next(p for p in root.iter(f"{W}p") if "现将工作情况" in "".join(t.text or "" for t in p.iter(f"{W}t")))
    assert next(body.iter(f"{W}spacing")).get(f"{W}line") == "579"
    assert next(body.iter(f"{W}sz")).get(f"{W}val") == "32"
    heading = next(p for p in root.iter(f"{W}p") if "".join(t.text or "" for t in p.iter(f"{W}t")) == "一、基本情况")
    assert next(heading.iter(f"{W}rFonts")).get(f"{W}eastAsia") == "黑体"


def test_the_same_document_has_the_same_bytes(write: Write) -> None:
    assert write("情况汇报").out.read_bytes() == write("情况汇报").out.read_bytes()


def test_the_pdf_is_for_the_archive(write: Write) -> None:
    made = write("情况汇报", ".pdf").out.read_bytes()
    assert made.startswith(b"%PDF")
    assert re.search(rb"pdfaid:part[>=\"]+2", made)


def test_a_change_of_the_data_is_told_figure_by_figure(write: Write, tmp_path: Path) -> None:
    first = write("情况汇报")
    raw = json.loads(first.figures.read_text(encoding="utf-8"))
    held = next(f for f in raw["figures"] if f["name"] == "总户数")
    now, held["printed"] = held["printed"], "7"
    (tmp_path / "before.json").write_text(json.dumps(raw), encoding="utf-8")
    again = write("情况汇报", previous=tmp_path / "before.json")
    assert [(s.name, s.before, s.printed) for s in again.changes] == [("总户数", "7", now)]


def test_a_notice_holds_heads_and_sizes_and_no_number(write: Write, county: Path) -> None:
    result = write("公示", slots={"对象": "低保户"})
    shown = texts(result.out)
    raw = (county / "persons.csv").read_bytes()
    people = raw.decode("utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "gb18030")
    assert "户主姓名" in shown
    assert not set(re.findall(r"\d{17}[\dX]", people)) & set(re.findall(r"\d{17}[\dX]", shown))
    assert "****" not in shown


def test_decisions_of_a_meeting_become_tasks(write: Write) -> None:
    decided = [{"事项": "走访全部监测对象", "责任人": "包村干部", "时限": "11月10日"}, {"事项": "补齐档案"}]
    result = write("会议记录", slots={"决定事项": decided, "会议名称": "防返贫监测"})
    assert json.loads(result.figures.read_text(encoding="utf-8"))["tasks"] == [
        {"事项": "走访全部监测对象", "责任人": "包村干部", "时限": "11月10日"},
        {"事项": "补齐档案", "责任人": "", "时限": ""},
    ]
    assert "〔待定〕" in texts(result.out)


@pytest.mark.parametrize("name", [kind.name for kind in kinds().values()])
def test_every_kind_is_written_with_no_slot_filled(write: Write, name: str) -> None:
    result = write(name)
    head = result.document.issue.head
    assert (head.mark if head else title_lines(result.document.title)[0]) in texts(result.out)


def test_figures_of_a_hand_written_text_are_found() -> None:
    assert [t for t, typed in typed_figures("2026年走访320户1200余人，占89.5%，第3次，10月5日") if typed] == [
        "320户",
        "1200余人",
        "89.5%",
    ]


def test_a_figure_that_is_not_known_is_refused_with_its_words(county: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "slots.yml").write_text("存在问题: 高标准农田{{高标准农田面积}}亩\n", encoding="utf-8")
    arguments = ["document", "工作总结", "--data", str(county), "--slots", str(tmp_path / "slots.yml")]
    assert main([*arguments, "--out", str(tmp_path / "o.docx")]) == 1
    assert "{{高标准农田面积}}: 不认得“高标准农田面积”" in capsys.readouterr().err
    assert not (tmp_path / "o.docx").exists()


def test_a_term_is_cited_with_its_issuer_and_never_without_where_several_have_one(write: Write) -> None:
    shown = texts(write("工作总结", slots={"其他做法": "落实[[六个精准@国家]]，推进[[五个一批]]。"}).out)
    assert (
        "国家“六个精准”（扶持对象精准、项目安排精准、资金使用精准、措施到户精准、因村派人精准、脱贫成效精准）" in shown
    )
    assert "国家“五个一批”（发展生产脱贫一批" in shown
    with pytest.raises(
        FormError, match=r"\[\[六个精准\]\]: “六个精准”有3个版本，请写明是谁的，如 \[\[六个精准@国家\]\]"
    ):
        write("工作总结", slots={"其他做法": "落实[[六个精准]]。"})


def test_an_unknown_kind_and_slots_that_are_none_are_refused(county: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["document", "诗歌", "--data", str(county), "--out", str(tmp_path / "o.docx")]) == 2
    assert "KIND: 没有文种 '诗歌'" in capsys.readouterr().err
    (tmp_path / "slots.yml").write_text("- 一\n", encoding="utf-8")
    with pytest.raises(Exception, match="应为 栏目名: 内容"):
        read_slots(tmp_path / "slots.yml")


@pytest.mark.parametrize("subject", ["残疾人", "患大病", "因病致贫", "长期慢性病"])
def test_a_notice_of_people_by_their_health_is_refused(write: Write, subject: str) -> None:
    with pytest.raises(FormError) as told:
        write("公示", slots={"对象": subject})
    assert str(told.value) == (
        f"对象：“{subject}”是按健康状况挑选的，不能公示 / the slot 对象 picks people by their health: not for a notice"
    )


def test_a_notice_never_holds_a_column_with_numbers_or_addresses() -> None:
    notice = kinds()["notice"]
    columns = next(set(block["list"]) for block in notice.blocks if "list" in block)
    assert notice.public
    assert columns <= ON_A_WALL
    assert not {"证件号码", "身份证号码", "联系电话", "银行账号", "健康状况", "家庭住址"} & ON_A_WALL
