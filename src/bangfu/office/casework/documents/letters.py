"""The words of letters. They are for the household: the law, the reasons, what may be done about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import BUREAUS, Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.casework import engine, events
from bangfu.office.casework.deciding import opened
from bangfu.office.casework.deliveries import contact_text, told_on
from bangfu.office.casework.documents.printing import Paper, Part, pdf, shown_day
from bangfu.office.casework.models import Case, CaseDocument, CaseEvent, Determination
from bangfu.office.casework.showing import matter_title, said
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.privacy.api import Erased, SealBroken

STARS = "＊"
_COMPARED = (
    re.compile(r"(?P<what>\S.*?) (?P<value>[\d,.]+(?: 元(?:/[年月])?)?)，(?:(?P<above>高于)|低于)(?P<limit>[^（，]+)"),
    re.compile(r"(?P<what>\S.*?): (?P<value>[\d,.]+[^,]*), (?:(?P<above>above)|below) (?P<limit>[^(,]+)"),
)
"""A line of an explanation that compares a figure with a limit, in Chinese and in English."""
_UNITS = {"working_days": "个工作日", "days": "日", "months": "个月"}
_UNITS_EN = {"working_days": "working days", "days": "days", "months": "months"}


def _limit(limit: Any) -> str:
    if reader_language() == "zh":
        return f"{limit.count}{_UNITS[limit.unit]}"
    return f"{limit.count} {_UNITS_EN[limit.unit]}"


def _law(authority: Mapping[str, str]) -> str:
    title, number = authority.get("title", ""), authority.get("number", "")
    return f"《{title}》（{number}）" if number else f"《{title}》"


@transaction.atomic
def _logged(actor: Actor, case: Case, what: str) -> None:
    audit.record(actor, events.LETTER_READ, audit.Subject("case", case.number, case.area_code), after={"paper": what})


def _office(case: Case, roles: tuple[str, ...], bureau: str = "") -> str:
    """Who signs: the bureau that acts, the county's bureau, or the township's government."""
    code = case.area_code[:9] if roles and roles[0] == "township_office" else case.area_code[:6]
    name = areas.names([code])[code]
    if len(code) == 9:
        return str(_("%s人民政府")) % name
    if bureau in BUREAUS and roles and roles[0] == "bureau_officer":
        return f"{name}{BUREAUS[bureau]}" if reader_language() == "zh" else f"{name}, {BUREAUS[bureau]}"
    signs = _("%s农业农村局") if roles and roles[0] == "county_agriculture" else _("%s民政局")
    return str(signs) % name


def decision_letter(actor: Actor, determination: Determination, content: Mapping[str, Any] | None) -> bytes:
    """The letter of a decision as PDF, with a row in the log. Raises Invalid where the decision cannot be read."""
    if content is None:
        raise Invalid(_("决定的内容已不能读取（个人资料已删除或内容被改动）"))
    case = determination.case
    made = pdf(decision_paper(case, determination, content))
    _logged(actor, case, f"decision:{determination.seq}")
    return made


def decision_paper(case: Case, determination: Determination, content: Mapping[str, Any], title: str = "") -> Paper:
    """The letter's words: decision, reasons, the law, what would change it, how, where and until when to appeal."""
    lang, procedure = reader_language(), engine.procedure_of(case)
    step = procedure.steps[content["step"]]
    on = timezone.localtime(determination.made_at).date()
    denied = content["decides"] in ("refuse", "stop", "reduce")
    applied = str(_("关于您户的“%(what)s”事项（编号 %(number)s），经办理，决定：%(title)s。")) % {
        "what": matter_title(case.matter) or procedure.title.get(lang), "number": case.number,
        "title": content["title"][lang],
    }  # fmt: skip
    parts = [Part("p", applied), *_amount(procedure, content), *_when_it_ends(procedure, content)]
    told = content["told"].get(lang)
    if content["without_means_check"]:
        # what a run of before says is no reason of this decision, and would read like one
        parts.append(Part("p", content["without_means_check"][lang] + ("。" if lang == "zh" else ".")))
    elif told is not None:
        heading = str(_("不符合的条件")) if denied else str(_("逐条核对的结果"))
        parts += [Part("head", heading), *_clauses(told, denied)]
        if denied and (lines := _changes(told)):
            parts += [Part("head", str(_("什么变化会改变这一结论"))), *(Part("item", line) for line in lines)]
            parts.append(Part("p", str(_("各项都须符合，以届时核对的结果为准。"))))
    cited = _law(content["authority"]) + _cited(step.cite)
    parts += [Part("head", str(_("依据"))), Part("p", cited + ("。" if lang == "zh" else "."))]
    parts += [Part("head", str(_("不服怎么办"))), *_appeals(case, procedure, content)]
    parts += _where(case, step.by)
    parts = _numbered(parts)
    plain = _("告知书") if not denied else _("不予确认告知书") if content["decides"] == "refuse" else _("决定告知书")
    return Paper(
        title or str(plain), case.number, _addressee(case), parts, _office(case, step.by, step.bureau), on,
        str(_("决定校验值 %s")) % determination.sha256, lang, receipt(),
    )  # fmt: skip


