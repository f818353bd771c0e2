"""The form of one action: exactly what it must leave behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.casework import assembly, engine
from bangfu.office.casework.computing import computed
from bangfu.office.casework.deciding import Basis, pays
from bangfu.office.casework.evidence_rows import MADE_BY_OFFICE
from bangfu.office.casework.models import Case
from bangfu.office.casework.moves import Brought, Move
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.showing import OnBehalf
from bangfu.office.fieldwork import api as fieldwork
from bangfu.office.means import api as means
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

VOTES = (
    ("entitled", _("应到人数")), ("present", _("实到人数")), ("in_favour", _("赞成")), ("against", _("反对")),
    ("abstaining", _("弃权")), ("relatives_abstained", _("近亲属回避")),
)  # fmt: skip
ANSWERS = (("yes", _("是")), ("no", _("否")), ("unknown", _("无法判定")))


@dataclass(frozen=True)
class Group:
    """One thing or question of the form: its heading, a hint, and its fields."""

    title: str
    hint: str
    fields: list[Any]


@dataclass(frozen=True)
class Visits:
    """Home visits that things of a step may be, the latest first, and what the latest of them concludes."""

    rows: tuple[fieldwork.Visit, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    companions: tuple[str, ...] = ()
    """Accounts of those who were there besides the actor."""

    @classmethod
    def of(cls, actor: Actor, case: Case, procedure: p.Procedure, action: p.Action, state: p.Case) -> Visits:
        """Those of this household since the step began, in which the actor took part."""
        wanted = {form for name in action.leaves if name in procedure.things for form in procedure.things[name].form}
        if not wanted:
            return cls()
        since = engine.since(state, action.name) or timezone.localtime(case.opened_at).date()
        rows = tuple(fieldwork.usable(actor, case.household_id, wanted, since))
        if not rows:
            return cls()
        return cls(rows, fieldwork.conclusions_of(rows[0]), fieldwork.accounts_besides(actor, rows[0]))

    def offered(self, forms_: tuple[str, ...]) -> list[tuple[str, str]]:
        """Choices for a thing that one of these forms makes."""
        return [
            (str(one.pk), f"{one.number} {fieldwork.title_of(one)} {one.visited_on}")
            for one in self.rows
            if one.form in forms_
        ]

    def day(self, pk: int) -> date | None:
        """The day of one of them."""
        return next((one.visited_on for one in self.rows if one.pk == pk), None)


class ActForm(forms.Form):
    """Built for one action of one case; `move` is what was filled in."""

    offers_papers = True
    """Whether the titles of the household's papers may be shown to choose from."""

    def __init__(
        self,
        case: Case,
        procedure: p.Procedure,
        action: p.Action,
        basis: Basis | None,
        visits: Visits,
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.procedure, self.action, self.case, self.visits = procedure, action, case, visits
        self._sections: list[tuple[str, str, list[str]]] = []
        self.needed = self._needed()
        papers = registry.Document.objects.filter(household=case.household, withdrawn_at=None).order_by("-added_at")[
            :60
        ]
        self.papers = [(str(row.pk), f"{row.title} {row.dated or ''}".strip()) for row in papers if self.offers_papers]
        self.run = runs.evidence_run(case.area_code)
        self.reports = means.current(case.household_id)
        self.held = [(str(one.meeting), f"{one.day:%Y-%m-%d} {one.place} {one.kind}") for one in assembly.offers(case)]
        language = reader_language()
        self.computed = computed(case, procedure, action.asks)
        for name in action.asks:
            self._question(name, procedure.conditions[name].text.get(language))
        for name, always in self.needed.items():
            self._thing(procedure.things[name], always, basis)
        if action.kind == "step_done" and procedure.steps[action.name].persons > 1:
            hint = _("须 %s 人以上共同办理；写同行人的账户名，以空格分开") % procedure.steps[action.name].persons
            with_ = forms.CharField(label=_("账户名"), max_length=200, initial=" ".join(self.visits.companions))
            self._add(str(_("同行人")), str(hint), {"companions": with_})
        if isinstance(action, OnBehalf):
            hint = _("由申请人本人或代理人签字的材料存放处；办理记录会写明是代办")
            paper = forms.CharField(label=_("签字材料存放处"), max_length=60)
            self._add(str(_("代申请人办理")), str(hint), {"behalf": paper})
        note = forms.CharField(
            label=_("说明"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
        )
        self._add(str(_("说明")), str(_("不要写证件号码、电话或账号")), {"note": note})

    def _known(self, condition: str) -> tuple[str, str]:
        """What the office knows of a question: a hint, and the answer that is chosen for it."""
        if condition != "near_relative":
            return "", ""
        found = assembly.related(self.case)
        names = "、".join(f"{one.name}（{one.relation}）" for one in found)
        return (str(_("已备案的近亲属：%s")) % names, "yes") if found else ("", "")

    def _needed(self) -> dict[str, bool]:
        """Things that are asked for: True where always, False where it hangs on an answer."""
        found = dict.fromkeys(self.action.leaves, True)
        if self.action.kind == "step_done":
            step = self.procedure.steps[self.action.name]
            for needed in (*step.leaves, *step.outcomes[self.action.outcome].leaves):
                if needed.when is not None:
                    found[needed.thing] = False
            decides = step.outcomes[self.action.outcome].decides
            evidence = [t.id for t in self.procedure.things.values() if t.kind == "evidence"]
            if decides and evidence and not any(name in found for name in evidence):
                found[evidence[-1]] = False
        return found

    def _question(self, name: str, text: str) -> None:
        """A question; what the rules answer is chosen already, with its reason, and may be answered otherwise in words."""
        found, filed = self.computed.get(name), self._known(name)
        known = found is not None and found.verdict != "unknown"
        visited = self.visits.verdicts.get(name) or filed[1]
        hint: Any = filed[0] or (_("按入户记录预填，请核对") if visited else "")
        field = forms.ChoiceField(
            label=_("判定"), choices=ANSWERS, widget=forms.RadioSelect,
            initial=found.verdict if found is not None and known else visited,
            help_text=_("与计算结果不同的判定，须在说明中写明理由") if known else hint,
        )  # fmt: skip
        self._add(text, found.reason if found is not None else "", {f"v-{name}": field})

    def _add(self, title: str, hint: str, fields: dict[str, forms.Field]) -> None:
        for name, made in fields.items():
            self.fields[name] = made
        self._sections.append((title, hint, list(fields)))

    def groups(self) -> Iterator[Group]:
        """The form in sections."""
        for title, hint, names in self._sections:
            yield Group(title, hint, [self[name] for name in names])

    def _thing(self, thing: Any, always: bool, basis: Basis | None) -> None:
        name, today = f"t-{thing.id}", timezone.localdate()
        hint = "" if always else str(_("视判定结果需要；不需要时留空"))
        day = forms.DateField(label=_("日期"), required=False, initial=today,
                              widget=forms.DateInput(attrs={"type": "date", "max": today.isoformat()}))  # fmt: skip
        fields: dict[str, forms.Field] = {}
        if thing.kind == "decision":
            fields = self._decision(name, basis)
        elif thing.kind == "letter":
            if not always:
                fields[f"{name}-made"] = forms.BooleanField(label=_("出具"), required=False)
            hint = str(_("由系统出具，办理后在本页打印")) if always else hint
        else:
            if thing.kind in assembly.KINDS and self.held:
                hint = str(_("用某次会议的表决时，不用再填数字和上传记录"))
                fields[f"{name}-meeting"] = forms.ChoiceField(
                    label=_("用某次会议的表决"), required=False, initial=self.held[0][0],
                    choices=[*self.held, ("", str(_("不用，另行填写")))],
                )  # fmt: skip
            if thing.kind == "votes":
                for key, label in VOTES:
                    fields[f"{name}-{key}"] = forms.IntegerField(
                        label=label, min_value=0, max_value=100_000, required=always and not self.held
                    )
            if thing.kind == "means_check" and self.reports:
                choices = [(str(one.pk), _("用核对报告 %(number)s（%(purpose)s，数据截至 %(day)s）") % {
                    "number": one.number, "purpose": one.purpose, "day": one.as_of}) for one in self.reports]  # fmt: skip
                fields[f"{name}-means"] = forms.ChoiceField(
                    label=_("核对报告"),
                    required=False,
                    choices=[*choices, ("", str(_("不选用")))],
                    initial=choices[0][0],
                )
            elif thing.kind == "means_check" and self.run is not None:
                label = _("用 %s 的月度比对结果（各部门数据）") % f"{self.run.as_of:%Y-%m-%d}"
                fields[f"{name}-run"] = forms.BooleanField(label=label, required=False, initial=True)
            if thing.kind in ("photos", "evidence") or thing.at_least > 1:
                fields[f"{name}-count"] = forms.IntegerField(
                    label=_("份数"), min_value=1, max_value=500, required=False, initial=max(1, thing.at_least)
                )
            fields[f"{name}-file"] = forms.FileField(label=_("上传文件"), required=False, widget=forms.FileInput(
                attrs={"accept": "image/jpeg,image/png,application/pdf"}))  # fmt: skip
            if self.papers:
                choices = [("", str(_("不选用"))), *self.papers]
                fields[f"{name}-doc"] = forms.ChoiceField(
                    label=_("选用本户档案中的材料"), required=False, choices=choices
                )
            offered = self.visits.offered(thing.form)
            if offered:
                label = _("用本次入户记录")
                choices = [*offered, ("", str(_("不选用")))]
                fields[f"{name}-visit"] = forms.ChoiceField(label=label, required=False, choices=choices)
            fields[f"{name}-paper"] = forms.CharField(label=_("或：纸质材料存放处"), required=False, max_length=60)
            if thing.kind == "notice":
                hint = str(_("张贴日期和张贴照片（或照片存放处）"))
                day.label = _("张贴日期")
                self._posted(thing.id, fields, name, day)
            fields[f"{name}-on"] = day
        self._add(thing.title.get(reader_language()), hint, fields)

    def _posted(self, thing: str, fields: dict[str, forms.Field], name: str, day: forms.DateField) -> None:
        """What was registered when the notice was posted is filled in."""
        row = PublicNotice.objects.filter(case=self.case, thing=thing, withdrawn_at=None).first()
        if row is None:
            return
        day.initial = row.posted_on or row.from_on
        fields[f"{name}-paper"].initial = row.proof_paper
        if row.proof_document and f"{name}-doc" in fields:
            fields[f"{name}-doc"].initial = str(row.proof_document)

    def _decision(self, name: str, basis: Basis | None) -> dict[str, forms.Field]:
        outcome = self.procedure.steps[self.action.name].outcomes[self.action.outcome]
        if outcome.decides not in ("grant", "reduce"):
            return {}
        computed = basis.evidence.amount_fen if basis and basis.evidence else None
        today = timezone.localdate()
        month = f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"
        amount = {
            f"{name}-amount": forms.DecimalField(
                label=_("金额（元）"), min_value=Decimal("0.01"), max_value=Decimal(10_000_000), decimal_places=2,
                initial=None if computed is None else f"{computed / 100:.2f}",
            ),
        }  # fmt: skip
        return {
            **(amount if pays(self.case.matter) else {}),
            f"{name}-month": forms.RegexField(
                r"^[0-9]{4}-(0[1-9]|1[0-2])$", label=_("起始月份"), initial=month,
                widget=forms.TextInput(attrs={"type": "month"}),
            ),
            f"{name}-class": forms.CharField(label=_("类别（如 A、B、C）"), required=False, max_length=20),
        }  # fmt: skip

    def refuse(self, error: Invalid) -> None:
        """Say what the action refused, at the field that it is about."""
        aliases = {"amount": "-amount", "month": "-month"}
        for name, message in error.errors.items():
            ending = aliases.get(name)
            field = (
                name if name in self.fields else next((f for f in self.fields if ending and f.endswith(ending)), None)
            )
            self.add_error(field, message)

    def move(self) -> Move:
        """What was filled in. Only after `is_valid`."""
        cleaned, action = self.cleaned_data, self.action
        things = {}
        for name, always in self.needed.items():
            brought = self._brought(self.procedure.things[name], always)
            if brought is not None:
                things[name] = brought
        return Move(
            action.kind, action.name, action.outcome, action.to, things,
            {name: cleaned[f"v-{name}"] for name in action.asks},
            tuple(cleaned.get("companions", "").replace("，", " ").replace(",", " ").split()), cleaned["note"],
            cleaned.get("behalf", "").strip(),
        )  # fmt: skip

    def _brought(self, thing: Any, always: bool) -> Brought | None:
        name, cleaned = f"t-{thing.id}", self.cleaned_data
        today = timezone.localdate()
        if thing.kind in MADE_BY_OFFICE:
            if not always and not cleaned.get(f"{name}-made"):
                return None
            values: dict[str, Any] = {}
            if cleaned.get(f"{name}-month"):
                values = {"start_month": cleaned[f"{name}-month"], "class": cleaned[f"{name}-class"]}
            if cleaned.get(f"{name}-amount"):
                values["amount_fen"] = int(cleaned[f"{name}-amount"] * 100)
            return Brought(dated=today, values=values)
        file, document = cleaned.get(f"{name}-file"), cleaned.get(f"{name}-doc")
        paper = cleaned.get(f"{name}-paper", "").strip()
        given = bool(file or document or paper)
        meeting = "" if given else cleaned.get(f"{name}-meeting") or ""
        chosen = "" if given else cleaned.get(f"{name}-means") or ""
        visited = "" if given else cleaned.get(f"{name}-visit") or ""
        run = self.run if cleaned.get(f"{name}-run") and not (given or chosen or visited) else None
        if not (given or run or chosen or visited or meeting):
            return None
        if meeting:
            return Brought(meeting=int(meeting))
        keys = ("count", *(key for key, _label in VOTES))
        values = {key: cleaned[f"{name}-{key}"] for key in keys if cleaned.get(f"{name}-{key}") is not None}
        report = next((one for one in self.reports if str(one.pk) == chosen), None)
        visit = int(visited) if visited else None
        dated = cleaned.get(f"{name}-on")
        if report or run or visit:
            dated = report.as_of if report else run.as_of if run else self.visits.day(visit)
        return Brought(
            file=file, document=int(document) if document else None, paper=paper, run=run.pk if run else None,
            visit=visit, means=report.pk if report else None, dated=dated, values=values,
        )  # fmt: skip
