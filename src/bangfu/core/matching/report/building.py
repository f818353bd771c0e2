"""The means-check report (核对报告) of a household: from authorisation to result, as one JSON-able model.

The model carries every text in Chinese and English and every value both raw (money in fen, dates as ISO text) and in
words; `bangfu.core.documents.means_report` turns it into a page or a PDF. Names are whole, ID numbers masked. The
same inputs give the same report, number and hash included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.core.matching.errors import DataError
from bangfu.core.matching.exchange.authorisations import GRANTED, Answer, Authorisations
from bangfu.core.matching.report.catalogue import (
    HOUSEHOLD_FACTS,
    PERSON_FACTS,
    TABLES,
    hidden,
    said,
    shareable,
    table_of,
)
from bangfu.core.matching.report.exchanges import Exchange
from bangfu.core.matching.report.facts import household_facts, pair, person_facts
from bangfu.core.matching.report.folder import (
    NOT_AUTHORISED,
    ConflictRead,
    Crosscheck,
    FactRead,
    RowsOf,
    SourceRead,
    read_crosscheck,
)
from bangfu.core.matching.report.gate import REPORT_STATUSES, SCHEMA, content_hash, report_status
from bangfu.core.matching.report.people import HouseholdPlace, Person, Registry
from bangfu.core.matching.report.sources import Methods, SourceTeller, told_answer
from bangfu.core.matching.report.words import conclusions, missing, validity
from bangfu.core.rulebook.model import Label

VALID_DAYS = 90


@dataclass(frozen=True)
class ReportOptions:
    """What all reports of one making share. `rows_of` None: nobody can say what came back row by row."""

    on: date
    purpose: str
    operator: str = ""
    valid_days: int = VALID_DAYS
    authorisations: Authorisations | None = None
    rows_of: RowsOf | None = None
    methods: Methods | None = None
    exchanges: Sequence[Exchange] = ()


def build_report(folder: Path, household_no: str, registry: Registry, options: ReportOptions) -> dict[str, Any]:
    """One household's report. Raises DataError where folder, household or day do not fit."""
    return ReportBuilder(read_crosscheck(folder, {household_no}), registry, options).build(household_no)


class ReportBuilder:
    """Builds reports of households that were read together."""

    def __init__(self, crosscheck: Crosscheck, registry: Registry, options: ReportOptions) -> None:
        self.crosscheck, self.registry, self.options = crosscheck, registry, options
        self.by_file = {source.file: source for source in crosscheck.sources if source.file}
        _require_day(crosscheck.sources, options.on)

    def build(self, household_no: str) -> dict[str, Any]:
        """The report. Raises DataError where neither registry nor cross-check knows the household."""
        return _Household(self, str(household_no)).report()

    def conflicts(self, household_no: str) -> list[dict[str, Any]]:
        """Only the contradictions that the report would hold. Raises DataError as `build` does."""
        made = _Household(self, str(household_no))
        return made._conflicts() if made._overall().granted else []


def _require_day(sources: Sequence[SourceRead], on: date) -> None:
    for source in sources:
        latest = max((day for day in (source.as_of, source.received_on) if day is not None), default=None)
        if latest is not None and latest > on:
            raise DataError(
                f"--on {on}: 早于 {source.file} 的数据日期 {latest}，那一天还没有这份数据；请用不早于它的日期 / "
                f"before the date of {source.file}, {latest}: the data were not there yet; give that day or a later one"
            )


