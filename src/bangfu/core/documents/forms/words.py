"""A header's text cut into known words, ages, periods and units; whatever is left over is kept to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bangfu.core.documents.forms.labels import is_unit, squeezed
from bangfu.core.documents.forms.terms import Concept, Lexicon, Measure, Reason

_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|[\(（][一二三四五六七八九十\d]{1,3}[\)）]|\d{1,2}(?:\.\d{1,2})*[、.．](?!\d)|[①-⑳])"
)
_BRACKET = re.compile(r"[\(\[【]([^()\[\]【】]*)[\)\]】]")
_AGE_RANGE = re.compile(r"(\d{1,3})(?:周?岁)?(?:\(含\))?(?:-|—|–|~|～|至|到)(\d{1,3})周?岁?(?:\(含\))?(?=周?岁|.*岁|$)")
_AGE_END = re.compile(
    r"(\d{1,3})周?岁(\(含\d{0,3}周?岁?\)|及|\(含\)|含)?(及?以上|及?以下|以内)(?:\(含\d{0,3}周?岁?\))?"
)
_AGE_BELOW = re.compile(r"(?:未满|不满|小于|低于)(\d{1,3})周?岁")
_AGE_OVER = re.compile(r"(?:年满|满|大于等于)(\d{1,3})周?岁(?:及?以上)?")
_PERIOD = re.compile(r"(?:截[至止])?(\d{4})年(?:度)?(?:(\d{1,2})月(?:份)?)?(?:(\d{1,2})日)?(?:年?[底末])?")
_YEAR_OF = re.compile(
    r"(\d{4})年(?:度)?(?:实现|当年|已)?(脱贫|建档立卡)(?:人口|户|贫困户|贫困人口)?(?=户|人|$|\||数|\()"
)
_SHARE_OF = re.compile(r"占(?P<of>.{1,16}?)(?:的)?(?:比例|比重|百分比|比率|比)$")
_SHARE = re.compile(r"(?:占比|所占比例|比例|比重|百分比|占比率|所占比重|比率|占比例)$")
_RATE = re.compile(r"率$")
_MONEY = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000, "人民币元": 1}
_PUNCTUATION = "、,.;:：，。；·/\\-—_()[]【】“”\"'《》<>~～*※+=&及与或"


@dataclass(frozen=True, slots=True)
class Age:
    """An age band: from `low` to `high` inclusive (None: open). `exact` where the header says so itself."""

    low: int | None
    high: int | None
    exact: bool = True


@dataclass(slots=True)
class Words:
    """What a text says. `unit` is households, persons or ""; `money` the yuan that one unit of money counts.

    `share` is "" (none), "of" (with `whole`, what it is a share of), "share" or "rate".
    """

    text: str = ""
    concepts: list[tuple[str, tuple[Concept, ...]]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    programmes: list[tuple[str, str]] = field(default_factory=list)
    amount: str = ""
    ages: list[Age] = field(default_factory=list)
    years: list[tuple[str, int]] = field(default_factory=list)
    unit: str = ""
    hint: str = ""
    per: str = ""
    money: int = 0
    shown: str = ""
    percent: bool = False
    share: str = ""
    whole: str = ""
    of_which: bool = False
    periods: list[tuple[int, int, int]] = field(default_factory=list)
    left: str = ""
    soft: set[str] = field(default_factory=set)
    """Words that may as well say nothing."""

    @property
    def says(self) -> bool:
        """Whether it names anything that can be counted or added up."""
        return bool(
            self.concepts
            or self.reasons
            or self.measures
            or self.programmes
            or self.ages
            or self.years
            or self.amount
            or self.unit
        )

    @property
    def filters(self) -> bool:
        """Whether it limits whom is counted."""
        return bool(self.concepts or self.reasons or self.programmes or self.ages or self.years)


def read_words(text: str, lexicon: Lexicon) -> Words:
    """Cut one header cell's text into words."""
    found = Words(text=squeezed(text))
    rest = _NUMBERING.sub("", found.text).casefold()
    if re.match(r"其中[:：,，]?", rest):
        found.of_which = True
        rest = re.sub(r"^其中[:：,，]?", "", rest)
    rest = _brackets(rest, found)
    rest = _ages(rest, found)
    rest = _YEAR_OF.sub(lambda m: _year(m, found), rest)
    rest = _PERIOD.sub(lambda m: _period(m, found), rest)
    rest = _shares(rest, found)
    _cut(rest, lexicon, found)
    return found


