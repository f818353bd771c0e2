"""The only door to this app."""

from bangfu.office.fieldwork.actions import About, Answered, add_photo, begin, discard, save
from bangfu.office.fieldwork.asking import title_of
from bangfu.office.fieldwork.linking import accounts_besides, conclusions_of, finding_of, of_case
from bangfu.office.fieldwork.models import Difference, Finding, Visit
from bangfu.office.fieldwork.queries import usable, waiting
from bangfu.office.fieldwork.relocation import count_moving, relocate
from bangfu.office.fieldwork.settling import dismiss, finding_taken, settle
from bangfu.office.fieldwork.submitting import submit

__all__ = [
    "About",
    "Answered",
    "Difference",
    "Finding",
    "Visit",
    "accounts_besides",
    "add_photo",
    "begin",
    "conclusions_of",
    "count_moving",
    "discard",
    "dismiss",
    "finding_of",
    "finding_taken",
    "of_case",
    "relocate",
    "save",
    "settle",
    "submit",
    "title_of",
    "usable",
    "waiting",
]
