"""A visit as its pages show it: questions with what is known, progress, what changed, who disagrees, what will be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bangfu.core.api import visits as v
from bangfu.office.accounts.api import User
from bangfu.office.fieldwork import asking
from bangfu.office.fieldwork.asking import Home, Known, text_of
from bangfu.office.fieldwork.contents import Content
from bangfu.office.fieldwork.models import Visit
from bangfu.office.pages.language import reader_language
from bangfu.office.registry import api as registry

START, FINISH = "start", "finish"
HIDDEN = "＊＊＊"


@dataclass(frozen=True)
class Choice:
    """One word to choose, and whether it is chosen."""

    word: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Voice:
    """What one of those who were met answers."""

    place: int
    name: str
    choices: list[Choice]
    text: str = ""


@dataclass
class Asked:
    """One question on a page."""

    key: str
    item: v.Item
    label: str
    hint: str
    who: str
    choices: list[Choice] = field(default_factory=list)
    value: str = ""
    text: str = ""
    unclear: bool = False
    known: Known | None = None
    differs: bool = False
    last: str = ""
    changed: bool = False
    photos: list[int] = field(default_factory=list)
    photo_words: str = ""
    photo_on: str = ""
    voices: list[Voice] = field(default_factory=list)
    disagree: bool = False
    hidden: bool = False
    when: str = ""
    error: str = ""
    finding: str = ""
    health: bool = False


@dataclass(frozen=True)
class Step:
    """One page of the form: `answered` of `asked` required ones have an answer."""

    id: str
    title: str
    answered: int
    asked: int
    here: bool = False

    @property
    def done(self) -> bool:
        """Nothing that is required is missing."""
        return self.answered >= self.asked


@dataclass
class Page:
    """A visit being shown: its form, home and content, with what was known and said before."""

    visit: Visit
    form: v.VisitForm
    home: Home
    content: Content
    known: Mapping[str, Known]
    last: tuple[Visit, Content] | None

    @classmethod
    def of(cls, visit: Visit, content: Content) -> Page:
        """A handful of queries."""
        form = asking.form_of(visit)
        home = asking.home_of(visit.household, visit.visited_on)
        return cls(visit, form, home, content, asking.known_of(home, form), asking.last_before(visit))

    # -- who was met ------------------------------------------------------------------------------
    def met_name(self, place: int) -> str:
        """Who stands at a place of `met`, with the relation."""
        one = self.content.met[place]
        if one["person"]:
            return self.home.name(one["person"])
        return f"{one['name']}（{one['relation']}）" if one["relation"] else one["name"]

    def companions(self) -> list[str]:
        """Names of those who went along."""
        return list(User.objects.filter(key__in=self.visit.companions).values_list("full_name", flat=True))

    # -- questions --------------------------------------------------------------------------------
    def keys_asked(self) -> set[str]:
        """Keys of what is asked, given the answers."""
        return {q.key for q in v.questions(self.form, self.home.members, self.content.answers)}

    def questions(
        self, section: v.Section, errors: Mapping[str, str] | None = None, given: Mapping[str, str] | None = None
    ) -> Iterator[Asked]:
        """The questions of a section; those that hang on an answer which is not given yet are hidden.

        `given`: texts that could not be kept, by key, to be shown again.
        """
        asked, everything = self.keys_asked(), self._possible(section)
        started = bool(self.visit.version)
        keys = [v.key_of(item.id, person) for item, person in everything]
        before = {} if self.visit.sha256 else asking.prefilled(self.form, self.known, keys)
        for item, person in everything:
            key = v.key_of(item.id, person)
            value = self.content.answers.get(key)
            if value is None and key not in self.content.answers and not (started and self._section_saved(section)):
                value = before.get(key)
            found = self._asked(key, item, person, value)
            found.hidden = key not in asked
            found.error = (errors or {}).get(key, "")
            if given and key in given:
                found.value = given[key]
            yield found

    def _section_saved(self, section: v.Section) -> bool:
        """Whether the visitor has been through this section: what was left empty there stays empty."""
        return any(v.split_key(key)[0] in {item.id for item in section.items} for key in self.content.answers)

    def _possible(self, section: v.Section) -> list[tuple[v.Item, str]]:
        """Items of a section with whom they are about, also those that hang on an answer."""
        found = []
        for item in section.items:
            if item.of != "person":
                found.append((item, ""))
                continue
            for member in self.home.members:
                fits = item.ages is None or member.age is None or item.ages[0] <= member.age <= item.ages[1]
                found += [(item, member.number)] if fits else []
        return found

    def _asked(self, key: str, item: v.Item, person: str, value: Any) -> Asked:
        tongue, words = reader_language(), v.words_of(item, registry.rulebook().codes)
        known = self.known.get(key)
        last = self.last[1].answers.get(key) if self.last else None
        health = item.fact in registry.HEALTH
        found = Asked(
            key, item, item.ask.get(tongue), item.hint.get(tongue), self.home.name(person) if person else "",
            [Choice(word, label.get(tongue), value == word) for word, label in words.items()],
            known=known, photos=list(self.content.photos.get(key, [])), health=health,
            text=text_of(item, value), unclear=value == v.UNCLEAR,
        )  # fmt: skip
        found.value = "" if value is None or value == v.UNCLEAR else _field(item, value)
        if known is not None and not known.hidden and value is not None and value != v.UNCLEAR:
            found.differs = str(known.answer) != str(value)
        if last is not None:
            found.last = HIDDEN if health else text_of(item, last)
            found.changed = value is not None and value != last
        if item.photo:
            named = "" if "always" in item.photo else "、".join(words[w].get(tongue) for w in item.photo if w in words)
            found.photo_words = _("答“%s”的要拍照") % named if named else _("要拍照")
            found.photo_on = "" if "always" in item.photo else ",".join(item.photo)
        if item.when is not None:
            other = self.form.item(item.when.item)
            above = v.key_of(item.when.item, person if other is not None and other.of == "person" else "")
            found.when = f"{above}={','.join(item.when.words)}"
        if item.each:
            found.voices, found.disagree = self._voices(key, item, words, value)
        if item.finding is not None and value in item.finding.on:
            found.finding = item.finding.text.get(tongue)
        return found

    def _voices(self, key: str, item: v.Item, words: Mapping[str, Any], value: Any) -> tuple[list[Voice], bool]:
        said = self.content.voices.get(key, {})
        found = []
        for place, one in enumerate(self.content.met):
            if not (one["person"] or one["name"]):
                continue
            word = said.get(str(place), "")
            choices = [Choice(w, label.get(reader_language()), w == word) for w, label in words.items()]
            found.append(Voice(place, self.met_name(place), choices, text_of(item, word or None)))
        clear = {word for word in said.values() if word and word != v.UNCLEAR}
        if isinstance(value, str) and value != v.UNCLEAR:
            clear |= {value} if clear else set()
        return found, len(clear) > 1

    # -- progress ---------------------------------------------------------------------------------
    def steps(self, here: str) -> list[Step]:
        """Every page of the form with how far it is."""
        enough = len(self.visit.companions) + 1 >= self.form.persons and bool(self.content.met)
        found = [Step(START, _("入户情况"), int(enough), 1, here == START)]
        by_item: dict[str, list[tuple[bool, bool]]] = {}
        for question in v.questions(self.form, self.home.members, self.content.answers):
            answered = self.content.answers.get(question.key) is not None or bool(self.content.photos.get(question.key))
            by_item.setdefault(question.item.id, []).append((question.item.required, answered))
        for section in self.form.sections:
            needed = [done for item in section.items for required, done in by_item.get(item.id, []) if required]
            found.append(
                Step(section.id, section.title.get(reader_language()), sum(needed), len(needed), here == section.id)
            )
        return [*found, Step(FINISH, _("核对并提交"), 0, 0, here == FINISH)]

    def section(self, name: str) -> v.Section | None:
        """A section by its id."""
        return next((one for one in self.form.sections if one.id == name), None)

    def section_of(self, key: str) -> str:
        """In which page a key stands: of a question, `companions`, `met` …"""
        name = v.split_key(key)[0]
        return next((s.id for s in self.form.sections for item in s.items if item.id == name), START)

    # -- the whole --------------------------------------------------------------------------------
    def all_asked(self) -> list[tuple[str, list[Asked]]]:
        """Every section with its questions as they were asked, for the record."""
        found = []
        for section in self.form.sections:
            rows = [one for one in self.questions(section) if not one.hidden]
            if rows:
                found.append((section.title.get(reader_language()), rows))
        return found

    def changes(self) -> list[tuple[str, str, str]]:
        """What is otherwise than at the last visit: whose and what, then, now."""
        if self.last is None:
            return []
        keys = [q.key for q in v.questions(self.form, self.home.members, self.content.answers)]
        found = []
        for key, was, now in v.changes(self.last[1].answers, self.content.answers, keys):
            item, person = self._item(key)
            hide = item.fact in registry.HEALTH
            said = (HIDDEN, HIDDEN) if hide else (text_of(item, was), text_of(item, now))
            found.append((self.called(item, person), *said))
        return found

    def disagreements(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Items on which people say different things: what each says, the visitor last."""
        found = []
        for section in self.form.sections:
            for one in self.questions(section):
                if one.disagree and not one.hidden:
                    said = [(voice.name, voice.text) for voice in one.voices if voice.text]
                    found.append((one.label, [*said, (_("入户人判断"), one.text or _("没有回答"))]))
        return found

    def unclear(self) -> list[str]:
        """What stays unclear."""
        asked = v.questions(self.form, self.home.members, self.content.answers)
        return [self.called(q.item, q.person) for q in asked if self.content.answers.get(q.key) == v.UNCLEAR]

    def called(self, item: v.Item, person: str) -> str:
        """An item with whose it is."""
        return (
            f"{self.home.name(person)}：{item.ask.get(reader_language())}"
            if person
            else item.ask.get(reader_language())
        )

    def _item(self, key: str) -> tuple[v.Item, str]:
        name, person = v.split_key(key)
        item = self.form.item(name)
        assert item is not None
        return item, person


def _field(item: v.Item, value: Any) -> str:
    """A value as an input field holds it: money in yuan."""
    if item.answer == "money" and isinstance(value, int):
        whole, rest = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{whole}{f'.{rest:02d}' if rest else ''}"
    return str(value)


def visitor_names(visits: Sequence[Visit]) -> dict[int, str]:
    """Who went, by visit. One query."""
    keys = {key for one in visits for key in one.companions}
    names = dict(User.objects.filter(key__in=keys).values_list("key", "full_name"))
    return {one.pk: "、".join([one.made_name, *(names.get(k, "") for k in one.companions)]) for one in visits}
