"""What is asked in a visit, what the answers leave open, establish and find, and what changed since the last one.

Answers are kept by key: the item's id, and for items of persons `item@person`. A value of None is no answer. Unclear is an
answer that establishes nothing, is no finding, and is never read as no.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bangfu.core.rulebook.model import CodeList, Label
from bangfu.core.rulebook.visit_model import UNCLEAR, Conclusion, Item, VisitForm
from bangfu.core.visits.values import problem_of

Answers = Mapping[str, object]
_MISSING = Label("还没有回答", "not answered yet")
_PHOTO = Label("这样回答要拍照", "this answer needs a photo")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who lives there; `age` in whole years, None where it is not known."""

    number: str
    age: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """An item asked of the household (`person` is "") or of one of its members."""

    item: Item
    person: str = ""

    @property
    def key(self) -> str:
        """Under which its answer is kept."""
        return key_of(self.item.id, self.person)


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of handing in a visit."""

    question: Question
    text: Label


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact that the visit establishes, JSON-typed as the registry keeps it. `person` is "" for the household."""

    question: Question
    fact: str
    value: object


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that is a finding."""

    question: Question
    word: str


def key_of(item: str, person: str = "") -> str:
    """The key of an answer."""
    return f"{item}@{person}" if person else item


def split_key(key: str) -> tuple[str, str]:
    """Item and person of a key."""
    item, _at, person = key.partition("@")
    return item, person


def questions(form: VisitForm, members: Sequence[Member], answers: Answers) -> Iterator[Question]:
    """What is asked, in order, given what was answered so far. A member whose age is unknown is asked in any case."""
    for item in form.items():
        people = [member.number for member in members if _of_age(item, member)] if item.of == "person" else [""]
        for person in people:
            if item.when is None or answers.get(_above(form, item, person)) in item.when.words:
                yield Question(item, person)


def _of_age(item: Item, member: Member) -> bool:
    return item.ages is None or member.age is None or item.ages[0] <= member.age <= item.ages[1]


def _above(form: VisitForm, item: Item, person: str) -> str:
    """The key of the answer that an item hangs on."""
    assert item.when is not None
    other = form.item(item.when.item)
    return key_of(item.when.item, person if other is not None and other.of == "person" else "")


def problems(
    form: VisitForm,
    members: Sequence[Member],
    answers: Answers,
    photos: Collection[str],
    codes: Mapping[str, CodeList],
) -> list[Problem]:
    """What is wrong or missing: values, required answers, photos (`photos`: keys that have one), sums that do not hold."""
    found = []
    for question in questions(form, members, answers):
        item, value = question.item, answers.get(question.key)
        wrong = problem_of(item, value, codes)
        if wrong is not None:
            found.append(Problem(question, wrong))
        elif item.answer == "photo":
            if item.required and question.key not in photos:
                found.append(Problem(question, _PHOTO))
        elif value is None:
            if item.required:
                found.append(Problem(question, _MISSING))
        elif question.key not in photos and ("always" in item.photo or value in item.photo):
            found.append(Problem(question, _PHOTO))
        if (text := _sum(question, answers)) is not None and wrong is None:
            found.append(Problem(question, text))
    return found


def _sum(question: Question, answers: Answers) -> Label | None:
    """What is said where the parts of an amount are all known and do not make it."""
    keys = [key_of(name, question.person) for name in question.item.sum_of]
    whole, parts = answers.get(question.key), [answers.get(key) for key in keys]
    if not keys or not isinstance(whole, int):
        return None
    known = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    if len(known) < len(parts) or sum(known) == whole:
        return None
    shown = " + ".join(f"{part / 100:,.2f}" for part in known)
    zh = f"应等于各部分之和：{shown} = {sum(known) / 100:,.2f}，填的是 {whole / 100:,.2f}"
    return Label(zh, f"is not the sum of its parts: {shown} = {sum(known) / 100:,.2f}, not {whole / 100:,.2f}")


def established(form: VisitForm, members: Sequence[Member], answers: Answers) -> list[Stated]:
    """The facts that the answers establish. What was not asked, not answered or unclear establishes nothing."""
    found = []
    for question in questions(form, members, answers):
        item, value = question.item, answers.get(question.key)
        if item.fact and value is not None and value != UNCLEAR:
            found.append(Stated(question, item.fact, value == "yes" if item.answer == "yes_no" else value))
    return found


def findings(form: VisitForm, members: Sequence[Member], answers: Answers) -> list[Finding]:
    """The answers that are findings, in order."""
    found = []
    for question in questions(form, members, answers):
        word = answers.get(question.key)
        if question.item.finding is not None and isinstance(word, str) and word in question.item.finding.on:
            found.append(Finding(question, word))
    return found


def conclusions(form: VisitForm, members: Sequence[Member], answers: Answers) -> dict[str, str]:
    """Verdicts (yes, no, unknown) on conditions of procedures, as the form says that they follow.

    `all`: yes where every one is yes, no where one is no. `any`: yes where one is a finding, no where all were answered
    clearly without one. An item that was asked of nobody says nothing against either.
    """
    asked: dict[str, list[Question]] = {}
    for question in questions(form, members, answers):
        asked.setdefault(question.item.id, []).append(question)
    return {one.condition: _verdict(one, asked, answers) for one in form.conclusions}


def _verdict(one: Conclusion, asked: Mapping[str, list[Question]], answers: Answers) -> str:
    words = [(q, answers.get(q.key)) for name in (*one.all, *one.any) for q in asked.get(name, [])]
    open_ones = any(word is None or word == UNCLEAR for _q, word in words)
    if one.all:
        if any(word == "no" for _q, word in words):
            return "no"
        return "unknown" if open_ones or not words else "yes"
    if any(q.item.finding is not None and word in q.item.finding.on for q, word in words):
        return "yes"
    return "unknown" if open_ones or not words else "no"


def changes(before: Answers, now: Answers, keys: Iterable[str]) -> list[tuple[str, object, object]]:
    """What is answered otherwise than at an earlier visit, among `keys`. What was not answered on a side is no change."""
    found = []
    for key in keys:
        was, is_ = before.get(key), now.get(key)
        if was is not None and is_ is not None and was != is_:
            found.append((key, was, is_))
    return found
