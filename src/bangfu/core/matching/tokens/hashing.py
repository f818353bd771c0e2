"""Tokens in place of ID numbers: HMAC-SM3 with a key that the bureau and the county share.

A token says whether two rows are about the same number, and nothing else to whoever lacks the key.
Whoever holds the key can find the number (docs/howto/exchange-with-bureaus.md). Both sides must use
the same version of this module and of its dictionaries of characters and sounds: what is hashed must
be the same text to the letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from bangfu.core.matching.tokens.keys import TokenKey
from bangfu.core.values.id_number import IdReading, read_id_number
from bangfu.core.values.text import is_blank, name_key

ID = "id|"
NAME_BIRTH = "name_birth|"
SOUND_BIRTH = "sound_birth|"
"""Each kind of token has its own beginning, so that no text of one kind can equal one of another."""

_PLAIN = re.compile("[\u4e00-\u9fff]{2,}")
_ROUNDS = 8  # a name is in its form after one round, oddities of Unicode after two or three
_SURNAMES = {
    "覃": "qin", "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "查": "zha", "朴": "piao", "盖": "ge",
    "曾": "zeng", "员": "yun", "缪": "miao", "翟": "zhai", "乐": "yue", "黑": "he", "折": "she", "洗": "xian",
    "种": "chong", "薄": "bo", "繁": "po", "句": "gou", "祭": "zhai", "召": "shao", "秘": "bi", "么": "yao",
    "都": "du", "乜": "nie", "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "澹台": "tan tai",
}  # fmt: skip
"""Surnames whose reading as a surname is not that of the character by itself."""
_BEGINNINGS = frozenset(surname[0] for surname in _SURNAMES)


def token_of_number(key: TokenKey, number: str | None) -> str | None:
    """The token of an ID number as files carry it; None where the number is not well-formed after repair."""
    return tokens_of_numbers(key, [number])[0]


def tokens_of_numbers(key: TokenKey, numbers: Iterable[str | None]) -> list[str | None]:
    """The token of each number: 64 hexadecimal digits, None where it is not well-formed after repair."""
    return tokens_of_readings(key, map(read_id_number, numbers))


def tokens_of_readings(key: TokenKey, readings: Iterable[IdReading]) -> list[str | None]:
    """The tokens of numbers that have been read already."""
    return key.tokens(ID, (reading.number if reading.problem == "ok" else None for reading in readings))


def name_birth_token(key: TokenKey, name: str | None, birth: date | None) -> str | None:
    """The token of a normalised name with a date of birth; None where either is missing."""
    return name_birth_tokens(key, [name], [birth])[0]


def sound_birth_token(key: TokenKey, name: str | None, birth: date | None) -> str | None:
    """The token of a name's sound with a date of birth; None where either is missing."""
    return sound_birth_tokens(key, [name], [birth])[0]


def name_birth_tokens(key: TokenKey, names: Sequence[str | None], births: Sequence[date | None]) -> list[str | None]:
    """`name_birth_token` of each pair; the two lists are equally long."""
    return key.tokens(NAME_BIRTH, _with_birth(names, births, normalised_names))


def sound_birth_tokens(key: TokenKey, names: Sequence[str | None], births: Sequence[date | None]) -> list[str | None]:
    """`sound_birth_token` of each pair; the two lists are equally long."""
    return key.tokens(SOUND_BIRTH, _with_birth(names, births, lambda texts: sounds_of(normalised_names(texts))))


def _with_birth(
    names: Sequence[str | None], births: Sequence[date | None], form: Callable[[Sequence[str]], list[str]]
) -> Iterable[str | None]:
    distinct = list(dict.fromkeys(name for name in names if name is not None))
    known: dict[str | None, str] = dict(zip(distinct, form(distinct), strict=True))
    for name, birth in zip(names, births, strict=True):
        shown = known.get(name)
        yield f"{shown}|{birth.isoformat()}" if shown and birth is not None else None


# -- what both sides must write alike ---------------------------------------------------------------------


def normalised_name(text: str) -> str:
    """A name in the one form that is hashed; empty where nothing was written.

    Half-width, without spaces and middle dots, each traditional character as its simplified one, lower
    case. Doing it twice changes nothing.
    """
    if _PLAIN.fullmatch(text):  # nearly every name: nothing but its characters can change
        return text.translate(_simplified())
    name = text
    for _ in range(_ROUNDS):
        shown = _normalised(name)
        if shown == name:
            break
        name = shown
    return name


def normalised_names(texts: Sequence[str]) -> list[str]:
    """`normalised_name` of each text: the plain ones, nearly all, at once."""
    import numpy as np

    plain = [text for text in texts if _PLAIN.fullmatch(text)]
    codes = np.frombuffer("\n".join(plain).encode("utf-32-le"), np.uint32)
    done = iter(_simple_codes()[codes].tobytes().decode("utf-32-le").split("\n"))
    return [next(done) if _PLAIN.fullmatch(text) else normalised_name(text) for text in texts]


def _normalised(text: str) -> str:
    name = name_key(unicodedata.normalize("NFKC", text)).replace("·", "").translate(_simplified())
    return "" if is_blank(name) else name


def name_sound(text: str) -> str:
    """The syllables of a name without tones, with a space between them: 覃建国 → `qin jian guo`.

    Each character is read by itself, so that a wrong one beside it does not change its sound; surnames
    that are read otherwise than the character have a table.
    """
    return sounds_of([normalised_name(text)])[0]


def sounds_of(names: Sequence[str]) -> list[str]:
    """The sound of each normalised name, as `name_sound` says it."""
    known = {character: _syllable(character) for character in set().union(*names)}
    return [
        _with_surname(name, known) if name[:1] in _BEGINNINGS else " ".join(map(known.__getitem__, name))
        for name in names
    ]


def _with_surname(name: str, known: Mapping[str, str]) -> str:
    for length in (2, 1):
        if len(name) > length and name[:length] in _SURNAMES:
            return " ".join([_SURNAMES[name[:length]], *map(known.__getitem__, name[length:])])
    return " ".join(map(known.__getitem__, name))


@cache
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(character))


@cache
def _simple_codes() -> Any:
    """`_simplified` as an array: the code of each character's simplified one, by the character's code."""
    import numpy as np

    codes = np.arange(0x110000, dtype=np.uint32)
    for before, after in _simplified().items():
        codes[before] = ord(after)
    return codes


def dictionary_versions() -> Mapping[str, str]:
    """The versions of what decides how a name is written before it is hashed."""
    from importlib.metadata import version

    return {"OpenCC": version("OpenCC"), "pypinyin": version("pypinyin"), "unicode": unicodedata.unidata_version}


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters and what they become, until nothing changes any more."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
    characters = [chr(code) for first, end in blocks for code in range(first, end)]
    changed = characters
    for _ in range(3):
        changed = convert("\n".join(changed)).split("\n")
    pairs = zip(characters, changed, strict=True)
    return {ord(before): after for before, after in pairs if before != after}
