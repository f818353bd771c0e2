"""What a text message may say: which case, and what to do. One table; Chinese, for a household's phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Template:
    """A kind of message: how it is called and what it says of a case `{what}` with its office."""

    label: Any
    text: str


TEMPLATES = {
    "accepted": Template(_("已受理"), "{what}已受理，请留意后续通知。如有疑问请咨询{office}。"),
    "missing": Template(
        _("材料不齐，暂停办理"), "{what}因缺少材料暂停办理，请按告知书补交；收到后立即恢复办理。咨询{office}。"
    ),
    "decided": Template(_("已有结果"), "{what}已有结果，请到村（居）委会或{office}领取告知书。"),
    "appeal": Template(
        _("可以申请复核"), "{what}的结果您如不服，可以申请复核（行政复议），期限和办法见告知书。咨询{office}。"
    ),
}
"""By the code under which a message is queued."""


def text_of(template: str, *, own: bool, reference: str, office: str) -> str:
    """The message. `own`: the household applied itself."""
    what = f"您{'的申请' if own else '户的事项'}（编号{reference}）"
    return f"【{office}】" + TEMPLATES[template].text.format(what=what, office=office)
