"""Words for codes: which version of a vocabulary is valid on a day, and the code behind a foreign system's word.

A code is stored for good; its label comes from the version that was valid on the day of the record. Where no version
was stored yet, the rulebook's own labels serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import get_language

from bangfu.core.values.text import label_key
from bangfu.office.registry import first_vocabularies as first
from bangfu.office.registry.catalogue import catalogue, rulebook
from bangfu.office.registry.models import Term, Vocabulary


@dataclass(frozen=True, slots=True)
class Word:
    """A term as pages need it."""

    code: str
    zh: str
    en: str
    group: str = ""
    ended: bool = False

    def label(self, language: str = "") -> str:
        """The label in a language, that of the reader where none is named."""
        return self.zh if not self.en or (language or get_language() or "zh").startswith("zh") else self.en


@dataclass(frozen=True)
class Version:
    """One version with its terms by code, in order."""

    version: str
    issuer: str
    valid_from: date | None
    valid_to: date | None
    words: Mapping[str, Word]

    def covers(self, on: date) -> bool:
        """Valid on a day; `valid_to` is the first day no more."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


class Words:
    """All vocabularies of the installation at one moment."""

    def __init__(self, versions: Mapping[str, tuple[Version, ...]]) -> None:
        self._versions = versions

    def valid(self, name: str, on: date | None = None) -> Version | None:
        """The version valid on a day (today): of several issuers the first. None where there is none."""
        day = on or timezone.localdate()
        held = self._versions.get(name, ())
        return next((version for version in held if version.covers(day)), None)

    def choices(self, name: str, on: date | None = None) -> list[Word]:
        """Terms that may be chosen on a day, without those that are ended."""
        version = self.valid(name, on)
        return [word for word in version.words.values() if not word.ended] if version else []

    def word(self, name: str, code: object, on: date | None = None) -> Word:
        """The term of a code on a day. A code that no valid version knows is looked for in the others, then shown as is."""
        text = str(code)
        version = self.valid(name, on)
        if version is not None and text in version.words:
            return version.words[text]
        for other in self._versions.get(name, ()):
            if text in other.words:
                return other.words[text]
        return Word(text, text, "")

    def label(self, name: str, code: object, on: date | None = None) -> str:
        """The label of a code on a day in the reader's language; empty where there is no code."""
        return self.word(name, code, on).label() if code not in (None, "") else ""

    def code_of(self, name: str, label: str, on: date | None = None) -> str | None:
        """The code behind a foreign system's label, None where nothing fits.

        Only words are compared: systems number the same labels differently, so a bare number maps to nothing,
        unless a term is called just that.
        """
        key = label_key(label)
        version = self.valid(name, on)
        for word in version.words.values() if version else ():
            if key in (label_key(word.zh), label_key(word.en)) and key:
                return word.code
        if not key or key.isdigit():
            return None
        return _also(name).get(key)


def words() -> Words:
    """The vocabularies as they are now; one small query, or two after a change."""
    stamp = Vocabulary.objects.aggregate(n=Count("pk"), last=Max("pk"), end=Max("valid_to"))
    return _read(stamp["n"], stamp["last"], stamp["end"], id(catalogue()))


@lru_cache(maxsize=4)
def _read(_count: int, _last: int | None, _end: date | None, _book: int) -> Words:
    found: dict[str, list[Version]] = {}
    terms: dict[int, dict[str, Word]] = {}
    for term in Term.objects.order_by("vocabulary", "position"):
        word = Word(term.code, term.label_zh, term.label_en, term.group_code, term.ended)
        terms.setdefault(term.vocabulary_id, {})[term.code] = word
    for row in Vocabulary.objects.order_by("pk"):
        version = Version(row.version, row.issuer, row.valid_from, row.valid_to, terms.get(row.pk, {}))
        found.setdefault(row.name, []).append(version)
    for first_one in first.first_versions():
        if first_one.name not in found or first_one.name == first.PRECISION:
            held = {t.code: Word(t.code, t.label_zh, t.label_en, t.group_code) for t in first_one.terms}
            stored = {version.version for version in found.get(first_one.name, ())}
            if first_one.version not in stored:
                version = Version(first_one.version, first_one.issuer, None, None, held)
                found.setdefault(first_one.name, []).append(version)
    return Words({name: tuple(versions) for name, versions in found.items()})


@lru_cache(maxsize=64)
def _also_of(name: str, _book: int) -> Mapping[str, str]:
    known: Any = rulebook().codes.get(name)
    pairs = {}
    for value in known.values if known else ():
        for label in (value.label.zh, *getattr(value, "also", ())):
            pairs[label_key(label)] = str(value.value)
    return pairs


def _also(name: str) -> Mapping[str, str]:
    return _also_of(name, id(catalogue()))