def _numbered(parts: list[Part]) -> list[Part]:
    """Headings with 一、二、三、 before them, in Chinese."""
    if reader_language() != "zh":
        return parts
    numbers = iter("一二三四五六七八九")
    return [Part("head", f"{next(numbers)}、{one.text}") if one.kind == "head" else one for one in parts]


def _addressee(case: Case) -> str:
    head = case.household.head_name or str(_("户主"))
    return head + ("：" if reader_language() == "zh" else ":")


def receipt() -> list[str]:
    """The slip below a letter that is signed when it is handed over, by its lines."""
    return [
        str(_("送达回证")), str(_("文书")), str(_("编号")), str(_("签收人（签字）")), str(_("送达人（签字）")),
        str(_("送达日期")), str(_("送达方式：□当面　□成年家属代收　□邮寄　□留置")),
    ]  # fmt: skip


def _where(case: Case, roles: tuple[str, ...]) -> Iterator[Part]:
    """Where the township's office is, and the county's where that one decided."""
    county = bool(roles) and roles[0] in ("county_agriculture", "county_civil_affairs")
    offices = [(case.area_code[:9], _office(case, ("township_office",)))]
    if county:
        offices.append((case.area_code[:6], _office(case, roles)))
    between, end = ("，", "。") if reader_language() == "zh" else (", ", ".")
    for code, name in offices:
        if found := contact_text(code):
            yield Part("p", str(_("咨询：%s")) % f"{name}{between}{found}{end}")


def _cited(cite: str) -> str:
    return f"，{cite}" if cite and reader_language() == "zh" else f", {cite}" if cite else ""


def _amount(procedure: p.Procedure, content: Mapping[str, Any]) -> Iterator[Part]:
    values = content["values"]
    if values.get("amount_fen"):
        amount = f"{values['amount_fen'] / 100:,.2f}"
        once = any(thing.kind == "payment" for thing in procedure.things.values())
        if once or not values.get("start_month"):
            yield Part("p", str(_("金额 %s 元。")) % amount)
        else:
            yield Part(
                "p",
                str(_("金额 %(amount)s 元，自%(month)s起。"))
                % {"amount": amount, "month": _month(values["start_month"])},
            )
    if content["note"]:
        yield Part("p", str(_("说明：%s")) % content["note"])


def _when_it_ends(procedure: p.Procedure, content: Mapping[str, Any]) -> Iterator[Part]:
    """Of a stop: how long the household is paid on, and what comes before it holds."""
    if content["decides"] != "stop":
        return
    ahead = [
        procedure.steps[n]
        for b in procedure.steps[content["step"]].outcomes[content["outcome"]].branches
        for n in b.steps
    ]
    for step in ahead:
        if step.not_before is not None and step.limit is not None and step.not_before.limit.start == content["step"]:
            yield Part("p", str(_("渐退期最长%s：期内继续发放，期满公示无异议后停发。")) % _limit(step.limit))
        elif any(procedure.things[needed.thing].kind == "notice" for needed in step.leaves):
            yield Part("p", str(_("停发前公示，公示期内可以提出异议；公示期满无异议的，自次月起停发。")))


