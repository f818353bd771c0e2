"""A figure that a document names in words, opened: what it counts, and the households behind it, from the run's own snapshot.

The words mean here what they meant in the document (`core/reporting`), so what comes out counts exactly what it says.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bangfu.core.reporting.cells_behind import Counted
from bangfu.office.accounts.api import Actor
from bangfu.office.audit import api as audit
from bangfu.office.pages.refusals import Invalid
from bangfu.office.reporting import storage
from bangfu.office.reporting.events import FIGURE_OPENED
from bangfu.office.reporting.figures import NotKept
from bangfu.office.runs import api as runs

LONGEST = 60


@dataclass(frozen=True)
class Opened:
    """A figure in words. `value` is None where the data do not give it, then `reason` says why; `rows` are what it counts.

    `told` is how many records the figure rests on; where `health` holds, a list would tell each one's health.
    """

    value: str | None
    reason: str
    definition: str
    bottom: str
    money: bool
    told: int
    denominator: int | None
    rows: tuple[Counted, ...]
    health: bool


def opened(run: runs.Run, code: str, phrase: str) -> Opened:
    """The figure and its rows. Raises Invalid for words that name none, NotKept where the run's files are gone."""
    if not phrase or len(phrase) > LONGEST:
        raise Invalid(_("没有这样的数"))
    results = runs.results(run.pk) / "snapshot"
    if not results.is_dir():
        raise NotKept("这次比对的快照已不在 / the snapshot of this run is no longer there")
    return _opened(run.pk, results.stat().st_mtime_ns, code, phrase)


@lru_cache(maxsize=64)
def _opened(pk: int, _changed: int, code: str, phrase: str) -> Opened:
    from bangfu.core.documents.forms.meaning import hear
    from bangfu.core.documents.forms.package import NumberFormat
    from bangfu.core.documents.forms.words import read_words
    from bangfu.core.reporting.forms_registry import open_registry
    from bangfu.core.reporting.forms_values import asks_of, figure
    from bangfu.core.reporting.reports_lists import tells_health
    from bangfu.core.reporting.words import reader_of
    from bangfu.office.reporting.documents import data_of

    run = runs.Run.objects.get(pk=pk)
    try:
        book = runs.book_of(run)
    except runs.RulesGone:
        raise NotKept("这次比对所用规则的副本已不在 / the copy of the rules of this run is gone") from None
    reader = reader_of(book, run.as_of)
    meaning = reader.meaning(hear([read_words(phrase, reader.lexicon)], ""))
    if not meaning.known:
        raise Invalid(_("没有这样的数"))
    definition = meaning.readings[0]
    with (
        tempfile.TemporaryDirectory(prefix=storage.DOCUMENT, dir=storage.root()) as folder,
        open_registry(book, data_of(Path(folder) / "data", run, book), run.as_of) as registry,
    ):
        registry.count(asks_of([definition]))
        found = figure(registry, definition, meaning, [code], NumberFormat())
        rows = () if definition.top in registry.missing else _rows(registry, definition.top, code)
    bottom = definition.bottom.zh if definition.bottom else ""
    return Opened(
        None if found.value is None else format(found.value, "f") if not isinstance(found.value, int) else str(found.value),
        found.reason, definition.zh, bottom, definition.top.kind == "money", found.rows, found.bottom, rows,
        tells_health(definition.top.where) or tells_health(definition.top.total),
    )  # fmt: skip


def _rows(registry: Any, top: Any, code: str) -> tuple[Counted, ...]:
    """The rows of an ask within an area, each with its household; villages and the like are told by their own key."""
    from dataclasses import replace

    from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS

    snapshot = registry.snapshot
    home, person = snapshot.household_key, snapshot.person_key
    values = {"v": replace(top, where="")} if top.total else {}
    chosen = registry.rows(top.table, top.where, values)
    keys = registry.stored(top.table, [home, person, "region_code"]) if chosen else {}
    regions = registry.stored(HOUSEHOLDS, ["region_code"])
    people = registry.stored(PERSONS, [home]) if chosen and top.table not in (HOUSEHOLDS,) else {}
    found = []
    for key, value in chosen.items():
        row = keys.get(key, {})
        who = key if top.table == PERSONS else row.get(person)
        household = key if top.table == HOUSEHOLDS else row.get(home) or people.get(who, {}).get(home)
        area = str(regions.get(household, {}).get("region_code") or row.get("region_code") or "")
        amount = 1 if not top.total else value.get("v")
        if area.startswith(code) and amount:
            unit = None if household else str(key)
            found.append(Counted(_text(household), _text(who), unit, area, int(amount), True))
    return tuple(sorted(found, key=lambda r: (r.area, r.household_no or "", r.person_no or "")))


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


@transaction.atomic
def record_opening(*, actor: Actor, run: runs.Run, code: str, phrase: str) -> None:
    """Write down who saw the households behind a figure of a document. Raises Refused."""
    actor.require("registry.view", code)
    audit.record(actor, FIGURE_OPENED, audit.Subject("run", str(run.pk), code), after={"words": phrase})
