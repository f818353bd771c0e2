"""Forms: what was signed, what was withdrawn, for what a report is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.means import showing
from bangfu.office.means.authorising import Paper
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

Choices = list[tuple[str, str]]


def _day(**more: Any) -> forms.DateField:
    today = timezone.localdate().isoformat()
    limit = {"max": today} if more.pop("past", False) else {}
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date", **limit}), **more)


class _PaperForm(forms.Form):
    """A signed paper of a household, by whom, about which sources."""

    def __init__(self, household: registry.Household, members: Sequence[registry.Person], *args: Any) -> None:
        super().__init__(*args)
        zh = reader_language() == "zh"
        self._people([(person.number, person.name) for person in members])
        scope = [(code, label if zh else english) for code, label, english in showing.sources()]
        self.fields["scope"] = forms.MultipleChoiceField(
            label=_("核对范围"), required=False, choices=scope, widget=forms.CheckboxSelectMultiple,
            help_text=_("一项都不选，即全部来源"),
        )  # fmt: skip
        self.fields["file"] = forms.FileField(
            label=_("上传文件"),
            required=False,
            help_text=_("上传、选用档案中的材料、写明存放处，至少一项"),
            widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
        )
        papers = registry.Document.objects.filter(household=household, withdrawn_at=None).order_by("-added_at")[:60]
        if papers:
            choices = [
                ("", str(_("不选用"))),
                *((str(row.pk), f"{row.title} {row.dated or ''}".strip()) for row in papers),
            ]
            self.fields["document"] = forms.ChoiceField(
                label=_("选用本户档案中的材料"), required=False, choices=choices
            )
        self.fields["paper"] = forms.CharField(label=_("或：纸质材料存放处"), required=False, max_length=60)

    def _people(self, choices: Choices) -> None:
        raise NotImplementedError

    def brought(self) -> Paper:
        """The paper that came with the form."""
        document = self.cleaned_data.get("document")
        return Paper(
            self.cleaned_data.get("file"), int(document) if document else None, self.cleaned_data.get("paper", "")
        )

    def refuse(self, error: Invalid) -> None:
        """Say what the action refused."""
        for name, message in error.errors.items():
            self.add_error(name if name in self.fields else None, message)


class AuthoriseForm(_PaperForm):
    """Who signed what, when, until when."""

    def _people(self, choices: Choices) -> None:
        self.fields["signers"] = forms.MultipleChoiceField(
            label=_("谁签署"), required=False, choices=choices, widget=forms.CheckboxSelectMultiple,
            help_text=_("每一位成年成员都须签署；一份授权书代表全户的，一人都不选"),
        )  # fmt: skip
        self.fields["signed_on"] = _day(label=_("签署日期"), initial=timezone.localdate, past=True)
        self.fields["last_day"] = _day(label=_("有效期至"), required=False)
        self.fields["purpose"] = forms.CharField(label=_("用途"), max_length=60, initial=_("社会救助家庭经济状况核对"))
        self.fields["number"] = forms.CharField(
            label=_("授权编号"), required=False, max_length=40, help_text=_("没有编号时由系统编号")
        )


class WithdrawForm(_PaperForm):
    """Who no longer agrees, from when."""

    def _people(self, choices: Choices) -> None:
        self.fields["signers"] = forms.MultipleChoiceField(
            label=_("谁撤回"), required=False, choices=choices, widget=forms.CheckboxSelectMultiple,
            help_text=_("一人都不选，即全户撤回"),
        )  # fmt: skip
        self.fields["on"] = _day(label=_("撤回日期"), initial=timezone.localdate, past=True)


class MakeForm(forms.Form):
    """For what a report is made."""

    purpose = forms.CharField(label=_("用途"), max_length=60, help_text=_("写明办理的事项，如“最低生活保障审核确认”"))
    case = forms.CharField(label=_("事项编号"), required=False, max_length=40)


class ManyForm(forms.Form):
    """For which households."""

    purpose = forms.CharField(label=_("用途"), max_length=60)
    households = forms.CharField(
        label=_("户编号"), max_length=100_000, help_text=_("一行一个，或以空格、逗号分开"),
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono"}),
    )  # fmt: skip

    def numbers(self) -> list[str]:
        """The numbers that were written. Only after `is_valid`."""
        text = self.cleaned_data["households"].replace("\0", "")
        for mark in "，,、;；":
            text = text.replace(mark, " ")
        return list(dict.fromkeys(number[:30] for number in text.split()))
