"""Which case is opened, for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.accounts.api import Actor
from bangfu.office.casework import engine, queries
from bangfu.office.casework.models import ORIGINS, Case
from bangfu.office.casework.openings import matters_today
from bangfu.office.casework.queries import ACT
from bangfu.office.casework.showing import matter_title
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid, OutOfReach
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

_TO_HAND = tuple((code, label) for code, label in ORIGINS if code in ("application", "found"))


def finding_for(actor: Actor, text: str) -> runs.Finding | None:
    """The line of a run that a case is opened from. Raises OutOfReach for one elsewhere."""
    if not text.isdigit() or len(text) > 15:
        return None
    line = runs.finding_of(int(text))
    if line is None or not actor.may("runs.view", line.area_code):
        raise OutOfReach("runs.view", line.area_code if line else "")
    return line


def household_of(actor: Actor, number: str) -> registry.Household | None:
    """The household that was asked for, None where none was or it is not in the actor's area."""
    if not number or "\0" in number:
        return None
    return registry.household(actor, number[:40], ACT)


def about_for(actor: Actor, text: str) -> Case | None:
    """The case that is appealed against. Raises OutOfReach for one elsewhere."""
    return queries.case(actor, int(text), ACT) if text.isdigit() and len(text) < 16 else None


def appeals_against(case: Case) -> set[str]:
    """The procedures by which one may appeal against how a case ended."""
    return {appeal.to for appeal in engine.procedure_of(case).appeals if case.end in appeal.against}


def offered(actor: Actor, area_code: str, definition: str = "", about: Case | None = None) -> list[tuple[str, str]]:
    """Procedures that one of the actor's roles may begin there today, `procedure/policy`.

    With `definition` those of a policy; with `about` those by which one appeals against that case, which no other offers.
    """
    appeals = engine.appeal_procedures()
    roles = {face.role for face in engine.faces(actor, ACT, area_code)}
    today, language, found = timezone.localdate(), reader_language(), []
    for one in sorted(engine.current().values(), key=lambda one: len(one.matter)):
        if (one.id in appeals) != (about is not None) or (about is not None and one.id not in appeals_against(about)):
            continue
        first = {role for step in one.starts for role in one.steps[step].by}
        if not one.in_force(today) or not roles & first or (definition and one.matter and definition not in one.matter):
            continue
        for matter in matters_today(one) if one.matter else ("",):
            if definition and matter not in ("", definition):
                continue
            title = one.title.get(language)
            more = f"（{matter_title(matter)}）" if len(one.matter) > 1 else ""
            found.append((f"{one.id}/{matter}", title + more))
    return found


class OpenForm(forms.Form):
    """What is opened, and why."""

    what = forms.ChoiceField(label=_("办理程序"))
    origin = forms.ChoiceField(label=_("来源"), choices=_TO_HAND, initial="application")
    note = forms.CharField(
        label=_("说明"), required=False, max_length=200, help_text=_("不要写证件号码、电话或账号"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, actor: Actor, household: Any, finding: Any, about: Case | None, *args: Any) -> None:
        super().__init__(*args)
        choices: list[tuple[str, str]] = []
        if household is not None:
            choices = offered(actor, household.area_code, finding.definition if finding else "", about)
            if finding is not None and not choices:  # an alert or a check is no policy: any procedure may answer it
                choices = offered(actor, household.area_code)
        if len(choices) > 1 and finding is None:  # a household asks for one thing: nothing is chosen for it
            choices = [("", str(_("请选择"))), *choices]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        if finding is not None or about is not None:
            del self.fields["origin"]

    def refuse(self, error: Invalid) -> None:
        """Say what the action refused."""
        for name, message in error.errors.items():
            self.add_error(name if name in self.fields else None, message)