def _month(text: str) -> str:
    """2026年12月, or 2026-12 as it stands."""
    year, _sep, month = text.partition("-")
    return f"{year}年{int(month)}月" if reader_language() == "zh" and month.isdigit() else text


def _clauses(told: Mapping[str, Any], denied: bool) -> Iterator[Part]:
    """What was checked: of a refusal the clauses that fail, each with its figures and the document that sets the limit.

    How each figure was added up stands in the frozen decision, which the household may ask for; here it would hide the reason.
    """
    for clause in told["clauses"]:
        if not denied:
            yield Part("item", clause["head"])
            continue
        if clause["verdict"] != "not_met":
            continue
        lines = [line for line in clause["lines"] if STARS not in line and not line.startswith("·")]
        between, end = ("：", "。") if reader_language() == "zh" else (": ", ".")
        yield Part("item", clause["head"] + (between + "；".join(lines) + end if lines else ""))


def _changes(told: Mapping[str, Any]) -> list[str]:
    """What would change a refusal: as the explanation says, else what is compared in the clauses that fail."""
    known = [line for line in dict(told["sections"]).get("changes", []) if STARS not in line]
    if known:
        return known
    found = []
    for clause in told["clauses"]:
        if clause["verdict"] == "not_met":
            found += [_turned(line) for line in clause["lines"] if STARS not in line and not line.startswith("·")]
    return list(dict.fromkeys(line for line in found if line))


def _turned(line: str) -> str:
    """“收入 600.00 元/年，高于 500.00 元/年（…），相差 …” turned into what would have to be; empty for another kind of line."""
    match = next((found for pattern in _COMPARED if (found := pattern.match(line))), None)
    if match is None:
        return ""
    words = {"what": match["what"], "value": match["value"], "limit": match["limit"].strip()}
    if match["above"]:
        return str(_("%(what)s由现在的%(value)s变为不再高于%(limit)s；")) % words
    return str(_("%(what)s由现在的%(value)s变为不再低于%(limit)s；")) % words


def _appeals(case: Case, procedure: p.Procedure, content: Mapping[str, Any]) -> Iterator[Part]:
    ends = _ends_after(procedure, content["step"], content["outcome"])
    found = [a for a in procedure.appeals if set(a.against) & ends]
    for appeal in found:
        words = {"limit": _limit(appeal.limit), "law": f"《{appeal.cite}》" if appeal.cite else ""}
        yield Part("p", str(_("您可以自收到本告知书之日起%(limit)s内，依照%(law)s申请复核（行政复议）。")) % words)
        county = areas.names([case.area_code[:6]])[case.area_code[:6]]
        yield Part("p", str(_("行政复议申请向%s人民政府提出。")) % county)
        yield Part("p", str(_("也可以先向经办单位提出异议。")))
    if not found:
        yield Part("p", str(_("对本告知书有疑问的，可以向经办单位或县级主管部门提出，经办单位应当答复。")))
    yield Part("p", str(_("家庭情况发生变化时，可以随时重新申请。")))


def _ends_after(procedure: p.Procedure, step: str, outcome: str) -> set[str]:
    """The ends that lie ahead of an outcome, whichever branch is taken."""
    found: set[str] = set()
    todo, seen = [(step, outcome)], set[tuple[str, str]]()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        for branch in procedure.steps[one[0]].outcomes[one[1]].branches:
            if branch.end:
                found.add(branch.end)
            todo += [(name, o) for name in branch.steps for o in procedure.steps[name].outcomes]
    return found