class _Household:
    """One household's report in the making."""

    def __init__(self, builder: ReportBuilder, number: str) -> None:
        self.options, self.crosscheck, self.by_file = builder.options, builder.crosscheck, builder.by_file
        self.number = number
        self.people: Sequence[Person] = builder.registry.people.get(number, ())
        self.place = builder.registry.places.get(number) or HouseholdPlace(number)
        self.facts: Mapping[str, FactRead] = self.crosscheck.households.get(number, {})
        self.person_facts = dict(self.crosscheck.persons.get(number, ()))
        self.names = {person.person_no: person.name for person in self.people}
        self.tables = list(dict.fromkeys([*(s.table for s in self.crosscheck.sources), *_usual_tables()]))
        self.answers: dict[str, Answer] = {}
        self._require()

    def _require(self) -> None:
        if not self.people and _unknown_to(self.number, self.crosscheck):
            raise DataError(
                f"--household {self.number}: 登记簿和比对结果中都没有这一户，请检查户编号 / "
                "neither the registry nor the cross-check knows this household; check its number"
            )
        if _unknown_to(self.number, self.crosscheck) and self._overall().granted:
            raise DataError(
                f"--household {self.number}: 比对结果中没有这一户，请重新运行 bangfu crosscheck / "
                "the cross-check does not hold this household; run bangfu crosscheck again"
            )

    def report(self) -> dict[str, Any]:
        """All parts, then number and hash over them."""
        overall = self._overall()
        household = household_facts(self.facts, self.by_file, self.allowed) if overall.granted else []
        persons = [self._person(number, overall) for number in self._numbers()]
        sources = self._sources()
        made: dict[str, Any] = {
            "schema": SCHEMA,
            "made_on": self.options.on.isoformat(),
            "purpose": hidden(self.options.purpose),
            "operator": hidden(self.options.operator),
            "household": self._header(),
            "authorisation": self._authorisation(overall),
            "persons": persons,
            "facts": household,
            "sources": sources,
            "conflicts": self._conflicts() if overall.granted else [],
            "missing": missing(household, persons, sources) if overall.granted else [],
            "validity": validity(sources, self.options.valid_days),
        }
        made["as_of"] = made["validity"]["from"]
        made["conclusions"] = conclusions(made)
        made["notices"] = [pair(notice) for notice in self._notices(overall)]
        made["sha256"] = content_hash(made)
        status = report_status(made, self.number, self.options.on)
        made["status"] = {"code": status, **pair(REPORT_STATUSES[status])}
        made["sha256"] = content_hash(made)
        made["report_no"] = f"MC-{self.options.on:%Y%m%d}-{self.number}-{made['sha256'][:8]}"
        return made

    def allowed(self, table: str) -> Answer:
        """Whether what this source said may be seen: authorised now, or when the file came and lapsed since.

        A withdrawal closes it: what came before stays in the reports that were made before.
        """
        if table not in self.answers:
            self.answers[table] = self._allowed(table)
        return self.answers[table]

    def _allowed(self, table: str) -> Answer:
        register = self.options.authorisations
        if register is None:
            return Answer(GRANTED)
        now = register.answer(self.number, self.options.on, table)
        if now.status != "expired":
            return now
        came = [source.received_on or source.as_of for source in self.crosscheck.sources if source.table == table]
        then = [register.answer(self.number, day, table) for day in came if day is not None]
        return then[0] if then and all(answer.granted for answer in then) else now

    def _overall(self) -> Answer:
        """The household's standing: granted where any source may be seen."""
        facts = [*self.facts.values(), *(read for each in self.person_facts.values() for read in each.values())]
        if facts and self.options.authorisations is None and all(read.coverage == NOT_AUTHORISED for read in facts):
            return Answer("none")
        answers = [self.allowed(table) for table in self.tables]
        granted = [answer for answer in answers if answer.granted]
        refused = [answer for answer in answers if answer.status != "out_of_scope"]
        return next(iter([*granted, *refused, *answers]), Answer("none"))

    def _numbers(self) -> list[str]:
        return list(dict.fromkeys([*self.names, *self.person_facts]))

    def _header(self) -> dict[str, Any]:
        place = self.place
        head = place.head_name or next((p.name for p in self.people if p.relation in ("户主", "head")), "")
        return {
            "household_no": self.number,
            "head_name": head,
            "region_code": place.region_code,
            "township_name": place.township_name,
            "village_name": place.village_name,
            "group": place.group,
            "members": len(self.people),
        }

    def _person(self, number: str, overall: Answer) -> dict[str, Any]:
        known = next((person for person in self.people if person.person_no == number), None)
        facts = self.person_facts.get(number, {}) if overall.granted else {}
        register = self.options.authorisations
        table = next((table for table in self.tables if self.allowed(table).granted), self.tables[0])
        answer = None if register is None else register.answer(self.number, self.options.on, table, number)
        return {
            "person_no": number,
            "name": known.name if known else "",
            "id_number": known.masked if known else "",
            "relation": known.relation if known else "",
            "authorisation": None if answer is None else told_answer(answer, "register"),
            "facts": person_facts(facts, self.by_file, self.allowed),
        }

    def _authorisation(self, overall: Answer) -> dict[str, Any]:
        register = self.options.authorisations
        told = told_answer(overall, "manifest" if register is None else "register")
        told["missing"] = [{"person_no": no, "name": self.names.get(no, "")} for no in overall.missing]
        later = None if register is None else register.withdrawn_after(self.number, self.options.on)
        told["withdrawn_later"] = shareable(later)
        if register is None and overall.granted:
            told["said"] = pair(_BY_MANIFEST)
        return told

    def _sources(self) -> list[dict[str, Any]]:
        teller = SourceTeller(
            on=self.options.on,
            region=self.place.region_code,
            registered=self.options.authorisations is not None,
            allowed=self._closed if not self._overall().granted else self.allowed,
            names=self.names,
            methods=self.options.methods or {},
            exchanges=self.options.exchanges,
        )
        facts = [self.facts, *self.person_facts.values()]
        rows = None
        if self.options.rows_of is not None and self._overall().granted:
            rows = self.options.rows_of(self.crosscheck.folder, self.crosscheck.keys.get(self.number, self.number))
        return teller.entries(self.crosscheck.sources, facts, rows)

    def _closed(self, table: str) -> Answer:
        answer = self.allowed(table)
        return self._overall() if answer.granted else answer

    def _conflicts(self) -> list[dict[str, Any]]:
        found = self.crosscheck.conflicts.get(self.number, ())
        return [self._conflict(item) for item in found if self._may_see(item)]

    def _may_see(self, item: ConflictRead) -> bool:
        """What the registry itself holds needs no bureau's answer and so no authorisation."""
        asked = [name for name in (item.source, item.other_source) if name not in _REGISTRY_NAMES]
        return all(self.allowed(self._table(name)).granted for name in asked)

    def _table(self, name: str) -> str:
        return self.by_file[name].table if name in self.by_file else table_of(name)

    def _conflict(self, item: ConflictRead) -> dict[str, Any]:
        words = (PERSON_FACTS if item.person_no else HOUSEHOLD_FACTS).get(item.fact) or PERSON_FACTS.get(item.fact)
        kind, unit = (words.kind, words.unit) if words else ("text", Label())
        if kind == "boolean" and {str(item.value), str(item.other_value)} - _ANSWERS:
            kind = "text"  # a day of death against a pension is no yes and no no
        sides = {}
        for key, source, value in (
            ("one", item.source, item.value),
            ("other", item.other_source, item.other_value),
        ):
            text = said(shareable(value), kind, unit)
            sides[key] = {
                "source": source,
                "label": pair(self._source_label(source)),
                "value": shareable(value),
                "said": pair(text),
            }
        return {
            "fact": item.fact,
            "label": pair(words.label if words else Label(item.fact, item.fact)),
            "person_no": item.person_no,
            "name": self.names.get(item.person_no, ""),
            **sides,
            "message": {"zh": shareable(item.message_zh), "en": shareable(item.message_en or item.message_zh)},
        }

    def _source_label(self, name: str) -> Label:
        if name in _REGISTRY_NAMES:
            return Label("登记簿", "the registry")
        source = self.by_file.get(name)
        if source is not None and source.label_zh:
            return Label(source.label_zh, source.label_en or source.label_zh)
        known = TABLES.get(self._table(name))
        return known.label if known else Label(name, name)

    def _notices(self, overall: Answer) -> list[Label]:
        notices = []
        register = self.options.authorisations
        if register is None and overall.granted:
            notices.append(_NO_REGISTER)
        if register is not None:
            later = register.withdrawn_after(self.number, self.options.on)
            if later is not None:
                notices.append(withdrawn_notice(later))
            lapsed = [
                a.valid_to for a in self.answers.values() if a.granted and a.valid_to and a.valid_to <= self.options.on
            ]
            if lapsed:
                notices.append(_lapsed(min(lapsed)))
        return notices


