"""What goes wrong with a name and a number on the way into a bureau's file, one kind of slip after the other.

Each kind takes an identity as it should stand and gives it as it was written, or None where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from bangfu.core.demo.dirt import FULL_WIDTH
from bangfu.core.demo.people import FEMALE, MALE, check_character

NOTHING_SEEN = "?" * 18


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a row is about: the number with its eighteen characters, the name, the date of birth."""

    number: str
    name: str
    birth: date
    sex: str
    disability: str = ""
    """Kind and grade of the disability certificate, as its number ends."""


@dataclass(frozen=True, slots=True)
class Written:
    """An identity as a file has it.

    `joins`: whether a join on well-formed numbers after simple repair (width, spaces, x, 15 digits, certificate) still
    finds the person. `shown`: what can still be read of the eighteen places, `?` for the rest, where the number is not
    nearly whole; empty where it is, so that number and name together leave no doubt.
    """

    number: str
    name: str
    kind: str = ""
    joins: bool = True
    shown: str = ""


Slip = Callable[[Identity, Random], "Written | None"]
HOMOPHONES = {
    "伟": "玮炜", "强": "墙", "军": "君均", "勇": "永", "杰": "洁", "涛": "滔", "明": "铭", "辉": "晖", "刚": "钢",
    "平": "萍", "建": "健", "志": "智", "峰": "锋", "文": "雯", "斌": "彬", "波": "博", "凯": "恺", "俊": "骏",
    "旭": "绪", "东": "冬", "宏": "红", "兵": "冰", "林": "琳", "芳": "方", "敏": "闽", "静": "静婧", "丽": "莉",
    "艳": "燕", "秀": "绣", "英": "瑛", "兰": "岚", "梅": "媒", "红": "虹", "玉": "育", "珍": "贞", "慧": "惠",
    "玲": "铃", "莲": "连", "云": "芸", "彩": "采", "凤": "奉", "荣": "蓉", "张": "章", "陈": "程", "于": "余",
    "何": "和", "许": "徐", "彭": "澎", "沈": "审",
}  # fmt: skip
TRADITIONAL = dict(
    zip(
        "张刘陈杨黄赵吴孙马罗郑谢许韩冯邓萧叶苏吕卢蒋伟强军杰涛辉刚国龙宁凯鹏东学静丽艳兰红莲云洁凤荣峰",
        "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧蔣偉強軍傑濤輝剛國龍寧凱鵬東學靜麗豔蘭紅蓮雲潔鳳榮峯",
        strict=True,
    )
)
"""Traditional and variant characters by the simplified ones that the registry writes."""


# -- the number -----------------------------------------------------------------------------------------------


def substituted(who: Identity, rng: Random) -> Written:
    """One digit is another."""
    at = rng.randrange(17)
    digit = str((int(who.number[at]) + rng.randint(1, 9)) % 10)
    return Written(who.number[:at] + digit + who.number[at + 1 :], who.name, "substituted", False)


def transposed(who: Identity, rng: Random) -> Written:
    """Two neighbouring digits have changed places."""
    n = who.number
    places = [at for at in range(5, 16) if n[at] != n[at + 1]]
    at = rng.choice(places)
    return Written(f"{n[:at]}{n[at + 1]}{n[at]}{n[at + 2 :]}", who.name, "transposed", False)


def inserted(who: Identity, rng: Random) -> Written:
    """One digit too many: struck twice, or a neighbour of the key."""
    at = rng.randint(2, 16)
    digit = who.number[at] if rng.random() < 0.5 else str(rng.randrange(10))
    return Written(who.number[:at] + digit + who.number[at:], who.name, "inserted", False)


def dropped(who: Identity, rng: Random) -> Written:
    """One digit is missing."""
    at = rng.randint(1, 17)
    return Written(who.number[:at] + who.number[at + 1 :], who.name, "dropped", False)


def missing(who: Identity, rng: Random) -> Written:
    """No number at all."""
    return Written(rng.choice(("", "", "无", "/", "不详")), who.name, "missing", False, NOTHING_SEEN)


def placeholder(who: Identity, rng: Random) -> Written:
    """What a form that insists on a number gets."""
    number = rng.choice(("999999999999999999", "111111111111111111", "000000000000000000"))
    return Written(number, who.name, "placeholder", False, NOTHING_SEEN)


def placeholder_area(who: Identity, rng: Random) -> Written:  # noqa: ARG001 - slips have one signature
    """999999 in the place of the area."""
    return Written(f"999999{who.number[6:]}", who.name, "placeholder_area", False, f"??????{who.number[6:]}")


def masked(who: Identity, rng: Random) -> Written:
    """Stars over the date of birth, and perhaps more, as exports show numbers."""
    shown = rng.choice((6, 6, 4))
    stars = 14 - shown
    begin, end = who.number[:shown], who.number[14:]
    return Written(f"{begin}{'*' * stars}{end}", who.name, "masked", False, f"{begin}{'?' * stars}{end}")


def rounded(who: Identity, rng: Random) -> Written:  # noqa: ARG001
    """A spreadsheet kept fifteen digits and filled up with zeros."""
    return Written(f"{who.number[:15]}000", who.name, "rounded", False, f"{who.number[:15]}???")


