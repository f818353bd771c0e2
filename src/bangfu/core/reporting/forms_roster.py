"""Fills a list of households or persons: whom the title means, one a row, personal numbers masked without a purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Ask, Meaning
from bangfu.core.documents.forms.grid import Grid
from bangfu.core.documents.forms.labels import squeezed
from bangfu.core.documents.forms.layout import FormColumn, FormRow, FormTable
from bangfu.core.documents.forms.meaning import Reader, Surroundings, hear
from bangfu.core.documents.forms.scan import column_letters, reference
from bangfu.core.documents.forms.terms import RosterColumn, roster_columns
from bangfu.core.documents.forms.words import read_words
from bangfu.core.reporting.forms_answers import Question
from bangfu.core.reporting.forms_rosterdata import RosterData, Row, Source, shown_value
from bangfu.core.reporting.forms_state import FillState

_KIND = re.compile(
    r"花名册|名册|名单|登记表|统计表|台账|明细表|公示表|公示|汇总表|一览表|信息表|基本情况表|情况表|清单|调查表|摸排表|排查表|采集表|表$|底册|发放|附件\d*[:：]?"
)
PUBLIC = re.compile(r"公示|公开|张榜|公告")
_UNIT = re.compile(r"[\(（](元|万元|亩|人|岁|周岁|月|平方米|㎡|元/年|元/月|个|年)[\)）]$|[:：]$")
_PLACE = re.compile(r"[省市州县区旗镇乡村]$|街道$|社区$")
WITHHELD = frozenset({"id", "phone", "account"})
_HEALTH = frozenset({"health", "disability_kind", "disability_grade"})


def is_roster(table: FormTable) -> bool:
    """Whether rows are households or persons."""
    people = table.by_role("head") + table.by_role("person")
    return bool(people)


@dataclass(slots=True)
class RosterFilling:
    """One list of a form."""

    state: FillState
    grid: Grid
    table: FormTable
    unit: str = field(init=False)
    where: str = field(init=False)
    programme: str = field(init=False)
    _rows: list[Row] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        title = _KIND.sub("|", squeezed(self.table.title or self.grid.sheet.name))
        words = read_words(title, self.state.lexicon)
        self.unit = self._unit(words.hint)
        reader = Reader(self.state.lexicon, Surroundings(title, self.state.request.as_of))
        heard = hear([words], title)
        named = [concept.programme for _, concept in heard.conditions if concept.programme]
        named += [programme for programme, _ in words.programmes]
        self.programme = named[-1] if named else ""
        made = Meaning(title)
        ask = reader.asks(heard, self.unit, made)[0] if words.filters else Ask(self.unit, zh="全部")
        self.where = ask.where
        if not self._given:
            self._tell(ask.zh, "".join(heard.left), bool(words.filters))

    def _unit(self, hint: str) -> str:
        """Households where only heads are named, or where the list says how many persons each has; else persons."""
        if not self.table.by_role("person"):
            return HOUSEHOLDS
        keys = [_key(column) for column in self.table.columns]
        found = [roster_columns().get(key) for key in keys]
        sized = any(column and column.total == "count(persons)" for column in found)
        related = any(column and column.fact == "relation" for column in found)
        if self.table.by_role("head"):
            return PERSONS
        return HOUSEHOLDS if sized and not related and hint != "persons" else PERSONS

    def _tell(self, zh: str, left: str, known: bool) -> None:
        title = self.table.title or self.grid.sheet.name
        if known:
            text = f"按标题“{title}”列出：{zh}"
        else:
            text = f"标题“{title}”没有说明列哪些人，列出了范围内的全部{'户' if self.unit == HOUSEHOLDS else '人'}"
        left = "" if _PLACE.search(left) else left
        more = f"；标题里没有用到的字：{left}" if left else ""
        self.state.ask(
            Question(
                f"名册：{title}", "doubtful", text + more, "whom the title was taken to mean", self.table.sheet, []
            )
        )

    # -- rows -------------------------------------------------------------------------------------
    @property
    def _data_rows(self) -> list[FormRow]:
        return [row for row in self.table.rows if row.kind == "data"]

    @property
    def _given(self) -> list[FormRow]:
        """Rows in which somebody wrote whom they are about."""
        columns = [c.number for c in self.table.by_role("head") + self.table.by_role("person")]
        return [row for row in self._data_rows if any(row.labels.get(c) for c in columns)]

    @property
    def more(self) -> int:
        """How many rows are wanted beyond those that the form has."""
        return 0 if self._given else max(0, len(self.rows) - len(self._data_rows))

    @property
    def rows(self) -> list[Row]:
        """Whom the list is about, in the order of their villages and numbers."""
        if self._rows is None:
            self._rows = self._data.rows(self.where, self._sources)
        return self._rows

    @property
    def _data(self) -> RosterData:
        return RosterData(self.state.registry, self.state.areas, self.unit, self.programme)

    def asks(self) -> list[Ask]:
        """Nothing is counted by area."""
        return []

    @property
    def _sources(self) -> dict[int, Source]:
        """What each column is read from, by its number."""
        found = {}
        for column in self.table.columns:
            source = self._source(column)
            if source is not None:
                found[column.number] = source
        return found

    def _source(self, column: FormColumn) -> Source | None:
        if column.role in ("serial", "note"):
            return None
        if column.role == "head":
            return Source("household", RosterColumn("household", special="head_name"))
        if column.role == "person":
            of = "head" if self.unit == HOUSEHOLDS else "person"
            return Source(of, RosterColumn(of, special="name"))
        phrase = self.state.request.answers.get(column.key)
        key = squeezed(phrase.phrase).casefold() if phrase and phrase.phrase else _key(column)
        known = roster_columns().get(key) or self._of_catalogue(key)
        if known is not None:
            of = known.of
            if of == "person" and self.unit == HOUSEHOLDS:
                of = "head"
            return Source(of, known)
        return self._amount(key) or self._yes_or_no(key)

    def _of_catalogue(self, key: str) -> RosterColumn | None:
        """A column that bears a fact's own name."""
        book = self.state.registry.book
        for fact in book.facts.values():
            of = {HOUSEHOLDS: "household", PERSONS: "person"}.get(fact.table)
            names = {squeezed(text).casefold() for text in (fact.label.zh, *fact.headers) if text}
            if of and key in names and not fact.personal and fact.derive is None:
                return RosterColumn(of, fact=fact.column)
        return None

    def _amount(self, key: str) -> Source | None:
        words = read_words(
            key.replace("标准", "金额"), self.state.lexicon
        )  # of one person or household they are the same
        named = [c.programme for _, options in words.concepts for c in options if c.programme]
        named += [programme for programme, _ in words.programmes]
        programme = named[-1] if named else self.programme
        if not words.amount or not programme or words.left:
            return None
        names = ", ".join(f"'{name.strip()}'" for name in programme.split(","))
        total = f"sum(benefits.monthly_amount where programme in ({names}))"
        of = "person" if self.unit == PERSONS else "household"
        return Source(of, RosterColumn(of, total=total, adds=True), kind="money")

    def _yes_or_no(self, key: str) -> Source | None:
        """是否低保户, 是否残疾: whether the row's household or person is such."""
        if not key.startswith("是否"):
            return None
        heard = hear([read_words(key.removeprefix("是否").removeprefix("为"), self.state.lexicon)], self.table.title)
        if heard.left or not heard.words.filters:
            return None
        reader = Reader(self.state.lexicon, Surroundings(self.table.title, self.state.request.as_of))
        ask = reader.asks(heard, self.unit, Meaning(key))[0]
        of = "person" if self.unit == PERSONS else "household"
        return Source(of, RosterColumn(of), ask=ask, kind="boolean")

    # -- filling ----------------------------------------------------------------------------------
    def fill(self) -> None:
        """Write a row for each."""
        sources = self._sources
        withheld = self._withheld(sources)
        given = self._given
        pairs = self._match(given) if given else list(zip(self._data_rows, self.rows, strict=False))
        cells = 0
        blanks: dict[int, list[str]] = {}
        for number, (row, about) in enumerate(pairs, 1):
            for column in self.table.columns:
                if self.state.held(self.grid, row.number, column.number):
                    continue
                value = self._value(column, number, about, sources, withheld)
                if value is None:
                    if column.number in sources and column.number not in withheld and about.lacks(column.number):
                        blanks.setdefault(column.number, []).append(reference(row.number, column.number))
                    continue
                self.state.write(self.grid, row.number, column.number, value)
                cells += column.role != "serial"
        self._totals([about for _, about in pairs], sources)
        self._questions(sources, withheld, blanks)
        self.state.rosters.append(self._trace(pairs, sources, withheld, cells))

    def _withheld(self, sources: Mapping[int, Source]) -> dict[int, str]:
        """Columns that are left empty, and why."""
        public = bool(PUBLIC.search(self.table.title))
        found = {}
        for number, source in sources.items():
            special, fact = source.column.special, source.column.fact
            if public and (special in WITHHELD or special == "address" or fact in _HEALTH):
                found[number] = "公示的表不写证件号码、电话、账号、住址和健康信息"
            elif special == "account":
                found[number] = "账号不从这里取出，请到发放系统核对"
        return found

    def _value(
        self, column: FormColumn, number: int, about: Row, sources: Mapping[int, Source], withheld: Mapping[int, str]
    ) -> Any:
        if column.role == "serial":
            return number
        if column.number not in sources or column.number in withheld:
            return None
        value = shown_value(
            about.values.get(column.number),
            sources[column.number],
            self._money(column),
            bool(self.state.request.purpose),
        )
        if isinstance(value, date) and not self.grid.format(self._data_rows[0].number, column.number).date:
            return value.isoformat()
        return value

    def _money(self, column: FormColumn) -> int:
        words = read_words(column.path[-1], self.state.lexicon)
        unit = read_words(f"额({self.table.unit})", self.state.lexicon).money if self.table.unit else 0
        return words.money or unit or 1

    def _match(self, given: Sequence[FormRow]) -> list[tuple[FormRow, Row]]:
        """The rows of people that are named already: by ID number, else by a name that only one has."""
        everybody = self._data.rows("", self._sources)
        ids = [
            c.number
            for c in self.table.columns
            if _key(c) in roster_columns() and roster_columns()[_key(c)].special == "id"
        ]
        names = [c.number for c in self.table.by_role("person") + self.table.by_role("head")]
        found = []
        for row in given:
            fitting = self._by_number(row, ids, everybody)
            if not fitting:
                name = next((squeezed(row.labels[c]) for c in names if row.labels.get(c)), "")
                village = next(
                    (row.labels[c.number] for c in self.table.by_role("village") if row.labels.get(c.number)), ""
                )
                codes = self.state.areas.find(village, 12) if village else []
                fitting = [r for r in everybody if r.name == name and (not codes or r.region in codes)]
            if len(fitting) == 1:
                found.append((row, fitting[0]))
            else:
                zh = f"第{row.number}行的人在资料里{'没有' if not fitting else f'有{len(fitting)}个同名'}，没有填写"
                self.state.ask(
                    Question(
                        f"第{row.number}行",
                        "row",
                        zh,
                        "nobody, or several, have this name",
                        self.table.sheet,
                        [str(row.number)],
                    )
                )
        return found

    def _by_number(self, row: FormRow, columns: Sequence[int], everybody: Sequence[Row]) -> list[Row]:
        from bangfu.core.values.id_number import read_id_number

        for column in columns:
            number = read_id_number(self.grid.text(row.number, column)).number
            if number:
                return [r for r in everybody if r.id_number == number]
        return []

    def _totals(self, rows: Sequence[Row], sources: Mapping[int, Source]) -> None:
        for row in self.table.rows:
            if row.kind != "total":
                continue
            for column in self.table.columns:
                source = sources.get(column.number)
                if source is None or not source.column.adds or self.state.held(self.grid, row.number, column.number):
                    continue
                values = [about.values.get(column.number) for about in rows]
                shown = [shown_value(value, source, self._money(column), False) for value in values]
                if all(isinstance(value, (int, Decimal)) for value in shown):
                    self.state.write(self.grid, row.number, column.number, sum(shown, 0))

    # -- what is told -----------------------------------------------------------------------------
    def _questions(
        self, sources: Mapping[int, Source], withheld: Mapping[int, str], blanks: Mapping[int, list[str]]
    ) -> None:
        for column in self.table.columns:
            letters = column_letters(column.number)
            if column.role in ("serial", "note"):
                continue
            if column.number not in sources:
                zh = f"“{column.key}”不在已知的词里，没有填写"
                self.state.ask(
                    Question(
                        column.key,
                        "unknown",
                        zh,
                        "this column is not known; it was left empty",
                        self.table.sheet,
                        [letters],
                    )
                )
            elif column.number in withheld:
                self.state.ask(
                    Question(
                        column.key,
                        "note",
                        withheld[column.number],
                        "left empty to protect personal data",
                        self.table.sheet,
                        [letters],
                    )
                )
            elif sources[column.number].column.special in WITHHELD and not self.state.request.purpose:
                zh = "没有写明用途，只写遮盖后的号码；需要完整号码时用 --purpose 说明用途"
                self.state.ask(
                    Question(
                        column.key,
                        "note",
                        zh,
                        "masked; --purpose TEXT writes whole numbers",
                        self.table.sheet,
                        [letters],
                    )
                )
            if column.number in blanks:
                zh = f"{len(blanks[column.number])}行的资料里没有这一项，没有填写"
                self.state.ask(
                    Question(
                        column.key,
                        "incomplete",
                        zh,
                        "the data have no value for these rows",
                        self.table.sheet,
                        blanks[column.number],
                    )
                )

    def _trace(
        self,
        pairs: Sequence[tuple[FormRow, Row]],
        sources: Mapping[int, Source],
        withheld: Mapping[int, str],
        cells: int,
    ) -> dict[str, Any]:
        return {
            "sheet": self.table.sheet,
            "title": self.table.title,
            "of": self.unit,
            "where": self.where,
            "rows": len(pairs),
            "cells": cells,
            "columns": {
                column_letters(c.number): {"header": c.key, "read_from": "" if c.number in withheld else sources[c.number].named}
                for c in self.table.columns if c.number in sources
            },
            "keys": {str(row.number): about.key for row, about in pairs},
        }  # fmt: skip


def _key(column: FormColumn) -> str:
    return _UNIT.sub("", squeezed(column.path[-1]).casefold())
