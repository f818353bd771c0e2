"""How a name is searched by its sound: full pinyin and first letters, with surnames read as surnames."""

from __future__ import annotations

from functools import lru_cache

SURNAMES = {"覃": "qin", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "朴": "piao", "任": "ren", "盖": "ge", "乐": "yue", "繁": "po", "黑": "he", "秘": "bi", "冼": "xian", "折": "she", "种": "chong", "缪": "miao", "翟": "zhai", "宓": "mi", "员": "yun", "逄": "pang", "牟": "mu", "尉": "wei"}  # fmt: skip # noqa: E501
"""Characters that sound otherwise as a surname than pypinyin's first reading."""


@lru_cache(maxsize=200_000)
def spell(name: str) -> tuple[str, str]:
    """`('zhangweiguo', 'zwg')`. Letters and digits stay; what has no reading is left out."""
    parts: list[str] = []
    for place, character in enumerate(name):
        if place == 0 and character in SURNAMES:
            parts.append(SURNAMES[character])
        elif character.isascii():
            if character.isalnum():
                parts.append(character.lower())
        else:
            parts += _sound(character)
    return "".join(parts)[:120], "".join(part[0] for part in parts)[:24]


@lru_cache(maxsize=30_000)
def _sound(character: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(part for part in lazy_pinyin(character, errors="ignore") if part.isascii())
