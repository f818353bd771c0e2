"""The report on paper: the same bytes for the same report, every key line in it, and no boxes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bangfu.core.documents import means_report_pdf
from bangfu.core.documents.means_report_pdf import DataError, chosen_fonts, pdf
from tests.core.support.report_factory import IDS, PEOPLE, WAGE_CONFLICT, Row, built, county, write_registry

needs_fonts = pytest.mark.skipif(
    not set(means_report_pdf.FREE_SERIF + means_report_pdf.FREE_SANS)
    & set(means_report_pdf.installed_fonts().families()),
    reason="no font with Chinese characters here; Debian's fonts-noto-cjk has them",
)
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext here; Debian's poppler-utils has it"
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("pdf"), conflicts=[WAGE_CONFLICT])


def text_of(content: bytes, folder: Path) -> str:
    file = folder / "report.pdf"
    file.write_bytes(content)
    found = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    return found.stdout


def squeezed(text: str) -> str:
    return "".join(text.split())


# -- refusals -------------------------------------------------------------------------------------------


def test_without_a_chinese_font_the_package_to_install_is_named() -> None:
    with pytest.raises(DataError, match="没有中文字体，PDF 会全是方框；请安装 Debian 软件包 fonts-noto-cjk"):
        chosen_fonts(["DejaVu Sans", "Libertinus Serif"])


@needs_fonts
@pytest.mark.parametrize(("name", "shown"), [("张\ue123", "\\\\u{e123}"), ("ཀ", "ཀ")])
def test_a_character_that_would_print_as_a_box_is_named(tmp_path: Path, name: str, shown: str) -> None:
    county(tmp_path)
    write_registry(tmp_path / "county", [(no, h, name if no == "P1" else n, rel) for no, h, n, rel in PEOPLE])
    with pytest.raises(DataError, match=f"字符“{shown}”无法印出"):
        pdf(built(tmp_path))


# -- what it holds --------------------------------------------------------------------------------------


def test_official_fonts_come_first_where_an_office_has_them() -> None:
    found = chosen_fonts(["SimHei", "FangSong_GB2312", "Noto Serif CJK SC", "Noto Sans CJK SC", "方正小标宋简体"])
    assert found["title"] == ["方正小标宋简体", "Noto Serif CJK SC", "Noto Sans CJK SC"]
    assert found["body"][0] == "FangSong_GB2312"
    assert found["head"][0] == "SimHei"
    assert found["title_bold"] is False
    assert chosen_fonts(["noto sans cjk sc"])["body"] == ["noto sans cjk sc"]


@needs_fonts
def test_the_same_report_gives_the_same_bytes_wherever_it_is_made(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = pdf(built(base))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert pdf(built(base)) == here
    assert here.startswith(b"%PDF-1.7")
    assert pdf(built(base, operator="007")) != here


@needs_fonts
@needs_poppler
def test_the_key_lines_stand_in_the_pdf_and_no_whole_number(base: Path, tmp_path: Path) -> None:
    report = built(base)
    text = squeezed(text_of(pdf(report), tmp_path))
    for line in (
        "家庭经济状况核对报告",
        "报告状态：有效",
        f"报告编号{report['report_no']}",
        "9901**********001X",
        "83,000.00元",
        "没有收到该来源的数",
        "3,200.00元/月",
        "本报告只列出核对所得的情况，不是对是否符合救助条件的认定。",
        f"内容校验码{report['sha256']}",
        "第1页共",
        "核对单位（盖章）",
    ):
        assert squeezed(line) in text
    assert not any(number in text for number in IDS.values())


@needs_fonts
@needs_poppler
def test_two_hundred_rows_break_across_pages_under_repeated_heads(base: Path, tmp_path: Path) -> None:
    rows = [
        Row("payroll", at, "P1", "id_name", values={"employer": "长" * 40 + "y" * 90, "month": "2026-08"})
        for at in range(200)
    ]
    pages = text_of(pdf(built(base, rows=rows)), tmp_path).split("\f")
    with_rows = [page for page in pages if "文件第" in page]
    assert len(with_rows) > 5
    assert all("认定依据" in page for page in with_rows)
    assert any("200" in page for page in with_rows)


@needs_fonts
@needs_poppler
def test_markup_in_data_is_text_and_is_not_evaluated(base: Path, tmp_path: Path) -> None:
    evil = '#panic("run") $x$ *b* <script> @cite ]'
    text = text_of(pdf(built(base, purpose=evil)), tmp_path)
    assert evil in text


@needs_fonts
@needs_poppler
def test_english_and_a_refusal_are_made_too(base: Path, tmp_path: Path) -> None:
    english = text_of(pdf(built(base), "en"), tmp_path)
    assert "Household Means-Check Report" in english
    assert "Page 1 of" in english
    refused: dict[str, Any] = built(base, "H3")
    assert "授权已撤回（2026-09-01）" in text_of(pdf(refused), tmp_path)
