"""How the things in the log are called. This app knows no other: `site` says it for all of them, once, at the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Naming:
    """Everything is called as it stands. `site/naming.py` knows better."""

    def areas(self, codes: Iterable[str]) -> dict[str, str]:
        """Names by code."""
        return {code: code for code in codes}

    def area_choices(self, prefixes: tuple[str, ...]) -> list[tuple[str, str]]:
        """Areas to choose from inside the given ones: code and name."""
        return [(prefix, prefix) for prefix in prefixes if prefix]

    def whole(self, prefixes: tuple[str, ...]) -> bool:
        """True where these areas are all that the installation has: only then are rows without an area theirs."""
        return "" in prefixes

    def actors(self, text: str) -> list[str]:
        """Keys of the people who are meant by a name."""
        return [text]

    def subjects(self, language: str) -> dict[str, str]:
        """Labels of the types of subjects."""
        return {}

    def called(self, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Names of subjects (type, number) whose number says nothing to a person."""
        return {}

    def subject_url(self, kind: str, number: str) -> str | None:
        """Where a subject has its page."""
        return None

    def value(self, kind: str, name: str, value: Any, language: str) -> tuple[str, str]:
        """Label and text of one value of a subject."""
        return name, "" if value is None else str(value)


_names = [Naming()]


def naming() -> Naming:
    """What `site` said."""
    return _names[-1]


def call_things(names: Naming) -> None:
    """Said once, at the start."""
    _names[:] = [names]
