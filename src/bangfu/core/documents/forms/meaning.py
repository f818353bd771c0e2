"""What a figure of a form asks for: from the words above and beside its cell to a definition over the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, PERSONS, Ask, Definition, Doubt, Meaning
from bangfu.core.documents.forms.terms import BOTH, HOUSEHOLD, PERSON, Concept, Lexicon, Measure, Reading, Reason
from bangfu.core.documents.forms.words import Age, Words, read_words, same_period

AGE = "coalesce(age, years(id_birth_date, as_of))"
"""The age in whole years; where the date of birth is blank, by the ID number."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the table says: its title, whether it also asks for settled risks, its bands of age.

    `unit` is the yuan of its unit of money, `counted` the unit that the whole table counts,
    `programme` the benefit that its title names.
    """

    title: str
    as_of: date
    unit: int = 0
    counted: str = ""
    asks_settled: bool = False
    asks_unsettled: bool = False
    lows: frozenset[int] = frozenset()
    highs: frozenset[int] = frozenset()
    programme: Concept | None = None


@dataclass(slots=True)
class Heard:
    """The words of a column's whole path, put together; `context` is all text that decides between readings."""

    words: Words
    context: str
    conditions: list[tuple[str, Concept]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether the path itself says that settled risks count."""
        return any(c.settles or c.id == "monitored_ever" for _, c in self.conditions)


def hear(elements: Sequence[Words], title: str, base: Heard | None = None) -> Heard:
    """Put the words of a path together, after those of the column that it is part of."""
    context = "|".join([title, base.context if base else "", *(w.text for w in elements)]).casefold()
    whole = _joined(elements, base)
    heard = Heard(whole, context)
    for word, options in whole.concepts:
        beside = whole.text.casefold() if word in whole.soft else context
        fitting = [c for c in options if c.under and any(u in beside for u in c.under)]
        fitting = fitting or [c for c in options if not c.under]
        if fitting:
            heard.conditions.append((word, fitting[0]))
        elif word not in whole.soft:
            heard.left.append(word)
    if whole.left:
        heard.left.append(whole.left)
    heard.conditions = _last_of_family(heard.conditions, bool(whole.ages))
    return heard


def _joined(elements: Sequence[Words], base: Heard | None) -> Words:
    whole = Words(text="/".join(w.text for w in elements))
    if base is not None:
        whole.concepts += base.words.concepts
        whole.ages += base.words.ages
        whole.reasons += base.words.reasons
        whole.programmes += base.words.programmes
        whole.years += base.words.years
        whole.money, whole.shown = base.words.money, base.words.shown if base.words.money else ""
    for words in elements:
        whole.concepts += words.concepts
        whole.reasons += words.reasons
        whole.measures += words.measures
        whole.programmes += words.programmes
        whole.ages = words.ages or whole.ages
        whole.years += words.years
        whole.periods += words.periods
        for name in ("amount", "unit", "per", "money", "shown", "share", "whole", "percent"):
            if getattr(words, name):
                setattr(whole, name, getattr(words, name))
        whole.hint = words.hint or whole.hint
        whole.left += words.left
        whole.soft |= words.soft
    return whole


def _last_of_family(found: list[tuple[str, Concept]], aged: bool) -> list[tuple[str, Concept]]:
    last = {concept.family: at for at, (_, concept) in enumerate(found)}
    return [
        item for at, item in enumerate(found)
        if last[item[1].family] == at and not item[1].context and not (aged and item[1].family == "context_age")
    ]  # fmt: skip


class Reader:
    """Turns heard words into definitions."""

    def __init__(self, lexicon: Lexicon, around: Surroundings) -> None:
        self.lexicon, self.around = lexicon, around

    def meaning(self, heard: Heard, beside: Definition | None = None, total: Definition | None = None) -> Meaning:
        """The meaning of a column. `beside` is the figure that a bare share is of, `total` what it is measured by."""
        words = heard.words
        made = Meaning(words.text, left="".join(heard.left), shown=words.shown)
        if any(not same_period(period, self.around.as_of) for period in words.periods):
            made.doubts.append(
                Doubt("标题写的时间不是本次的截止时间", "the header names a period other than the date of this form")
            )
            made.left += "·".join(f"{y}年" + (f"{m}月" if m else "") for y, m, _ in words.periods)
        if heard.words.text in self.lexicon.titles:
            made.readings, made.left = [self.lexicon.titles[words.text]], ""
        elif words.share:
            self._share(heard, made, beside, total)
        elif (words.amount or words.money) and not words.measures:
            words.amount = words.amount or "unsaid"
            self._amount(heard, made)
        elif words.measures:
            self._measure(heard, made)
        else:
            self._count(heard, made)
        return made

    # -- counting ---------------------------------------------------------------------------------
    def unit_of(self, heard: Heard) -> str:
        """Whether households or persons are counted; "" where nothing says so."""
        words = heard.words
        if words.unit or words.hint or (words.filters and self.around.counted):
            return words.unit or words.hint or self.around.counted
        units = [concept.of for _, concept in heard.conditions]
        if words.ages or PERSON in units:
            return PERSONS
        if words.programmes:
            return PERSONS if words.programmes[-1][1] == PERSON else HOUSEHOLDS
        return HOUSEHOLDS if HOUSEHOLD in units or BOTH in units or words.reasons or words.years else ""

    def _count(self, heard: Heard, made: Meaning) -> None:
        unit = self.unit_of(heard)
        if not unit:
            made.left = made.left or heard.words.text
            return
        said = heard.words.unit or heard.words.hint or self.around.counted
        if not said and unit == HOUSEHOLDS:
            made.doubts.append(Doubt("没有写明是户数还是人数，按户数填", "neither households nor persons are named"))
        asks = self.asks(heard, unit, made)
        made.readings = [Definition(ask) for ask in asks]

    def asks(
        self, heard: Heard, unit: str, made: Meaning, total: str = "", kind: str = "count", zh: str = ""
    ) -> list[Ask]:
        """The counts (or sums) that the conditions allow, the likeliest first."""
        choices = [self._options(word, concept, unit, heard, made) for word, concept in heard.conditions]
        choices += [self._reason_options(reason, heard, made) for reason in heard.words.reasons]
        choices += [[_year_reading(what, year)] for what, year in heard.words.years]
        choices += [self._age_options(age) for age in heard.words.ages]
        if not total or not heard.words.amount:
            choices += [[self._programme(programme, of, unit)] for programme, of in heard.words.programmes]
        choices = [options for options in choices if options]
        first = [options[0] for options in choices]
        lists = [first]
        for at, options in enumerate(choices):
            lists += [[*first[:at], other, *first[at + 1 :]] for other in options[1:]]
        return list(dict.fromkeys(_ask(unit, readings, total, kind, zh) for readings in lists))

    def _options(self, word: str, concept: Concept, unit: str, heard: Heard, made: Meaning) -> list[Reading]:
        if concept.doubt:
            made.doubts.append(Doubt(concept.doubt, "this word is used for more than one thing"))
        reading, others = concept.reading, list(concept.others)
        if concept.every is not None:
            if heard.settled:
                reading = concept.every
            elif self.around.asks_settled:
                both = self.around.asks_unsettled
                reading, others = (concept.every, [reading]) if both else (reading, [concept.every])
        if concept.of == BOTH:
            return _of_both(word, reading, others, unit)
        return [reading, *others]

    def _reason_options(self, reason: Reason, heard: Heard, made: Meaning) -> list[Reading]:
        context = heard.context
        own = heard.words.text.casefold()
        watched = any(c.family.startswith("watched") for _, c in heard.conditions)
        said_risk = "风险" in own or (watched and "致贫原因" not in own)
        said_cause = "致贫原因" in own or "因病致贫" in own
        if not (said_risk or said_cause):
            said_risk = bool(reason.risk) and ("风险" in context or "监测" in context) and "致贫原因" not in context
            said_cause = not said_risk
            if reason.only_under and not ("风险" in context or "原因" in context):
                made.left += reason.zh
                return []
        if (said_cause and not said_risk and reason.cause) or not reason.risk:
            return [
                Reading(
                    f"曾建档立卡且主要致贫原因为{reason.zh}",
                    households=f"registered_in > 0 and poverty_cause = '{reason.cause}'",
                )
            ]
        more = "" if watched else "monitored and "
        first = f"{more}risk_1 = '{reason.risk}'"
        either = f"{more}coalesce(risk_1 = '{reason.risk}', false) or {more}coalesce(risk_2 = '{reason.risk}', false)"
        start = "" if watched else "监测对象且"
        return [
            Reading(f"{start}第一风险为{reason.zh}", households=first),
            Reading(f"{start}第一或第二风险为{reason.zh}", households=either),
        ]

    def _age_options(self, age: Age) -> list[Reading]:
        low, high = age.low, age.high
        if low is not None and high is not None:
            return [Reading(f"{low}至{high}周岁", persons=f"{AGE} between {low} and {high}")]
        if low is not None:
            reading = Reading(f"{low}周岁及以上", persons=f"{AGE} >= {low}")
            over = Reading(f"{low}周岁以上（不含{low}）", persons=f"{AGE} > {low}")
            return [reading, over] if low in self.around.highs and not age.exact else [reading]
        assert high is not None
        reading = Reading(f"{high}周岁及以下", persons=f"{AGE} <= {high}")
        under = Reading(f"未满{high}周岁", persons=f"{AGE} < {high}")
        if age.exact:
            return [reading]
        if high in self.around.lows:
            return [under]  # the next band begins with that year
        return [reading] if high + 1 in self.around.lows else [reading, under]

    def _programme(self, programme: str, of: str, unit: str) -> Reading:
        names = ", ".join(f"'{name.strip()}'" for name in programme.split(","))
        test = f"any(benefits where programme in ({names}))"
        label = f"待遇表中有{self._called(programme)}"
        if of == PERSON and unit == PERSONS:
            return Reading(label, persons=test)
        return Reading(label, households=test)

    def _called(self, programme: str) -> str:
        """A programme by the first word for it."""
        words = [word for word, (known, _) in self.lexicon.programmes.items() if known == programme]
        words += [w for w, options in self.lexicon.concepts.items() if options[0].programme == programme]
        return words[0] if words else programme

    # -- sums -------------------------------------------------------------------------------------
    def _measure(self, heard: Heard, made: Meaning) -> None:
        measure = heard.words.measures[-1]
        made.money = self._money(heard, measure, made)
        if measure.table in (HOUSEHOLDS, PERSONS):
            sums = [(measure.total, measure.zh), *measure.others]
            tops = [ask for total, zh in sums for ask in self.asks(heard, measure.table, made, total, measure.kind, zh)]
        elif heard.words.filters:
            made.left = made.left or heard.words.text
            return
        else:
            tops = [Ask(measure.table, measure.where, measure.total, measure.kind, measure.zh)]
        if not heard.words.per:
            made.readings = [Definition(top) for top in tops]
            return
        bottoms = self.asks(heard, heard.words.per, made)
        made.readings = [Definition(top, bottoms[0]) for top in tops]

    def _money(self, heard: Heard, measure: Measure, made: Meaning) -> int:
        if measure.kind != "money":
            return 0
        money = heard.words.money or self.around.unit
        if not money:
            made.doubts.append(Doubt("没有写明金额单位，按元填", "no unit of money is named; yuan are written"))
        return money or 1

    def _amount(self, heard: Heard, made: Meaning) -> None:
        """An amount out of the table of benefits."""
        title = self.around.programme
        named = [concept.programme for _, concept in heard.conditions if concept.programme]
        named += [programme for programme, _ in heard.words.programmes]
        if not named and title is not None:
            named, heard = [title.programme], replace(heard, conditions=[(title.id, title), *heard.conditions])
        if not named:
            made.left = made.left or heard.words.text
            return
        made.money = heard.words.money or self.around.unit or 1
        if heard.words.amount == "unsaid":
            zh = "没有写明是哪一时段的金额，按待遇表的月发放金额填"
            made.doubts.append(Doubt(zh, "no period is named; the monthly amount is written"))
        names = ", ".join(f"'{name.strip()}'" for name in named[-1].split(","))
        # 农村低保, 城市低保 limit the households as well
        rest = [c for _, c in heard.conditions if not c.programme or "urban" in c.reading.households]
        if any(c.of == PERSON for c in rest) or heard.words.ages:
            made.left = made.left or "按人筛选的金额"
            return
        where = [f"programme in ({names})", *(f"({c.reading.households})" for c in rest)]
        zh = "，".join(["待遇表月发放金额合计", *(c.reading.zh for c in rest)])
        top = Ask("benefits", " and ".join(where), "monthly_amount", "money", f"{zh}（{self._called(named[-1])}）")
        bottom = self.asks(heard, heard.words.per, made)[0] if heard.words.per else None
        made.readings = [Definition(top, bottom)]

    # -- shares -----------------------------------------------------------------------------------
    def _share(self, heard: Heard, made: Meaning, beside: Definition | None, total: Definition | None) -> None:
        words = heard.words
        made.percent = True
        own = words.filters
        unit = self.unit_of(heard) or (_counted(beside) if beside else "") or PERSONS
        if words.share == "of" and not (words.unit or words.hint):
            whole = hear([read_words(words.whole, self.lexicon)], self.around.title).words
            unit = {PERSONS: PERSONS, HOUSEHOLDS: HOUSEHOLDS}.get(whole.unit or whole.hint, unit)  # 占总人口: persons
        if any(concept.id == "headcount" for _, concept in heard.conditions):
            self._headcount(made)
            return
        top = self.asks(heard, unit, made)[0] if own else beside.top if beside and beside.bottom is None else None
        if top is None:
            made.left = made.left or words.text
            return
        if words.share == "of":
            bottom = self._whole(words.whole, top, made)
        elif words.share == "rate":
            kept = replace_conditions(heard, heard.conditions[:-1] if not words.ages else heard.conditions)
            bottom = self.asks(kept, top.table, made)[0]
        else:
            bottom = self._total(total, top, made)
        if bottom is None:
            made.left = made.left or words.whole or words.text
            return
        made.readings = [Definition(top, bottom, percent=True)]

    def _total(self, total: Definition | None, top: Ask, made: Meaning) -> Ask:
        if total is not None and total.bottom is None and total.top.table == top.table:
            return total.top
        zh = {HOUSEHOLDS: "总户数", PERSONS: "总人口"}.get(top.table, "全部")
        made.doubts.append(Doubt(f"没有写明占什么的比例，按占{zh}计算", "the whole that it is a share of is not named"))
        return Ask(top.table, zh=zh)

    def _whole(self, text: str, top: Ask, made: Meaning) -> Ask | None:
        whole = hear([read_words(text, self.lexicon)], self.around.title)
        if whole.left:
            return None
        unit = whole.words.unit or whole.words.hint or top.table
        if not whole.words.filters and not whole.words.unit:
            return Ask(top.table, zh={HOUSEHOLDS: "总户数", PERSONS: "总人口"}.get(top.table, "全部"))
        if unit != top.table and unit in (HOUSEHOLDS, PERSONS):
            made.doubts.append(Doubt("分子和分母一个是户一个是人", "one side counts households, the other persons"))
        return self.asks(whole, unit, made)[0]

    def _headcount(self, made: Meaning) -> None:
        top = Ask(PERSONS, "household_type = 'registered_poor'", zh="户类型为建档立卡贫困户（未脱贫）的人数")
        made.readings = [
            Definition(top, Ask(PERSONS, "rural_hukou", zh="农业户籍人口"), percent=True),
            Definition(top, Ask(PERSONS, zh="总人口"), percent=True),
        ]
        made.doubts.append(Doubt("贫困发生率的分母各地不一", "places differ in what they divide by"))


def replace_conditions(heard: Heard, conditions: list[tuple[str, Concept]]) -> Heard:
    """The same words with other conditions."""
    return replace(heard, conditions=conditions)


def _year_reading(what: str, year: int) -> Reading:
    if what == "脱贫":
        return Reading(f"脱贫年度为{year}年", households=f"registered_in > 0 and graduated_in = {year}")
    return Reading(f"建档立卡年度为{year}年", households=f"registered_in = {year}")


def _of_both(word: str, reading: Reading, others: Iterable[Reading], unit: str) -> list[Reading]:
    """低保户 and 低保人: each unit has its own source; 低保户 counted in persons are all persons of such households."""
    household = Reading(_of_unit(reading.zh, "户"), households=reading.households)
    person = Reading(_of_unit(reading.zh, "人"), persons=reading.persons)
    if unit == HOUSEHOLDS:
        return [household, *(o for o in others if o.households)]
    if word.endswith(("户", "家庭")):
        return [Reading(f"{household.zh}（户内全部成员）", households=reading.households), person]
    return [person, *(Reading(o.zh, persons=o.persons) for o in others if o.persons)]


def _of_unit(zh: str, unit: str) -> str:
    """正在享受低保（户：待遇表有低保；人：成员表填报享受低保）, for households or persons alone."""
    found = re.search(rf"[（；]{unit}：([^；）]*)", zh)
    return f"{zh.partition('（')[0]}（{found[1]}）" if found else zh


def _ask(unit: str, readings: Sequence[Reading], total: str, kind: str, zh: str) -> Ask:
    """The conditions as one expression over rows of the unit."""
    outer = [r.households for r in readings if r.households]
    inner = [r.persons for r in readings if r.persons]
    if unit == HOUSEHOLDS and inner:
        outer.append(f"any(persons where {_all(inner)})")
        inner = []
    words = "，".join(r.zh for r in readings if r.zh)
    noun = zh or {HOUSEHOLDS: "户数", PERSONS: "人数"}.get(unit, "")
    return Ask(
        unit,
        _all([*outer, *inner]),
        total,
        kind,
        f"{noun}：{words}" if words else {"户数": "总户数", "人数": "总人口"}.get(noun, noun),
    )


def _all(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)


def _counted(definition: Definition) -> str:
    return definition.top.table if definition.top.table in (HOUSEHOLDS, PERSONS) else ""
