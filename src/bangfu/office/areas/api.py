"""The only door to this app."""

from bangfu.office.areas.actions import add_area, add_group, import_boundaries
from bangfu.office.areas.codes import EVERYWHERE, covers, inside, minimal
from bangfu.office.areas.demo_boundaries import outlines as demo_outlines
from bangfu.office.areas.following import count_following, follow
from bangfu.office.areas.models import DIGITS, Area, Boundary, Group, Succession
from bangfu.office.areas.movers import COUNTERS, MOVERS, Counter, Move, Mover, register_counter, register_mover
from bangfu.office.areas.queries import choices, current, names, path, within
from bangfu.office.areas.wall import area_condition, area_wall, everywhere, seeing, streamed, through_condition

__all__ = [
    "COUNTERS",
    "DIGITS",
    "EVERYWHERE",
    "MOVERS",
    "Area",
    "Boundary",
    "Counter",
    "Group",
    "Move",
    "Mover",
    "Succession",
    "add_area",
    "add_group",
    "area_condition",
    "area_wall",
    "choices",
    "count_following",
    "covers",
    "current",
    "demo_outlines",
    "everywhere",
    "follow",
    "import_boundaries",
    "inside",
    "minimal",
    "names",
    "path",
    "register_counter",
    "register_mover",
    "seeing",
    "streamed",
    "through_condition",
    "within",
]