def letter(actor: Actor, case: Case, row: CaseDocument) -> bytes:
    """A letter that came with an event, as PDF, with a row in the log. Raises Invalid where there is none to print."""
    procedure, ref = engine.procedure_of(case), f"doc:{row.pk}"
    thing = procedure.things.get(row.thing)
    if thing is None or thing.kind != "letter" or row.document or row.paper:
        raise Invalid(_("这份材料不是系统出具的文书"))
    happened = engine.events_of(case)
    place = next((i for i, (_r, event) in enumerate(happened) if any(t.ref == ref for t in event.things)), None)
    if place is None:
        raise Invalid(_("这份材料不是系统出具的文书"))
    told = _telling(case, happened[place])
    if told is not None:
        made = pdf(decision_paper(case, *told, thing.title.get(reader_language())))
    else:
        events_so_far = [event for _r, event in happened[: place + 1]]
        made = pdf(letter_paper(case, procedure, events_so_far, thing, happened[place][0].note))
    _logged(actor, case, row.thing)
    return made


def _telling(case: Case, happened: tuple[CaseEvent, p.Event]) -> tuple[Determination, Mapping[str, Any]] | None:
    """The decision that a letter tells: made with its event, or told by the step that follows a refusal."""
    row, event = happened
    if not isinstance(event, p.StepDone):
        return None
    last = Determination.objects.filter(case=case, seq__lte=row.seq).order_by("-seq").first()
    if last is None or last.seq < row.seq - 1:
        return None
    last.case = case
    try:
        return last, opened(last)
    except (Erased, SealBroken, ValueError):
        raise Invalid(_("决定的内容已不能读取（个人资料已删除或内容被改动）")) from None


def letter_paper(case: Case, procedure: p.Procedure, happened: list[p.Event], thing: Any, note: str) -> Paper:
    """What a letter says that tells no decision: what happened, why, what is wanted of the household, until when."""
    lang, event = reader_language(), happened[-1]
    on = timezone.localtime(event.at).date()
    state = engine.folded(procedure, happened)
    clocks = p.clock(procedure, state, engine.calendar(), event.at)
    words = {"what": matter_title(case.matter) or procedure.title.get(lang), "number": case.number,
             "day": shown_day(on, lang), "said": said(procedure, event)}  # fmt: skip
    parts = [Part("p", str(_("您户的“%(what)s”事项（编号 %(number)s），%(day)s已办理：%(said)s。")) % words)]
    if note:
        parts.append(Part("p", str(_("说明：%s")) % note))
    if isinstance(event, p.Suspended):
        parts += _suspension(procedure, event, clocks, lang)
    elif clocks.whole.due is not None and not state.final:
        parts.append(Part("p", str(_("本事项应当在%s前办结。")) % shown_day(clocks.whole.due, lang)))
    for appeal, until in p.appeal_until(procedure, state, engine.calendar(), told=told_on(case)):
        ways = {"until": shown_day(until, lang), "law": f"《{appeal.cite}》" if appeal.cite else ""}
        parts.append(Part("p", str(_("不服的，可以在%(until)s前依照%(law)s申请复核。")) % ways))
    parts.append(Part("p", str(_("依据：%s。")) % _law(procedure.authority)))
    parts += _where(case, (event.actor.role,))
    return Paper(
        thing.title.get(lang), case.number, _addressee(case), parts,
        _office(case, (event.actor.role,), event.actor.bureau), on, "", lang, receipt(),
    )  # fmt: skip


def _suspension(procedure: p.Procedure, event: p.Suspended, clocks: p.Clocks, lang: str) -> Iterator[Part]:
    pause = procedure.pauses[event.reason]
    needs = ("、" if lang == "zh" else ", ").join(procedure.things[name].title.get(lang) for name in pause.needs)
    if needs:
        yield Part("p", str(_("办理因此中止，期间不计入办理时限。请您提交：%s；收到后立即恢复办理。")) % needs)
    if pause.limit is not None:
        yield Part("p", str(_("请在%s内提交。")) % _limit(pause.limit))
        if pause.lapses:
            closing = procedure.closings[pause.lapses].text.get(lang)
            yield Part("p", str(_("逾期未提交的，本事项可能以“%s”终止；终止后可以重新申请。")) % closing)


def notices_of(case: Case) -> list[tuple[str, str]]:
    """The public notices that the procedure knows: id and title."""
    procedure = engine.procedure_of(case)
    return [(t.id, t.title.get(reader_language())) for t in procedure.things.values() if t.kind == "notice"]
