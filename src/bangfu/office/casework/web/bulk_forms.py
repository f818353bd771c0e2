"""The form of one move of many cases: what it brings is one and the same for all, or is made for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework.bulk.moving import DECIDED_HERE, Same, Together
from bangfu.office.casework.bulk.sharing import SHAREABLE, share
from bangfu.office.casework.evidence_rows import MADE_BY_OFFICE
from bangfu.office.casework.moves import Move, keys_of
from bangfu.office.casework.web.forms import ANSWERS, VOTES, Group
from bangfu.office.pages.free_text import problem_of
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid

Doing = tuple[str, str, str, str]
"""Kind, name, outcome, step that it goes back to."""


def doings(procedure: p.Procedure, step: str) -> list[tuple[Doing, str, bool]]:
    """What may be done with many cases at a step: its outcomes, sending back, suspending; and whether it decides."""
    language, found = reader_language(), []
    here = procedure.steps[step]
    for outcome in here.outcomes.values():
        if not outcome.decides or (outcome.decides in DECIDED_HERE and outcome.without_means_check is None):
            found.append((("step_done", step, outcome.id, ""), outcome.title.get(language), bool(outcome.decides)))
    for to in here.returns:
        label = str(_("退回到%s")) % procedure.steps[to].title.get(language)
        found.append((("returned", step, "", to), label, False))
    for pause in procedure.pauses.values():
        if not pause.ended_by and (not pause.during or step in pause.during):
            text = pause.text.get(language)
            found.append((("suspended", pause.id, "", ""), str(_("中止：%s")) % text, False))
            found.append((("resumed", pause.id, "", ""), str(_("恢复：%s")) % text, False))
    return found


class TogetherForm(forms.Form):
    """Built for one move of one step; `together` is what was filled in."""

    def __init__(self, procedure: p.Procedure, step: str, doing: Doing, *args: Any) -> None:
        super().__init__(*args)
        self.procedure, self.step, self.doing = procedure, step, doing
        self._sections: list[tuple[str, str, list[str]]] = []
        kind, name, _outcome, _to = doing
        self.asks = procedure.steps[name].asks if kind == "step_done" else ()
        self.needed = dict(_needed(procedure, doing))
        for condition in self.asks:
            text = procedure.conditions[condition].text.get(reader_language())
            hint = str(_("对每一件都作同样的判定；不一样的请单独办理"))
            field = forms.ChoiceField(label=_("判定"), choices=ANSWERS, widget=forms.RadioSelect)
            self._add(text, hint, {f"v-{condition}": field})
        for thing, always in self.needed.items():
            self._thing(procedure.things[thing], always)
        persons = procedure.steps[name].persons if kind == "step_done" else 1
        if persons > 1:
            hint = str(_("须 %s 人以上共同办理；写同行人的账户名，以空格分开") % persons)
            self._add(str(_("同行人")), hint, {"companions": forms.CharField(label=_("账户名"), max_length=200)})
        words = forms.Textarea(attrs={"rows": 2})
        note = forms.CharField(label=_("说明"), required=False, max_length=200, widget=words)
        self._add(str(_("说明")), str(_("写入每一件的办理记录；不要写证件号码、电话或账号")), {"note": note})

    def _add(self, title: str, hint: str, fields: dict[str, forms.Field]) -> None:
        self.fields.update(fields)
        self._sections.append((title, hint, list(fields)))

    def groups(self) -> Iterator[Group]:
        """The form in sections."""
        for title, hint, names in self._sections:
            yield Group(title, hint, [self[name] for name in names])

    def _thing(self, thing: Any, always: bool) -> None:
        name, today = f"t-{thing.id}", timezone.localdate()
        hint = "" if always else str(_("视判定结果需要；不需要时留空"))
        fields: dict[str, forms.Field] = {}
        if thing.kind == "decision":
            month = f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"
            hint = str(_("金额按每一件的计算结果；结果不是全部条款符合的，预览时列为不能办理"))
            fields[f"{name}-month"] = forms.RegexField(
                r"^[0-9]{4}-(0[1-9]|1[0-2])$", label=_("起始月份"), initial=month,
                widget=forms.TextInput(attrs={"type": "month"}),
            )  # fmt: skip
        elif thing.kind == "letter":
            if not always:
                fields[f"{name}-made"] = forms.BooleanField(label=_("出具"), required=False)
            hint = str(_("由系统为每一件出具，在各件的页面打印"))
        else:
            fields = self._papers(thing, name, today)
            if thing.kind == "notice":
                hint = str(_("张贴日期，和一张共用的张贴照片（或照片存放处）"))
        self._add(thing.title.get(reader_language()), hint, fields)

    def _papers(self, thing: Any, name: str, today: Any) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        if thing.kind == "votes":
            for key, label in VOTES:
                fields[f"{name}-{key}"] = forms.IntegerField(label=label, min_value=0, max_value=100_000)
        if thing.kind == "means_check":
            label = _("用各村最近一次月度比对的结果（各部门数据）")
            fields[f"{name}-run"] = forms.BooleanField(label=label, required=False, initial=True)
        if thing.kind in ("photos", "evidence") or thing.at_least > 1:
            least = max(1, thing.at_least)
            fields[f"{name}-count"] = forms.IntegerField(label=_("每件份数"), min_value=1, max_value=500, initial=least)
        if thing.kind in SHAREABLE:
            widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})
            fields[f"{name}-file"] = forms.FileField(label=_("上传一份，各件共用"), required=False, widget=widget)
        fields[f"{name}-paper"] = forms.CharField(label=_("纸质材料存放处"), required=False, max_length=60)
        day = forms.DateInput(attrs={"type": "date", "max": today.isoformat()})
        label = _("张贴日期") if thing.kind == "notice" else _("日期")
        fields[f"{name}-on"] = forms.DateField(label=label, required=False, initial=today, widget=day)
        return fields

    def clean(self) -> dict[str, Any]:
        """What is needed lies somewhere; words hold no number of anybody; companions have accounts."""
        cleaned = super().clean() or {}
        for name, always in self.needed.items():
            thing, field = self.procedure.things[name], f"t-{name}"
            if thing.kind in MADE_BY_OFFICE or f"{field}-paper" not in self.fields:
                continue
            if problem := problem_of(cleaned.get(f"{field}-paper", ""), needed=False, most=60):
                self.add_error(f"{field}-paper", problem)
            there = [cleaned.get(f"{field}-{word}") for word in ("run", "file", "paper")]
            if always and not any(there):
                self.add_error(f"{field}-paper", _("请上传一份共用的文件，或写明纸质材料存放处"))
        if problem := problem_of(cleaned.get("note", ""), needed=False):
            self.add_error("note", problem)
        try:
            keys_of(self._companions(cleaned))
        except Invalid as wrong:
            self.add_error("companions", str(wrong))
        return cleaned

    @staticmethod
    def _companions(cleaned: dict[str, Any]) -> tuple[str, ...]:
        return tuple((cleaned.get("companions") or "").replace("，", " ").replace(",", " ").split())

    def together(self, actor: Actor) -> Together:
        """What was filled in; a file is kept. Only after `is_valid`. Raises Invalid for a file that is none."""
        cleaned, (kind, name, outcome, to) = self.cleaned_data, self.doing
        things = {}
        for thing, always in self.needed.items():
            same = self._same(actor, self.procedure.things[thing], always)
            if same is not None:
                things[thing] = same
        verdicts = {condition: cleaned[f"v-{condition}"] for condition in self.asks}
        move = Move(kind, name, outcome, to, verdicts=verdicts, companions=self._companions(cleaned))
        return Together(self.procedure.digest, self.step, move, things)

    def _same(self, actor: Actor, thing: Any, always: bool) -> Same | None:
        field, cleaned = f"t-{thing.id}", self.cleaned_data
        if thing.kind == "decision":
            return Same(dated=timezone.localdate(), values={"start_month": cleaned[f"{field}-month"]})
        if thing.kind == "letter":
            wanted = always or cleaned.get(f"{field}-made")
            return Same(dated=timezone.localdate()) if wanted else None
        file, paper = cleaned.get(f"{field}-file"), (cleaned.get(f"{field}-paper") or "").strip()
        by_run = bool(cleaned.get(f"{field}-run")) and not (file or paper)
        if not (file or paper or by_run):
            return None
        dated = cleaned.get(f"{field}-on")
        shared = share(actor=actor, file=file, dated=dated).pk if file else None
        keys = ("count", *(key for key, _label in VOTES))
        values = {key: cleaned[f"{field}-{key}"] for key in keys if cleaned.get(f"{field}-{key}") is not None}
        return Same(paper, shared, by_run, None if by_run else dated, values)


def _needed(procedure: p.Procedure, doing: Doing) -> Iterator[tuple[str, bool]]:
    """Things that a move brings: True where always, False where it hangs on an answer or on the case."""
    kind, name, outcome, _to = doing
    if kind == "suspended":
        yield from ((thing, True) for thing in procedure.pauses[name].leaves)
    elif kind == "resumed":
        yield from ((thing, True) for thing in procedure.pauses[name].needs)
    elif kind == "step_done":
        step = procedure.steps[name]
        # what a step needs may have been handed in before in one case and not in another
        yield from ((thing, False) for thing in step.needs)
        for needed in (*step.leaves, *step.outcomes[outcome].leaves):
            yield needed.thing, needed.when is None
