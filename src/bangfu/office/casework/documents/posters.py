"""Public notices on paper: one household, or several of a village in a table, with a code that leads to the web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import events
from bangfu.office.casework.deliveries import contact_text
from bangfu.office.casework.documents.printing import compiled, shown_day
from bangfu.office.casework.documents.qr import qr_svg
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.notice_text import forbidden
from bangfu.office.casework.notices import Words, path_of, published
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid

PLACES = ("village", "township")


@dataclass(frozen=True)
class Poster:
    """What is posted. `facts` are pairs of one household; `rows` lines of a table with `head`; each with its code as SVG."""

    title: str
    intro: str
    facts: list[tuple[str, str]]
    head: list[str]
    rows: list[list[str]]
    codes: list[str]
    code_text: str
    period: str
    tail: list[str]
    contact: str
    place: str
    signed: str
    on: date
    lang: str

    def text(self) -> str:
        """Everything that is on the paper, as plain text, but for its period and date."""
        facts = [f"{label} {value}" for label, value in self.facts]
        return "\n".join([self.title, self.intro, *facts, *("\n".join(row) for row in self.rows), *self.tail])


def address_of(token: str) -> str:
    """The whole address of a notice on the web; empty where this installation has no public address."""
    base = str(settings.BANGFU_PUBLIC_URL).rstrip("/")
    return f"{base}{path_of(token)}" if base else ""


@transaction.atomic
def print_notices(actor: Actor, rows: Sequence[PublicNotice], place: str) -> bytes:
    """One notice, or the notices of one sheet, as PDF, with a row in the log. Raises Invalid where it may not be posted."""
    made = poster_of(rows, place if place in PLACES else "village")
    view = {**asdict(made), "on": "", "date": made.on.isoformat(), "shown_date": shown_day(made.on, made.lang)}
    content = compiled("poster.typ", view, made.on)
    first = rows[0]
    subject = audit.Subject("case", first.case.number, first.area_code)
    audit.record(actor, events.LETTER_READ, subject, after={"paper": f"notice:{first.thing}", "rows": len(rows)})
    return content


def poster_of(rows: Sequence[PublicNotice], place: str) -> Poster:
    """The poster's words. Raises Invalid where one was withdrawn or where something must not be public."""
    if any(row.withdrawn_at is not None for row in rows):
        raise Invalid(_("这次公示已撤下，不能再张贴"))
    with translation.override("zh-hans"):  # it is posted in a village, whatever the official reads
        poster = _poster(rows, place)
    if found := forbidden(poster.text()):
        raise Invalid(found)
    return poster


def _poster(rows: Sequence[PublicNotice], place: str) -> Poster:
    lang, first, one = reader_language(), published(rows[0]), len(rows) == 1 and not rows[0].sheet
    said = [published(row).words for row in rows]
    days = {"first": shown_day(first.from_on, lang), "last": shown_day(first.until_on, lang)}
    where = str(_("张贴处：村务公开栏")) if place == "village" else str(_("张贴处：乡镇人民政府公示栏"))
    addresses = [address_of(row.token) for row in rows]
    return Poster(
        first.title,
        str(_("根据%s，现将下列事项公示。")) % first.law,
        _facts(said[0]) if one else [(str(_("村（社区）")), said[0].village)],
        [] if one else _head(said),
        [] if one else [_row(n, words, said) for n, words in enumerate(said, 1)],
        [qr_svg(address) for address in addresses if address],
        str(_("扫码查看网上公示、提出异议")) if all(addresses) else "",
        str(_("公示期：%(first)s至%(last)s。")) % days,
        [
            str(_("有异议的，请在公示期内向村民委员会、%s或县级主管部门提出。")) % first.township,
            str(_("可以当面、书面、来电或匿名提出；经办单位应当调查并答复。")),
        ],
        _contact(rows[0]), where, _office(rows[0]), first.from_on, lang,
    )  # fmt: skip


def _contact(row: PublicNotice) -> str:
    """Where the township's office is: an office's telephone may stand on a notice, nobody else's."""
    found = contact_text(row.area_code[:9])
    return f"{_office(row)}：{found}。" if found else ""


def _office(row: PublicNotice) -> str:
    code = row.area_code[:9]
    return str(_("%s人民政府")) % areas.names([code])[code]


def yuan(fen: int | None) -> str:
    """An amount for paper; a dash where none is said."""
    return "—" if fen is None else f"{fen / 100:,.2f}"


def _facts(words: Words) -> list[tuple[str, str]]:
    pairs = [
        (_("村（社区）"), words.village),
        (_("户主"), words.head),
        (_("家庭人数"), str(_("%s 人")) % words.persons),
        (_("事项"), words.matter),
        (_("类别"), words.category),
        (_("金额"), "" if words.amount_fen is None else str(_("%s 元")) % yuan(words.amount_fen)),
        (_("说明"), words.note),
    ]
    return [(str(label), value) for label, value in pairs if value]


def _head(said: Sequence[Words]) -> list[str]:
    head = [_("序号"), _("户主"), _("家庭人数"), _("事项")]
    head += [_("类别")] if any(words.category for words in said) else []
    head += [_("金额（元）")] if any(words.amount_fen is not None for words in said) else []
    return [str(word) for word in head]


def _row(number: int, words: Words, said: Sequence[Words]) -> list[str]:
    cells = [str(number), words.head, str(words.persons), words.matter]
    cells += [words.category or "—"] if any(one.category for one in said) else []
    cells += [yuan(words.amount_fen)] if any(one.amount_fen is not None for one in said) else []
    return cells
