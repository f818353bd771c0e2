"""Names of persons by the million, packed so that comparing them is comparing integers.

A name of up to four characters of the basic plane, in the forms in which they are compared, is four lanes of sixteen
bits: most Chinese names, exactly. A longer name (most minority names) or one with a rarer character is a hash of its
text, with its text kept beside.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bangfu.core.matching.characters import PLANE, forms, sounds, surname_sounds
from bangfu.core.matching.numbers import raw_bytes, text_chunks
from bangfu.core.values.text import half_width, is_blank

BLANK, EQUAL, SOUND, ONE_CHARACTER, PART, DIFFERENT = range(6)
"""How two names stand to one another; `relations` gives one of these per pair.

SOUND: another writing of the same sound. ONE_CHARACTER: of three or more characters one differs, or of two the given
name's. PART: one has a character less, or is the beginning of a long one.
"""
NO_NAME = 0
NOT_A_NAME = frozenset({"无", "不详", "未知", "无名", "无名氏", "待补", "暂无", "空", "未填", "不明"})
"""What is written where no name is known, in comparable form."""
_BRACKETS = re.compile(r"[（(【\[《<].*?[)）】\]》>]|[（(【\[].*$")
_LANES = (0, 16, 32, 48)
_HASHED = 1 << 63
"""Set in every hashed key (and in packed ones whose fourth character lies high)."""
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True)
class Names:
    """A column of names. `keys`: uint64, NO_NAME where there is none. `long`: the text behind a key that is a hash."""

    keys: Any
    long: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.keys)


def read_names(column: Any) -> Names:
    """Read an Arrow column of names. One key per row; equal keys are the same name, however it is written."""
    import numpy as np

    keys: list[Any] = []
    long: dict[int, str] = {}
    seen: dict[str | None, int] = {}
    for chunk in text_chunks(column):
        for at in range(0, len(chunk), _BLOCK):
            keys.append(_keys(chunk.slice(at, _BLOCK), long, seen))
    return Names(np.concatenate(keys) if keys else np.empty(0, np.uint64), long)


def comparable_name(text: str | None) -> str:
    """The form in which names are compared.

    Half-width and lower case, in simplified characters and one of several variants, without spaces, dots and remarks
    in brackets; empty where nothing was written, or that the name is not known.
    """
    if text is None or is_blank(text):
        return ""
    table = forms()
    bare = _BRACKETS.sub("", half_width(text))
    found = (chr(table[ord(c)]) if ord(c) < PLANE else c for c in bare)
    name = "".join(c for c in found if c != "\0").casefold()
    return "" if name in NOT_A_NAME or is_blank(name) else name


def name_key(text: str | None, long: dict[int, str]) -> int:
    """The key of one name; the text of a hashed one is put into `long`."""
    name = comparable_name(text)
    if not name:
        return NO_NAME
    if len(name) <= len(_LANES) and all(ord(c) < PLANE for c in name):
        return _lanes(name)
    # four lanes filled, as a packed name of four characters has them: told apart by standing in `long`
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") | _HASHED
    long[key] = name
    return key


def _lanes(name: str) -> int:
    return sum(ord(c) << shift for c, shift in zip(name, _LANES, strict=False))


def _keys(array: Any, long: dict[int, str], seen: dict[str | None, int]) -> Any:
    """Keys of one block: names of one to four plain Chinese characters at once, the rest one by one."""
    import numpy as np
    import pyarrow as pa

    body, bounds, valid = raw_bytes(array)
    lengths = np.diff(bounds)
    keys = np.zeros(len(array), np.uint64)
    rest = valid.copy()
    for count in (2, 3, 4):
        rows = np.flatnonzero((lengths == 3 * count) & valid)
        if not len(rows):
            continue
        windows = np.lib.stride_tricks.sliding_window_view(body, 3 * count)
        plain, packed = _packed(windows[bounds[rows]], count)
        for name in NOT_A_NAME:
            if len(name) == count:
                packed[packed == _lanes(name)] = NO_NAME
        keys[rows[plain]] = packed[plain]
        rest[rows[plain]] = False
    left = np.flatnonzero(rest)
    for row, text in zip(left.tolist(), array.take(pa.array(left)).to_pylist(), strict=True):
        if text not in seen:
            seen[text] = name_key(text, long)
        keys[row] = seen[text]
    return keys


def _packed(text: Any, count: int) -> tuple[Any, Any]:
    """Which rows are `count` Chinese characters of three bytes each, and their keys."""
    import numpy as np

    table = forms()
    plain = np.ones(len(text), bool)
    packed = np.zeros(len(text), np.uint64)
    for lane in range(count):
        lead, middle, last = (text[:, 3 * lane + i].astype(np.uint16) for i in range(3))
        code = ((lead & 0x0F) << 12) | ((middle & 0x3F) << 6) | (last & 0x3F)
        plain &= (lead >= 0xE3) & (lead < 0xEA) & (code >= 0x3400) & (code <= 0x9FFF)
        packed |= table[code].astype(np.uint64) << np.uint64(_LANES[lane])
    return plain, packed


def sound_keys(names: Names, keys: Any | None = None) -> Any:
    """uint64 keys that are equal where names sound alike."""
    import numpy as np

    given = names.keys if keys is None else keys
    first, other = surname_sounds(), sounds()
    found = first[given & np.uint64(0xFFFF)].astype(np.uint64)
    for shift in _LANES[1:]:
        lane = (given >> np.uint64(shift)) & np.uint64(0xFFFF)
        found |= other[lane].astype(np.uint64) << np.uint64(shift)
    if names.long:
        # looked up one by one: a call for a few rows must not pass over all long names
        for row in np.flatnonzero(given >= np.uint64(_HASHED)).tolist():
            text = names.long.get(int(given[row]))
            if text is not None:
                found[row] = _long_sound(text)
    return found


@lru_cache(maxsize=100_000)
def _long_sound(text: str) -> int:
    table = sounds()
    word = ",".join(str(table[ord(c)]) if ord(c) < PLANE else c for c in text)
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def relations(one: Names, one_keys: Any, two: Names, two_keys: Any) -> Any:
    """How each pair of names stands to one another (uint8, see BLANK …)."""
    import numpy as np

    found = np.full(len(one_keys), DIFFERENT, np.uint8)
    short, long = _lengths(one_keys), _lengths(two_keys)
    swap = short > long
    small, big = np.where(swap, two_keys, one_keys), np.where(swap, one_keys, two_keys)
    short, long = np.minimum(short, long), np.maximum(short, long)
    found[_lacks_one(small, big, short, long)] = PART
    differing = _lengths(one_keys ^ two_keys)
    surname = (one_keys & np.uint64(0xFFFF)) == (two_keys & np.uint64(0xFFFF))
    one_off = (short == long) & (differing == 1) & ((short > 2) | ((short == 2) & surname))
    found[one_off] = ONE_CHARACTER
    found[sound_keys(one, one_keys) == sound_keys(two, two_keys)] = SOUND
    if one.long or two.long:
        _relate_long(one, one_keys, two, two_keys, found)
    found[one_keys == two_keys] = EQUAL
    found[(one_keys == NO_NAME) | (two_keys == NO_NAME)] = BLANK
    return found


def _lengths(keys: Any) -> Any:
    import numpy as np

    return sum((((keys >> np.uint64(shift)) & np.uint64(0xFFFF)) != 0).astype(np.int8) for shift in _LANES)


def _lacks_one(small: Any, big: Any, short: Any, long: Any) -> Any:
    """Whether the longer name is the shorter one with a character put in; of two characters at least."""
    import numpy as np

    hit = np.zeros(len(small), bool)
    for shift in _LANES:
        low = np.uint64((1 << shift) - 1)
        without = (big & low) | ((big >> np.uint64(16)) & ~low)
        hit |= without == small
    return hit & (long == short + 1) & (short >= 2)


def _relate_long(one: Names, one_keys: Any, two: Names, two_keys: Any, found: Any) -> None:
    """Pairs with a hashed name are compared by their texts."""
    import numpy as np

    for row in np.flatnonzero((one_keys | two_keys) >= np.uint64(_HASHED)).tolist():
        first, second = int(one_keys[row]), int(two_keys[row])
        if first in one.long or second in two.long:
            found[row] = relate(text_of(one, first), text_of(two, second))


def text_of(names: Names, key: int) -> str:
    """The comparable text behind a key."""
    if key in names.long:
        return names.long[key]
    return "".join(chr(code) for shift in _LANES if (code := key >> shift & 0xFFFF))


@lru_cache(maxsize=200_000)
def relate(one: str, two: str) -> int:
    """How two comparable names stand to one another, read character by character."""
    if not one or not two:
        return BLANK
    if one == two:
        return EQUAL
    if _sounded(one) == _sounded(two):
        return SOUND
    small, big = sorted((one, two), key=len)
    differing = sum(a != b for a, b in zip(one, two, strict=False))
    if len(small) == len(big):
        alike = differing == 1 and (len(one) > 2 or (len(one) == 2 and one[0] == two[0]))
        return ONE_CHARACTER if alike else DIFFERENT
    if len(small) >= 2 and len(big) == len(small) + 1:
        return PART if any(big[:i] + big[i + 1 :] == small for i in range(len(big))) else DIFFERENT
    return PART if len(small) >= 4 and big.startswith(small) else DIFFERENT


def _sounded(text: str) -> tuple[object, ...]:
    first, other = surname_sounds(), sounds()
    return tuple(c if ord(c) >= PLANE else int((other if at else first)[ord(c)]) for at, c in enumerate(text))
