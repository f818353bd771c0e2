"""Rows of this app. What a row means: README.md."""

from bangfu.office.pairing.models.campaigns import Campaign, CampaignFinding, CampaignRow
from bangfu.office.pairing.models.helpers import Helper, LeaderDuty, Pairing
from bangfu.office.pairing.models.plans import Measure, Plan, PlanVersion

__all__ = [
    "Campaign",
    "CampaignFinding",
    "CampaignRow",
    "Helper",
    "LeaderDuty",
    "Measure",
    "Pairing",
    "Plan",
    "PlanVersion",
]
