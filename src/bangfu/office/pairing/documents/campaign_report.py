"""整改清单 of a campaign as .docx, in the form of official documents."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from bangfu.office.accounts.api import Actor
from bangfu.office.areas import api as areas
from bangfu.office.audit import api as audit
from bangfu.office.pairing import campaign_queries as cq
from bangfu.office.pairing import events, queries
from bangfu.office.pairing.machine import Counts
from bangfu.office.pairing.models import Campaign, CampaignFinding
from bangfu.office.pairing.models.campaigns import CORRECTED, JUSTIFIED

KIND = "整改清单"


def _counts_text(name: str, counts: Counts) -> str:
    unseen = f"，尚有{counts.listed - counts.looked}户没有查看" if counts.looked < counts.listed else ""
    return (
        f"{name}列入名单{counts.listed}户，已查看{counts.looked}户{unseen}；发现问题{counts.findings}个，涉及{counts.with_findings}户；"
        f"已整改销号{counts.corrected}个，经核实不成立{counts.justified}个，未销号{counts.open}个。"
    )


def _done(one: CampaignFinding) -> str:
    if one.state == CORRECTED:
        return f"已销号 {one.settled_on}"
    if one.state == JUSTIFIED:
        return f"不成立：{one.settled_words}"
    return str(one.get_state_display())


@transaction.atomic
def report(*, actor: Actor, found: Campaign) -> bytes:
    """The list of what was found and how it was put right, as far as the actor exports; in Chinese, as the form is.

    A row of the log. Raises Refused.
    """
    from bangfu.core.documents.official.docx import docx
    from bangfu.core.documents.official.kinds import kind_named
    from bangfu.core.documents.official.model import Grid, Official, Paragraph, Text

    actor.require("export")
    kind = kind_named(KIND)
    assert kind is not None
    (table,) = [block["table"] for block in kind.blocks if "table" in block]
    head = tuple(table["columns"])
    faults = CampaignFinding.objects.filter(actor.limit("export"), actor.limit(queries.VIEW), campaign=found)
    rows = list(faults.select_related("row__household").order_by("row__place", "pk"))
    listed = cq.rows(actor, found).filter(actor.limit("export"))
    whole = cq.total(cq.counts_by(listed, faults, 6).values())
    place = areas.names([found.area_code])[found.area_code]
    with override("zh-hans"):
        villages = areas.names({one.area_code for one in rows})
        lines = tuple(
            (
                str(n),
                f"{villages[one.area_code]}{one.row.household.head_name}户（{one.row.household.number}）："
                f"{cq.kind_label(found, one.kind)}。{one.words}",
                one.correction or "—", one.responsible or "—", str(one.due_on or "—"), _done(one),
            )
            for n, one in enumerate(rows, 1)
        )  # fmt: skip
        text = _counts_text(f"{found.title}（{found.starts_on}至{found.due_on}）", whole)
    blocks: list[Paragraph | Grid] = [Paragraph((Text(text),))]
    blocks.append(Grid(head, lines) if lines else Paragraph((Text("没有发现问题。"),)))
    document = Official(KIND, f"{place}{found.title}整改清单", "", tuple(blocks), place, timezone.localdate())
    after = {"rows": len(lines), "ending": ".docx"}
    audit.record(actor, events.EXPORTED, audit.Subject("campaign", str(found.pk), found.area_code), after=after)
    return docx(document)
