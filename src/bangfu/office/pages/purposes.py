"""Why someone looks at personal values in full: a purpose from the list and a reason in words. Kept in the log."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bangfu.office.pages.free_text import problem_of
from bangfu.office.pages.refusals import Invalid

PURPOSES = {
    "visit": gettext_lazy("入户走访核实"),
    "apply": gettext_lazy("代办申请"),
    "verify": gettext_lazy("疑点数据核实"),
    "payment": gettext_lazy("核对发放信息"),
    "complaint": gettext_lazy("信访和异议处理"),
    "audit": gettext_lazy("审计检查"),
}
"""What personal values may be looked at for."""
SHORTEST, LONGEST = 4, 120


def stated_in(form: Mapping[str, str]) -> dict[str, str]:
    """What a form (`ui/purpose.html`) says: `purpose` and `why`, for the action that shows the values."""
    return {name: form.get(name, "") for name in ("purpose", "why")}


def purpose_text(purpose: str, why: str) -> str:
    """The purpose as the log keeps it. Raises Invalid where it is not stated, or holds a personal number itself."""
    why = " ".join(why.split())
    errors = {}
    if purpose not in PURPOSES:
        errors["purpose"] = _("请选择目的")
    if not SHORTEST <= len(why) <= LONGEST:
        errors["why"] = _("请用 %(low)s 至 %(high)s 个字说明原因") % {"low": SHORTEST, "high": LONGEST}
    elif problem := problem_of(why):
        errors["why"] = problem
    if errors:
        raise Invalid(errors)
    return f"{PURPOSES[purpose]}：{why}"
