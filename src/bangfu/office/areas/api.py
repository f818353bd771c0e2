"""The only door to this app."""

from bangfu.office.areas.codes import EVERYWHERE, covers, inside, minimal
from bangfu.office.areas.models import DIGITS, Area, Boundary, Group, Succession
from bangfu.office.areas.queries import current, names, path, within

__all__ = [
    "DIGITS",
    "EVERYWHERE",
    "Area",
    "Boundary",
    "Group",
    "Succession",
    "covers",
    "current",
    "inside",
    "minimal",
    "names",
    "path",
    "within",
]
