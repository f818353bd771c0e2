"""Whether what was left behind is what was asked for: counted, present in numbers, posted long enough, fresh."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from bangfu.core.procedures.calendar import Calendar, reached
from bangfu.core.procedures.events import Plain, Thing
from bangfu.core.procedures.messages import Refusal, refusal
from bangfu.core.rulebook.procedure_model import Outcome, ThingKind

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])\Z")
_UNITS = {"working_days": ("个工作日", "working days"), "days": ("日", "days"), "months": ("个月", "months")}


def thing_problems(kind: ThingKind, thing: Thing, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """What is wrong with one thing that was handed in on `day`."""
    zh, en = kind.title.get("zh"), kind.title.get("en")
    if not thing.ref:
        yield refusal("no_reference", f"{zh}没有存档编号", f"{en} without a reference to what is stored", [thing.id])
    if thing.on is not None and thing.on > day:
        yield refusal(
            "dated_later", f"{zh}的日期{thing.on}晚于办理日{day}", f"{en} is dated {thing.on}, after {day}", [thing.id]
        )
    if kind.kind in ("photos", "evidence") or (kind.kind == "form" and kind.at_least > 1):
        count = number(thing.values, "count", 1 if thing.ref else 0)
        if count < kind.at_least:
            yield refusal("too_few", f"{zh}只有{count}份，至少{kind.at_least}份",
                          f"{en}: {count}, of which at least {kind.at_least} are needed", [thing.id])  # fmt: skip
    if kind.kind == "votes":
        yield from _votes(kind, thing)
    if kind.kind == "notice":
        yield from _notice(kind, thing, day, calendar)
    if kind.kind == "means_check" or kind.fresh_for is not None:
        yield from freshness(kind, thing, day, calendar)


def freshness(kind: ThingKind, thing: Thing, day: date, calendar: Calendar) -> Iterator[Refusal]:
    """Whether a report may still be used on `day`: to the last day of its time."""
    zh, en = kind.title.get("zh"), kind.title.get("en")
    if thing.on is None:
        yield refusal("undated", f"{zh}没有日期", f"{en} without a date", [thing.id])
    elif kind.fresh_for is not None and reached(thing.on, kind.fresh_for, calendar) < day:
        unit_zh, unit_en = _UNITS[kind.fresh_for.unit]
        count = kind.fresh_for.count
        yield refusal("stale", f"{zh}出具于{thing.on}，超过{count}{unit_zh}，须重新出具",
                      f"{en} is of {thing.on}, more than {count} {unit_en} old; get a new one", [thing.id])  # fmt: skip


def _notice(kind: ThingKind, thing: Thing, day: date, calendar: Calendar) -> Iterator[Refusal]:
    zh, en = kind.title.get("zh"), kind.title.get("en")
    if not thing.values.get("proof"):
        yield refusal("no_proof", f"{zh}没有张贴照片", f"{en} without a photo that proves its posting", [thing.id])
    if thing.on is None:
        yield refusal("undated", f"{zh}没有张贴日期", f"{en} without the day on which it was posted", [thing.id])
    elif kind.stands is not None and (last := reached(thing.on, kind.stands, calendar)) >= day:
        unit_zh, unit_en = _UNITS[kind.stands.unit]
        count = kind.stands.count
        yield refusal("too_early", f"{zh}自{thing.on}起应公示{count}{unit_zh}，{last}期满，次日方可办理",
                      f"{en} was posted on {thing.on} for {count} {unit_en}, to the end of {last}; "
                      "go on the day after", [thing.id])  # fmt: skip


def last_day(kind: ThingKind, posted: date | None, calendar: Calendar) -> date | None:
    """The last day on which a notice hangs that was posted then; None where no time is set or nobody said when."""
    return None if posted is None or kind.stands is None else reached(posted, kind.stands, calendar)


def _votes(kind: ThingKind, thing: Thing) -> Iterator[Refusal]:
    zh, en = kind.title.get("zh"), kind.title.get("en")
    names = ("entitled", "present", "in_favour", "against", "abstaining", "relatives_abstained")
    figures = {name: number(thing.values, name, -1) for name in names}
    if blank := [name for name, value in figures.items() if value < 0]:
        yield refusal(
            "no_figure", f"{zh}缺少数字：{'、'.join(blank)}", f"{en} without the figures {', '.join(blank)}", [thing.id]
        )
        return
    entitled, present, favour, against, abstaining, relatives = figures.values()
    if present > entitled or favour + against + abstaining + relatives != present:
        yield refusal("do_not_add_up", f"{zh}：到会{present}人，赞成{favour}、反对{against}、弃权{abstaining}、回避{relatives}，合计不符",
                      f"{en}: {present} present of {entitled}; {favour} in favour, {against} against, {abstaining} abstaining "
                      f"and {relatives} who must abstain do not add up", [thing.id])  # fmt: skip
    least = max(_at_least(entitled, kind.quorum), kind.present_at_least)
    if present < least:
        yield refusal("no_quorum", f"{zh}：应到{entitled}人，到会{present}人，至少须{least}人",
                      f"{en}: {present} of {entitled} present, {least} are needed", [thing.id])  # fmt: skip


def _at_least(entitled: int, quorum: Fraction | None) -> int:
    return 0 if quorum is None else -(-entitled * quorum.numerator // quorum.denominator)


def vote_problems(outcome: Outcome, kind: ThingKind, thing: Thing) -> Iterator[Refusal]:
    """The outcome says what the votes say: carried by more than half of those who may vote and are present."""
    voters = number(thing.values, "present", 0) - number(thing.values, "relatives_abstained", 0)
    carried = 2 * number(thing.values, "in_favour", 0) > voters
    if outcome.vote and carried != (outcome.vote == "carried"):
        zh = "赞成未过半数" if outcome.vote == "carried" else "赞成已过半数"
        en = "not carried by more than half" if outcome.vote == "carried" else "carried by more than half"
        yield refusal("votes_say_otherwise", f"{kind.title.get('zh')}{zh}，结果不能是“{outcome.title.get('zh')}”",
                      f"{kind.title.get('en')}: {en}, so the outcome cannot be “{outcome.title.get('en')}”", [thing.id])  # fmt: skip


def decision_problems(
    outcome: Outcome, kind: ThingKind, thing: Thing, second: str, actor: str, evidence: bool
) -> Iterator[Refusal]:
    """A decision says what follows from it; on an unknown clause it needs recorded evidence and a second person."""
    zh, en = kind.title.get("zh"), kind.title.get("en")
    failed, unknown = str(thing.values.get("failed", "")).split(), str(thing.values.get("unknown", "")).split()
    if outcome.decides in ("grant", "reduce") and not _MONTH.match(str(thing.values.get("start_month", ""))):
        yield refusal(
            "no_start",
            f"{zh}没有起始月份（start_month，如2026-12）",
            f"{en} without a start_month such as 2026-12",
            [thing.id],
        )
    if outcome.decides in ("refuse", "stop", "reduce") and not failed:
        yield refusal("no_reason", f"{zh}没有不符合的条款（failed）", f"{en} without the clauses that fail", [thing.id])
    if outcome.decides in ("grant", "keep") and failed:
        yield refusal(
            "clause_fails",
            f"{zh}列有不符合的条款：{'、'.join(failed)}",
            f"{en} lists clauses that fail: {', '.join(failed)}",
            [thing.id],
        )
    if unknown and not evidence:
        yield refusal("unknown_without_evidence", f"条款{'、'.join(unknown)}无法判定，须附人工核实的证据",
                      f"the clauses {', '.join(unknown)} are not decided: recorded evidence is needed", [thing.id])  # fmt: skip
    if unknown and (not second or second == actor):
        yield refusal("unknown_without_second", f"条款{'、'.join(unknown)}无法判定，须由第二人共同签署",
                      f"the clauses {', '.join(unknown)} are not decided: a second person must sign", [thing.id])  # fmt: skip


def number(values: Mapping[str, Plain], name: str, default: int) -> int:
    """A whole number not below 0, or `default`."""
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default
