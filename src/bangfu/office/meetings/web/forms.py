"""Forms of meetings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bangfu.office.meetings.actions import Arrangements, Count, Guest
from bangfu.office.meetings.models import ENTITLED, FILES, KINDS, ROLES, Attendee, CommitteeMember, Meeting

_VOTING = tuple((code, label) for code, label in ROLES if code in ENTITLED)
_OTHERS = tuple((code, label) for code, label in ROLES if code not in ENTITLED)
_PICTURES = forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


def _moment() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


class ArrangementsForm(forms.Form):
    """When, where and under whom."""

    kind = forms.ChoiceField(label=_("会议类别"), choices=KINDS)
    starts_at = forms.DateTimeField(
        label=_("时间"), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], initial=_moment,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    place = forms.CharField(label=_("地点"), max_length=60)
    chair = forms.CharField(label=_("主持人"), max_length=60)
    recorder = forms.CharField(label=_("记录人"), max_length=60)

    def arrangements(self) -> Arrangements:
        """What was filled in. Only after `is_valid`."""
        return Arrangements(**self.cleaned_data)


class CallForm(ArrangementsForm):
    """Also where: a village or a township of the reader."""

    field_order = ("area", "kind")
    area = forms.ChoiceField(label=_("村或乡镇"))

    def __init__(self, places: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["area"].choices = places  # type: ignore[attr-defined]

    def arrangements(self) -> Arrangements:
        """Without the place."""
        return Arrangements(**{name: value for name, value in self.cleaned_data.items() if name != "area"})


class AttendanceForm(forms.Form):
    """Who came."""

    guests = forms.CharField(
        label=_("列席人员"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一人：姓名 身份（乡镇干部 或 列席人员）；列席人员没有表决权"),
    )  # fmt: skip

    def __init__(self, members: Sequence[CommitteeMember], *args: Any) -> None:
        super().__init__(*args)
        choices = [(str(one.pk), f"{one.name}（{one.get_role_display()}）") for one in members]
        self.fields["present"] = forms.MultipleChoiceField(
            label=_("到会并签到的评议人员"), choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )
        self.order_fields(["present", "guests"])

    def came(self) -> list[int]:
        """Rows of the members."""
        return [int(pk) for pk in self.cleaned_data["present"]]

    def others(self) -> list[Guest]:
        """The guests by line."""
        found = []
        for line in self.cleaned_data["guests"].splitlines():
            if line.strip():
                name, _sep, word = line.strip().replace("，", " ").partition(" ")
                role = next((code for code, label in _OTHERS if str(label) == word.strip()), "guest")
                found.append(Guest(name, role))
        return found


class VoteForm(forms.Form):
    """What was counted on one matter."""

    def __init__(self, voters: Sequence[Attendee], forced: Sequence[int], chair: str, *args: Any) -> None:
        super().__init__(*args)
        for name, label in (("in_favour", _("赞成")), ("against", _("反对")), ("abstaining", _("弃权"))):
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=10_000)
        self.fields["abstained"] = forms.MultipleChoiceField(
            label=_("回避（近亲属）"), required=False, choices=[(str(one.pk), one.name) for one in voters],
            widget=forms.CheckboxSelectMultiple, initial=[str(pk) for pk in forced],
            help_text=_("已备案的近亲属必须勾选；回避的人不计入赞成、反对和弃权"),
        )  # fmt: skip
        self.fields["chair"] = forms.CharField(
            label=_("本议题主持人"), max_length=60, initial=chair, help_text=_("主持人是近亲属的，须换人主持本议题")
        )
        self.fields["objections"] = forms.CharField(
            label=_("异议"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
        )
        self.order_fields(["abstained", "chair", "in_favour", "against", "abstaining", "objections"])

    def count(self) -> Count:
        """What was filled in. Only after `is_valid`."""
        given = self.cleaned_data
        return Count(
            given["in_favour"], given["against"], given["abstaining"], tuple(int(pk) for pk in given["abstained"]),
            given["chair"], given["objections"],
        )  # fmt: skip


class FileForm(forms.Form):
    """The sign-in sheet, a photo."""

    kind = forms.ChoiceField(label=_("材料"), choices=FILES)
    file = forms.FileField(label=_("上传文件"), required=False, widget=_PICTURES)
    paper = forms.CharField(label=_("或：存放处"), required=False, max_length=60)


class DiscussionForm(forms.Form):
    """What was said."""

    text = forms.CharField(
        label=_("发言要点"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明谁说了什么；不要写证件号码、电话、账号和病情"),
    )  # fmt: skip

    def __init__(self, meeting: Meeting, *args: Any) -> None:
        super().__init__(*args)
        self.fields["text"].initial = meeting.discussion


class TaskForm(forms.Form):
    """What somebody does until when."""

    what = forms.CharField(label=_("决定事项"), max_length=200)
    owner = forms.CharField(label=_("责任人"), max_length=60)
    due_on = _day(_("期限"))


class DoneForm(forms.Form):
    """How it is seen that a task was done."""

    proof = forms.CharField(label=_("办结证明"), max_length=200)


class MemberForm(forms.Form):
    """Somebody who is entitled to vote."""

    area = forms.ChoiceField(label=_("村或乡镇"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    role = forms.ChoiceField(label=_("身份"), choices=_VOTING)
    starts_on = _day(_("任期开始"))
    account = forms.CharField(label=_("账户名"), required=False, max_length=60)

    def __init__(self, places: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["area"].choices = places  # type: ignore[attr-defined]


class RelativeForm(forms.Form):
    """Who is a near relative of which household."""

    household = forms.CharField(label=_("户编号"), max_length=30)
    member = forms.ChoiceField(label=_("评议人员"), required=False)
    account = forms.CharField(label=_("或：账户名"), required=False, max_length=60)
    relation = forms.CharField(label=_("与该户的关系"), max_length=20, help_text=_("如：户主之兄"))

    def __init__(self, members: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["member"].choices = [("", "—"), *members]  # type: ignore[attr-defined]
