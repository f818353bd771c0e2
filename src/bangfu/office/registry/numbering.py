"""Numbers of new households and persons: the village's code and the next of its sequence, as in the numbers that exist."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from bangfu.office.areas import api as areas
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry.models import Household, Person

_DIGITS = 4


def _beginning(prefix: str) -> Q:
    # a range of digits uses the index on both databases and reads the same in every collation
    return areas.inside([prefix], "number") if prefix.isdigit() else Q(number__startswith=prefix)


def next_household_number(village_code: str) -> str:
    """Twelve digits of the village and four of the sequence, closed files counted too. Locks the village. Raises Invalid."""
    village = areas.current().select_for_update().filter(code=village_code, level="village").first()
    if village is None:
        raise Invalid({"area_code": _("没有代码为 %s 的行政村") % village_code})
    taken = Household.objects.filter(_beginning(village_code))
    with areas.everywhere():  # a household that moved away keeps its number
        numbers = list(taken.values_list("number", flat=True))
    used = [int(n[12:]) for n in numbers if len(n) == 12 + _DIGITS and n.isdigit()]
    number = max(used, default=0) + 1
    if number >= 10**_DIGITS:
        raise Invalid(_("该村的户编号已用完，请联系县级管理人员"))
    return f"{village_code}{number:0{_DIGITS}d}"


def next_person_number(household: Household) -> str:
    """The household's number and two digits of the sequence, persons who left counted too. The household must be locked."""
    prefix = household.number
    with areas.everywhere():
        taken = list(Person.objects.filter(_beginning(prefix)).values_list("number", flat=True))
    used = [int(n[len(prefix) :]) for n in taken if n[len(prefix) :].isdigit() and len(n) <= len(prefix) + 3]
    return f"{prefix}{max(used, default=0) + 1:02d}"