def scientific(who: Identity, rng: Random) -> Written:
    """A spreadsheet shows the number in scientific notation, with six digits or three."""
    digits = rng.choice((6, 6, 3))
    text = f"{who.number[0]}.{who.number[1:digits]}E+17"
    return Written(text, who.name, "scientific", False, who.number[: digits - 1].ljust(18, "?"))


def fifteen(who: Identity, rng: Random) -> Written | None:  # noqa: ARG001
    """The number of before 1999, fifteen digits without the century and the check character."""
    if who.birth.year >= 2000:
        return None
    return Written(who.number[:6] + who.number[8:17], who.name, "fifteen")


def full_width(who: Identity, rng: Random) -> Written:  # noqa: ARG001
    """Typed in full-width digits."""
    return Written(who.number.translate(FULL_WIDTH), who.name, "full_width")


def spaces(who: Identity, rng: Random) -> Written:
    """Spaces before, behind or within."""
    n = who.number
    texts = (f" {n}", f"{n} ", f"{n}\u3000", f"{n[:6]} {n[6:14]} {n[14:]}")
    return Written(rng.choice(texts), who.name, "spaces")


def x_otherwise(who: Identity, rng: Random) -> Written | None:
    """The X at the end as a small letter, a full-width one, a multiplication sign or a Cyrillic letter."""
    if who.number[-1] != "X":
        return None
    return Written(who.number[:-1] + rng.choice(("x", "x", "Ｘ", "×", "Х")), who.name, "x_otherwise")


def certificate(who: Identity, rng: Random) -> Written | None:
    """The number of the disability certificate, 20 or 22 characters, instead."""
    if not who.disability:
        return None
    return Written(f"{who.number}{who.disability}{rng.choice(('', 'B1'))}", who.name, "certificate")


# -- the name -------------------------------------------------------------------------------------------------


def traditional(who: Identity, rng: Random) -> Written | None:  # noqa: ARG001
    """Traditional or variant characters."""
    name = "".join(TRADITIONAL.get(c, c) for c in who.name)
    return None if name == who.name else Written(who.number, name, "traditional")


def homophone(who: Identity, rng: Random) -> Written | None:
    """One character is another of the same sound."""
    places = [at for at, c in enumerate(who.name) if set(HOMOPHONES.get(c, "")) - {c}]
    if not places:
        return None
    at = rng.choice(places)
    other = rng.choice([c for c in HOMOPHONES[who.name[at]] if c != who.name[at]])
    return Written(who.number, who.name[:at] + other + who.name[at + 1 :], "homophone")


def one_character(who: Identity, rng: Random) -> Written | None:
    """One character of the given name is another one."""
    if "·" in who.name:
        return None
    at = rng.randint(1, len(who.name) - 1)
    other = rng.choice([c for c in (MALE if who.sex == "男" else FEMALE) if c != who.name[at]])
    return Written(who.number, who.name[:at] + other + who.name[at + 1 :], "one_character")


def dot(who: Identity, rng: Random) -> Written | None:
    """The middle dot of a name is another sign, a space or nothing."""
    if "·" not in who.name:
        return None
    return Written(who.number, who.name.replace("·", rng.choice(("•", ".", "‧", "．", " ", ""))), "dot")


def name_spaces(who: Identity, rng: Random) -> Written:
    """Spaces within a name or behind it."""
    name = rng.choice((f"{who.name[0]} {who.name[1:]}", f"{who.name[0]}\u3000{who.name[1:]}", f"{who.name}  "))
    return Written(who.number, name, "name_spaces")


# -- both -----------------------------------------------------------------------------------------------------


def swapped(who: Identity, rng: Random) -> Written:  # noqa: ARG001
    """Number and name stand in each other's column."""
    return Written(who.name, who.number, "swapped", False)


def both(who: Identity, rng: Random) -> Written | None:
    """A slip in the number and one in the name."""
    number = rng.choice((substituted, transposed, dropped))(who, rng).number
    kinds = (homophone, one_character) if len(who.name) > 2 else (homophone, traditional)
    name = next((found for kind in kinds if (found := kind(who, rng))), None)
    return None if name is None else Written(number, name.name, "both", False)


def with_check(seventeen: str) -> str:
    """Seventeen digits and the check character that belongs to them."""
    return seventeen + check_character(seventeen)


KINDS: tuple[tuple[Slip, int], ...] = (
    (substituted, 14),
    (transposed, 8),
    (inserted, 5),
    (dropped, 7),
    (missing, 8),
    (placeholder, 2),
    (placeholder_area, 3),
    (fifteen, 8),
    (traditional, 4),
    (homophone, 6),
    (one_character, 4),
    (dot, 2),
    (name_spaces, 3),
    (swapped, 4),
    (full_width, 5),
    (spaces, 5),
    (x_otherwise, 3),
    (certificate, 3),
    (masked, 5),
    (rounded, 2),
    (scientific, 3),
    (both, 4),
)
"""Every kind of slip with how often it happens, in hundredths; where one does not apply the next one is tried."""

UNREADABLE = frozenset({"missing", "placeholder", "scientific"})
"""Kinds that leave no part of the number by which one could tell two namesakes apart."""
