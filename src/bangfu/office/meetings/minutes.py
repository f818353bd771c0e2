"""The minutes of a meeting, as PDF and Word, in the layout of official documents. Always Chinese, like every official paper.

The whole minutes are for the file. What is posted has no discussion, no objections and nobody's relations in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone, translation

from bangfu.core.documents.means_report_pdf import DataError
from bangfu.core.documents.official.docx import docx
from bangfu.core.documents.official.model import Grid, Official, Paragraph, Text
from bangfu.core.documents.official.pdf import official_pdf
from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.meetings import events
from bangfu.office.meetings.actions import subject
from bangfu.office.meetings.models import CLOSED, Attendee, Matter, Meeting
from bangfu.office.meetings.queries import votes_on
from bangfu.office.pages.free_text import problem_of
from bangfu.office.pages.refusals import Invalid

FORMATS = ("pdf", "docx")
_LINE = "＿＿＿＿＿＿"
_RESULTS = {"carried": "通过", "lost": "未通过", "": "未表决"}


@transaction.atomic
def make(actor: Actor, meeting: Meeting, kind: str, posted: bool) -> bytes:
    """The minutes' bytes, with a row in the log. Raises Invalid where they cannot be printed or posted."""
    document = minutes(meeting, posted)
    try:
        content = docx(document) if kind == "docx" else official_pdf(document)
    except DataError as error:
        raise Invalid(str(error)) from None
    audit.record(actor, events.MINUTES_READ, subject(meeting), after={"format": kind, "posted": posted})
    return content


def minutes(meeting: Meeting, posted: bool = False) -> Official:
    """The document. Raises Invalid for what may not be posted: a meeting that is not closed, a number of a person."""
    if posted and meeting.state != CLOSED:
        raise Invalid(translation.gettext("会议办结后才能公布结果"))
    matters = list(Matter.objects.filter(meeting=meeting).select_related("household").order_by("position"))
    for one in matters:
        one.meeting = meeting
    with translation.override("zh-hans"):
        made = _posted(meeting, matters) if posted else _whole(meeting, matters)
    if posted and (problem := problem_of(_words(made), most=20_000)):
        raise Invalid(problem)
    return made


def _words(document: Official) -> str:
    parts = [run.text for block in document.blocks if isinstance(block, Paragraph) for run in block.runs]
    parts += [cell for block in document.blocks if isinstance(block, Grid) for row in block.rows for cell in row]
    return " ".join(parts)


def _p(text: str, level: int = 0) -> Paragraph:
    return Paragraph((Text(text),), level)


def _head(meeting: Meeting) -> list[Paragraph]:
    at = timezone.localtime(meeting.starts_at)
    return [
        _p(f"时间：{at.year}年{at.month}月{at.day}日{at:%H:%M}"),
        _p(f"地点：{meeting.place}"),
        _p(f"主持人：{meeting.chair}"),
        _p(f"记录人：{meeting.recorder}"),
    ]


def _title(meeting: Meeting, what: str) -> str:
    return f"{areas.names([meeting.area_code])[meeting.area_code]}{meeting.get_kind_display()}{what}"


def _whole(meeting: Meeting, matters: Sequence[Matter]) -> Official:
    people = list(Attendee.objects.filter(meeting=meeting).order_by("pk"))
    voting = [one for one in people if one.member_id is not None]
    others = [one for one in people if one.member_id is None]
    blocks: list[Paragraph | Grid] = [*_head(meeting)]
    blocks.append(_p(f"应到{meeting.entitled}人，实到{meeting.present}人"))
    blocks.append(_p("出席：" + ("、".join(f"{one.name}（{one.get_role_display()}）" for one in voting) or "无")))
    blocks.append(_p("列席：" + ("、".join(f"{one.name}（{one.get_role_display()}）" for one in others) or "无")))
    blocks.append(_p("一、议题和表决", 1))
    for one in matters:
        blocks += _matter(one)
    blocks.append(_p("二、发言要点", 1))
    blocks += [_p(line) for line in meeting.discussion.splitlines()] or [_p("无")]
    blocks.append(_p("三、决定事项", 1))
    tasks = list(meeting.tasks.order_by("pk"))
    if tasks:
        rows = tuple((str(n), t.what, t.owner, f"{t.due_on:%Y-%m-%d}") for n, t in enumerate(tasks, 1))
        blocks.append(Grid(("序号", "事项", "责任人", "期限"), rows))
    else:
        blocks.append(_p("无"))
    blocks.append(_p("四、签字", 1))
    blocks.append(_p(f"主持人：{_LINE}　　记录人：{_LINE}"))
    rows = tuple((str(n), one.name, str(one.get_role_display()), "") for n, one in enumerate(voting, 1))
    if rows:
        blocks.append(Grid(("序号", "姓名", "身份", "　　　　签　字　　　　"), rows))
    if meeting.sha256:
        parts = [meeting.sha256[at : at + 16] for at in range(0, 64, 16)]  # one word of 64 would leave the page
        blocks.append(_p("封存校验值：" + " ".join(parts)))
    day = timezone.localtime(meeting.starts_at).date()
    return Official("minutes", _title(meeting, "会议记录"), "", tuple(blocks), "", day)


def _matter(one: Matter) -> list[Paragraph]:
    lines = [_p(f"（{one.position}）{one.household.head_name or '户主'}户：{one.title}（{one.reference}）", 2)]
    votes = votes_on(one)
    if votes is None:
        return [*lines, _p("未表决。")]
    lines.append(_p(f"本议题主持人：{one.chair}。"))
    names = "、".join(one.abstained.order_by("pk").values_list("name", flat=True))
    out = f"回避{votes.relatives}人（{names}）" if names else "无人回避"
    lines.append(_p(
        f"到会{votes.present}人，{out}，赞成{votes.in_favour}人，反对{votes.against}人，弃权{votes.abstaining}人。"
        f"结果：{_RESULTS[one.result]}。"
    ))  # fmt: skip
    lines.append(_p(f"异议：{one.objections or '无'}。".replace("。。", "。")))
    return lines


def _posted(meeting: Meeting, matters: Sequence[Matter]) -> Official:
    rows = []
    for one in matters:
        votes = votes_on(one)
        assert votes is not None  # a closed meeting has voted on everything
        counts = (votes.in_favour, votes.against, votes.abstaining, votes.relatives)
        rows.append(
            (str(one.position), one.household.head_name or "—", one.title, *map(str, counts), _RESULTS[one.result])
        )
    blocks: list[Paragraph | Grid] = [
        *_head(meeting)[:2],
        _p(f"应到{meeting.entitled}人，实到{meeting.present}人"),
        Grid(("序号", "户主", "议题", "赞成", "反对", "弃权", "回避", "结果"), tuple(rows)),
        _p("对以上结果有异议的，请向村民委员会或乡镇人民政府提出。"),
    ]
    name = areas.names([meeting.area_code])[meeting.area_code]
    signed = f"{name}村民委员会" if len(meeting.area_code) == 12 else f"{name}人民政府"
    day = timezone.localtime(meeting.closed_at or meeting.starts_at).date()
    return Official("minutes", _title(meeting, "结果公布"), "", tuple(blocks), signed, day)
