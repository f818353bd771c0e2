"""The only door to this app."""

from bangfu.office.reporting.actions import recover
from bangfu.office.reporting.relocation import count_moving, relocate
from bangfu.office.reporting.tidying import clear_out

__all__ = ["clear_out", "count_moving", "recover", "relocate"]
