"""The only door to this app."""

from bangfu.office.areas.codes import EVERYWHERE, covers, inside, minimal
from bangfu.office.areas.models import DIGITS, Area, Boundary, Group, Succession
from bangfu.office.areas.queries import current, names, path, within
from bangfu.office.areas.wall import area_condition, area_wall, everywhere, seeing, streamed, through_condition

__all__ = [
    "DIGITS",
    "EVERYWHERE",
    "Area",
    "Boundary",
    "Group",
    "Succession",
    "area_condition",
    "area_wall",
    "covers",
    "current",
    "everywhere",
    "inside",
    "minimal",
    "names",
    "path",
    "seeing",
    "streamed",
    "through_condition",
    "within",
]
