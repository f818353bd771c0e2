"""The reader of words for figures and people, of a rulebook."""

from __future__ import annotations

from datetime import date

from bangfu.core.documents.forms.meaning import Reader, Surroundings
from bangfu.core.reporting.forms_catalogue import lexicon_of
from bangfu.core.rulebook.model import Rulebook


def reader_of(book: Rulebook, as_of: date | None = None) -> Reader:
    """Understands the words of forms: 低保户, 监测对象, 60岁以上人口."""
    return Reader(lexicon_of(book), Surroundings("", as_of or date(2000, 1, 1)))
