"""What every figure of a table asks for, with its neighbours: 其中 columns, shares of the column beside, totals."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Definition, Meaning
from bangfu.core.documents.forms.labels import is_unit, squeezed
from bangfu.core.documents.forms.layout import FormColumn, FormRow, FormTable
from bangfu.core.documents.forms.meaning import Heard, Reader, Surroundings, hear
from bangfu.core.documents.forms.terms import Lexicon
from bangfu.core.documents.forms.words import Words, read_words

_HEADED = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]")


@dataclass(slots=True)
class Asked:
    """The words of a table's columns and rows, and the reader that makes meanings of them."""

    table: FormTable
    lexicon: Lexicon
    as_of: date
    places: frozenset[str] = frozenset()
    """Texts of headers that name an area."""
    phrases: dict[str, str] = field(default_factory=dict)
    """What a person said that a header's key means."""
    reader: Reader = field(init=False)
    _heard: dict[int, Heard] = field(init=False, default_factory=dict)
    _words: dict[str, Words] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        every = [self.words(text) for column in self.table.columns for text in self.path(column)]
        every += [self.words(text) for row in self.table.rows for text in self.items(row)]
        ids = {concept.id for words in every for _, options in words.concepts for concept in options}
        lows = frozenset(age.low for words in every for age in words.ages if age.low is not None)
        highs = frozenset(age.high for words in every for age in words.ages if age.high is not None)
        money = read_words(f"额({self.table.unit})", self.lexicon).money if self.table.unit else 0
        around = Surroundings(
            self.table.title,
            self.as_of,
            money,
            {"户": "households", "人": "persons"}.get(self.table.unit, ""),
            "resolved" in ids,
            "unresolved" in ids,
            lows,
            highs,
        )  # fmt: skip
        self.reader = Reader(self.lexicon, around)

    def words(self, text: str) -> Words:
        """The words of one cell."""
        if text not in self._words:
            self._words[text] = read_words(text, self.lexicon)
        return self._words[text]

    def path(self, column: FormColumn) -> tuple[str, ...]:
        """The texts above a column, or what a person said they mean."""
        said = self.phrases.get(column.key)
        return (said,) if said else column.path

    def items(self, row: FormRow) -> list[str]:
        """The texts of a row that say what is counted in it."""
        columns = {c.number for c in self.table.columns if c.role in ("item", "measured")}
        return [text for number, text in row.labels.items() if text and number in columns]

    # -- columns ----------------------------------------------------------------------------------
    def heard(self, column: FormColumn) -> Heard:
        """A column's words, after those of the column that it is part of."""
        if column.number not in self._heard:
            base = self.base(column)
            elements = [self.words(text) for text in self.path(column)]
            self._heard[column.number] = hear(elements, self.table.title, self.heard(base) if base else None)
        return self._heard[column.number]

    def base(self, column: FormColumn) -> FormColumn | None:
        """For 其中 columns the column on the left that they are part of."""
        if column.key in self.phrases:
            return None
        for depth, text in enumerate(column.path):
            if self.words(text).of_which:
                return self._left_of(column, depth)
        return self._continued(column)

    def _left_of(self, column: FormColumn, depth: int) -> FormColumn | None:
        above = column.groups[:depth]
        for other in reversed([c for c in self.table.figures if c.number < column.groups[depth][1]]):
            if other.groups[:depth] == above and not self._of_which(other, depth):
                words = [self.words(text) for text in other.path]
                if not any(w.share for w in words):
                    return other
        return None

    def _of_which(self, column: FormColumn, depth: int) -> bool:
        return len(column.path) > depth and self.words(column.path[depth]).of_which

    def _continued(self, column: FormColumn) -> FormColumn | None:
        """其中：男 | 女: a column behind an 其中 goes on with the same whole, for certain where it names no unit."""
        leaf = self.words(column.path[-1])
        if leaf.share or leaf.measures or leaf.amount or not leaf.filters:
            return None
        before = [c for c in self.table.figures if c.number < column.number]
        for other in reversed(before):
            if other.groups[:-1] != column.groups[:-1]:
                return None
            words = self.words(other.path[-1])
            if words.of_which:
                base = self.base(other)
                return None if base is None or self._stands_alone(leaf, base) else base
            if not words.filters or words.share or words.measures or words.amount:
                return None
        return None

    def _stands_alone(self, leaf: Words, base: FormColumn) -> bool:
        """监测对象务工人数 behind 脱贫人口务工人数: a header that says over what its own base says, and more."""
        own = {options[0].family for _, options in leaf.concepts}
        whole = {concept.family for _, concept in self.heard(base).conditions}
        return len(own) > 1 and bool(own & whole)

    def _perhaps(self, column: FormColumn) -> bool:
        """Whether the column may as well stand for itself: it goes on behind an 其中, but names its own unit."""
        leaf = self.words(column.path[-1])
        inside = any(self.words(text).of_which for text in column.path)
        return not inside and bool(leaf.unit or leaf.hint) and self.base(column) is not None

    def meaning(self, column: FormColumn) -> Meaning:
        """What a column asks for."""
        made = self.reader.meaning(self.heard(column), self._beside(column), self._total(column))
        if self._perhaps(column):
            alone = hear([self.words(text) for text in self.path(column)], self.table.title)
            made.readings = list(dict.fromkeys([*made.readings, *self.reader.meaning(alone).readings[:1]]))
        return made

    def _beside(self, column: FormColumn) -> Definition | None:
        """The figure on the left that a share is of, in the same group where there is one."""
        left = [c for c in self.table.figures if c.number < column.number]
        near = [c for c in left if c.groups[0] == column.groups[0]] or left
        for other in reversed(near):
            heard = self.heard(other)
            if heard.words.share or heard.words.measures:
                continue
            found = self.reader.meaning(heard)
            if found.readings:
                return found.readings[0]
        return None

    def _total(self, column: FormColumn) -> Definition | None:
        """The column that counts all of what the column beside a share counts a part of."""
        part = self._beside(column)
        unit = part.top.table if part else ""
        for other in self.table.figures:
            heard = self.heard(other)
            if other.number < column.number and not heard.words.share and not heard.words.measures:
                found = self.reader.meaning(heard)
                whole = found.readings[0] if found.readings else None
                if whole and whole.top.table == unit and not whole.top.where and unit in (HOUSEHOLDS, PERSONS):
                    return whole
        return None

    # -- rows that say what is counted ------------------------------------------------------------
    def row_heard(self, row: FormRow) -> Heard:
        """The words of a row's label, after those of the row that it is part of."""
        elements = [self.words(text) for text in self.items(row)]
        base = None
        if any(w.of_which for w in elements) or self._goes_on(row):
            base = self._row_base(row)
        return hear(elements, self.table.title, self.row_heard(base) if base else None)

    def _before(self, row: FormRow) -> list[FormRow]:
        return [r for r in self.table.rows if r.number < row.number and r.kind == "data" and self.items(r)]

    def _row_base(self, row: FormRow) -> FormRow | None:
        for other in reversed(self._before(row)):
            if not any(self.words(text).of_which for text in self.items(other)) and not self._goes_on(other):
                return other
        return None

    def _goes_on(self, row: FormRow) -> bool:
        """Whether a row goes on with the parts that an 其中 row before it began: it has no number and no unit of its own."""
        own = self._label_words(row)
        if any(_HEADED.match(text) for text in self.items(row)) or not any(w.filters for w in own):
            return False
        if any(w.unit or w.hint for w in own):
            return False
        for other in reversed(self._before(row)):
            words = self._label_words(other)
            if any(w.of_which for w in words):
                return True
            if any(w.unit or w.hint for w in words):
                return False
        return False

    def _label_words(self, row: FormRow) -> list[Words]:
        """The words of a row's label, without those of the unit beside it."""
        return [self.words(text) for text in self.items(row) if not is_unit(text)]

    def cell_meaning(self, row: FormRow, column: FormColumn) -> Meaning:
        """What the cell of an item's row asks for: the row's words and the column's together."""
        whole = self.row_heard(row)
        elements = [self.words(text) for text in self.path(column) if not self._only_place(text)]
        heard = hear(elements, self.table.title, whole)
        for name in ("measures", "amount", "unit", "hint", "per", "money", "shown", "share", "whole", "percent"):
            if not getattr(heard.words, name) and getattr(whole.words, name):
                setattr(heard.words, name, getattr(whole.words, name))
        heard.left = [*whole.left, *heard.left]
        heard.words.text = "/".join([whole.words.text, *(w.text for w in elements if w.text)])
        return self.reader.meaning(heard, self._row_beside(row), None)

    def _row_beside(self, row: FormRow) -> Definition | None:
        for other in reversed(self._before(row)):
            found = self.reader.meaning(self.row_heard(other))
            if found.readings and found.readings[0].bottom is None:
                return found.readings[0]
        return None

    def _only_place(self, text: str) -> bool:
        """A column header that says nothing of what is counted: an area, 数量, 本期数, 合计."""
        return text in self.places or squeezed(text) in (
            "数量",
            "数值",
            "数据",
            "合计",
            "总计",
            "本期",
            "本期数",
            "期末数",
            "指标值",
            "实际数",
            "填报数",
            "数",
        )
