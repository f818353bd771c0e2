"""From words to PDF, through typst. The same words give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

from django.utils.translation import gettext as _

from bangfu.core.documents.means_report_pdf import DataError, chosen_fonts, installed_fonts
from bangfu.office.pages.refusals import Invalid


@dataclass(frozen=True)
class Part:
    """One piece of a paper: `kind` is head, p or item."""

    kind: str
    text: str


@dataclass(frozen=True)
class Paper:
    """What is printed. `mark` stands small in the footer: which frozen decision the paper tells.

    `receipt` are the words of the slip below, which is signed when the letter is handed over; none where there is no slip.
    """

    title: str
    number: str
    addressee: str
    parts: list[Part]
    signed: str
    on: date
    mark: str = ""
    lang: str = "zh"
    receipt: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Everything that is on the paper, as plain text."""
        return "\n".join([self.title, self.addressee, *(part.text for part in self.parts), self.signed])


def pdf(paper: Paper) -> bytes:
    """A letter as PDF/A-2a and PDF/UA-1. Raises Invalid where no font has the characters."""
    words = {"number_word": str(_("编号：")), "seal_word": str(_("（盖章）"))}
    view = {**asdict(paper), **words, "date": paper.on.isoformat(), "shown_date": shown_day(paper.on, paper.lang)}
    del view["on"]
    return compiled("paper.typ", view, paper.on)


def compiled(source: str, view: Mapping[str, object], on: date) -> bytes:
    """A page of this folder with what it shows, as PDF/A-2a and PDF/UA-1. Raises Invalid where no font has the characters."""
    import typst

    try:
        fonts = installed_fonts()
        chosen = chosen_fonts(fonts.families())
        compiler = typst.Compiler(
            files("bangfu.office.casework.documents").joinpath(source).read_bytes(),
            root=Path(__file__).parent, font_paths=fonts,
            sys_inputs={"view": json.dumps(view, ensure_ascii=False), "fonts": json.dumps(chosen, ensure_ascii=False)},
        )  # fmt: skip
        made = compiler.compile(
            format="pdf", timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
            pdf_standards=["a-2a", "ua-1"],
        )  # fmt: skip
    except DataError as error:
        raise Invalid(str(error)) from None
    except typst.TypstError as error:
        raise Invalid(_("这份文书中有无法印出的字符：%s") % str(error.message)[:120]) from None
    assert isinstance(made, bytes)
    return made


def shown_day(day: date, lang: str) -> str:
    """2026年11月25日, or 25 November 2026."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {day:%B %Y}"
