"""Arguments for every address of the office: one inside the east, one outside it, and what must be true of both.

A new page adds its sample here; `test_every_role.py` fails for a page without one. A sample may be a function of the
`World` (see there), for arguments that only exist once the database is filled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

EAST, WEST = "990101101", "990101102"
EAST_VILLAGE, WEST_VILLAGE = "990101101201", "990101102201"
Arguments = dict[str, Any]


@dataclass(frozen=True)
class World:
    """What the database holds when the walk begins: the cast, the two households, somebody with a duty in the west."""

    cast: Any
    registered: Any
    stranger: Any
    """A user whose only duty lies in a county of its own, outside everybody's area."""
    made: Any
    """Rows that apps have there, by name, each as a pair: in the east, in the west."""


@dataclass(frozen=True)
class Sample:
    """Arguments of one page.

    `inside` lies in the east village, so that every part of the cast with the permission reaches it but `elsewhere`;
    `outside` lies in the west, which the county reaches and the east does not; `nowhere` is out of reach for everybody.
    Blank where the page takes no arguments. `query` is what a GET needs; `data` is what a POST sends: nothing by default,
    since the walk asks who may come in, not what they do. `ok` are the answers to somebody who may.
    """

    inside: Callable[[World], Arguments] | None = None
    outside: Callable[[World], Arguments] | None = None
    nowhere: Callable[[World], Arguments] | None = None
    query: Arguments = field(default_factory=dict)
    data: Arguments = field(default_factory=dict)
    ok: frozenset[int] = frozenset({200, 302})
    placeless: bool = False
    """True where the arguments name a thing that lies in no area: one's own, or the whole installation's."""
    needs: tuple[str, ...] = ()
    """Permissions that the page asks for besides the one it is decorated with."""


def _plain(**found: Any) -> Callable[[World], Arguments]:
    return lambda _world: dict(found)


def _area(**more: Any) -> Sample:
    return Sample(_plain(code=EAST_VILLAGE, **more), _plain(code=WEST_VILLAGE, **more), _plain(code="880101", **more))


def _user(**more: Any) -> Sample:
    """Only administrators come here, and theirs is the whole county."""
    return Sample(
        lambda world: {"key": world.cast["village"].key, **more},
        lambda world: {"key": world.cast["elsewhere"].key, **more},
        lambda world: {"key": world.stranger.key, **more},
    )


def _row(
    name: str, field: str = "pk", ok: frozenset[int] = frozenset({200, 302}), needs: tuple[str, ...] = (), **more: Any
) -> Sample:
    """A row of `World.made`."""
    return Sample(
        lambda world: {field: getattr(world.made[name][0], field), **more},
        lambda world: {field: getattr(world.made[name][1], field), **more},
        _plain(**{field: 987654 if field == "pk" else "none"}, **more),
        ok=ok,
        needs=needs,
    )


def _household(ok: frozenset[int] = frozenset({200, 302}), **more: Any) -> Sample:
    return Sample(
        lambda world: {"number": world.registered.east.number, **more},
        lambda world: {"number": world.registered.west.number, **more},
        _plain(number="none", **more),
        ok=ok,
    )


def _measure(**more: Any) -> Sample:
    """A measure of the plan of 2026 of the household in the east, and in the west."""
    return Sample(
        lambda world: {"number": world.registered.east.number, "year": 2026, "pk": world.made["measure"][0].pk, **more},
        lambda world: {"number": world.registered.west.number, "year": 2026, "pk": world.made["measure"][1].pk, **more},
        _plain(number="none", year=2026, pk=987654, **more),
    )


def _of_campaign(field: str, name: str) -> Sample:
    """A household or a finding of a campaign; a look is posted by who may act, which its app's tests hold."""
    return Sample(
        lambda world: {"pk": world.made[name][0].campaign_id, field: world.made[name][0].pk},
        lambda world: {"pk": world.made[name][1].campaign_id, field: world.made[name][1].pk},
        _plain(pk=987654, **{field: 987654}),
        ok=frozenset({200, 302, 403}),
    )


