"""Mistakes in a rulebook: each says where it stands, what was found, what was expected and what is near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bangfu.core.rulebook.model import Place


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, readable as a line."""

    place: Place
    found: str
    expected: str
    nearest: str = ""

    def __str__(self) -> str:
        line = f"{self.place}: found {self.found}; expected {self.expected}"
        return f"{line}; did you mean {self.nearest!r}?" if self.nearest else line


class RulebookError(Exception):
    """A rulebook that cannot be used; carries every mistake, not the first only."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class ExpressionError(Exception):
    """A mistake inside one expression, at a 0-based offset of its text."""

    def __init__(self, at: int, found: str, expected: str, nearest: str = "") -> None:
        self.at, self.found, self.expected, self.nearest = at, found, expected, nearest
        super().__init__(f"at {at}: found {found}; expected {expected}")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like `name`, or the empty string."""
    import difflib  # only a mistake needs it, and every start would pay for it

    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""
