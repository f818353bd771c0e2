"""What two Chinese characters have in common: the simplified form, and the sound.

Tables over the 65,536 characters of the basic plane, so that a million names are compared by looking up. The forms come
from OpenCC, the sounds from pypinyin; the lists below are what neither of them can know.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from bangfu.core.values.text import half_width

PLANE = 1 << 16
_FIRST, _LAST = 0x3400, 0x9FFF

VARIANTS = {
    "峯": "峰", "甯": "宁", "寗": "宁", "邨": "村", "珮": "佩", "荘": "庄", "昇": "升", "陞": "升", "勲": "勋",
    "堃": "坤", "喆": "哲", "犇": "奔", "翺": "翱", "靑": "青", "淸": "清", "眞": "真",
    "戸": "户", "髙": "高", "﨑": "崎", "徳": "德", "恵": "惠", "黒": "黑", "桒": "桑", "栢": "柏", "菓": "果",
    "喦": "岩", "嵒": "岩", "巌": "岩", "巖": "岩", "姸": "妍", "於": "于", "嶽": "岳", "閻": "阎", "閆": "闫",
}  # fmt: skip
"""Variants that stand in names and that OpenCC leaves alone. Surnames cut short (萧 as 肖, 傅 as 付) sound alike
anyway.
"""

SURNAME_SOUNDS = {
    "覃": "qin", "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "任": "ren", "查": "zha", "朴": "piao", "曾":
    "zeng",
    "缪": "miao", "翟": "zhai", "乐": "yue", "黑": "he", "折": "she", "种": "chong", "员": "yun", "贠": "yun", "盖":
    "ge",
    "华": "hua", "尉": "yu", "万": "wan", "令": "ling", "召": "shao", "那": "na", "宿": "su", "纪": "ji", "洗": "xian",
    "冼": "xian", "俞": "yu", "葛": "ge", "都": "du", "逄": "pang", "晁": "chao", "牟": "mu", "隗": "wei", "褚": "chu",
    "谌": "chen", "郇": "xun", "訾": "zi", "郗": "xi", "瞿": "qu", "宓": "mi", "芮": "rui", "车": "che", "薄": "bo",
    "曲": "qu", "燕": "yan", "应": "ying", "过": "guo", "要": "yao", "哈": "ha", "卜": "bu", "柏": "bai", "宁": "ning",
}  # fmt: skip
"""How a character sounds where it is a surname; pypinyin lists another reading first for many of them."""

_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_OPEN_ENDS = ("ing", "eng", "ang")


@cache
def forms() -> Any:
    """uint16 per character: the form in which it is compared. 0 for what is left out of a name."""
    import numpy as np
    import opencc

    table = np.arange(PLANE, dtype=np.uint16)
    for code in range(PLANE):
        if code < 0x80 or 0xFF00 <= code < 0xFFEF:
            table[code] = ord(half_width(chr(code)).casefold()[:1] or chr(code))
    written = [chr(code) for code in range(_FIRST, _LAST + 1)] + [chr(code) for code in range(0xF900, 0xFAFF)]
    for before, after in zip(written, opencc.OpenCC("t2s").convert("\n".join(written)).split("\n"), strict=True):
        if len(after) == 1 and ord(after) < PLANE:
            table[ord(before)] = ord(after)
    for before, after in VARIANTS.items():
        table[ord(before)] = table[ord(after)]
    table[ord("〇")] = ord("零")
    for code in LEFT_OUT:
        table[code] = 0
    # a form may itself have another: folding twice must change nothing
    while (again := table[table]).tolist() != table.tolist():
        table = again
    return table


LEFT_OUT = tuple(map(ord, " \t\r\n\u3000\xa0\u00ad\u180e\ufeff·•‧・･．.⋅∙●、,，-‐‑‒–—'’‘`\"“”*)]】》>")) + tuple(
    range(0x200B, 0x2010)
)
"""Characters that are no part of a name: spaces, dots, dashes, quotes, and brackets that nobody opened."""


@cache
def sounds() -> Any:
    """uint16 per character: a number for its sound, the same for whatever sounds alike.

    Without tones; zh and z, ch and c, sh and s, and -ng and -n are one, since names are taken down by ear. A character
    without a known reading sounds only like itself.
    """
    import numpy as np

    readings = _readings()
    codes = [code for code in range(_FIRST, _LAST + 1) if code in readings]
    words = "\n".join(readings[code].partition(",")[0] for code in codes).translate(_TONES).split("\n")
    table = np.arange(PLANE, dtype=np.uint16)
    for code, word in zip(codes, words, strict=True):
        table[code] = _sound_number(word)
    # a folded character sounds as what it is folded into
    return table[forms()]


def _readings() -> dict[int, str]:
    """pypinyin's readings of each character, from its data file: importing the package loads half a million phrases."""
    import json
    from importlib.util import find_spec

    spec = find_spec("pypinyin")
    assert spec is not None
    assert spec.submodule_search_locations
    text = Path(spec.submodule_search_locations[0], "pinyin_dict.json").read_text(encoding="utf-8")
    return {int(code): reading for code, reading in json.loads(text).items()}


@cache
def surname_sounds() -> Any:
    """As `sounds`, for the first character of a name."""
    table = sounds().copy()
    for character, word in SURNAME_SOUNDS.items():
        table[ord(character)] = _sound_number(word)
    return table


@cache
def _sound_number(word: str) -> int:
    """A number among the surrogates, so that it meets no character: the letters in base 27, folded."""
    for long, short in _BLURRED:
        word = word.replace(long, short) if word.startswith(long) else word
    if word.endswith(_OPEN_ENDS):
        word = word[:-1]
    value = 0
    for letter in word:
        value = value * 27 + (ord(letter) - 96) % 27
    return _numbered(value)


_NUMBERS: dict[int, int] = {}


def _numbered(value: int) -> int:
    return _NUMBERS.setdefault(value, 0xD800 + len(_NUMBERS))
