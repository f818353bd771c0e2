"""The only door to this app."""

from bangfu.office.benefits.actions import (
    Ruling,
    Whose,
    announce_stop,
    begin,
    call_off,
    change,
    keep,
    locked,
    pay_once,
    pays_once,
    restore,
    stop,
)
from bangfu.office.benefits.bookkeeping import spans_of
from bangfu.office.benefits.entering import rule_of
from bangfu.office.benefits.models import CLUE_SOURCES, Clue, Entitlement, OneOff, Period, Transfer
from bangfu.office.benefits.relocation import count_moving, relocate
from bangfu.office.benefits.reviews import review_due

__all__ = [
    "CLUE_SOURCES",
    "Clue",
    "Entitlement",
    "OneOff",
    "Period",
    "Ruling",
    "Transfer",
    "Whose",
    "announce_stop",
    "begin",
    "call_off",
    "change",
    "count_moving",
    "keep",
    "locked",
    "pay_once",
    "pays_once",
    "relocate",
    "restore",
    "review_due",
    "rule_of",
    "spans_of",
    "stop",
]
