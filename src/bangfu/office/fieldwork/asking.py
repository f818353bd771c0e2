"""What a form asks of one household: its members, what the registry knows of each item, and what was said last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bangfu.core.api import visits as v
from bangfu.office.fieldwork import contents
from bangfu.office.fieldwork.contents import Changed, Content
from bangfu.office.fieldwork.models import SUBMITTED, StoredForm, Visit
from bangfu.office.pages.language import reader_language
from bangfu.office.privacy.api import Erased, SealBroken
from bangfu.office.registry import api as registry

_FIRST = {"head": 0, "spouse": 1}


def forms(on: date) -> dict[str, v.VisitForm]:
    """Today's forms that may be used on a day, by id."""
    return {name: form for name, form in registry.rulebook().visits.items() if form.in_force(on)}


@lru_cache(maxsize=32)
def _read(text: str) -> v.VisitForm:
    return v.read_visit_form(text)


def form_of(visit: Visit) -> v.VisitForm:
    """The version by which a visit is made. No query where it is today's or was joined."""
    today = registry.rulebook().visits.get(visit.form)
    if today is not None and today.digest == visit.definition_id:
        return today
    return _read(visit.definition.text)


def stored(form: v.VisitForm) -> StoredForm:
    """The row of a version, made where it is the first visit with it."""
    row, _made = StoredForm.objects.get_or_create(
        digest=form.digest, defaults={"form": form.id, "text": form.definition}
    )
    return row


def title_of(visit: Visit) -> str:
    """What the form of a visit is called."""
    return form_of(visit).title.get(reader_language())


@dataclass(frozen=True)
class Known:
    """What the registry holds of an item: the value (None: nothing), as text, from whom, as of when; health is hidden."""

    value: Any = None
    text: str = ""
    source: str = ""
    label: str = ""
    as_of: date | None = None
    hidden: bool = False

    @property
    def answer(self) -> Any:
        """The value as an answer of a form has it."""
        return {True: "yes", False: "no"}[self.value] if isinstance(self.value, bool) else self.value


@dataclass
class Home:
    """A household as a visit sees it: who lives there, and what is known by key of a question."""

    household: registry.Household
    people: list[registry.Person]
    members: list[v.Member]
    subjects: Mapping[str, Any]
    """Statements by person's number, the household's under ""."""

    def name(self, number: str) -> str:
        """A member's name."""
        return next((person.name for person in self.people if person.number == number), number)


def home_of(household: registry.Household, on: date) -> Home:
    """Members in order, with all statements. Two queries."""
    people = list(registry.open_members(household))
    people.sort(key=lambda p: (_FIRST.get(p.relation, 2), p.birth_date or date.max, p.number))
    own, by_person = registry.subjects_of(household, people)
    subjects = {"": own, **{person.number: by_person[person.pk] for person in people}}
    members = [v.Member(person.number, registry.age_on(person.birth_date, on)) for person in people]
    return Home(household, people, members, subjects)


def known_of(home: Home, form: v.VisitForm) -> dict[str, Known]:
    """What the registry knows of every item that establishes a fact, by key."""
    reader, found = registry.Reader.now(), {}
    for item in form.items():
        if not item.fact:
            continue
        for number, subject in home.subjects.items():
            if (item.of == "person") != bool(number):
                continue
            said = subject.counting(item.fact)
            if said is None or said.value is None:
                continue
            fact = reader.fact(subject, item.fact)
            hidden = fact.state == registry.HIDDEN
            found[v.key_of(item.id, number)] = Known(
                said.value, fact.text, said.statement.source, fact.source, fact.as_of, hidden
            )
    return found


def content_of(visit: Visit) -> Content | None:
    """What a visit holds; None where it was erased or the bytes are not those of then."""
    try:
        return contents.opened(visit)
    except (Erased, SealBroken, Changed):
        return None


def last_before(visit: Visit) -> tuple[Visit, Content] | None:
    """The latest visit with the same form that was handed in before this one, with what it holds."""
    rows = Visit.objects.select_related("household__key", "definition").filter(
        household=visit.household, form=visit.form, status=SUBMITTED
    )
    rows = rows.exclude(pk=visit.pk).filter(visited_on__lte=visit.visited_on)
    if visit.submitted_at is not None:
        rows = rows.filter(submitted_at__lt=visit.submitted_at)
    last = rows.order_by("-visited_on", "-submitted_at").first()
    content = content_of(last) if last is not None else None
    return (last, content) if last is not None and content is not None else None


def prefilled(form: v.VisitForm, known: Mapping[str, Known], keys: Sequence[str]) -> dict[str, Any]:
    """Answers that are put in before anybody answers: what is known, of items that are not to be looked at afresh."""
    found = {}
    for key in keys:
        item = form.item(v.split_key(key)[0])
        if item is not None and item.prefill and key in known and not known[key].hidden:
            value = known[key].answer
            found[key] = str(value) if item.answer == "choice" else value
    return found


def as_fact(table: str, name: str, value: Any) -> Any:
    """An answer's value as the registry keeps it: codes by their own type, decimals as text, whole numbers as such."""
    field = registry.catalogue().field(table, name)
    if field is None:
        return value
    if field.kind == "code":
        listed = registry.rulebook().codes.get(field.code)
        own = [one.value for one in listed.values] if listed else []
        return next((one for one in own if str(one) == str(value)), value)
    if field.kind == "decimal" and isinstance(value, int | str):
        return format(Decimal(str(value)).normalize(), "f")
    return value


def text_of(item: v.Item, value: Any) -> str:
    """An answer as people read it."""
    if value is None:
        return ""
    words = v.words_of(item, registry.rulebook().codes)
    if value == v.UNCLEAR and not words:
        return "不清楚" if reader_language() == "zh" else "unclear"
    if str(value) in words:
        return words[str(value)].get(reader_language())
    if item.answer == "money" and isinstance(value, int):
        return f"{value / 100:,.2f} {'元' if reader_language() == 'zh' else 'yuan'}"
    return str(value)
