"""What every figure of a table asks for, with its neighbours: 其中 columns, shares of the column beside, totals."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Ask, Definition, Doubt, Meaning
from bangfu.core.documents.forms.labels import is_unit, squeezed
from bangfu.core.documents.forms.layout import FormColumn, FormRow, FormTable
from bangfu.core.documents.forms.meaning import Heard, Reader, Surroundings, hear
from bangfu.core.documents.forms.terms import Concept, Lexicon
from bangfu.core.documents.forms.words import Words, read_words

TITLE_WORDS = re.compile(
    r"花名册|名册|名单|登记表|统计表|台账|明细表|公示表|公示|汇总表|一览表|信息表|基本情况表|情况表|清单|调查表|摸排表|排查表|采集表|"
    r"表$|底册|附件\d*[:：]?|表[一二三四五六七八九十\d]+[:：]?|巩固拓展脱贫攻坚成果|脱贫攻坚成果|脱贫攻坚|脱贫成果|困难群众"
)
"""Words of titles that do not say whom a table is about."""
_ALL = re.compile(r"总户|总人|农户|人口总数|户籍|乡村|农村|全村|全镇|常住|农业|辖区")
WHOLES = frozenset({"合计", "总计", "小计", "共计", "总数"})
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
    subject: Heard | None = field(init=False, default=None)
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
        self.subject = self._subject_of_title()
        if self.subject is not None:
            named = [concept for _, concept in self.subject.conditions if concept.programme]
            self.reader = Reader(self.lexicon, replace(around, programme=named[-1] if named else None))

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
            whole = self.heard(base) if base else self.subject if self._in_subject(column) else None
            heard = hear(elements, self.table.title, whole)
            heard.conditions = [(word, self._of_title(concept)) for word, concept in heard.conditions]
            self._heard[column.number] = heard
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

    def _subject_of_title(self) -> Heard | None:
        """Whom the whole table is about by its title: 残疾人情况表, 监测对象统计表, 60岁以上老年人…; None for other titles."""
        title = TITLE_WORDS.sub("|", squeezed(self.table.title))
        words = self.words(title)
        named = [
            (word, options) for word, options in words.concepts
            if options[0].family == "net" or word.endswith(("对象", "户", "人", "人口", "人员", "家庭", "学生", "患者"))
        ]  # fmt: skip
        if len({options[0].family for _, options in named}) + bool(words.ages) + bool(words.programmes) != 1:
            return None
        return hear([Words(text=title, concepts=named, ages=words.ages, programmes=words.programmes)], self.table.title)

    def _of_title(self, concept: Concept) -> Concept:
        """低保户 in a table about 农村低保 are those of the title."""
        titled = [c for _, c in self.subject.conditions if "urban" in c.reading.households] if self.subject else []
        return titled[0] if titled and concept.id == "dibao" else concept

    def _in_subject(self, column: FormColumn) -> bool:
        """Whether a column counts only those whom the title names: it names nobody else and not all."""
        if self.subject is None or column.key in self.phrases:
            return False
        own = [self.words(text) for text in column.path]
        families = {options[0].family for w in own for _, options in w.concepts}
        subject = {concept.family for _, concept in self.subject.conditions}
        people = {"kind", "watched", "watched_kind", "net"}
        if families & (subject | (people if subject & people else set())) or any(_ALL.search(w.text) for w in own):
            return False
        if (
            any(w.measures for w in own)
            and not any(w.per for w in own)
            and not any(w.measures[0].table in (HOUSEHOLDS, PERSONS) for w in own if w.measures)
        ):
            return False
        if any(w.amount or w.programmes for w in own):
            return False
        leaf = own[-1]
        if leaf.filters and not any(w.unit or w.hint for w in own):
            return True
        return not self._names_subject(subject)

    def _names_subject(self, families: set[str]) -> bool:
        """Whether some column names the title's subject itself, so that the others need not be about it."""
        words = [self.words(text) for column in self.table.figures for text in column.path]
        named = {options[0].family for w in words for _, options in w.concepts}
        return bool(named & families) or bool(self.subject and self.subject.words.ages and any(w.ages for w in words))

    def _of_groups(self, column: FormColumn, made: Meaning) -> None:
        """合计 over 户数 and 人数 beside groups that name people: those of any group, not everybody."""
        depth = next((n for n, text in enumerate(column.path[:-1]) if squeezed(text) in WHOLES), None)
        if depth is None or not made.readings or made.readings[0].top.where or made.readings[0].bottom is not None:
            return
        table, parts = made.readings[0].top.table, []
        for other in self.table.figures:
            if other.groups[:depth] != column.groups[:depth] or len(other.groups) <= depth:
                continue
            if other.groups[depth] == column.groups[depth] or self._of_which(other, depth):
                continue
            found = self._plain(other)
            if found is not None and found.top.table == table and found.top.where:
                parts.append(found.top)
        wheres = list(dict.fromkeys(part.where for part in parts))
        if len(wheres) < 2:
            return
        zh = "合计（各栏之一，不重复计）：" + "；".join(dict.fromkeys(part.zh for part in parts))
        union = Ask(table, " or ".join(f"({where})" for where in wheres), zh=zh)
        made.readings = [Definition(union), *made.readings]

    def _perhaps(self, column: FormColumn) -> bool:
        """Whether the column may as well stand for itself: it goes on behind an 其中, but names its own unit."""
        leaf = self.words(column.path[-1])
        inside = any(self.words(text).of_which for text in column.path)
        return not inside and bool(leaf.unit or leaf.hint) and self.base(column) is not None

    def meaning(self, column: FormColumn) -> Meaning:
        """What a column asks for."""
        made = self.reader.meaning(self.heard(column), self._beside(column), self._total(column))
        self._of_groups(column, made)
        words = self.heard(column).words
        if words.share and not words.filters and made.known and self._parts_beside(column) > 1:
            top = made.readings[0].top.zh
            made.doubts.append(
                Doubt(f"没有写明是哪一栏的比例，按“{top}”计算", "the header does not say which column it is a share of")
            )
        if self._perhaps(column) or (self.base(column) is None and self._in_subject(column)):
            alone = hear([self.words(text) for text in self.path(column)], self.table.title)
            made.readings = list(dict.fromkeys([*made.readings, *self.reader.meaning(alone).readings[:1]]))
        return made

    def _beside(self, column: FormColumn) -> Definition | None:
        """The figure on the left that a share is of, in the same group where there is one; never a whole of itself."""
        left = [c for c in self.table.figures if c.number < column.number]
        near = [c for c in left if c.groups[0] == column.groups[0]] or left
        share = self.heard(column).words
        unit = self.words(share.whole).unit if share.share == "of" else ""
        found = [made for other in reversed(near) if (made := self._plain(other)) is not None]
        parts = [made for made in found if made.top.where and unit in ("", made.top.table)]
        chosen = parts or found
        return chosen[0] if chosen else None

    def _parts_beside(self, column: FormColumn) -> int:
        """How many figures on the left a bare share could be of."""
        near = [c for c in self.table.figures if c.number < column.number and c.groups[0] != column.groups[0]]
        inside = [c for c in self.table.figures if c.number < column.number and c.groups[0] == column.groups[0]]
        found = {made.top for c in near if (made := self._plain(c)) is not None and made.top.where}
        return 1 if inside else len(found)

    def _plain(self, column: FormColumn) -> Definition | None:
        """What a column counts; None where it is a share or a sum."""
        words = self.heard(column).words
        if words.share or words.measures or words.amount:
            return None
        found = self.reader.meaning(self.heard(column)).readings
        return found[0] if found else None

    def _total(self, column: FormColumn) -> Definition | None:
        """The column that counts all of what the column beside a share counts a part of."""
        part = self._beside(column)
        unit = part.top.table if part else ""
        for other in self.table.figures:
            heard = self.heard(other)
            if other.number < column.number and not heard.words.share and not heard.words.measures:
                found = self.reader.meaning(heard)
                whole = found.readings[0] if found.readings else None
                bare = not any(self.words(text).filters for text in other.path)
                if (
                    whole
                    and whole.top.table == unit
                    and (bare or not whole.top.where)
                    and unit in (HOUSEHOLDS, PERSONS)
                ):
                    return whole
        return self._whole_of_title(unit)

    def _whole_of_title(self, unit: str) -> Definition | None:
        """All whom the title names, in a unit."""
        if self.subject is None or unit not in (HOUSEHOLDS, PERSONS):
            return None
        return Definition(self.reader.asks(self.subject, unit, Meaning(""))[0])

    # -- rows that say what is counted ------------------------------------------------------------
    def row_heard(self, row: FormRow) -> Heard:
        """The words of a row's label, after those of the row that it is part of or of the table's title."""
        elements = [self.words(text) for text in self.items(row)] if row.kind == "data" else []
        base = self._row_base(row) if row.kind == "data" and self.is_part(row) else None
        if base is not None:
            return hear(elements, self.table.title, self.row_heard(base))
        return hear(elements, self.table.title, self.subject if self._row_in_subject(elements) else None)

    def is_part(self, row: FormRow) -> bool:
        """Whether a row is a part of a row above it: 其中, and what goes on behind it."""
        return any(self.words(text).of_which for text in self.items(row)) or self._goes_on(row)

    def _row_in_subject(self, elements: list[Words]) -> bool:
        """Whether a row counts only those whom the title names: it names nobody else and not all."""
        if self.subject is None:
            return False
        families = {options[0].family for w in elements for _, options in w.concepts}
        subject = {concept.family for _, concept in self.subject.conditions}
        people = {"kind", "watched", "watched_kind", "net"}
        named = families & (subject | (people if subject & people else set()))
        return not named and not any(_ALL.search(w.text) for w in elements)

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
        unit = self.reader.unit_of(heard)
        return self.reader.meaning(heard, self._row_beside(row), self._whole_of_title(unit))

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
