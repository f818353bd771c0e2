"""Links a file that carries tokens instead of identities: the county tokenises its registry with the same key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bangfu.core.files.layout import ColumnLayout, TableLayout
from bangfu.core.files.reader import read_table
from bangfu.core.matching.errors import DataError
from bangfu.core.matching.evidence import ONE_DAY, ONE_NAME, share
from bangfu.core.matching.linking import ACCEPTED, NOBODY, PROPOSED, WORTH_SHOWING, Links
from bangfu.core.matching.methods import CODES
from bangfu.core.matching.numbers import Numbers
from bangfu.core.matching.people import People
from bangfu.core.matching.reading import FileRows
from bangfu.core.matching.rows import read_rows
from bangfu.core.matching.tokens.columns import name_tokens, number_tokens
from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.matching.tokens.notes import (
    ID_PROBLEM,
    ID_TOKEN,
    NAME_BIRTH_TOKEN,
    SOUND_BIRTH_TOKEN,
    Warned,
    checked_note,
    version_warnings,
)

TOKENS = (ID_TOKEN, NAME_BIRTH_TOKEN, SOUND_BIRTH_TOKEN)
LAYOUT = tuple(ColumnLayout(name, optional=True) for name in (*TOKENS, ID_PROBLEM))
STRANGERS = 0.2
"""The share of rows about nobody registered that is assumed: a token of an outsider looks like any other."""


@dataclass(frozen=True, slots=True)
class TokenRows:
    """The tokens of a file, row by row: None where a row has none, or the file has no such column. `warnings`: why
    tokens of equal people could differ."""

    path: Path
    numbers: list[str | None]
    names: list[str | None]
    sounds: list[str | None]
    warnings: tuple[Warned, ...] = ()


def read_tokens(path: Path, key: TokenKey) -> TokenRows:
    """The tokens of a file. Raises DataError where there are none, where they were made with another key, or where
    the note is missing or not that of this file."""
    note = checked_note(path, key)
    table = read_table(path, TableLayout("tokens", path.stem, LAYOUT)).table
    columns: list[list[str | None]] = [
        table.column(name).to_pylist() if name in table.column_names else [None] * table.num_rows for name in TOKENS
    ]
    if table.num_rows and not any(any(column) for column in columns):
        raise DataError(
            f"{path.name}: 没有一行有标识，无法比对；这不等于“没有匹配”。请来源单位重新生成 / "
            "no row has a token, so nothing can be linked; that is not “no matches”: ask the source to make it again"
        )
    return TokenRows(path, columns[0], columns[1], columns[2], version_warnings(path, note))


def file_rows(rows: TokenRows) -> FileRows:
    """The rows of a file of tokens as of any other file: nothing is known of them but their order."""
    import numpy as np
    import pyarrow as pa

    size = len(rows.numbers)
    blank = read_rows({"name": pa.nulls(size, pa.string())})
    numbers = Numbers(blank.numbers.packed, np.zeros(size, np.uint8), {})
    every = np.arange(size)
    return FileRows(
        rows.path, replace(blank, numbers=numbers), every, ("",), np.zeros(size, np.int16), every + 2, (), ()
    )


def link_tokens(people: People, rows: TokenRows, key: TokenKey) -> Links:
    """Link by the token of the number; where a row has none, by the token of name and date of birth.

    A number's token that nobody registered has is never linked by anything weaker. Where number and name point to
    different persons, or only the sound of a name agrees, a person must look.
    """
    import numpy as np

    size = len(rows.numbers)
    found = Links(
        np.full(size, NOBODY, np.int64),
        np.full(size, CODES["no_candidate"], np.uint8),
        np.zeros(size, np.float32),
        np.zeros(size, bool),
    )
    by_number = _index(number_tokens(key, people.rows.numbers.packed).to_pylist())
    names, sounds = _names(people, key) if any(rows.names) or any(rows.sounds) else ([], [])
    by_name, by_sound = _index(names), _index(sounds)
    for row, (number, name, sound) in enumerate(zip(rows.numbers, rows.names, rows.sounds, strict=True)):
        if number is not None:
            agreeing = _agreeing(by_number.get(number, ()), name, names, sound, sounds)
            _by_number(found, row, by_number.get(number, ()), agreeing)
        elif name is not None or sound is not None:
            _by_name(people, found, row, by_name.get(name or "", ()), by_sound.get(sound or "", ()))
    return found


def _agreeing(
    persons: tuple[int, ...], name: str | None, names: list[str | None], sound: str | None, sounds: list[str | None]
) -> tuple[int, ...]:
    """Those of some persons whose name does not speak against them: the same, alike in sound, or not known."""
    if name is None or not names:
        return persons
    return tuple(
        who
        for who in persons
        if names[who] in (None, name) or (sound is not None and bool(sounds) and sounds[who] == sound)
    )


def _by_number(found: Links, row: int, persons: tuple[int, ...], agreeing: tuple[int, ...]) -> None:
    if not persons:
        found.put(row, NOBODY, "not_registered", 0.0, False)
    elif len(agreeing) == 1:
        found.put(row, agreeing[0], "token_id", 1.0, False)
    else:
        found.put(row, NOBODY, "two_records" if agreeing else "contradicts", 0.0, True)
        found.others[row] = (agreeing or persons)[:WORTH_SHOWING]


def _by_name(people: People, found: Links, row: int, persons: tuple[int, ...], alike: tuple[int, ...]) -> None:
    """A row without a number's token: one person of that name and birth, unless the name is so common that another
    may be meant."""
    import numpy as np

    if len(persons) == 1:
        who = np.array(persons)
        chance = len(people) * share(people.name_counts, people.rows.names.keys[who], ONE_NAME, len(people))
        chance *= share(people.birth_counts, people.birth[who], ONE_DAY, len(people))
        score = float(1 / (1 + chance[0] * STRANGERS / (1 - STRANGERS)))
        named = score >= PROPOSED
        method = "token_name_birth" if named else "several"
        found.put(row, persons[0] if named else NOBODY, method, score, score < ACCEPTED)
        if score < ACCEPTED:
            found.others[row] = persons
    elif persons or alike:
        found.put(row, NOBODY, "several", 0.0, True)
        found.others[row] = (persons or alike)[:WORTH_SHOWING]


def _index(tokens: list[str | None]) -> dict[str, tuple[int, ...]]:
    """Who carries each token."""
    found: dict[str, list[int]] = {}
    for who, token in enumerate(tokens):
        if token is not None:
            found.setdefault(token, []).append(who)
    return {token: tuple(persons) for token, persons in found.items()}


def _names(people: People, key: TokenKey) -> tuple[list[str | None], list[str | None]]:
    """The tokens of everybody's name and birth, and of its sound and birth."""
    import pyarrow as pa

    texts = people.rows.name_texts
    names = pa.nulls(len(people), pa.string()) if texts is None else texts
    named, sounding = name_tokens(key, names, people.birth)
    return named.to_pylist(), sounding.to_pylist()
