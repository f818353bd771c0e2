"""Source by source: who was asked under which authorisation, what came back, as of when, and what that means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bangfu.core.matching.exchange.authorisations import Answer
from bangfu.core.matching.report.catalogue import (
    COLUMNS,
    HOUSEHOLD_FACTS,
    PERSON_FACTS,
    TABLES,
    hidden,
    said,
    shareable,
)
from bangfu.core.matching.report.exchanges import Exchange, exchange_of
from bangfu.core.matching.report.facts import REASONS, Allowed, pair, table_of_fact
from bangfu.core.matching.report.folder import (
    COVERED,
    NO_FILE,
    NO_MANIFEST,
    NOT_AUTHORISED,
    NOT_COVERED,
    UNDER_REVIEW,
    FactRead,
    ReturnedRow,
    SourceRead,
)
from bangfu.core.rulebook.model import Label
from bangfu.core.values.text import mask

Methods = Mapping[str, tuple[str, str]]
RESULTS: dict[str, Label] = {
    "rows": Label("有记录", "has records"),
    "none": Label("查明没有记录", "no records"),
    "silent": Label("没有记录，但不能视为没有", "no records, which does not mean there are none"),
    "review": Label("记录待人工核对", "records wait for a person"),
    "no_file": Label("没有收到数据", "no data received"),
    "not_asked": Label("未查询", "not asked"),
}
_PERSONAL = {"id_number", "name", "证件号码", "姓名"}


class SourceTeller:
    """Tells each source of one household."""

    def __init__(
        self,
        *,
        on: date,
        region: str,
        registered: bool,
        allowed: Allowed,
        names: Mapping[str, str],
        methods: Methods,
        exchanges: Sequence[Exchange],
    ) -> None:
        self.on, self.region, self.registered = on, region, registered
        self.allowed, self.names, self.methods, self.exchanges = allowed, names, methods, exchanges

    def entries(
        self,
        sources: Sequence[SourceRead],
        facts: Sequence[Mapping[str, FactRead]],
        rows: Sequence[ReturnedRow] | None,
    ) -> list[dict[str, Any]]:
        """An entry for every file, then one for every usual source of a fact from which nothing came.

        `rows` is None where nobody can say what came back row by row.
        """
        by_file = {source.file: source for source in sources}
        coverage = _coverages(facts, by_file)
        told = [self._entry(source, coverage.get(source.table, set()), rows, facts) for source in _ordered(sources)]
        there = {source.table for source in sources}
        usual = dict.fromkeys(words.tables[0] for words in (*HOUSEHOLD_FACTS.values(), *PERSON_FACTS.values()))
        absent = [SourceRead(table) for table in usual if table not in there]
        return told + [self._entry(source, set(), None, ()) for source in absent]

    def _entry(
        self,
        source: SourceRead,
        coverage: set[str],
        rows: Sequence[ReturnedRow] | None,
        facts: Sequence[Mapping[str, FactRead]],
    ) -> dict[str, Any]:
        answer = self.allowed(source.table)
        known = TABLES.get(source.table)
        label = Label(source.label_zh, source.label_en or source.label_zh)
        exchange = exchange_of(self.exchanges, source) if source.file else None
        made: dict[str, Any] = {
            "table": source.table,
            "label": pair(label if source.label_zh else known.label if known else Label(source.table, source.table)),
            "bureau": hidden(source.source),
            "supplier": pair(known.bureau if known else Label()),
            "authorisation": self._authorisation(source, answer),
            "legal_basis": hidden(source.legal_basis),
            "exchange": None if exchange is None else exchange.told(),
        }
        if not answer.granted or coverage == {NOT_AUTHORISED}:
            reason = REASONS[NOT_AUTHORISED] if answer.granted else answer.message()
            return made | _nothing("not_asked", NOT_AUTHORISED, reason)
        if not source.file:
            return made | _nothing("no_file", NO_FILE, REASONS[NO_FILE])
        mine = None if rows is None else [row for row in rows if row.table == source.table]
        return made | self._came_back(source, coverage, mine, facts)

    def _came_back(
        self,
        source: SourceRead,
        coverage: set[str],
        rows: Sequence[ReturnedRow] | None,
        facts: Sequence[Mapping[str, FactRead]],
    ) -> dict[str, Any]:
        covers = self._covers(source, coverage)
        doubtful = [row for row in rows or () if row.review]
        sure = [row for row in rows or () if not row.review]
        unlisted = not sure and _found_something(source, facts)  # a fact outweighs a list that lacks its row
        if sure or unlisted:
            result, reason = "rows", None
        elif doubtful or UNDER_REVIEW in coverage:
            result, reason = "review", REASONS[UNDER_REVIEW]
        elif covers == COVERED:
            result, reason = "none", None
        else:
            result, reason = "silent", REASONS[covers]
        return {
            "file": source.file,
            "sha256": source.sha256,
            "as_of": shareable(source.as_of),
            "received_on": shareable(source.received_on),
            "coverage": covers,
            "result": result,
            "said": pair(_counted(RESULTS[result], sure, doubtful, listed=not unlisted)),
            "reason": None if reason is None else pair(reason),
            "rows_listed": not unlisted,
            "rows": [self._row(row) for row in rows or ()],
        }

    def _covers(self, source: SourceRead, coverage: set[str]) -> str:
        """Whether the file speaks for this household: as the facts say, or else as the manifest says."""
        for code in (COVERED, NO_MANIFEST, NOT_COVERED):
            if code in coverage:
                return code
        if not source.areas:
            return NO_MANIFEST
        day = source.dated or self.on
        late = source.period_to is not None and day >= source.period_to
        early = source.period_from is not None and day < source.period_from
        here = bool(self.region) and any(self.region.startswith(area) for area in source.areas)
        return COVERED if here and not late and not early else NOT_COVERED

    def _authorisation(self, source: SourceRead, answer: Answer) -> dict[str, Any]:
        if self.registered:
            return told_answer(answer, "register")
        basis = source.authorisation or ""
        words = Label("按来源清单载明的授权", "by the authorisation that the source's manifest names")
        return {"basis": "manifest", "status": "granted", "number": hidden(basis), "said": pair(words)}

    def _row(self, row: ReturnedRow) -> dict[str, Any]:
        person = "" if row.person_no is None else str(row.person_no)
        zh, en = self.methods.get(row.method, (row.method, row.method))
        return {
            "row": row.row_no + 1,
            "person_no": person,
            "name": self.names.get(person, ""),
            "method": {"code": row.method, "zh": zh, "en": en},
            "review": row.review,
            # a row that may be somebody else's is not laid open in this household's report
            "values": [] if row.review else [_cell(name, value) for name, value in _shown(row.values)],
        }


def told_answer(answer: Answer, basis: str) -> dict[str, Any]:
    """What the register answered, as the report carries it; `valid_to` exclusive as everywhere."""
    return {
        "basis": basis,
        "status": answer.status,
        "number": hidden(answer.authorisation_no),
        "said": pair(answer.message()),
        "signed_on": shareable(answer.signed_on),
        "valid_from": shareable(answer.valid_from),
        "valid_to": shareable(answer.valid_to),
        "withdrawn_on": shareable(answer.withdrawn_on),
        "purpose": hidden(answer.purpose),
        "document": hidden(answer.document),
        "missing": list(answer.missing),
    }


def _nothing(result: str, coverage: str, reason: Label) -> dict[str, Any]:
    return {
        "file": "",
        "sha256": "",
        "as_of": None,
        "received_on": None,
        "coverage": coverage,
        "result": result,
        "said": pair(RESULTS[result]),
        "reason": pair(reason),
        "rows_listed": True,
        "rows": [],
    }


def _ordered(sources: Sequence[SourceRead]) -> list[SourceRead]:
    place = {table: index for index, table in enumerate(TABLES)}
    return sorted(sources, key=lambda source: (place.get(source.table, len(place)), source.table, source.file))


def _coverages(facts: Sequence[Mapping[str, FactRead]], by_file: Mapping[str, SourceRead]) -> dict[str, set[str]]:
    """What the facts say of the coverage of each table."""
    found: dict[str, set[str]] = {}
    for each in facts:
        for name, read in each.items():
            words = HOUSEHOLD_FACTS.get(name) or PERSON_FACTS.get(name)
            found.setdefault(table_of_fact(name, read, words, by_file), set()).add(read.coverage)
    return found


def _found_something(source: SourceRead, facts: Sequence[Mapping[str, FactRead]]) -> bool:
    return any(
        read.source == source.file and read.value and read.coverage != UNDER_REVIEW
        for each in facts
        for read in each.values()
    )


def _counted(label: Label, sure: Sequence[object], doubtful: Sequence[object], *, listed: bool) -> Label:
    if label is RESULTS["review"] and doubtful:
        return Label(f"{label.zh}（{len(doubtful)} 条）", f"{label.en} ({len(doubtful)})")
    parts_zh, parts_en = [], []
    if sure:
        parts_zh.append(f"{len(sure)} 条")
        parts_en.append(f"{len(sure)}")
    if doubtful:
        parts_zh.append(f"另有 {len(doubtful)} 条待人工核对")
        parts_en.append(f"{len(doubtful)} more for a person to look at")
    if not listed and label is RESULTS["rows"]:
        parts_zh.append("逐条内容未附")
        parts_en.append("not listed row by row")
    if not parts_zh:
        return label
    return Label(f"{label.zh}（{'，'.join(parts_zh)}）", f"{label.en} ({', '.join(parts_en)})")


def _shown(values: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    return ((name, value) for name, value in values.items() if name not in _PERSONAL and value is not None)


def _cell(name: str, value: object) -> dict[str, Any]:
    label, kind = COLUMNS.get(name, (Label(name, name), "text"))
    words = Label(mask(str(value)), mask(str(value))) if kind == "number" else said(shareable(value), kind)
    return {"column": name, "label": pair(label), "said": pair(words)}
