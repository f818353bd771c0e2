"""What a case may be opened about today, and the clue that a monitoring case begins with or is joined by."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.accounts.api import Actor
from bangfu.office.benefits import api as benefits
from bangfu.office.casework import monitoring
from bangfu.office.casework.models import Case
from bangfu.office.pages.language import reader_language
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry

SOURCES = {"application": "household", "found": "cadre", "finding": "run", "case": "cadre"}
"""Of a clue, by the origin of its case."""


def matters_today(procedure: p.Procedure) -> list[str]:
    """The policies of a procedure that somebody may be granted today; all of them for one that grants nothing."""
    if not any(o.decides == "grant" for step in procedure.steps.values() for o in step.outcomes.values()):
        return list(procedure.matter)
    today = timezone.localdate()
    policies = registry.rulebook().policies
    return [
        name
        for name in procedure.matter
        if (one := policies.get(name)) is None
        or ((one.valid_from is None or one.valid_from <= today) and (one.valid_to is None or today < one.valid_to))
    ]


def matter_today(procedure: p.Procedure, matter: str) -> str:
    """The policy that a case is about: the one asked for, or the only one there is today. Raises Invalid for one of another time."""
    known = matters_today(procedure)
    if matter and procedure.matter and matter not in known:
        policy, language = registry.rulebook().policies.get(matter), reader_language()
        title = policy.title.get(language) if policy is not None else matter
        others = "、".join(registry.rulebook().policies[name].title.get(language) for name in known)
        said = {"title": title, "others": others or _("没有")}
        raise Invalid({"procedure": _("今天不能再按“%(title)s”立案；本程序现在适用的是：%(others)s") % said})
    if not matter and len(known) == 1:
        return known[0]
    return matter


def clue(
    actor: Actor, case: Case, origin: str, given: tuple[str, str], words: str, ref: str, *, first: bool = False
) -> None:
    """A clue of a monitoring case: what it was opened for, or a further one that says the same household."""
    source, bureau = given
    benefits.add_clue(
        actor=actor, household=case.household, source=source or SOURCES.get(origin, "cadre"), bureau=bureau,
        words=words, ref=ref, case=case.number, first=first,
    )  # fmt: skip


def joined(actor: Actor, case: Case, origin: str, given: tuple[str, str], words: str, ref: str) -> bool:
    """Where the open case is a monitoring case, what would have opened a second becomes a further clue of it."""
    if case.procedure not in monitoring.procedures():
        return False
    clue(actor, case, origin, given, words, ref)
    return True
