"""The only door to this app."""

from bangfu.office.pairing.actions import end, hand_over, pair, pair_in_bulk, preview, set_duty, set_helper
from bangfu.office.pairing.campaign_actions import Look, assign, close, draft, drop, look, report, settle, start
from bangfu.office.pairing.campaign_queries import list_hash, listed_now
from bangfu.office.pairing.handing import count_handing, hand_on
from bangfu.office.pairing.models import (
    Campaign,
    CampaignFinding,
    CampaignRow,
    Helper,
    LeaderDuty,
    Measure,
    Pairing,
    Plan,
)
from bangfu.office.pairing.plan_actions import Content, Evidence, add_measure, change_measure, move_measure, set_plan
from bangfu.office.pairing.queries import current, last_contact, waiting
from bangfu.office.pairing.relocation import count_moving, relocate

__all__ = [
    "Campaign",
    "CampaignFinding",
    "CampaignRow",
    "Content",
    "Evidence",
    "Helper",
    "LeaderDuty",
    "Look",
    "Measure",
    "Pairing",
    "Plan",
    "add_measure",
    "assign",
    "change_measure",
    "close",
    "count_handing",
    "count_moving",
    "current",
    "draft",
    "drop",
    "end",
    "hand_on",
    "hand_over",
    "last_contact",
    "list_hash",
    "listed_now",
    "look",
    "move_measure",
    "pair",
    "pair_in_bulk",
    "preview",
    "relocate",
    "report",
    "set_duty",
    "set_helper",
    "set_plan",
    "settle",
    "start",
    "waiting",
]
