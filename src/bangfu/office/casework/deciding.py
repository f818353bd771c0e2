"""What a decision rests on, and its freezing: every clause with its values, the law, the rules and the facts of then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.api import procedures as p
from bangfu.office.casework.models import Case, Determination
from bangfu.office.means import api as means
from bangfu.office.pages.refusals import Invalid
from bangfu.office.registry import api as registry
from bangfu.office.runs import api as runs

LABEL = "determination"
"""The label under which a decision is sealed with the household's key."""


@dataclass(frozen=True)
class Basis:
    """A run and what it says of the household; both None where no run knows it. `means`: the means-check report beside it."""

    run: runs.Run | None
    evidence: runs.Evidence | None
    why_not: str = ""
    means: means.Stands | None = None


def basis_of(case: Case) -> Basis:
    """The latest run's explanation of the case's policy for the household."""
    if not case.matter:
        return Basis(None, None, str(_("本程序不对应一项政策，没有可引用的逐条核对")))
    run = runs.evidence_run(case.area_code)
    if run is None:
        return Basis(None, None, str(_("还没有覆盖本村的月度比对，没有可引用的逐条核对")))
    try:
        found = runs.evidence(run, case.household.number, case.matter, case.person_number, names_of(case))
    except LookupError:
        return Basis(run, None, str(_("最近一次月度比对中没有本户在这项政策上的结果；请重新比对后再决定")))
    return Basis(run, found)


def names_of(case: Case) -> Callable[[str], str]:
    """From a person's number to a neutral word: a frozen decision names persons by number only."""
    order: dict[str, str] = {}

    def called(number: str) -> str:
        return order.setdefault(number, f"成员{len(order) + 1}")

    return called


def clauses_for(decides: str, basis: Basis) -> dict[str, str]:
    """The ids of clauses that a decision states, as the engine's Thing holds them."""
    if basis.evidence is None:
        return {}
    failed, unknown = " ".join(basis.evidence.failed), " ".join(basis.evidence.unknown)
    if decides in ("refuse", "stop", "reduce") and basis.evidence.failed:
        return {"failed": failed}  # a clause that is not met decides, whatever another would say
    return {"failed": failed, "unknown": unknown}


def pays(matter: str) -> bool:
    """True where a policy is about money; who is recognised as at risk gets no amount. True for what today's rules lack."""
    policy = registry.rulebook().policies.get(matter)
    return policy is None or policy.amount is not None


def check(outcome: Any, basis: Basis, values: Mapping[str, Any], note: str, matter: str) -> None:
    """What the office asks of a decision beyond the engine: a trace, and reasons for another amount. Raises Invalid."""
    if basis.evidence is None and outcome.decides in ("grant", "refuse", "reduce", "stop"):
        if outcome.without_means_check is None:
            raise Invalid(basis.why_not)
        return
    if outcome.decides in ("grant", "reduce") and pays(matter):
        amount = values.get("amount_fen")
        if not amount:
            raise Invalid({"amount": _("请填写金额（元），大于 0")})
        computed = basis.evidence.amount_fen if basis.evidence else None
        if computed is not None and amount != computed and not note:
            shown = f"{computed / 100:,.2f}"
            raise Invalid({"note": _("金额与按规则计算的 %s 元不同，请在说明中写明理由") % shown})


def freeze(
    case: Case, procedure: p.Procedure, event: p.StepDone, seq: int, basis: Basis, people: Mapping[str, str], note: str
) -> Determination:
    """The row of a decision. `people`: names by key of who acted."""
    outcome = procedure.steps[event.step].outcomes[event.outcome]
    thing = next(t for t in event.things if procedure.things[t.id].kind == "decision")
    run, found = (basis.run, basis.evidence) if basis.evidence else (None, None)
    content = {
        "case": case.number, "household": case.household.number, "person": case.person_number, "area": case.area_code,
        "matter": case.matter, "procedure": procedure.id, "definition": procedure.digest,
        "authority": dict(procedure.authority), "step": event.step, "outcome": event.outcome,
        "title": _both(outcome.title), "decides": outcome.decides, "at": event.at.isoformat(),
        "by": {"key": event.actor.key, "name": people.get(event.actor.key, ""), "role": event.actor.role},
        "second": {"key": event.second, "name": people.get(event.second, "")} if event.second else None,
        "values": {**dict(thing.values)}, "note": note,
        "without_means_check": _both(outcome.without_means_check) if outcome.without_means_check else None,
        "facts": _facts(run), "means": _report(basis.means), "status": found.status if found else "",
        "computed_fen": found.amount_fen if found else None,
        "explanation": found.plain if found else [], "told": found.told if found else {},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Determination.objects.create(
        case=case, seq=seq, decides=outcome.decides, run=run.pk if run else None,
        rulebook_digest=run.rulebook_hash if run else registry.rulebook().digest,
        snapshot_hash=run.snapshot_hash if run else "", content=case.household.key.seal(LABEL, text),
        sha256=hashlib.sha256(text.encode()).hexdigest(), made_by=event.actor.key, made_at=event.at,
    )  # fmt: skip


def _both(label: Any) -> dict[str, str]:
    return {"zh": label.get("zh"), "en": label.get("en")}


def _facts(run: runs.Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "run": run.pk, "as_of": run.as_of.isoformat(), "rulebook": run.rulebook_name, "version": run.rulebook_version,
        "digest": run.rulebook_hash, "snapshot": run.snapshot_hash,
    }  # fmt: skip


def _report(report: means.Stands | None) -> dict[str, Any] | None:
    """The means-check report by number and hash: what it says stays with it, sealed."""
    if report is None:
        return None
    as_of = report.as_of.isoformat() if report.as_of else None
    return {"report": report.pk, "number": report.number, "sha256": report.sha256, "as_of": as_of}


class Changed(ValueError):
    """The bytes of a decision are not those that were frozen."""


def opened(determination: Determination) -> dict[str, Any]:
    """What a decision says. Raises Erased where the household's data were erased, SealBroken, Changed."""
    text = determination.case.household.key.unseal(LABEL, bytes(determination.content)) or ""
    if hashlib.sha256(text.encode()).hexdigest() != determination.sha256:
        raise Changed(determination.sha256)
    found: dict[str, Any] = json.loads(text)
    return found


def at_text(content: Mapping[str, Any]) -> datetime:
    """When it was decided."""
    return datetime.fromisoformat(content["at"])
