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
from bangfu.office.benefits.circumstances import notice
from bangfu.office.benefits.clues import add_clue
from bangfu.office.benefits.clues import by_source as clues_by_source
from bangfu.office.benefits.entering import rule_of
from bangfu.office.benefits.models import CLUE_SOURCES, Clue, Entitlement, OneOff, Period, Transfer
from bangfu.office.benefits.queries import waiting
from bangfu.office.benefits.relocation import count_moving, relocate
from bangfu.office.benefits.reviews import due_after as months_later
from bangfu.office.benefits.reviews import review_due, review_procedure
from bangfu.office.benefits.taking_over import take_over
from bangfu.office.benefits.transfers import ask as ask_transfer

__all__ = [
    "CLUE_SOURCES",
    "Clue",
    "Entitlement",
    "OneOff",
    "Period",
    "Ruling",
    "Transfer",
    "Whose",
    "add_clue",
    "announce_stop",
    "ask_transfer",
    "begin",
    "call_off",
    "change",
    "clues_by_source",
    "count_moving",
    "keep",
    "locked",
    "months_later",
    "notice",
    "pay_once",
    "pays_once",
    "relocate",
    "restore",
    "review_due",
    "review_procedure",
    "rule_of",
    "spans_of",
    "stop",
    "take_over",
    "waiting",
]
