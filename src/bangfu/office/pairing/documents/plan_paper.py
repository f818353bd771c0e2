"""一户一策 on one page: the words; plan.typ is the page, and shrinks the type until all fits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.documents.means_report_pdf import DataError, chosen_fonts, installed_fonts
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.pairing import events, queries, quotas, showing
from bangfu.office.pairing.models import Measure, Plan
from bangfu.office.registry import api as registry


def view_of(plan: Plan, household: registry.Household) -> dict[str, Any]:
    """Everything that is on the page, as texts."""
    today = timezone.localdate()
    shown, words = showing.shown(plan, household, today), registry.words()
    helper = queries.current(household, today)
    kind = (
        words.label("monitored_kind", household.monitored_kind) if household.monitored_kind not in ("", "none") else ""
    )
    ranks = dict(quotas.choices(quotas.RANK))
    facts = [
        (_("户主"), household.head_name), (_("户编号"), household.number),
        (_("行政村"), areas.names([plan.area_code])[plan.area_code]), (_("人数"), str(household.person_count)),
        (_("类别"), kind or words.label("household_type", household.household_type)),
        (_("致贫原因和风险"), "、".join(shown.causes) or _("未登记")),
        (_("帮扶责任人"), f"{helper.helper.name}（{helper.helper.unit} {ranks.get(helper.helper.rank, '')}）" if helper else _("未确定")),
        (_("本年目标"), plan.goal or "—"),
    ]  # fmt: skip
    total = f"{shown.total_fen / 100:,.2f}" if shown.lines else "0.00"
    more = _("（另有 %s 项没有写明资金）") % shown.without_amount if shown.without_amount else ""
    return {
        "title": _("%s 年度一户一策") % plan.year, "lang": reader_language(), "date": plan.changed_at.date().isoformat(),
        "facts": [[label, text] for label, text in facts],
        "head": [_("序号"), _("措施"), _("内容"), _("责任人"), _("时限"), _("资金（元）和来源"), _("预期成效"), _("进展和成效")],
        "rows": [_row(place, line.kind, line.measure) for place, line in enumerate(shown.lines, 1)],
        "total": _("计划资金合计 %s 元") % total + more,
        "signs": [_("户主（签字）"), _("帮扶责任人（签字）"), _("村（社区）负责人（签字）"), _("年　　月　　日")],
        "foot": _("第 %(n)s 版 · %(at)s · %(by)s")
        % {"n": plan.version, "at": f"{timezone.localtime(plan.changed_at):%Y-%m-%d %H:%M}", "by": plan.changed_name},
    }  # fmt: skip


def _row(place: int, kind: str, one: Measure) -> list[str]:
    money = "—" if one.amount_fen is None else f"{one.amount_fen / 100:,.2f}"
    expected = f"{_plain(one.expected)} {one.effect_unit}" if one.expected is not None else "—"
    reached = f"{_plain(one.effect)} {one.effect_unit}" if one.effect is not None else ""
    state = " ".join(
        part for part in (str(one.get_state_display()), str(one.state_on or ""), reached, one.effect_words) if part
    )
    fund = f"{money} {one.fund}".strip()
    return [str(place), kind, one.what, one.responsible, one.due_on.isoformat(), fund, expected.strip(), state]


def _plain(value: Any) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if value is not None else ""


def pdf(view: dict[str, Any]) -> bytes:
    """PDF/A-2a and PDF/UA-1, one page. Raises Invalid where no font has the characters."""
    import typst

    day = datetime.fromisoformat(view["date"])
    try:
        fonts = installed_fonts()
        inputs = {
            "view": json.dumps(view, ensure_ascii=False),
            "fonts": json.dumps(chosen_fonts(fonts.families()), ensure_ascii=False),
        }
        source = files("bangfu.office.pairing.documents").joinpath("plan.typ").read_bytes()
        compiler = typst.Compiler(source, root=Path(__file__).parent, font_paths=fonts, sys_inputs=inputs)
        made = compiler.compile(
            format="pdf", timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC), pdf_standards=["a-2a", "ua-1"]
        )
    except DataError as error:
        raise Invalid(str(error)) from None
    except typst.TypstError as error:
        raise Invalid(_("这份文书中有无法印出的字符：%s") % str(error.message)[:120]) from None
    assert isinstance(made, bytes)
    return made


@transaction.atomic
def printed(*, actor: Actor, plan: Plan, household: registry.Household) -> bytes:
    """The plan's PDF; a row of the log. Raises OutOfReach, Invalid."""
    actor.require(queries.VIEW, plan.area_code)
    content = pdf(view_of(plan, household))
    subject = audit.Subject("household", household.number, plan.area_code)
    audit.record(actor, events.PLAN_PRINTED, subject, after={"year": plan.year, "version": plan.version})
    return content