_ANSWERS = {"True", "False", "true", "false", "None"}
_REGISTRY_NAMES = {"registry", "登记簿", "台账", "persons", "households"}
_BY_MANIFEST = Label("按数据说明", "by the manifests")
_NO_REGISTER = Label(
    "没有授权登记簿（authorisations 表）：各来源按其数据说明载明的授权查询，未逐户查验授权书",
    "no authorisation register: sources were asked by the authorisation their manifests name; papers were not checked "
    "household by household",
)


def withdrawn_notice(day: date) -> Label:
    """What stands on a report from before the withdrawal."""
    return Label(
        f"授权已于 {day} 撤回：此前取得的结果保留在本报告中，自该日起不再查询，也不得再据此作出新的决定",
        f"the authorisation was withdrawn on {day}: what came before stays in this report; from that day nothing more "
        "is asked and no new decision may rest on it",
    )


def _lapsed(end: date) -> Label:
    return Label(
        f"授权已于 {end} 前到期：到期前取得的结果列出，此后不再查询，须重新授权",
        f"the authorisation ended before {end}: results that came in time are listed; nothing more is asked without a "
        "new one",
    )


def _unknown_to(number: str, crosscheck: Crosscheck) -> bool:
    """True where the cross-check holds nothing about the household."""
    return number not in crosscheck.households and number not in crosscheck.persons


def _usual_tables() -> list[str]:
    return list(dict.fromkeys(words.tables[0] for words in (*HOUSEHOLD_FACTS.values(), *PERSON_FACTS.values())))