def _brackets(text: str, found: Words) -> str:
    """Units in brackets are taken out; what else stands in brackets stays part of the text."""

    def unit(match: re.Match[str]) -> str:
        inner = match[1].removeprefix("单位:").removeprefix("单位：").removeprefix("单位")
        parts = [part for part in re.split(r"[、,，]", inner) if part]
        if parts and all(is_unit(part) for part in parts):
            if len(parts) == 1:
                _take_unit(parts[0], found)
            return ""
        return match[0]

    made = _BRACKET.sub(unit, text)
    if is_unit(made):
        _take_unit(made.strip("()[]【】"), found)
        return ""
    found_tail = re.search(r"[/:：,，]?(万元|亿元|千元|元/人|元/月|元|%|亩)$", made)
    if found_tail and len(made) > len(found_tail[0]):
        _take_unit(found_tail[1], found)
        return made[: found_tail.start()]
    return made


def _take_unit(unit: str, found: Words) -> None:
    first = unit.split("/", maxsplit=1)[0]
    found.shown = unit
    if unit in ("户", "人"):
        found.unit = {"户": "households", "人": "persons"}[unit]
    elif first in _MONEY:
        found.money = _MONEY[first]
    elif unit == "%":
        found.percent = True


def _ages(text: str, found: Words) -> str:
    def between(match: re.Match[str]) -> str:
        if "岁" not in text:
            return match[0]
        found.ages.append(Age(int(match[1]), int(match[2])))
        return "|"

    def end(match: re.Match[str]) -> str:
        said = bool(match[2]) or match[3].startswith("及") or "含" in match[0]
        up = match[3].endswith("上")
        found.ages.append(Age(int(match[1]) if up else None, None if up else int(match[1]), exact=said))
        return "|"

    def below(match: re.Match[str]) -> str:
        found.ages.append(Age(None, int(match[1]) - 1))
        return "|"

    def over(match: re.Match[str]) -> str:
        found.ages.append(Age(int(match[1]), None))
        return "|"

    text = _AGE_RANGE.sub(between, text)
    text = _AGE_BELOW.sub(below, text)
    text = _AGE_OVER.sub(over, _AGE_END.sub(end, text))
    return re.sub(r"\|(?:周?岁)", "|", text)


def _year(match: re.Match[str], found: Words) -> str:
    """2020年脱贫, 2014年建档立卡: what happened in that year."""
    found.years.append((match[2], int(match[1])))
    found.hint = hint_of(match[0]) or found.hint
    return "|"


def _period(match: re.Match[str], found: Words) -> str:
    found.periods.append((int(match[1]), int(match[2] or 0), int(match[3] or 0)))
    return "|"


def _shares(text: str, found: Words) -> str:
    of = _SHARE_OF.search(text)
    if of:
        found.share, found.whole = "of", of["of"]
        return text[: of.start()] + "|"
    share = _SHARE.search(text)
    if share:
        found.share = "share"
        return text[: share.start()] + "|"
    if _RATE.search(text) and len(text) > 1:
        found.share = "rate"
        return text[:-1] + "|"
    for word, per in (("人均", "persons"), ("户均", "households"), ("每人", "persons"), ("每户", "households")):
        if word in text:
            found.per = per
            return text.replace(word, "|", 1)
    return text


def _cut(text: str, lexicon: Lexicon, found: Words) -> None:
    at, left = 0, []
    while at < len(text):
        word = next((w for w in lexicon.words.get(text[at], ()) if text.startswith(w, at)), "")
        if not word:
            if text[at] not in _PUNCTUATION and text[at] != "|":
                left.append(text[at])
            at += 1
            continue
        _take(word, lexicon, found)
        at += len(word)
    found.left = "".join(left)


def _take(word: str, lexicon: Lexicon, found: Words) -> None:
    if word in lexicon.concepts:
        found.concepts.append((word, lexicon.concepts[word]))
        found.hint = hint_of(word) or found.hint
        if word in lexicon.quiet:
            found.soft.add(word)
    elif word in lexicon.measures:
        found.measures.append(lexicon.measures[word])
    elif word in lexicon.reasons:
        found.reasons.append(lexicon.reasons[word])
    elif word in lexicon.programmes:
        found.programmes.append(lexicon.programmes[word])
    elif word in lexicon.units:
        found.unit = lexicon.units[word]
    elif word in lexicon.monthly or word in lexicon.unsaid:
        found.amount = "month" if word in lexicon.monthly else "unsaid"


def hint_of(word: str) -> str:
    """The unit that a word itself suggests."""
    if word.endswith(("户", "家庭")):
        return "households"
    return "persons" if word.endswith(("人", "人口", "人员", "患者", "学生", "生", "儿童", "党员")) else ""


def same_period(period: tuple[int, int, int], as_of: date) -> bool:
    """Whether a period named in a header is the one that is asked for."""
    year, month, _ = period
    return year == as_of.year and month in (0, as_of.month)