def _nobody(**arguments: Any) -> Sample:
    """A row that nobody may reach: where one of one's own is hard to make, its app's tests hold the rest."""
    return Sample(nowhere=_plain(**arguments))


REFUSED_INPUT = frozenset({200, 302, 400, 422})
"""A form that came empty: said politely, in one of these ways."""

OWN_RULES = frozenset({200, 302, 403})
"""A page with a rule besides its permission: whose batch it is, who may see health facts. Its app's tests hold that."""

SAMPLES: dict[str, Sample] = {
    "home": Sample(),
    "language": Sample(data={"language": "zh-hans"}),
    "health": Sample(),
    "registry:households": Sample(),
    "registry:household_export": Sample(ok=REFUSED_INPUT),
    "registry:bulk": Sample(ok=REFUSED_INPUT),
    "registry:bulk_preview": Sample(ok=REFUSED_INPUT),
    "registry:bulk_apply": Sample(ok=REFUSED_INPUT),
    "registry:persons": Sample(),
    "registry:person_export": Sample(ok=REFUSED_INPUT),
    "registry:filter_save": Sample(ok=REFUSED_INPUT),
    "registry:filter_delete": Sample(nowhere=_plain(key=987654), placeless=True),
    "registry:household": _household(),
    "registry:household_print": _household(),
    "registry:household_fact": _household(name="safe_water"),
    "registry:person_fact": Sample(
        lambda world: {"number": world.registered.persons["赵大"].number, "name": "education"},
        lambda world: {"number": world.registered.persons["孙三"].number, "name": "education"},
        _plain(number="none", name="education"),
    ),
    "registry:document_add": _household(ok=REFUSED_INPUT),
    "registry:document": _nobody(key=987654),
    "registry:document_withdraw": _nobody(key=987654),
    "registry:unmask": _household(ok=REFUSED_INPUT, kind="household"),
    "registry:search": Sample(query={"q": "赵大"}, data={"q": "赵大"}),
    "registry:suggest": Sample(data={"q": "赵大"}),
    "registry:vocabularies": Sample(),
    "registry:vocabulary_load": Sample(),
    "registry:vocabulary": Sample(nowhere=_plain(name="none"), placeless=True),
    "registry:vocabulary_edit": Sample(nowhere=_plain(name="none"), placeless=True),
    "means:reports": Sample(),
    "means:export": Sample(ok=REFUSED_INPUT),
    "means:report": _row("report", ok=OWN_RULES),
    "means:pdf": _row("report", ok=OWN_RULES),
    "means:household": _household(),
    "means:make": _household(ok=REFUSED_INPUT),
    "means:contradictions": _household(),
    "means:authorise": _household(ok=REFUSED_INPUT),
    "means:withdraw": _household(ok=REFUSED_INPUT),
    "means:many": Sample(ok=REFUSED_INPUT),
    "means:batch": _nobody(pk=987654),
    "means:batch_progress": _nobody(pk=987654),
    "means:batch_start": _nobody(pk=987654),
    "means:batch_cancel": _nobody(pk=987654),
    "means:crosschecks": Sample(),
    "means:crosscheck_progress": _nobody(pk=987654),
    "means:crosscheck_start": Sample(ok=frozenset({404})),
    "casework:means": Sample(ok=REFUSED_INPUT),
    "benefits:benefits": Sample(),
    "benefits:export": Sample(needs=("cases.view",), ok=REFUSED_INPUT),
    "benefits:notice": Sample(ok=REFUSED_INPUT),
    "benefits:take_over": Sample(ok=REFUSED_INPUT),
    "benefits:household": _household(),
    "benefits:transfers": Sample(),
    "benefits:ask_transfer": Sample(ok=REFUSED_INPUT),
    "benefits:transfer": _row("transfer", ok=OWN_RULES),
    "casework:review": Sample(ok=REFUSED_INPUT),
    "casework:numbered": Sample(
        lambda world: {"number": world.made["case"][0].number},
        lambda world: {"number": world.made["case"][1].number},
        _plain(number="GA2026-none"),
    ),
    "casework:monitoring": Sample(),
    "casework:clue": Sample(ok=REFUSED_INPUT),
    "casework:board": Sample(),
    "casework:new": Sample(ok=REFUSED_INPUT),
    "casework:places": Sample(),
    "casework:stalls": Sample(),
    "casework:passed": Sample(query={"procedure": "dibao", "step": "apply"}),
    "casework:calendar": Sample(),
    "casework:calendar_file": Sample(),
    "casework:bulk_list": Sample(),
    "casework:open_many": Sample(ok=frozenset({302, 404})),
    "casework:bulk_choose": Sample(),
    "casework:bulk": Sample(nowhere=_plain(pk=987654)),
    "casework:bulk_what": Sample(nowhere=_plain(pk=987654)),
    "casework:bulk_form": Sample(nowhere=_plain(pk=987654)),
    "casework:bulk_choices": Sample(nowhere=_plain(pk=987654)),
    "casework:bulk_confirm": Sample(nowhere=_plain(pk=987654)),
    "casework:bulk_progress": Sample(nowhere=_plain(pk=987654)),
    "casework:shared": _nobody(pk=987654, document=1),
    "casework:household": _household(),
    "casework:case": _row("case"),
    "casework:act": _row("case"),
    "casework:sign": _row("case"),
    "casework:bar": _row("case"),
    "casework:decision": _nobody(pk=987654, decision=1),
    "casework:decision_letter": _nobody(pk=987654, decision=1),
    "casework:letter": _nobody(pk=987654, paper=1),
    "casework:notice": _row("case", thing="notice"),
    "casework:notices": Sample(),
    "casework:deliver": _row("case", ok=REFUSED_INPUT),
    "casework:contacts": Sample(ok=REFUSED_INPUT),
    "casework:notice_print": _nobody(notice=987654),
    "casework:notice_proof": _nobody(notice=987654),
    "casework:notice_withdraw": _nobody(notice=987654),
    "meetings:meetings": Sample(),
    "meetings:new": Sample(ok=REFUSED_INPUT),
    "meetings:tasks": Sample(),
    "meetings:task_done": _row("task"),
    "meetings:committee": Sample(ok=OWN_RULES | REFUSED_INPUT),
    "meetings:member_end": _row("member"),
    "meetings:relatives": Sample(ok=OWN_RULES | REFUSED_INPUT),
    "meetings:relative_end": _row("relative"),
    "meetings:file": _nobody(pk=987654),
    "meetings:matter": _row("matter"),
    "meetings:remove": _row("matter"),
    "meetings:meeting": _row("meeting"),
    "meetings:do": _row("meeting", what="agenda"),
    "meetings:minutes": _row("meeting"),
    "sending:messages": Sample(),
    "sending:again": _row("message"),
    "sending:refusals": Sample(ok=OWN_RULES | REFUSED_INPUT),
    "sending:allow": _nobody(pk=987654),
    "intake:window": Sample(data={"q": "赵大"}),
    "intake:walk_in": Sample(ok=REFUSED_INPUT),
    "intake:household": _household(ok=REFUSED_INPUT),
    "intake:application": _row("application", "number"),
    "intake:receipt": _row("application", "number"),
    "intake:reports": Sample(),
    "intake:report": _row("self_report"),
    "intake:bureau": Sample(),
    "intake:bureau_case": _nobody(pk=987654),
    "intake:bureau_act": _nobody(pk=987654),
    "intake:bureau_sign": _nobody(pk=987654),
    "intake:help": Sample(ok=frozenset({200, 400})),
    "intake:status": Sample(ok=frozenset({200, 400})),
    "intake:complain": Sample(ok=frozenset({200, 400})),
    "intake:notices": Sample(ok=frozenset({200, 404})),
    "intake:public_notice": Sample(_plain(token="none"), ok=frozenset({404})),
    "intake:objections": Sample(),
    "intake:objection": _nobody(pk=987654),
    "grievance:complaints": Sample(),
    "grievance:new": Sample(ok=REFUSED_INPUT),
    "grievance:complaint": _row("complaint"),
    "grievance:move": _row("complaint"),
    "grievance:letter": _row("complaint", seq=1),
    "pairing:pairs": Sample(),
    "pairing:pairs_export": Sample(needs=("cases.view",)),
    "pairing:mine": Sample(),
    "pairing:bulk": Sample(),
    "pairing:household": _household(),
    "pairing:pair": _household(),
    "pairing:end": _household(),
    "pairing:helpers": Sample(),
    "pairing:helper_new": Sample(),
    "pairing:helper": _row("helper"),
    "pairing:helper_edit": _row("helper"),
    "pairing:helper_end": _row("helper"),
    "pairing:helper_duty": _row("helper"),
    "pairing:hand_over": _row("helper"),
    "pairing:measures": Sample(),
    "pairing:measures_export": Sample(needs=("cases.view",)),
    "pairing:plan": _household(year=2026),
    "pairing:plan_edit": _household(year=2026),
    "pairing:plan_print": _household(year=2026),
    "pairing:plan_version": _household(year=2026, version=1),
    "pairing:measure_add": _household(year=2026),
    "pairing:measure_change": _measure(),
    "pairing:measure_move": _measure(to="done"),
    "pairing:campaigns": Sample(),
    "pairing:campaign_new": Sample(),
    "pairing:campaign": _row("campaign"),
    "pairing:campaign_start": _row("campaign"),
    "pairing:campaign_drop": _row("campaign"),
    "pairing:campaign_close": _row("campaign"),
    "pairing:campaign_export": _row("campaign", needs=("cases.view",)),
    "pairing:campaign_report": _row("campaign", needs=("cases.view",)),
    "pairing:campaign_row": _of_campaign("row", "campaign_row"),
    "pairing:finding": _of_campaign("finding", "finding"),
    "casework:from_visit": _row("visit_finding"),
    "fieldwork:visits": Sample(),
    "fieldwork:new": Sample(ok=REFUSED_INPUT),
    "fieldwork:sync": Sample(ok=REFUSED_INPUT),
    "fieldwork:due": Sample(),
    "fieldwork:due_file": Sample(),
    "fieldwork:report": Sample(),
    "fieldwork:report_file": Sample(),
    "fieldwork:findings": Sample(),
    "fieldwork:dismiss": _row("visit_finding"),
    "fieldwork:differences": Sample(),
    "fieldwork:settle": _row("disagreement"),
    "fieldwork:household": _household(),
    "fieldwork:worked": _household(),
    "fieldwork:visit": _row("visit"),
    "fieldwork:section": _nobody(pk=987654, section="start"),
    "fieldwork:submit": _nobody(pk=987654),
    "fieldwork:discard": _nobody(pk=987654),
    "fieldwork:drop_photo": _nobody(pk=987654, document=1),
    "runs:list": Sample(),
    "runs:new": Sample(ok=REFUSED_INPUT),
    "runs:run": _row("run"),
    "runs:progress": _row("run"),
    "runs:cancel": _row("run"),
    "runs:lines": _row("run"),
    "runs:line": Sample(
        lambda world: {"pk": world.made["run"][0].pk, "line": world.made["line"][0].pk},
        lambda world: {"pk": world.made["run"][1].pk, "line": world.made["line"][1].pk},
        lambda world: {"pk": world.made["run"][0].pk, "line": 987654},
        ok=OWN_RULES,
    ),
    "runs:export": _row("run"),
    "runs:worklist": Sample(
        lambda world: {"pk": world.made["run"][0].pk, "code": EAST_VILLAGE},
        lambda world: {"pk": world.made["run"][1].pk, "code": WEST_VILLAGE},
        lambda world: {"pk": world.made["run"][0].pk, "code": "880101101201"},
    ),
    "reporting:figures": Sample(),
    "reporting:figures_export": Sample(needs=("runs.view",), ok=frozenset({404})),
    "reporting:figure": Sample(
        lambda world: {"run": world.made["run"][0].pk, "indicator": "households"},
        lambda world: {"run": world.made["run"][1].pk, "indicator": "households"},
        _plain(run=987654, indicator="households"),
    ),
    "reporting:phrase": Sample(
        lambda world: {"run": world.made["run"][0].pk},
        lambda world: {"run": world.made["run"][1].pk},
        _plain(run=987654),
        query={"words": "总户数"},
    ),
    "reporting:document": Sample(needs=("runs.view",)),
    "reporting:check": Sample(ok=REFUSED_INPUT),
    "imports:list": Sample(),
    "imports:new": Sample(ok=REFUSED_INPUT),
    "imports:batch": _row("batch"),
    "imports:progress": _row("batch"),
    "imports:columns": _row("batch", ok=OWN_RULES),
    "imports:issues": _row("batch"),
    "imports:changes": _row("batch"),
    "imports:marked": _row("batch"),
    "imports:check": _row("batch"),
    "imports:commit": _row("batch"),
    "imports:cancel": _row("batch", ok=OWN_RULES),
    "imports:resume": _row("batch"),
    "imports:discard": _row("batch"),
    "imports:withdraw": _row("batch", ok=REFUSED_INPUT),
    "changes:list": Sample(),
    "changes:propose": Sample(ok=REFUSED_INPUT),
    "changes:show": _row("change", ok=OWN_RULES | REFUSED_INPUT),
    "changes:confirm": _row("change", ok=REFUSED_INPUT),
    "changes:withdraw": _row("change", ok=REFUSED_INPUT),
    "changes:resolve": _row("change", ok=REFUSED_INPUT),
    "changes:undo": _row("change", ok=REFUSED_INPUT),
    "changes:windows": Sample(ok=OWN_RULES | REFUSED_INPUT),
    "changes:window_end": _row("window"),
    "changes:apply_queue": Sample(ok=REFUSED_INPUT),
    "changes:reconcile": Sample(ok=REFUSED_INPUT),
    "changes:reconciliation": _row("reconciliation"),
    "changes:differences_file": _row("reconciliation", needs=("registry.confirm",)),
    "changes:difference_correct": _row("difference"),
    "reporting:fill": Sample(ok=REFUSED_INPUT),
    "reporting:filled": _row("form"),
    "reporting:fill_progress": _row("form"),
    "reporting:fill_answer": _row("form"),
    "reporting:fill_forget": _row("form"),
    "reporting:fill_again": _row("form"),
    "reporting:fill_cancel": _row("form"),
    "reporting:fill_remove": _row("form"),
    "reporting:fill_download": _row("form"),
    "reporting:ranks": Sample(),
    "reporting:rank_targets": Sample(),
    "reporting:ranks_export": Sample(needs=("runs.view",)),
    "protection:list": Sample(),
    "protection:request": Sample(ok=REFUSED_INPUT),
    "protection:confirm": Sample(
        lambda world: {"pk": world.made["request"][0].pk}, lambda world: {"pk": world.made["request"][1].pk}
    ),
    "protection:refuse": _row("request"),
    "audit:log": Sample(),
    "audit:export": Sample(needs=("audit.view",)),
    "audit:verification": Sample(),
    "audit:entry": _row("entry"),
    "audit:reveal": _row("entry", ok=REFUSED_INPUT),
    "areas:tree": Sample(),
    "areas:import": Sample(),
    "areas:template": Sample(),
    "areas:draft": Sample(nowhere=_plain(pk=987654)),
    "areas:area": _area(),
    "areas:children": _area(),
    "areas:boundaries": _area(),
    "areas:change": _area(kind="rename"),
    "accounts:users": Sample(),
    "accounts:invite": Sample(),
    "accounts:me": Sample(),
    "accounts:end_own_sessions": Sample(data={"number": "none"}),
    "accounts:link": Sample(_plain(secret="none")),
    "accounts:welcome": Sample(ok=frozenset({410})),
    "accounts:handover": Sample(),
    "accounts:user": _user(),
    "accounts:grant": _user(),
    "accounts:issue_link": _user(),
    "accounts:close": _user(),
    "accounts:reopen": _user(),
    "accounts:end_sessions": _user(),
    "accounts:reset_second_step": _user(),
    "accounts:end_role": Sample(nowhere=lambda world: {"key": world.cast["village"].key, "pk": 987654}),
}
"""By the name of the address, with its namespace."""
