"""The means-check report as PDF, through typst. The same report gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bangfu.core.documents.means_report_view import view_of

FREE_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolFang", "SimSun")
FREE_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "WenQuanYi Micro Hei")
OFFICIAL = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋"),
    "head": ("黑体", "SimHei"),
    "sub": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体"),
}
"""The fonts that GB/T 9704-2012 asks for. They are not free, so they do not come with us: used where an office has
them."""


class DataError(Exception):
    """A document that cannot be made here; the text says in both languages what is missing and what to do."""


@cache
def installed_fonts() -> Any:
    """The installed fonts, looked for once."""
    import typst

    return typst.Fonts()


def chosen_fonts(installed: Sequence[str]) -> dict[str, Any]:
    """For each use the installed fonts in order of preference: official ones, then the free ones.

    Raises DataError where none of them has Chinese characters: a PDF of boxes helps nobody.
    """
    free = {
        "title": (*FREE_SERIF, *FREE_SANS),
        "body": (*FREE_SERIF, *FREE_SANS),
        "head": (*FREE_SANS, *FREE_SERIF),
        "sub": (*FREE_SERIF, *FREE_SANS),
    }
    there = {name.casefold(): name for name in installed}
    chosen: dict[str, Any] = {
        use: [there[name.casefold()] for name in (*OFFICIAL[use], *free[use]) if name.casefold() in there]
        for use in OFFICIAL
    }
    if not chosen["body"]:
        raise DataError(
            "没有中文字体，PDF 会全是方框；请安装 Debian 软件包 fonts-noto-cjk"
            "（apt-get install fonts-noto-cjk）后重试，或改用 --format html / "
            "no font with Chinese characters is installed and the PDF would show boxes; install Debian's package "
            "fonts-noto-cjk, or use --format html"
        )
    chosen["title_bold"] = chosen["title"][0] not in OFFICIAL["title"]  # 小标宋 is bold by itself
    return chosen


def pdf(report: Mapping[str, Any], lang: str = "zh", fonts: Mapping[str, Any] | None = None) -> bytes:
    """The report as PDF in `zh` or `en`, by PDF/A-2a (for the archive) and PDF/UA-1 (for screen readers).

    `fonts` as chosen_fonts gives them. Raises DataError where no font has Chinese characters, or where none has a
    character that the report holds: a name that prints as a box is no name.
    """
    import typst

    chosen = fonts if fonts is not None else chosen_fonts(installed_fonts().families())
    made = date.fromisoformat(report["made_on"])
    template = files("bangfu.core.documents").joinpath("means_report.typ").read_bytes()
    # as JSON texts, which the template reads as data: nothing in them is ever evaluated
    inputs = {
        "view": json.dumps(view_of(report, lang).as_dict(), ensure_ascii=False),
        "fonts": json.dumps(chosen, ensure_ascii=False),
    }
    compiler = typst.Compiler(
        template,
        root=Path(__file__).parent,  # else the folder one happens to be in, which may be gone
        font_paths=installed_fonts(),
        sys_inputs=inputs,
    )
    try:
        made_pdf = compiler.compile(
            format="pdf",
            timestamp=datetime(made.year, made.month, made.day, tzinfo=UTC),
            pdf_standards=["a-2a", "ua-1"],
        )
    except typst.TypstError as error:
        raise unprintable(str(error.message)) from error
    if not isinstance(made_pdf, bytes):
        raise RuntimeError("typst gave pages, not a document")
    return made_pdf


def unprintable(message: str) -> Exception:
    """What typst could not print, as a message for a person; anything else is an error of ours."""
    text = re.search(r'(?:text|codepoint) `"(.+?)"`', message)
    if text is None:
        return RuntimeError(message)
    shown = text[1]
    return DataError(
        f"字符“{shown}”无法印出：所装字体没有这个字，或它是自造字；请更正登记簿中的写法，或安装有这个字的字体"
        f"（如 Debian 软件包 fonts-noto-cjk-extra、fonts-noto-core），或改用 --format html / "
        f"the character {shown!r} cannot be printed: no installed font has it, or it is a private one; correct it in "
        "the registry, install a font that has it (Debian's fonts-noto-cjk-extra, fonts-noto-core), or use "
        "--format html"
    )
