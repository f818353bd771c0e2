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


def _household(**more: Any) -> Sample:
    return Sample(
        lambda world: {"number": world.registered.east.number, **more},
        lambda world: {"number": world.registered.west.number, **more},
        _plain(number="none", **more),
        ok=EMPTY,
    )


def _person(**more: Any) -> Sample:
    return Sample(
        lambda world: {"number": world.registered.persons["赵大"].number, **more},
        lambda world: {"number": world.registered.persons["孙三"].number, **more},
        _plain(number="none", **more),
        ok=EMPTY,
    )


EMPTY = frozenset({200, 302, 400, 404, 422})
"""Answers to an empty form, and to a vocabulary that this database does not hold."""
FORM = Sample(ok=EMPTY)
NO_ROW = Sample(nowhere=_plain(pk=987654))
NO_ROW_KEY = Sample(nowhere=_plain(key=987654))
SAMPLES: dict[str, Sample] = {
    "home": Sample(),
    "language": Sample(data={"language": "zh-hans"}),
    "health": Sample(),
    "registry:households": Sample(),
    "registry:search": Sample(query={"q": "赵大"}),
    "registry:household": Sample(
        lambda world: {"number": world.registered.east.number},
        lambda world: {"number": world.registered.west.number},
        _plain(number="none"),
    ),
    "registry:household_export": FORM,
    "registry:bulk": FORM,
    "registry:bulk_preview": FORM,
    "registry:bulk_apply": FORM,
    "registry:persons": Sample(),
    "registry:person_export": FORM,
    "registry:filter_save": FORM,
    "registry:filter_delete": NO_ROW_KEY,
    "registry:household_print": _household(),
    "registry:household_fact": _household(name="safe_water"),
    "registry:person_fact": _person(name="education"),
    "registry:document_add": _household(),
    "registry:document": NO_ROW_KEY,
    "registry:document_withdraw": NO_ROW_KEY,
    "registry:unmask": _household(kind="household"),
    "registry:suggest": Sample(data={"q": "赵大"}),
    "registry:vocabularies": Sample(),
    "registry:vocabulary_load": FORM,
    "registry:vocabulary": Sample(_plain(name="sex"), ok=EMPTY),
    "registry:vocabulary_edit": Sample(_plain(name="sex"), ok=EMPTY),
    "audit:log": Sample(),
    "audit:export": Sample(ok=frozenset({200, 302, 403})),  # asks for `export` as well
    "audit:verification": Sample(),
    "audit:entry": NO_ROW,
    "audit:reveal": NO_ROW,
    "protection:list": Sample(),
    "protection:request": FORM,
    "protection:confirm": Sample(nowhere=_plain(pk=987654), data={"sure": "yes"}),
    "protection:refuse": NO_ROW,
    "imports:list": Sample(),
    "imports:new": FORM,
    **{
        f"imports:{name}": NO_ROW
        for name in (
            "batch",
            "progress",
            "columns",
            "issues",
            "changes",
            "marked",
            "check",
            "commit",
            "cancel",
            "resume",
            "discard",
            "withdraw",
        )
    },
    "runs:list": Sample(),
    "runs:new": FORM,
    **{f"runs:{name}": NO_ROW for name in ("run", "progress", "cancel", "lines", "export")},
    "runs:line": Sample(nowhere=_plain(pk=987654, line=1)),
    "runs:worklist": Sample(nowhere=_plain(pk=987654, code=EAST)),
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
