"""Lists of households in a document: who they are in words, their rows with masked numbers, and what may hang on a wall."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bangfu.core.documents.forms.definitions import HOUSEHOLDS, Meaning
from bangfu.core.documents.forms.meaning import Heard, Reader, hear
from bangfu.core.documents.forms.package import FormError
from bangfu.core.documents.forms.terms import RosterColumn, roster_columns
from bangfu.core.documents.forms.words import read_words
from bangfu.core.documents.official.model import Grid
from bangfu.core.reporting.forms_areas import AreaBook
from bangfu.core.reporting.forms_registry import Registry
from bangfu.core.reporting.forms_rosterdata import RosterData, Row, Source, shown_value

ON_A_WALL = frozenset({"序号", "村", "组", "户主姓名", "家庭人口", "类别"})
"""What a notice may say of a household."""
_HEALTH = re.compile(r"health|disab|illness|disease|chronic|medical|mental|self_care|hospital")


def tells_health(where: str) -> bool:
    """Whether a list of those who hold a condition would tell each one's health."""
    return bool(_HEALTH.search(where))


def condition_of(subject: str, reader: Reader) -> tuple[str, str]:
    """(condition, programme) of households that a few words name. Raises FormError for words that name nobody."""
    heard: Heard = hear([read_words(subject, reader.lexicon)], subject)
    if heard.left or not heard.words.filters:
        raise FormError(f"对象：不认得“{subject}” / the slot 对象 names nobody that is known")
    programme = next((c.programme for _, c in heard.conditions if c.programme), "")
    return reader.asks(heard, HOUSEHOLDS, Meaning(subject))[0].where, programme


def people_list(
    columns: Sequence[str], subject: str, public: bool, registry: Registry, areas: AreaBook, reader: Reader
) -> Grid:
    """Households of a subject; numbers are masked, and a public list has none. Raises FormError."""
    where, programme = condition_of(subject, reader)
    if public:
        _fit_for_a_wall(columns, subject, where)
    sources = _sources(columns)
    rows = RosterData(registry, areas, HOUSEHOLDS, programme).rows(where, sources)
    kind = subject if programme else ""
    return Grid(tuple(columns), tuple(_cells(columns, sources, row, n, kind) for n, row in enumerate(rows, 1)))


def _fit_for_a_wall(columns: Sequence[str], subject: str, where: str) -> None:
    if more := [column for column in columns if column not in ON_A_WALL]:
        raise FormError(f"公示不写“{more[0]}” / a notice does not hold this column: {more[0]}")
    if tells_health(where):
        raise FormError(
            f"对象：“{subject}”是按健康状况挑选的，不能公示 / the slot 对象 picks people by their health: not for a notice"
        )


def _sources(columns: Sequence[str]) -> dict[int, Source]:
    known = roster_columns()
    found = {}
    for number, column in enumerate(columns):
        if column == "户主姓名":
            found[number] = Source("household", RosterColumn("household", special="head_name"))
        elif column in known:
            found[number] = Source("head" if known[column].of == "person" else known[column].of, known[column])
    return found


def _cells(
    columns: Sequence[str], sources: dict[int, Source], row: Row, number: int, kind: str
) -> tuple[str, ...]:  # fmt: skip
    values = [
        shown_value(row.values.get(n), sources[n], 1, False) if n in sources else None for n in range(len(columns))
    ]
    cells = [
        str(number) if column == "序号" else "" if value is None else str(value)
        for column, value in zip(columns, values, strict=True)
    ]
    if "类别" in columns and kind:
        cells[columns.index("类别")] = kind
    return tuple(cells)
