"""The evidence of a group in words, Chinese and English, without names and numbers."""

from __future__ import annotations

from typing import Any

from bangfu.core.matching.duplicates.households import ACCOUNT, ADDRESS, PHONE, Households
from bangfu.core.matching.duplicates.kinds import KINDS
from bangfu.core.matching.duplicates.pairs import (
    BIRTH_DIFFERS,
    BIRTH_NEAR,
    BIRTH_SAME,
    BIRTH_UNKNOWN,
    OTHER,
    SAME,
    SAME_TEXT,
    SLIP,
    TWO_VALID,
    UNUSABLE,
    Judged,
)
from bangfu.core.matching.names import BLANK, DIFFERENT, EQUAL, ONE_CHARACTER, PART, SOUND

Words = tuple[str, str]
NUMBER_WORDS: dict[int, Words] = {
    SAME: ("证件号码相同", "same number"),
    SLIP: ("证件号码相差一处笔误", "one slip separates the numbers"),
    SAME_TEXT: ("两处登记了同一个有误的证件号码", "both carry the same wrong number"),
    UNUSABLE: ("至少一方没有可用的证件号码", "one side has no usable number"),
    OTHER: ("一方证件号码有误，可见部分与另一方不一致", "one number is wrong, and what can be seen of it differs"),
    TWO_VALID: ("证件号码不同，都有效", "two different valid numbers"),
}
NAME_WORDS: dict[int, Words] = {
    EQUAL: ("姓名相同", "same name"),
    SOUND: ("姓名读音相同、写法不同", "names that sound alike"),
    ONE_CHARACTER: ("姓名差一个字", "names that differ in one character"),
    PART: ("一方姓名少一部分", "one name lacks a part"),
    BLANK: ("一方没有姓名", "one side has no name"),
    DIFFERENT: ("姓名不同", "different names"),
}
BIRTH_WORDS: dict[int, Words] = {
    BIRTH_SAME: ("出生日期相同", "same date of birth"),
    BIRTH_NEAR: ("出生日期像是笔误", "dates of birth that differ as by a slip"),
    BIRTH_DIFFERS: ("登记的出生日期不同", "different dates of birth"),
    BIRTH_UNKNOWN: ("出生日期无法比较", "no date of birth to compare"),
}
_ALIKE: dict[int, Words] = {
    PHONE: ("电话", "telephone"),
    ACCOUNT: ("银行账号", "bank account"),
    ADDRESS: ("住址", "address"),
}


def pair_words(pairs: Judged, at: int) -> Words:
    """What agrees and what differs between two records."""
    parts = [NUMBER_WORDS[int(pairs.number[at])], NAME_WORDS[int(pairs.name[at])], BIRTH_WORDS[int(pairs.birth[at])]]
    if pairs.same_home[at]:
        parts.append(("同在一户", "in one household"))
    elif pairs.same_village[at]:
        parts.append(("同村不同户", "in one village"))
    else:
        parts.append(("不在同一户", "in different households"))
    if pairs.same_phone[at]:
        parts.append(("两户电话相同", "the households share a telephone"))
    if shared := int(pairs.shared[at]):
        parts.append((f"两户另有{shared}名同名成员", f"{shared} other names stand in both households"))
    if pairs.other_sex[at]:
        parts.append(("性别不同", "different sex"))
    return "，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def home_words(homes: Households, at: int, keys: tuple[str, str], sizes: tuple[int, int]) -> Words:
    """What two households have in common; `keys` are their numbers, `sizes` their records."""
    kind, shared, agrees = KINDS[int(homes.kind[at])], int(homes.shared[at]), int(homes.agrees[at])
    zh, en = f"户{keys[0]}（{sizes[0]}条记录）与户{keys[1]}（{sizes[1]}条记录）：", (
        f"households {keys[0]} ({sizes[0]} records) and {keys[1]} ({sizes[1]} records): "
    )  # fmt: skip
    parts = [(f"{shared}名成员两户都有", f"{shared} members stand in both")] if shared else []
    if agrees:
        names = [_ALIKE[flag] for flag in _ALIKE if agrees & flag]
        alike_zh, alike_en = "、".join(one for one, _ in names), ", ".join(one for _, one in names)
        parts.append((f"户主姓名和{alike_zh}相同", f"head's name and {alike_en} agree"))
    if shared and kind.code in ("household_twice", "household_within"):
        parts.append((kind.zh, kind.en))
    return zh + "，".join(one for one, _ in parts), en + ", ".join(one for _, one in parts)


def many_words(count: int) -> Words:
    """One number on many records."""
    return f"同一个证件号码登记在{count}条记录上", f"one number stands on {count} records"


def chance_words(chance: Any) -> str:
    """How many would agree so by chance, in few digits; empty where chance plays no part."""
    if chance is None:
        return ""
    return "不到0.0001" if chance < 0.0001 else f"{chance:.4f}".rstrip("0").rstrip(".")
