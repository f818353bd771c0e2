"""Questions of a procedure that the rulebook answers: computed on the latest run's facts, shown with their reasons.

Who acts may answer otherwise, in words: the log then holds both. What the facts leave open is answered by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.core.screening.questions import Question
from bangfu.office.casework.deciding import names_of
from bangfu.office.casework.models import Case
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.runs import api as runs


@dataclass(frozen=True)
class Computed:
    """What the rules answer: `verdict` yes, no or unknown; `reason` says on what day's facts, with which values, or what is missing."""

    verdict: str
    reason: str


def word_of(verdict: str) -> str:
    """An answer in the reader's language."""
    return {"yes": _("是"), "no": _("否")}.get(verdict, _("无法判定"))


def computed(case: Case, procedure: p.Procedure, asked: Iterable[str]) -> dict[str, Computed]:
    """By condition; those that no expression answers are left out."""
    questions = [
        Question(one.id, one.text, one.when, procedure.of)
        for one in (procedure.conditions[name] for name in asked)
        if one.when is not None
    ]
    if not questions:
        return {}
    run = runs.evidence_run(case.area_code)
    if run is None:
        silent = Computed("unknown", _("还没有覆盖本村的月度比对，须人工判定"))
        return {one.id: silent for one in questions}
    try:
        found = runs.answers(run, case.household.number, questions, case.person_number, names_of(case))
    except LookupError:
        found = {}
    gone = Computed("unknown", _("最近一次月度比对中没有本户的资料，须人工判定"))
    return {one.id: _said(run, found[one.id]) if one.id in found else gone for one in questions}


def _said(run: runs.Run, found: runs.Answered) -> Computed:
    day, tongue = f"{run.as_of:%Y-%m-%d}", reader_language()
    lines = "；".join(found.values[tongue]) if tongue == "zh" else "; ".join(found.values[tongue])
    if found.verdict == "unknown":
        named = ("、" if tongue == "zh" else ", ").join(found.missing[tongue])
        return Computed(
            "unknown", _("按 %(day)s 的资料无法判定，缺：%(missing)s") % {"day": day, "missing": named or lines}
        )
    said = {"day": day, "answer": word_of(found.verdict), "values": lines}
    return Computed(found.verdict, _("按 %(day)s 的资料和规则：%(answer)s。%(values)s") % said)


def differing(case: Case, procedure: p.Procedure, verdicts: Mapping[str, str], note: str) -> dict[str, dict[str, Any]]:
    """Answers that are not the computed ones, as the log keeps them. Raises Invalid where they come without words."""
    found = computed(case, procedure, verdicts)
    other = {
        name: {"computed": one.verdict, "given": verdicts[name]}
        for name, one in found.items()
        if one.verdict != "unknown" and verdicts[name] != one.verdict
    }
    if other and not note:
        texts = "、".join(procedure.conditions[name].text.get(reader_language()) for name in other)
        raise Invalid({"note": _("判定与按规则计算的结果不同（%s），请在说明中写明理由") % texts})
    return other
